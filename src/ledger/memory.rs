//! A ledger that keeps nothing.

use super::{AppendError, Batch, Ledger};

/// Everything that is appended is forgotten. It never fails.
#[derive(Debug, Clone, Copy, Default)]
pub struct MemoryLedger;

impl Ledger for MemoryLedger {
    fn append(&mut self, _batch: &Batch<'_>) -> Result<(), AppendError> {
        Ok(())
    }

    fn is_durable(&self) -> bool {
        false
    }
}
