//! What is played: for how long, by how many, how often each operation, and on which seats.

pub mod mix;
pub mod skew;

use std::{ops::RangeInclusive, time::Duration};

use seatlock::tick::Ttl;

use mix::Mix;
use skew::Skew;

/// A run in the process.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Threads that change seats; the reaper and the auditor come on top.
    pub threads: u32,
    /// Seats in the map.
    pub seats: u32,
    /// Users, spread over the threads.
    pub users: u32,
    /// How often each operation.
    pub mix: Mix,
    /// How many seats a group has.
    pub group: RangeInclusive<u32>,
    /// Which seats.
    pub skew: Skew,
    /// The shortest hold.
    pub ttl_min: Ttl,
    /// The longest hold.
    pub ttl_max: Ttl,
    /// When to stop.
    pub length: Length,
    /// The source of all choices.
    pub seed: u64,
    /// How much faster than real the run's time is.
    pub speed: u32,
    /// At one of so many points in the middle of a change its thread lets others run; 0 for never.
    pub dawdle: u32,
    /// How long the tape may stand still before the run is ended.
    pub stall: Duration,
    /// Whether to say nothing but the end.
    pub quiet: bool,
}

/// When a run stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// After so many operations over all threads.
    Operations(u64),
    /// After so long.
    Time(Duration),
}

impl Length {
    /// How many operations one of `threads` plays at most.
    pub fn operations_of(self, thread: u32, threads: u32) -> u64 {
        match self {
            Self::Operations(all) => {
                all / u64::from(threads) + u64::from(u64::from(thread) < all % u64::from(threads))
            }
            Self::Time(_) => u64::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threads_share_all_operations() {
        for (all, threads) in [(10, 3), (0, 2), (7, 7), (1_000_001, 4)] {
            let shares =
                (0..threads).map(|thread| Length::Operations(all).operations_of(thread, threads));
            assert_eq!(shares.sum::<u64>(), all);
        }
    }
}
