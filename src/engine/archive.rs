//! What an engine begins with that outlives it: its ledger, and what the ledger had.

use std::{fmt, sync::Arc, time::Duration};

use tracing::error;

use super::{drawings::Drawings, record};
use crate::{
    clock::BootClock,
    ids::Place,
    ledger::{AppendError, Ledger, MemoryLedger, Note, State, Unreadable},
};

/// Told when the ledger has failed, after which nothing becomes durable any more.
pub type OnFailure = Box<dyn FnOnce(&AppendError) + Send>;

/// A ledger, what it had when it was opened, and what is to be done about it.
pub struct Archive {
    /// Takes down what happens from now on.
    pub ledger: Box<dyn Ledger>,
    /// What has happened before.
    pub state: State,
    /// Holds that were alive at the end of what the ledger had last for so long at least.
    pub restart_grace: Duration,
    /// Notes of whoever has opened the ledger, written down before anything else.
    pub notes: Vec<Note>,
    /// The engine is one of several in this process, and its place among them. It takes less memory and fewer turns.
    pub place: Option<Place>,
    /// The charts that this process has at hand.
    pub drawings: Arc<Drawings>,
    /// What becomes of the process when the ledger fails.
    pub on_failure: OnFailure,
}

impl Archive {
    /// Nothing before, and nothing outlives the engine.
    pub fn none() -> Self {
        Self::new(Box::new(MemoryLedger), State::new())
    }

    /// A ledger and what it had. Holds that were alive have no grace, and if the ledger fails the process ends.
    pub fn new(ledger: Box<dyn Ledger>, state: State) -> Self {
        Self {
            ledger,
            state,
            restart_grace: Duration::ZERO,
            notes: Vec::new(),
            place: None,
            drawings: Arc::default(),
            on_failure: Box::new(end_process),
        }
    }
}

impl Archive {
    /// A ledger and what it had, and the clock with which its time goes on, in this boot of the machine or in a later one.
    ///
    /// # Errors
    /// [`Unreadable`]: what the ledger has of the last process's clock makes no sense.
    pub fn resuming(
        ledger: Box<dyn Ledger>,
        state: State,
    ) -> Result<(Self, BootClock), Unreadable> {
        let clock = record::resume_clock(&state)?;
        let mut archive = Self::new(ledger, state);
        archive.notes.push(record::clock(&clock));
        Ok((archive, clock))
    }
}

/// What was in flight is unknown, and nothing that is answered from here on could be relied on.
fn end_process(failure: &AppendError) {
    error!(error = %failure, "the process ends, so that the next one finds out what is there");
    eprintln!("seatlock: {failure}; what was in flight is unknown");
    std::process::exit(EX_IOERR);
}

/// An input/output error, as `sysexits.h` has it.
const EX_IOERR: i32 = 74;

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Archive")
            .field("through", &self.state.through())
            .field("restart_grace", &self.restart_grace)
            .finish_non_exhaustive()
    }
}
