//! Deliberate faults, each of which a few seeds must find: a proof that finds nothing proves nothing.

use std::io;

use rand::{SeedableRng, rngs::SmallRng};
use seatlock::ledger::{
    AppendError, Batch, Ledger, Note,
    file::{FileLedger, OpenError},
    storage::{Simulated, Storage, StoredFile},
};

use crate::{
    plan::{self, End, Plan},
    trial::{Between, Broken, Trial},
};

/// Seeds within which a fault has to be found.
const SEEDS: u64 = 50;

const LIVES: u32 = 4;

/// In lives that all end so, and in which nothing else goes wrong, a fault is found: something is lost, or what is read
/// makes no sense.
fn is_found(what: &str, between: &dyn Between, end: End) {
    let found = (0..SEEDS).find_map(|seed| {
        let mut chance = SmallRng::seed_from_u64(seed);
        let mut trial = Trial::new(seed, plan::options(&mut chance));
        let lived = (0..LIVES).try_for_each(|_| trial.live(Plan::quiet(12, end), between));
        Some((seed, lived.err()?))
    });
    let Some((seed, broken)) = found else {
        panic!("{what}, and nobody sees it");
    };
    println!("{what}, SEATLOCK_SEED={seed}: {broken}");
    let is_the_fault = match broken {
        Broken::Lost { .. } => true,
        Broken::Unreadable(error) => !matches!(error, OpenError::Io { .. }),
        _ => false,
    };
    assert!(is_the_fault, "{what}, and something else is seen");
}

/// Says that it is durable before it is.
#[derive(Debug, Clone, Copy)]
enum Hasty {
    File,
    Folder,
}

#[derive(Debug)]
struct HastyDisk(Simulated, Hasty);

#[derive(Debug)]
struct HastyFile(Box<dyn StoredFile>, Hasty);

impl Between for Hasty {
    fn disk(&self, disk: &Simulated) -> Box<dyn Storage> {
        Box::new(HastyDisk(disk.clone(), *self))
    }
}

impl Storage for HastyDisk {
    fn list(&self) -> io::Result<Vec<String>> {
        self.0.list()
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        Ok(Box::new(HastyFile(self.0.create(name)?, self.1)))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        Ok(Box::new(HastyFile(self.0.open(name)?, self.1)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.0.remove(name)
    }

    fn sync_folder(&self) -> io::Result<()> {
        match self.1 {
            Hasty::File => self.0.sync_folder(),
            Hasty::Folder => Ok(()),
        }
    }
}

impl StoredFile for HastyFile {
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
        match self.1 {
            Hasty::File => Ok(()),
            Hasty::Folder => self.0.sync(),
        }
    }
}

#[test]
fn an_acknowledgement_before_the_sync_is_found() {
    is_found("a batch is not synced", &Hasty::File, End::PowerCut);
    is_found("a name is not synced", &Hasty::Folder, End::PowerCut);
}

type Append = fn(&mut FileLedger, &Batch<'_>) -> Result<(), AppendError>;

/// Appends something else than what it is given.
struct Wrong(Append);

struct WrongLedger(FileLedger, Append);

impl Between for Wrong {
    fn ledger(&self, ledger: FileLedger) -> Box<dyn Ledger> {
        Box::new(WrongLedger(ledger, self.0))
    }
}

impl Ledger for WrongLedger {
    fn append(&mut self, batch: &Batch<'_>) -> Result<(), AppendError> {
        self.1(&mut self.0, batch)
    }

    fn is_durable(&self) -> bool {
        true
    }
}

#[test]
fn a_record_that_is_left_out_is_found() {
    let append: Append = |ledger, batch| {
        let mut records = batch.records.to_vec();
        let middle = records.len() / 2;
        if let Some(record) = records.get(middle).copied() {
            records.retain(|other| *other != record);
        }
        let records = &records;
        ledger.append(&Batch { records, ..*batch })
    };
    is_found("a record is left out", &Wrong(append), End::Kill);
}

#[test]
fn a_note_that_is_left_out_is_found() {
    let append: Append = |ledger, batch| {
        let mut notes: Vec<Note> = batch.notes.iter().map(|note| note.to_note()).collect();
        notes.pop();
        let notes = &notes.into_iter().collect();
        ledger.append(&Batch { notes, ..*batch })
    };
    is_found("a note is left out", &Wrong(append), End::Kill);
}

/// The second half is appended before the first one.
#[test]
fn batches_out_of_order_are_found() {
    let append: Append = |ledger, batch| {
        let records = batch.records.split_at(batch.records.len() / 2);
        let notes: Vec<Note> = batch.notes.iter().map(|note| note.to_note()).collect();
        let notes = notes.split_at(notes.len() / 2);
        for (notes, records) in [(notes.1, records.1), (notes.0, records.0)] {
            let half = Batch {
                notes: &notes.iter().collect(),
                records,
                ..*batch
            };
            ledger.append(&half)?;
        }
        Ok(())
    };
    is_found("halves are swapped", &Wrong(append), End::Kill);
}

#[test]
fn a_batch_that_is_there_twice_is_found() {
    let append: Append = |ledger, batch| {
        ledger.append(batch)?;
        ledger.append(batch)
    };
    is_found("a batch is there twice", &Wrong(append), End::Kill);
}
