//! Deliberate faults of a ledger: a harness that cannot find them proves nothing.
//!
//! Each is committed between the engine and an honest ledger, in the server's process.

use std::{
    collections::VecDeque,
    fmt, io,
    sync::mpsc::{self, Receiver, Sender},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rand::{RngExt, SeedableRng, rngs::SmallRng};
use seatlock::ledger::{AppendError, Batch, Ledger, Note, OwnedBatch};

/// How long after the acknowledgement an early one is written down.
const LATE: Duration = Duration::from_millis(30);

/// One batch in so many is treated dishonestly, of those that come under load.
const ONE_IN: u32 = 40;

/// What is wrong with the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The control: the ledger goes through the same hands, which are honest.
    None,
    /// Batches are acknowledged before they are written down.
    AckEarly,
    /// A change is left out of a batch.
    DropChange,
    /// A note is left out of a batch.
    DropNote,
    /// Two batches are written down in each other's place.
    SwapBatches,
}

impl Fault {
    /// All of them, the control first.
    pub const ALL: [Self; 5] = [
        Self::None,
        Self::AckEarly,
        Self::DropChange,
        Self::DropNote,
        Self::SwapBatches,
    ];

    /// Its name on the command line, and what it is.
    pub const fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::None => ("none", "no fault: the control"),
            Self::AckEarly => (
                "ack-early",
                "the ledger says that it has written before it has",
            ),
            Self::DropChange => ("drop-change", "the ledger loses a change of a batch"),
            Self::DropNote => ("drop-note", "the ledger loses a note of a batch"),
            Self::SwapBatches => (
                "swap-batches",
                "the ledger writes two batches in each other's place",
            ),
        }
    }

    /// The fault of this name.
    ///
    /// # Errors
    /// There is none.
    pub fn named(name: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter();
        let found = all.find(|fault| fault.describe().0 == name);
        found
            .ok_or_else(|| format!("no ledger has the fault '{name}'; --list-sabotages shows them"))
    }
}

/// A ledger that commits a fault.
pub(super) struct Faulty {
    fault: Fault,
    ledger: Box<dyn Ledger>,
    dice: SmallRng,
    /// A batch that should have been written down before the next.
    held_back: Option<OwnedBatch>,
}

/// The ledger in the hands of `fault`.
pub(super) fn crooked(fault: Fault, ledger: Box<dyn Ledger>, seed: u64) -> Box<dyn Ledger> {
    if fault == Fault::AckEarly {
        return Box::new(Hasty::over(ledger));
    }
    // The same batches would be treated alike after each restart.
    let dice = SmallRng::seed_from_u64(seed ^ u64::from(std::process::id()));
    Box::new(Faulty {
        fault,
        ledger,
        dice,
        held_back: None,
    })
}

impl Ledger for Faulty {
    fn append(&mut self, batch: &Batch<'_>) -> Result<(), AppendError> {
        let mut copied = batch.to_owned();
        let is_loaded = copied
            .records
            .iter()
            .any(|record| record.change().is_some());
        let is_due = is_loaded && self.dice.random_ratio(1, ONE_IN);
        match self.fault {
            Fault::DropChange if is_due => {
                let lost = copied
                    .records
                    .iter()
                    .rposition(|record| record.change().is_some());
                lost.map(|lost| copied.records.remove(lost));
            }
            Fault::DropNote if is_due => {
                let mut notes: Vec<Note> = batch.notes.iter().map(|note| note.to_note()).collect();
                notes.pop();
                copied.notes = notes.into_iter().collect();
            }
            Fault::SwapBatches if is_due && self.held_back.is_none() => {
                self.held_back = Some(copied);
                return Ok(());
            }
            _ => {}
        }
        self.ledger.append(&copied.borrow())?;
        match self.held_back.take() {
            Some(earlier) => self.ledger.append(&earlier.borrow()),
            None => Ok(()),
        }
    }

    fn idle(&mut self) -> io::Result<()> {
        self.ledger.idle()
    }

    fn is_durable(&self) -> bool {
        self.ledger.is_durable()
    }
}

/// Has a thread of its own write down what it has acknowledged a while ago.
struct Hasty {
    is_durable: bool,
    promised: Option<Sender<(Instant, OwnedBatch)>>,
    writer: Option<JoinHandle<()>>,
}

impl Hasty {
    fn over(ledger: Box<dyn Ledger>) -> Self {
        let is_durable = ledger.is_durable();
        let (promised, taken) = mpsc::channel();
        Self {
            is_durable,
            promised: Some(promised),
            writer: Some(thread::spawn(move || write_late(ledger, &taken))),
        }
    }
}

fn write_late(mut ledger: Box<dyn Ledger>, taken: &Receiver<(Instant, OwnedBatch)>) {
    let mut waiting = VecDeque::new();
    while let Ok(first) = taken.recv() {
        waiting.push_back(first);
        waiting.extend(taken.try_iter());
        while let Some((at, batch)) = waiting.pop_front() {
            thread::sleep((at + LATE).saturating_duration_since(Instant::now()));
            if let Err(error) = ledger.append(&batch.borrow()) {
                eprintln!("the hasty ledger: {error}");
                return;
            }
        }
    }
}

impl Ledger for Hasty {
    fn append(&mut self, batch: &Batch<'_>) -> Result<(), AppendError> {
        if let Some(promised) = &self.promised {
            // If the writer has gone, what was promised is lost: that is the fault.
            let _ = promised.send((Instant::now(), batch.to_owned()));
        }
        Ok(())
    }

    fn is_durable(&self) -> bool {
        self.is_durable
    }
}

impl Drop for Hasty {
    fn drop(&mut self) {
        drop(self.promised.take());
        if let Some(writer) = self.writer.take() {
            // It has said what was wrong.
            let _ = writer.join();
        }
    }
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Faulty").field(&self.fault).finish()
    }
}
