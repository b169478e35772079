//! How often a fault was committed, and from where on.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use seatlock::shard::Shard;

/// Occasions that pass before the first deed: the fault is to be found in full swing.
const OCCASIONS_BEFORE: u64 = 500;

/// The deeds of one run. The counters are figures for people, and every access to them is relaxed.
#[derive(Debug)]
pub(super) struct Deeds {
    shard: Arc<Shard>,
    occasions: AtomicU64,
    committed: AtomicU64,
    first: AtomicU64,
}

impl Deeds {
    pub(super) fn new(shard: Arc<Shard>) -> Self {
        Self {
            shard,
            occasions: AtomicU64::new(0),
            committed: AtomicU64::new(0),
            first: AtomicU64::new(0),
        }
    }

    /// Whether the fault is to be committed on this occasion: on each one after the first few that `every` divides.
    pub(super) fn is_due(&self, every: u64) -> bool {
        let occasion = self.occasions.fetch_add(1, Ordering::Relaxed);
        let due = occasion >= OCCASIONS_BEFORE && occasion.is_multiple_of(every);
        if due {
            self.commit();
        }
        due
    }

    /// Counts a deed.
    pub(super) fn commit(&self) {
        if self.committed.fetch_add(1, Ordering::Relaxed) == 0 {
            self.first.store(self.newest(), Ordering::Relaxed);
        }
    }

    /// The newest number that was taken.
    pub(super) fn newest(&self) -> u64 {
        self.shard.tape.next().get().saturating_sub(1)
    }

    pub(super) fn committed(&self) -> u64 {
        self.committed.load(Ordering::Relaxed)
    }

    /// The newest LSN at the first deed.
    pub(super) fn first(&self) -> Option<u64> {
        (self.committed() > 0).then(|| self.first.load(Ordering::Relaxed))
    }
}
