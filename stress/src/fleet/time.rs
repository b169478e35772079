//! Virtual time, in nanoseconds since the beginning, and what of it is left to chance.

use std::time::Duration;

use rand_distr::{Distribution, StandardNormal};

use crate::simulate::chance::Chance;

/// Nanoseconds of a second.
pub const SECOND: u64 = 1_000_000_000;

/// Nanoseconds of a span.
pub fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX / 4)
}

/// The whole number next to it; 0 for less than nothing.
pub fn whole(number: f64) -> u64 {
    Duration::try_from_secs_f64(number / 1e9).map_or(0, nanos)
}

/// Seconds of nanoseconds.
pub fn seconds(nanos: u64) -> f64 {
    nanos as f64 / 1e9
}

/// A factor of 1 on average, log-normally distributed.
pub fn factor(chance: &mut Chance, spread: f64) -> f64 {
    let normal: f64 = StandardNormal.sample(chance);
    (normal * spread - spread * spread / 2.0).exp()
}

/// Until the next of what happens so often a second, each independent of the others.
pub fn gap(chance: &mut Chance, a_second: f64) -> u64 {
    whole(-(1.0 - chance.share()).ln() / a_second * 1e9).max(1)
}
