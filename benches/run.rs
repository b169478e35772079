//! How long the benchmarks take, and how large they are.

use std::time::Duration;

use criterion::{BenchmarkGroup, SamplingMode, measurement::WallTime};

/// Seats of a map in a trial run, at most.
const TRIAL_SEATS_MAX: u32 = 10_000;

/// Whether each benchmark is only tried once, with small maps: under `cargo bench -- --test` and `cargo test`.
pub(crate) fn is_trial() -> bool {
    let has = |flag: &str| std::env::args().any(|arg| arg == flag);
    has("--test") || !has("--bench")
}

/// The number of seats, or fewer in a trial run: nothing is learnt there from filling ten million.
pub(crate) fn seats(full: u32) -> u32 {
    if is_trial() {
        full.min(TRIAL_SEATS_MAX)
    } else {
        full
    }
}

/// Paces a group whose iterations take nanoseconds. All samples are of one length: work that several threads do
/// has a start and an end of its own, which must weigh the same in each sample.
pub(crate) fn pace_short(group: &mut BenchmarkGroup<'_, WallTime>) {
    group
        .sampling_mode(SamplingMode::Flat)
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800));
}

/// Paces a group whose iterations take a good part of a second, with a set-up of that length before each.
pub(crate) fn pace_long(group: &mut BenchmarkGroup<'_, WallTime>) {
    group
        .sampling_mode(SamplingMode::Flat)
        .sample_size(10)
        .warm_up_time(Duration::from_millis(1))
        .measurement_time(Duration::from_millis(500));
}
