//! loom's atomics, each with a companion that makes loom see every pair of accesses.
//!
//! loom decides where to branch from the last access to an object alone, so a thread that only loads can hide the
//! conflict between two others, and a model of it passes without having looked. A CAS that always fails, on a
//! second atomic and before each access, counts as a conflict with everybody else's and orders nothing.

use loom::sync::atomic;
pub(crate) use loom::sync::atomic::{Ordering, fence};

#[derive(Debug)]
pub(crate) struct AtomicU64 {
    value: atomic::AtomicU64,
    companion: atomic::AtomicU64,
}

impl AtomicU64 {
    pub(crate) fn new(value: u64) -> Self {
        Self {
            value: atomic::AtomicU64::new(value),
            companion: atomic::AtomicU64::new(0),
        }
    }

    pub(crate) fn load(&self, order: Ordering) -> u64 {
        self.touch();
        self.value.load(order)
    }

    pub(crate) fn store(&self, value: u64, order: Ordering) {
        self.touch();
        self.value.store(value, order);
    }

    pub(crate) fn swap(&self, value: u64, order: Ordering) -> u64 {
        self.touch();
        self.value.swap(value, order)
    }

    pub(crate) fn fetch_add(&self, value: u64, order: Ordering) -> u64 {
        self.touch();
        self.value.fetch_add(value, order)
    }

    pub(crate) fn fetch_or(&self, value: u64, order: Ordering) -> u64 {
        self.touch();
        self.value.fetch_or(value, order)
    }

    pub(crate) fn compare_exchange(
        &self,
        current: u64,
        new: u64,
        success: Ordering,
        failure: Ordering,
    ) -> Result<u64, u64> {
        self.touch();
        self.value.compare_exchange(current, new, success, failure)
    }

    fn touch(&self) {
        let refused = self
            .companion
            .compare_exchange(1, 2, Ordering::Relaxed, Ordering::Relaxed);
        debug_assert!(refused.is_err(), "the companion is always zero");
    }
}
