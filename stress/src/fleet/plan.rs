//! What is to be simulated.

use std::time::Duration;

use seatlock::limits;

use super::{costs::Costs, fault::Fault};

/// A fleet, what it is asked for, and what goes wrong meanwhile.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Nodes of Seatlock.
    pub nodes: u16,
    /// Shards that events are spread over; the great sale has one more of its own.
    pub shards: u16,
    /// Events.
    pub events: u32,
    /// Seats of the great sale.
    pub seats: u32,
    /// People who want them.
    pub buyers: u32,
    /// Smaller sales.
    pub small_sales: u32,
    /// The time within which they begin.
    pub small_over: Duration,
    /// Holds a second of all events without an on-sale.
    pub quiet_holds: f64,
    /// Seats that each event has sold before.
    pub sold_before: u32,
    /// The share of requests whose answers are kept for a day.
    pub kept_answers: f64,
    /// Clusters of etcd, each with a range of the shards.
    pub etcd_clusters: u16,
    /// How long a lease lasts.
    pub lease: Duration,
    /// Bytes that a shard's log grows by at least before its state is written anew ([`Plan::log_most`]).
    pub log_budget: u64,
    /// Between two compactions, each of what was overwritten before the last one.
    pub compaction: Duration,
    /// Bytes that etcd takes.
    pub quota: u64,
    /// From a node to etcd, or from one of its members to another, and back.
    pub round_trip: Duration,
    /// When the great sale's owner dies.
    pub node_dies: Option<Duration>,
    /// When the great sale's etcd changes its leader.
    pub leader_changes: Option<Duration>,
    /// How long it goes on.
    pub until: Duration,
    /// Where all choices come from.
    pub seed: u64,
    /// What things cost.
    pub costs: Costs,
    /// What is wrong on purpose.
    pub fault: Fault,
}

/// What an operator of etcd is advised not to exceed.
pub const QUOTA: u64 = 8 << 30;

impl Plan {
    /// What the help says, with these costs.
    pub fn usual(costs: Costs) -> Self {
        Self {
            nodes: 100,
            shards: 1_024,
            events: 1_000_000,
            seats: 100_000,
            buyers: 2_000_000,
            small_sales: 1_000,
            small_over: Duration::ZERO,
            quiet_holds: 25.0,
            sold_before: 50,
            kept_answers: 1.0,
            etcd_clusters: 1,
            lease: Duration::from_secs(5),
            log_budget: 4 << 20,
            compaction: Duration::from_secs(10),
            quota: QUOTA,
            round_trip: Duration::from_micros(500),
            node_dies: Some(Duration::from_secs(180)),
            leader_changes: Some(Duration::from_secs(360)),
            until: Duration::from_secs(1_500),
            seed: 1,
            costs,
            fault: Fault::None,
        }
    }

    /// Bytes that the log of a shard grows by before its state is written anew, of which the last snapshot has so many: so no
    /// more is written for snapshots than for logs.
    pub fn log_most(&self, snapshot_bytes: u64) -> u64 {
        self.log_budget.max(snapshot_bytes)
    }

    /// Refuses what can't be simulated.
    ///
    /// # Errors
    /// What is wrong, in a sentence.
    pub fn check(&self) -> Result<(), String> {
        let wrong = [
            (
                self.nodes < 2,
                "--nodes: at least 2, one of which may die".to_owned(),
            ),
            (
                self.shards == 0 || self.shards >= limits::SHARDS_MAX,
                format!("--shards: 1 to {}", limits::SHARDS_MAX - 1),
            ),
            (
                self.small_sales >= self.events,
                "--small-sales: fewer than --events".to_owned(),
            ),
            (
                self.small_sales > 60_000,
                "--small-sales: 60 thousand at most".to_owned(),
            ),
            (
                self.etcd_clusters == 0 || self.etcd_clusters > self.shards,
                "--etcd-clusters: at least 1, and no more than shards".to_owned(),
            ),
            (
                !(0.0..=1.0).contains(&self.kept_answers),
                "--kept-answers: a share, from 0 to 1".to_owned(),
            ),
            (
                !(0.0..=1e6).contains(&self.quiet_holds),
                "--quiet-holds: at most a million a second".to_owned(),
            ),
        ];
        let first = wrong.into_iter().find(|(is_wrong, _)| *is_wrong);
        first.map_or(Ok(()), |(_, what)| Err(what))
    }
}
