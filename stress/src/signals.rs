//! What the threads of a run tell each other besides their reports. Flags and figures: nothing is published through
//! them, so every access is relaxed.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// One set for a run.
#[derive(Debug, Default)]
pub struct Signals {
    stop: AtomicBool,
    audit_over: AtomicBool,
    audited: AtomicU64,
    at_work: AtomicU32,
}

impl Signals {
    /// Signals for so many workers.
    pub fn new(workers: u32) -> Self {
        Self {
            at_work: AtomicU32::new(workers),
            ..Self::default()
        }
    }

    /// Asks the workers to stop.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether the workers are to stop.
    #[inline]
    pub fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Says that a worker has stopped.
    pub fn leave(&self) {
        self.at_work.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether all workers have stopped.
    pub fn all_left(&self) -> bool {
        self.at_work.load(Ordering::Relaxed) == 0
    }

    /// Says that nobody reads reports any more.
    pub fn end_audit(&self) {
        self.audit_over.store(true, Ordering::Relaxed);
    }

    /// Whether nobody reads reports any more.
    pub fn is_audit_over(&self) -> bool {
        self.audit_over.load(Ordering::Relaxed)
    }

    /// Says how far the audit has come.
    pub fn set_audited(&self, lsn: u64) {
        self.audited.store(lsn, Ordering::Relaxed);
    }

    /// The last LSN that was judged.
    pub fn audited(&self) -> u64 {
        self.audited.load(Ordering::Relaxed)
    }
}
