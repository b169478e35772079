//! What etcd needs for what it is asked, as it was measured.
//!
//! etcd is a queue that works in rounds: whatever has come while a round was under way is the next one, has one sync of the
//! disk in common, and is answered at its end. A round takes the sync, and for each request in it something for the request
//! and something for each of its bytes.

use serde::{Deserialize, Serialize};

use super::time::{factor, whole};
use crate::simulate::chance::Chance;

/// The costs that ship with it.
const SHIPPED: &str = include_str!("costs.toml");

/// Measured costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// On what.
    pub measured_on: String,
    /// What a round of writes takes by itself: a sync on most members.
    pub sync_us: f64,
    /// What each write adds.
    pub write_us: f64,
    /// What each byte of it adds.
    pub write_byte_ns: f64,
    /// What each read takes.
    pub read_us: f64,
    /// What each byte of its answer adds.
    pub read_byte_ns: f64,
    /// What the renewal of a lease takes.
    pub renewal_us: f64,
    /// What it takes to tell one watcher of one change.
    pub watch_us: f64,
    /// How much rounds differ: the standard deviation of the logarithm of their time.
    pub spread: f64,
    /// Bytes of etcd's file for each key, beside its value.
    pub file_key_bytes: f64,
    /// Bytes of etcd's file for each byte of a value.
    pub file_value_bytes: f64,
    /// How long it takes nothing while it chooses another leader.
    pub leader_change_ms: f64,
    /// What a node needs to pack a byte of a shard's state.
    pub pack_byte_ns: f64,
    /// What a node needs to take down a byte of it at a start.
    pub start_byte_ns: f64,
}

/// What a round is to do.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Work {
    /// Writes.
    pub writes: f64,
    /// Their bytes.
    pub write_bytes: f64,
    /// Reads.
    pub reads: f64,
    /// Bytes of their answers.
    pub read_bytes: f64,
    /// Renewals of leases.
    pub renewals: f64,
    /// Watchers that are told of changes.
    pub told: f64,
}

impl Costs {
    /// Those that ship with it.
    ///
    /// # Panics
    /// Never: they are read by a test.
    pub fn shipped() -> Self {
        Self::parse(SHIPPED).expect("they are read by a test")
    }

    /// Reads costs.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    /// Nanoseconds of a round, on average.
    pub fn round(&self, work: &Work) -> f64 {
        let sync = if work.writes > 0.0 { self.sync_us } else { 0.0 };
        let micros = sync
            + work.writes * self.write_us
            + work.reads * self.read_us
            + work.renewals * self.renewal_us
            + work.told * self.watch_us;
        let bytes = work.write_bytes * self.write_byte_ns + work.read_bytes * self.read_byte_ns;
        1e3 * micros + bytes
    }

    /// Nanoseconds of a round as it comes.
    pub(super) fn round_by_chance(&self, work: &Work, chance: &mut Chance) -> u64 {
        whole(self.round(work) * factor(chance, self.spread))
    }

    /// Bytes of etcd's file for so many keys with so many bytes of values.
    pub fn file_bytes(&self, keys: f64, values: f64) -> f64 {
        keys * self.file_key_bytes + values * self.file_value_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ships_can_be_read_and_is_what_it_says() {
        let costs = Costs::shipped();
        let text = toml::to_string(&costs).expect("plain");
        assert_eq!(Costs::parse(&text), Ok(costs));
    }

    #[test]
    fn requests_of_one_round_share_its_sync() {
        let costs = Costs::shipped();
        let of = |writes: f64| {
            costs.round(&Work {
                writes,
                write_bytes: 500.0 * writes,
                ..Work::default()
            })
        };
        assert!(of(16.0) < 16.0 * of(1.0));
        let sync = of(1.0) - (of(2.0) - of(1.0));
        assert!((sync - 1e3 * costs.sync_us).abs() < 1.0);
    }

    /// Writers, bytes of each write, and milliseconds from one write of a writer to his next, on the machine when it was idle: one
    /// record, 64 and 4,096 of them, and 16 shards with 4,096 each.
    #[test]
    fn they_say_nearly_what_an_idle_machine_took() {
        let costs = Costs::shipped();
        for (writers, bytes, millis) in [
            (1.0, 40.0, 1.2),
            (1.0, 2_560.0, 1.42),
            (1.0, 163_840.0, 3.25),
            (16.0, 163_840.0, 28.5),
        ] {
            let work = Work {
                writes: writers,
                write_bytes: writers * bytes,
                ..Work::default()
            };
            let off = costs.round(&work) / (millis * 1e6) - 1.0;
            assert!(
                off.abs() < 0.21,
                "{writers} writers of {bytes} bytes: {off:.2}"
            );
        }
    }
}
