//! A server that is killed under load, again and again, and has to have kept its word each time.
//!
//! ```text
//!   clerks (clerk, errand, deed)  -- HTTP -->  a process of its own (server, serve), over one folder
//!   followers (follow)            <-- HTTP --      |
//!                                               SIGKILL at a random moment, now and then SIGTERM
//!   each clerk's journal (journal, face)           |
//!        |                                      started again on the same folder and port
//!   what is there now? (look)  what was under way? (again)  whose is each seat? (seats)  where was the cut? (cut)
//! ```
//! A clerk asks for one thing at a time and touches nobody else's holds. So after a crash all that is unsure of a hold is
//! how many of its last changes are lost, and whether the one thing was done that was under way. What was promised to be
//! durable is never lost; what else is lost must be the end of the one order of all changes: the first place at which
//! the order can be cut so that every hold is what it was there.
//!
//! Everything that is drawn comes from the seed. When exactly a kill strikes a process only the machine knows.

mod again;
mod clerk;
mod cut;
mod deed;
mod errand;
mod face;
mod fault;
mod follow;
mod journal;
mod look;
mod reckon;
mod report;
mod run;
mod sabotage;
mod seats;
mod serve;
mod server;
mod time;
mod verdict;

use std::{path::PathBuf, time::Duration};

pub use fault::Fault;
pub use report::{json, starts, summary};
pub use run::{Ended, Figures, run};
pub use sabotage::{faults, list, sabotage};
pub use serve::{ServePlan, serve};
pub use verdict::{Broken, Checks, Promise};

use crate::process::End;

/// A run of crashes.
#[derive(Debug, Clone)]
pub struct CrashPlan {
    /// How often the server is killed, or stopped.
    pub crashes: u32,
    /// Clerks, each with a connection.
    pub clerks: u32,
    /// Seats of each event.
    pub seats: u32,
    /// Where all choices come from.
    pub seed: u64,
    /// Whether holds are acknowledged only when they are durable.
    pub durable_holds: bool,
    /// The server, if it is not this command.
    pub binary: Option<PathBuf>,
    /// What is wrong with its ledger.
    pub fault: Option<Fault>,
    /// Whether to say nothing but the end.
    pub quiet: bool,
}

/// What becomes of one life of the server, and of the next one's beginning.
#[derive(Debug, Clone, Copy)]
struct Fate {
    /// How long it lives under load.
    life: Duration,
    end: End,
    /// After how long it is killed while it starts again, if that happens.
    stillborn: Option<Duration>,
    /// What the next one grants.
    grace: Duration,
}
