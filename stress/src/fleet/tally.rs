//! What is counted, interval by interval.

use hdrhistogram::Histogram;
use serde::Serialize;

use super::etcd::{Request, What};

/// Latencies beyond that count as this long.
const NANOS_MAX: u64 = 100_000_000_000;

/// What etcd was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Asked {
    /// Slots of logs.
    pub appends: u64,
    /// Their bytes.
    pub append_bytes: u64,
    /// Pieces of snapshots.
    pub pieces: u64,
    /// Their bytes.
    pub piece_bytes: u64,
    /// Snapshots that count from then on, with what they make needless removed.
    pub turns: u64,
    /// Renewals of leases.
    pub renewals: u64,
    /// Reads of whoever takes a shard.
    pub reads: u64,
    /// Their bytes.
    pub read_bytes: u64,
    /// Changes of owners and nodes.
    pub takes: u64,
    /// Watchers that were told of such a change.
    pub told: u64,
    /// Compactions.
    pub compactions: u64,
    /// Rounds.
    pub rounds: u64,
    /// Nanoseconds of them.
    pub busy: u64,
}

/// How long it took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Latency {
    /// How many there were.
    pub count: u64,
    /// Nanoseconds at the median.
    pub p50: u64,
    /// Of one of a hundred.
    pub p99: u64,
    /// The most.
    pub max: u64,
}

/// An interval.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Sample {
    /// When it ended, in nanoseconds.
    pub at: u64,
    /// What all clusters of etcd were asked for.
    pub asked: Asked,
    /// The share of the time that the busiest of them worked.
    pub utilisation: f64,
    /// Bytes of the largest file of theirs.
    pub file: f64,
    /// Bytes in it that count.
    pub live: f64,
    /// Durable changes that somebody waited for.
    pub all: Latency,
    /// Those of the great sale.
    pub great: Latency,
    /// Changes that were acknowledged.
    pub changes: u64,
    /// Holds of the great sale among them.
    pub great_holds: u64,
    /// Requests of buyers that nobody answered.
    pub unanswered: u64,
}

/// Latencies of an interval, or of all.
#[derive(Debug)]
pub struct Times(Histogram<u64>);

impl Asked {
    /// Counts a request.
    pub fn count(&mut self, request: &Request) {
        let bytes = request.bytes;
        match request.what {
            What::Append { .. } => {
                self.appends += 1;
                self.append_bytes += bytes;
            }
            What::Piece { .. } => {
                self.pieces += 1;
                self.piece_bytes += bytes;
            }
            What::Turn { .. } => self.turns += 1,
            What::Renew => self.renewals += 1,
            What::Read { .. } => {
                self.reads += 1;
                self.read_bytes += bytes;
            }
            What::Take { .. } | What::LeaseEnds => self.takes += 1,
        }
    }

    /// Adds another's.
    pub fn add(&mut self, other: &Self) {
        self.appends += other.appends;
        self.append_bytes += other.append_bytes;
        self.pieces += other.pieces;
        self.piece_bytes += other.piece_bytes;
        self.turns += other.turns;
        self.renewals += other.renewals;
        self.reads += other.reads;
        self.read_bytes += other.read_bytes;
        self.takes += other.takes;
        self.told += other.told;
        self.compactions += other.compactions;
        self.rounds += other.rounds;
        self.busy += other.busy;
    }

    /// All requests.
    pub fn requests(&self) -> u64 {
        self.appends
            + self.pieces
            + self.turns
            + self.renewals
            + self.reads
            + self.takes
            + self.compactions
    }

    /// Bytes of all of them.
    pub fn bytes(&self) -> u64 {
        self.append_bytes + self.piece_bytes + self.read_bytes
    }
}

impl Default for Times {
    fn default() -> Self {
        Self(Histogram::new_with_max(NANOS_MAX, 3).expect("bounds that can be had"))
    }
}

impl Times {
    /// One that took so many nanoseconds.
    pub fn record(&mut self, nanos: u64) {
        self.0.saturating_record(nanos);
    }

    /// What they come to.
    pub fn latency(&self) -> Latency {
        Latency {
            count: self.0.len(),
            p50: self.0.value_at_quantile(0.5),
            p99: self.0.value_at_quantile(0.99),
            max: self.0.max(),
        }
    }

    /// Begins anew.
    pub fn clear(&mut self) {
        self.0.reset();
    }
}
