//! What can be read about a ledger while it runs.

use std::sync::atomic::{AtomicU64, Ordering};

/// Figures for people and for metrics. Each is true by itself; two of them may be of different moments.
#[derive(Debug, Default)]
pub struct Stats {
    pub(super) bytes_on_disk: Figure,
    pub(super) bytes_live: Figure,
    pub(super) segments: Figure,
    pub(super) appends: Figure,
    pub(super) bytes_appended: Figure,
    pub(super) bytes_carried: Figure,
    pub(super) append_nanos: Figure,
    pub(super) segments_removed: Figure,
    pub(super) cleaning_failures: Figure,
}

/// A number that one thread writes and any may read.
#[derive(Debug, Default)]
pub(super) struct Figure(AtomicU64);

impl Figure {
    // Relaxed, here and below: nothing is ordered by a figure for people.
    pub(super) fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    pub(super) fn add(&self, value: u64) {
        self.0.fetch_add(value, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Stats {
    /// Bytes of all files.
    pub fn bytes_on_disk(&self) -> u64 {
        self.bytes_on_disk.get()
    }

    /// Bytes that it would take to write down again what is live.
    pub fn bytes_live(&self) -> u64 {
        self.bytes_live.get()
    }

    /// Files that hold batches.
    pub fn segments(&self) -> u64 {
        self.segments.get()
    }

    /// Batches that were appended since the start.
    pub fn appends(&self) -> u64 {
        self.appends.get()
    }

    /// Bytes of those batches, with what was carried along.
    pub fn bytes_appended(&self) -> u64 {
        self.bytes_appended.get()
    }

    /// Bytes that were carried along from the oldest segment since the start.
    pub fn bytes_carried(&self) -> u64 {
        self.bytes_carried.get()
    }

    /// How long it took to write and sync the last batch, in nanoseconds.
    pub fn append_nanos(&self) -> u64 {
        self.append_nanos.get()
    }

    /// Segments that were no longer needed, since the start.
    pub fn segments_removed(&self) -> u64 {
        self.segments_removed.get()
    }

    /// Times that the oldest segment could not be read again. From the first on nothing is cleaned, and the folder grows:
    /// what is in memory is still right, and the next start will say what is wrong on the disk.
    pub fn cleaning_failures(&self) -> u64 {
        self.cleaning_failures.get()
    }
}
