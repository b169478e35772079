//! A hundred nodes on etcd, in virtual time: what etcd is asked for, and where it ends.
//!
//! # What is real and what is not
//! Real are the bytes (each kind of change is weighed on the engine, [`weight`]), which shard an event belongs to
//! ([`seatlock::cluster::placement`]), how people come and what they are like (the scenarios of [`crate::simulate`]), what is
//! asked of etcd and in which order (one append in flight a shard; what waits meanwhile is the next batch; once a batch is
//! answered a piece of a snapshot, while there is one; take, read, serve), and the limits. What etcd needs for it was measured
//! ([`costs`]; `--measure` measures yours).
//!
//! Not real are etcd, which is a queue that works in rounds ([`etcd`]), the network, which takes the same time always, and the
//! nodes, which take none but for packing and taking down a shard's state: no node's processor is ever the limit here, and a
//! forwarded request costs nothing. Of etcd's own work compaction and defragmentation take no time.
//!
//! **What is aggregated.** Every buyer of an on-sale is a person of his own, with seats of his own. Events without one are not: what
//! happens to their holds comes as one stream, spread over all of their shards, with each kind of change as often as a hold has it;
//! their seats are counted and have no names. What such an event has sold before, its ended holds and a day of kept answers are
//! bytes of its shard's state.
//!
//! | file | what it is |
//! |---|---|
//! | `cli`, `plan` | the command line; what is simulated |
//! | `costs`, `costs.toml`, `measure`, `fit` | what etcd needs, as it was measured; measuring it; from figures to costs |
//! | `weight`, `change` | how long changes are; changes and holds |
//! | `ground`, `share` | where events are, and what there is of them before; how often what happens to a hold |
//! | `world`, `queue`, `time` | one happening after the other |
//! | `sale`, `crowd` | seats; what buyers do |
//! | `shard`, `owner` | what an owner of a shard does |
//! | `etcd`, `commit` | etcd's rounds and file; what is done at the end of a round |
//! | `trouble` | a node dies, a leader is lost |
//! | `check`, `fault` | what must be true; deliberate faults, which the checks must find |
//! | `tally`, `outcome`, `text` | what is counted; what came of it, in words |
//! | `paper` | the same on paper, in closed form |
//! | `ends`, `advice` | where it ends, and what an operator does then |

mod advice;
pub mod change;
pub mod check;
pub mod cli;
mod commit;
pub mod costs;
pub mod crowd;
pub mod ends;
pub mod etcd;
pub mod fault;
pub mod fit;
pub mod ground;
pub mod measure;
pub mod outcome;
mod owner;
pub mod paper;
pub mod plan;
pub mod queue;
pub mod sale;
pub mod shard;
pub mod share;
pub mod tally;
#[cfg(test)]
mod tests;
mod text;
pub mod time;
pub mod trouble;
pub mod weight;
pub mod world;

use std::time::{Duration, Instant};

use ground::Ground;
use outcome::Outcome;
use paper::Figure;
use plan::Plan;
use weight::Weights;
use world::World;

/// How often it is said how far it has come.
const PROGRESS_EVERY: Duration = Duration::from_secs(2);

/// A plan, what came of it, and what was to be expected.
#[derive(Debug, Clone)]
pub struct Played {
    /// What was simulated.
    pub plan: Plan,
    /// What came of it.
    pub outcome: Outcome,
    /// The same on paper.
    pub figures: Vec<Figure>,
}

/// Simulates a plan. The same plan gives the same outcome, to the bit.
pub fn run(plan: &Plan, weights: &Weights, ground: &Ground, quiet: bool) -> Outcome {
    let mut world = World::new(plan, weights, ground);
    let file_before = world
        .etcds
        .iter()
        .map(|etcd| etcd.file.most)
        .fold(0.0, f64::max);
    let mut shown = Instant::now();
    world.run(|world| {
        if !quiet && shown.elapsed() >= PROGRESS_EVERY {
            shown = Instant::now();
            eprintln!("{}", text::progress(world));
        }
    });
    world.outcome(file_before)
}
