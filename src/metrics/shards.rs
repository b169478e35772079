//! One copy of a value for each thread, or for a few threads together, so that counting costs no cache line's travel.

use std::{
    cell::Cell,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use crossbeam::utils::CachePadded;

use crate::limits::METRIC_SHARDS_MAX;

/// Equal copies of a `T`. A power of two of them, so that a thread finds its own by a mask.
#[derive(Debug)]
pub(super) struct Shards<T>(Box<[CachePadded<T>]>);

impl<T> Shards<T> {
    /// As many as there are cores, up to [`METRIC_SHARDS_MAX`].
    pub(super) fn new(make: impl Fn() -> T) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let count = cores.min(METRIC_SHARDS_MAX).next_power_of_two();
        Self((0..count).map(|_| CachePadded::new(make())).collect())
    }

    /// The copy of the calling thread; others may use it too.
    #[inline]
    pub(super) fn mine(&self) -> &T {
        &self.0[thread_number() & (self.0.len() - 1)]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|shard| &**shard)
    }
}

/// Threads are numbered as they come here first.
#[inline]
fn thread_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static MINE: Cell<Option<usize>> = const { Cell::new(None) };
    }
    MINE.with(|mine| {
        mine.get().unwrap_or_else(|| {
            // Relaxed: numbers need to differ, and to be in no order.
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            mine.set(Some(number));
            number
        })
    })
}
