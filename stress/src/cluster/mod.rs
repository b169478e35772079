//! A cluster in which one thing after the other goes wrong, under a load whose history is checked.
//!
//! ```text
//!   clerks (clerk, errand, witness, caller)  -- HTTP -->  nodes a, b, c  (node)
//!        |                                                 |   ^ wires (wire), each of which can be cut or slow
//!        |  what each call says about                      v   |
//!        |  each seat, and when (notes)                   members of etcd (ensemble)
//!        v                                                     ^
//!   judge: seat by seat (judge, seat)                          |  one thing goes wrong at a time (fault, strike)
//! ```
//! A run is a row of sales (`sale`), each of a few events that are new: events are sold by all clerks at all nodes, something
//! goes wrong, is put right again, and when every event is sold once more the sale ends and is judged (`bout`). Because
//! each history is short, the search for an order that makes sense ends. Bookings of earlier sales are asked for later.
//!
//! An owner that stands still or is cut off from etcd beyond its lease is deposed, and does not know. One event stands still
//! for that: only the witness buys there, from the successor alone, and looks at once at what the deposed owner shows.
//!
//! Half of all changes have an idempotency key, and are asked for again at other nodes until it is known how they ended;
//! of the others some are never known, and may have been done, or not, or may be done later. Everything that is drawn
//! comes from the seed. When exactly a fault strikes a process only the machine knows.

mod audit;
mod bout;
mod caller;
mod child;
mod clerk;
mod cli;
mod crooked;
mod ensemble;
mod errand;
mod fault;
mod figures;
mod house;
mod judge;
#[path = "../../../tests/etcd/members.rs"]
#[expect(dead_code, reason = "no member stands still here")]
mod members;
mod node;
mod notes;
mod outage;
mod report;
mod run;
mod sabotage;
mod sale;
mod seat;
mod strike;
mod verdict;
mod wire;
mod witness;

use std::{path::PathBuf, time::Duration};

pub use child::NodeOptions;
pub use cli::ClusterOptions;
pub use fault::Fault;
pub use run::{Ended, run};
pub use sabotage::Sabotage;
pub use verdict::{Broken, Checks, Promise};

/// A run of a cluster.
#[derive(Debug, Clone)]
pub struct ClusterPlan {
    /// How long things go wrong.
    pub length: Duration,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// How long a node's lease lasts.
    pub lease: Duration,
    /// Clerks, each with a connection to every node.
    pub clerks: u32,
    /// Where all choices come from.
    pub seed: u64,
    /// The server, if it is not the one beside this command.
    pub binary: Option<PathBuf>,
    /// One node with a ledger in files instead, to see what is the cluster's.
    pub is_single: bool,
    /// What etcd keeps is on the disk.
    pub on_disk: bool,
    /// What is wrong with the nodes.
    pub sabotage: Option<Sabotage>,
    /// Whether the logs of all processes stay.
    pub keep: bool,
    /// Whether to say nothing but the end.
    pub quiet: bool,
}
