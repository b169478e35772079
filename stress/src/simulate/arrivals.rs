//! When people come.

use super::{
    chance::Chance,
    scenario::{Pattern, Scenario},
    world::nanos,
};

/// Whose chance decides when people come: no agent's.
const STREAM: u64 = 1 << 50;

/// A burst has half of its people in the first tenth of its time: its rate falls by `e` in so much of it.
const BURST_FALLS_IN: f64 = 0.144_27;

/// The time of each buyer's coming, in order, in nanoseconds.
pub(crate) fn times(scenario: &Scenario, seed: u64) -> Vec<u64> {
    let arrivals = &scenario.arrivals;
    let over = arrivals.over.0;
    let mut chance = Chance::of(seed, STREAM);
    let mut times: Vec<u64> = match arrivals.pattern {
        // What lies beyond the end of the burst is cut off, by drawing from what lies before.
        Pattern::Burst => {
            let within = 1.0 - (-1.0 / BURST_FALLS_IN).exp();
            let draw = |_| -BURST_FALLS_IN * (1.0 - within * chance.share()).ln();
            (0..arrivals.buyers)
                .map(draw)
                .map(|part: f64| nanos(over.mul_f64(part)))
                .collect()
        }
        Pattern::Ramp => {
            let draw = |_| chance.share().sqrt();
            (0..arrivals.buyers)
                .map(draw)
                .map(|part: f64| nanos(over.mul_f64(part)))
                .collect()
        }
        Pattern::Queue => {
            let each = std::time::Duration::from_secs_f64(1.0 / arrivals.rate);
            (0..arrivals.buyers)
                .map(|number| nanos(each.mul_f64(f64::from(number))))
                .collect()
        }
    };
    times.sort_unstable();
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times_of(pattern: &str) -> Vec<u64> {
        let mut scenario = Scenario::find("club").expect("it ships");
        scenario.arrivals.buyers = 10_000;
        scenario.arrivals.rate = 100.0;
        scenario.arrivals.pattern = match pattern {
            "burst" => Pattern::Burst,
            "ramp" => Pattern::Ramp,
            _ => Pattern::Queue,
        };
        times(&scenario, 1)
    }

    fn by(times: &[u64], share_of_ten_minutes: f64) -> usize {
        let limit = nanos(std::time::Duration::from_secs(600).mul_f64(share_of_ten_minutes));
        times.partition_point(|time| *time <= limit)
    }

    #[test]
    fn each_pattern_has_its_shape() {
        let burst = times_of("burst");
        assert!((4_800..5_200).contains(&by(&burst, 0.1)) && by(&burst, 1.0) == 10_000);
        let ramp = times_of("ramp");
        assert!((2_300..2_700).contains(&by(&ramp, 0.5)) && by(&ramp, 1.0) == 10_000);
        let queue = times_of("queue");
        assert_eq!(queue.last().map(|time| time / 10_000_000), Some(9_999));
    }
}
