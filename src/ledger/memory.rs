//! Ledgers in memory: one that keeps nothing, and one that a test can start from again.

use std::sync::{Arc, Mutex, PoisonError};

use super::{AppendError, Batch, Ledger, State};

/// Everything that is appended is forgotten. It never fails.
#[derive(Debug, Clone, Copy, Default)]
pub struct MemoryLedger;

/// Keeps what is appended for as long as a clone of it lives: for tests and simulations, in which processes end and start
/// as often as they like.
#[derive(Debug, Clone, Default)]
pub struct TwinLedger(Arc<Mutex<State>>);

impl TwinLedger {
    /// Nothing was appended yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What a start would find now.
    pub fn state(&self) -> State {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Ledger for MemoryLedger {
    fn append(&mut self, _batch: &Batch<'_>) -> Result<(), AppendError> {
        Ok(())
    }

    fn is_durable(&self) -> bool {
        false
    }
}

impl Ledger for TwinLedger {
    /// # Panics
    /// If a change does not follow from the ones before it.
    fn append(&mut self, batch: &Batch<'_>) -> Result<(), AppendError> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let applied = state.apply(batch);
        assert_eq!(applied, Ok(()), "the scribe has seen to the order");
        Ok(())
    }

    fn is_durable(&self) -> bool {
        true
    }
}
