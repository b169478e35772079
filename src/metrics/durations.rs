//! How long things take, counted in buckets.

use std::{
    array, fmt,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use prometheus_client::encoding::{MetricEncoder, NoLabelSet};

/// The upper bounds of the buckets, in nanoseconds; what takes longer than the last has one of its own.
const BOUNDS_NANOS: [u64; 15] = [
    20_000,
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    20_000_000,
    50_000_000,
    100_000_000,
    500_000_000,
    2_000_000_000,
    10_000_000_000,
];

const BUCKETS: usize = BOUNDS_NANOS.len() + 1;

/// Durations as they are counted, from any thread.
#[derive(Debug)]
pub struct Durations {
    buckets: [AtomicU64; BUCKETS],
    nanos: AtomicU64,
}

/// The sum of several.
#[derive(Debug, Default)]
pub(super) struct Sum {
    buckets: [u64; BUCKETS],
    nanos: u64,
}

impl Durations {
    /// None yet.
    pub fn new() -> Self {
        Self {
            buckets: array::from_fn(|_| AtomicU64::new(0)),
            nanos: AtomicU64::new(0),
        }
    }

    /// Counts that something took so long. Two additions, and no waiting.
    #[inline]
    pub fn took(&self, span: Duration) {
        let nanos = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BOUNDS_NANOS.partition_point(|bound| *bound < nanos);
        // Relaxed: these are counts; nothing is read because of them.
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.nanos.fetch_add(nanos, Ordering::Relaxed);
    }
}

impl Default for Durations {
    fn default() -> Self {
        Self::new()
    }
}

impl<'d> FromIterator<&'d Durations> for Sum {
    fn from_iter<I: IntoIterator<Item = &'d Durations>>(all: I) -> Self {
        let mut sum = Self::default();
        // Relaxed: a scrape may miss what is being counted at the same time.
        let count = |counted: &AtomicU64| counted.load(Ordering::Relaxed);
        for durations in all {
            for (into, bucket) in sum.buckets.iter_mut().zip(&durations.buckets) {
                *into = into.wrapping_add(count(bucket));
            }
            sum.nanos = sum.nanos.wrapping_add(count(&durations.nanos));
        }
        sum
    }
}

impl Sum {
    /// How many there were.
    pub(super) fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    pub(super) fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        let buckets: [(f64, u64); BUCKETS] = array::from_fn(|bucket| {
            let bound = BOUNDS_NANOS.get(bucket);
            let seconds = bound.map_or(f64::INFINITY, |nanos| seconds(*nanos));
            (seconds, self.buckets[bucket])
        });
        encoder.encode_histogram::<NoLabelSet>(seconds(self.nanos), self.count(), &buckets, None)
    }
}

fn seconds(nanos: u64) -> f64 {
    Duration::from_nanos(nanos).as_secs_f64()
}
