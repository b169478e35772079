//! Deliberate faults, each of which a few seeds must find: a proof that finds nothing proves nothing.

use std::io;

use seatlock::ledger::{
    AppendError, Batch, Ledger,
    file::FileLedger,
    storage::{Simulated, Storage, StoredFile},
};

use crate::trial::{Between, End, Trial};

/// Seeds in which a fault has to be found.
const SEEDS: u64 = 200;

/// Prints where it is found.
fn is_found(between: &dyn Between, end: End) -> bool {
    let found = (0..SEEDS).find_map(|seed| {
        let mut trial = Trial::new(seed);
        let lived = (0..4).try_for_each(|_| trial.live(end, between));
        lived.err().map(|broken| (seed, broken))
    });
    if let Some((seed, broken)) = &found {
        println!("seed {seed}: {broken}");
    }
    found.is_some()
}

/// Says that a sync is done without doing it.
struct NoSync;

#[derive(Debug)]
struct Hasty<S>(S);

impl Between for NoSync {
    fn disk(&self, disk: &Simulated) -> Box<dyn Storage> {
        Box::new(Hasty(disk.clone()))
    }

    fn ledger(&self, ledger: FileLedger) -> Box<dyn Ledger> {
        Box::new(ledger)
    }
}

impl Storage for Hasty<Simulated> {
    fn list(&self) -> io::Result<Vec<String>> {
        self.0.list()
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        Ok(Box::new(Hasty(self.0.create(name)?)))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        Ok(Box::new(Hasty(self.0.open(name)?)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.0.remove(name)
    }

    fn sync_folder(&self) -> io::Result<()> {
        self.0.sync_folder()
    }
}

impl StoredFile for Hasty<Box<dyn StoredFile>> {
    fn bytes(&self) -> io::Result<u64> {
        self.0.bytes()
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(offset, into)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.write_at(offset, bytes)
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_acknowledgement_before_the_sync_is_found() {
    assert!(
        is_found(&NoSync, End::PowerCut),
        "an acknowledged batch is lost and nobody sees it"
    );
}

/// Leaves the last record of a batch of several out.
struct Dropping;
struct Dropper(FileLedger);

impl Between for Dropping {
    fn disk(&self, disk: &Simulated) -> Box<dyn Storage> {
        Box::new(disk.clone())
    }

    fn ledger(&self, ledger: FileLedger) -> Box<dyn Ledger> {
        Box::new(Dropper(ledger))
    }
}

impl Ledger for Dropper {
    fn append(&mut self, batch: &Batch<'_>) -> Result<(), AppendError> {
        let records = match batch.records {
            [rest @ .., _] if !rest.is_empty() => rest,
            all => all,
        };
        self.0.append(&Batch { records, ..*batch })
    }

    fn is_durable(&self) -> bool {
        true
    }
}

#[test]
fn a_record_that_is_left_out_is_found() {
    assert!(
        is_found(&Dropping, End::Kill),
        "a change is lost and nobody sees it"
    );
}

/// Appends each second batch before the first.
struct Swapping;
struct Swapper {
    ledger: FileLedger,
    waiting: Option<Kept>,
}

struct Kept {
    notes: Vec<seatlock::ledger::Note>,
    records: Vec<seatlock::tape::Record>,
    through: seatlock::ids::Lsn,
    takings: u64,
}

impl Between for Swapping {
    fn disk(&self, disk: &Simulated) -> Box<dyn Storage> {
        Box::new(disk.clone())
    }

    fn ledger(&self, ledger: FileLedger) -> Box<dyn Ledger> {
        Box::new(Swapper {
            ledger,
            waiting: None,
        })
    }
}

impl Ledger for Swapper {
    fn append(&mut self, batch: &Batch<'_>) -> Result<(), AppendError> {
        let Some(first) = self.waiting.take() else {
            self.waiting = Some(Kept {
                notes: batch.notes.to_vec(),
                records: batch.records.to_vec(),
                through: batch.through,
                takings: batch.takings,
            });
            return Ok(());
        };
        self.ledger.append(batch)?;
        self.ledger.append(&Batch {
            notes: &first.notes,
            records: &first.records,
            through: first.through,
            takings: first.takings,
            ..*batch
        })
    }

    fn is_durable(&self) -> bool {
        true
    }
}

#[test]
fn batches_out_of_order_are_found() {
    assert!(
        is_found(&Swapping, End::Closed),
        "changes are out of order and nobody sees it"
    );
}
