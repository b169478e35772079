//! What a node counts of itself.

use std::sync::atomic::{AtomicU64, Ordering};

/// How often something has happened since the start.
#[derive(Debug, Default)]
pub struct Tally(AtomicU64);

/// What has happened since the start.
#[derive(Debug, Default)]
pub struct Counts {
    /// Shards that came to be served here.
    pub taken: Tally,
    /// Charts that were read here before their shard came.
    pub foreseen: Tally,
    /// Shards that were handed over to another node.
    pub handed_over: Tally,
    /// Shards whose ledger has failed here, most often because somebody else has taken them.
    pub lost: Tally,
    /// Requests that were handed to another node.
    pub forwarded: Tally,
}

impl Tally {
    /// How often.
    pub fn get(&self) -> u64 {
        // Relaxed: a number to look at.
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self) {
        // Relaxed: as above.
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
