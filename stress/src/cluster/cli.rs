//! The command line of `stress cluster`.

use std::{path::PathBuf, time::Duration};

use clap::Args;

use super::{ClusterPlan, Fault, Sabotage, figures, report, run, run::Ended};
use crate::{
    cli::time,
    sabotage::{Found, say_whether_all, several},
};

/// Has one thing after the other go wrong in a cluster, under a load whose history is checked
///
/// Three members of etcd and three nodes on this machine sell small events to clerks who ask any node. Nodes and members
/// are killed, stopped, cut off and slowed down, one at a time and in an order that comes from the seed. Every call is
/// noted for each of its seats: no seat may have two owners, nothing that was acknowledged may be lost, and the calls on
/// each seat must make sense in some order (linearizability).
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub struct ClusterOptions {
    /// How long things go wrong; the last one is put right before it ends
    #[arg(long = "for", value_name = "TIME", default_value = "3m", value_parser = time)]
    pub length: Duration,
    /// What goes wrong, such as kill-node,cut-etcd [default: everything]; see below
    #[arg(long, value_name = "NAME,..", value_delimiter = ',', value_parser = Fault::named)]
    pub faults: Vec<Fault>,
    /// How long a node's lease lasts
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = time)]
    pub lease: Duration,
    /// How many clerks ask at once
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u32).range(8..=1_000))]
    pub clerks: u32,
    /// Where all choices come from; the run prints it. When a fault strikes a process only the machine knows
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// The server, such as target/release/seatlock [default: the one beside this command]
    #[arg(long, value_name = "PATH")]
    pub binary: Option<PathBuf>,
    /// Sell with one node and a ledger in files instead: what is found there too is not the cluster's
    #[arg(long, conflicts_with = "sabotage")]
    pub single: bool,
    /// Have etcd keep its data on the disk, not in memory
    #[arg(long)]
    pub on_disk: bool,
    /// Commit a deliberate fault, which the run must find; 'all' commits each in turn and shows how it was found
    #[arg(long, value_name = "FAULT")]
    pub sabotage: Option<String>,
    /// Have nothing go wrong, and measure beside one node with a ledger in files
    #[arg(long, conflicts_with_all = ["sabotage", "single", "faults"])]
    pub figures: bool,
    /// Keep the logs of all processes; when something is broken they are kept anyway
    #[arg(long)]
    pub keep: bool,
    /// Say nothing until the end
    #[arg(long, short)]
    pub quiet: bool,
}

/// How long each thing is measured.
const MEASURED: Duration = Duration::from_secs(5);

const AFTER_HELP: &str = "\
What goes wrong (--faults):
  kill-node     kill -9 of a node, and its return
  stop-node     SIGSTOP of an owner beyond its lease, and SIGCONT
  drain-node    SIGTERM of a node, which hands over, and its return
  kill-member   kill -9 of a member of etcd, and its return
  kill-quorum   kill -9 of two of three members, and their return
  cut-etcd      nothing passes between a node and etcd; connections stay open, or are broken off
  cut-nodes     nothing passes from the other nodes to one
  slow-etcd     20 to 150 ms more between a node and etcd, and 512 KiB a second
  slow-nodes    the same from the other nodes to one
  clock         a node comes back with a clock that is ten seconds off
  full-etcd     etcd has no room, until somebody makes some

Deliberate faults (--sabotage):
  no-term-compare, acknowledge-before-commit, serve-after-lease-end; none is the control. All of them, also the control,
  hear of the roster two seconds late, so that an owner that is deposed has time to do harm. Each is found in half a minute or so

How to read the table: 'without service' is, of each event that the fault concerns, the longest time from when a change was
asked for to the first good answer to it or to a later one; without a fault, the longest wait. 'late' are changes that were acknowledged when they were
asked for again under their key.

  stress cluster                                         three minutes, everything once
  stress cluster --for 30m                               what is run before a release
  stress cluster --faults kill-node --for 1m             how long does a takeover take?
  stress cluster --sabotage all                          would it be noticed?
  stress cluster --figures --on-disk                     what does it do when nothing goes wrong?

Exit code: 0 if every promise was kept, 1 if one was broken, 2 for bad usage. With --sabotage FAULT it must be 1; with
--sabotage all it is 0 if every fault was found.";

impl ClusterOptions {
    /// Does what is asked for. Whether all was as it should be.
    ///
    /// # Errors
    /// Why it could not be begun.
    pub fn act(&self) -> Result<bool, String> {
        let plan = self.plan(self.seed.unwrap_or_else(rand::random))?;
        println!("--seed {}", plan.seed);
        if self.figures {
            print!("{}", figures::figures(&plan, MEASURED)?);
            return Ok(true);
        }
        match self.sabotage.as_deref() {
            Some("all") => return all(&plan),
            Some(name) => {
                let plan = sabotaged(&plan, Sabotage::named(name)?);
                return show(&plan);
            }
            None => {}
        }
        show(&plan)
    }

    fn plan(&self, seed: u64) -> Result<ClusterPlan, String> {
        let mut faults = self.faults.clone();
        if faults.is_empty() {
            faults = if self.single {
                Fault::OF_ONE.to_vec()
            } else {
                Fault::ALL.to_vec()
            };
        }
        let beyond = faults.iter().find(|fault| !Fault::OF_ONE.contains(fault));
        if let (true, Some(fault)) = (self.single, beyond) {
            return Err(format!("a single node can't have {}", fault.describe().0));
        }
        Ok(ClusterPlan {
            length: self.length,
            faults,
            lease: self.lease,
            clerks: self.clerks,
            seed,
            binary: self.binary.clone(),
            is_single: self.single,
            on_disk: self.on_disk,
            sabotage: None,
            keep: self.keep,
            quiet: self.quiet,
        })
    }
}

fn show(plan: &ClusterPlan) -> Result<bool, String> {
    let ended = run::run(plan)?;
    print!("{}", report::summary(plan, &ended));
    Ok(ended.broken.is_none())
}

/// With deliberate faults, a lease lasts no longer, and there are no fewer clerks.
const SHORT_LEASE: Duration = Duration::from_secs(2);
const CLERKS: u32 = 48;

fn sabotaged(plan: &ClusterPlan, sabotage: Sabotage) -> ClusterPlan {
    ClusterPlan {
        sabotage: Some(sabotage),
        faults: sabotage.provoked_by().to_vec(),
        // More of what may find it in the same time.
        lease: plan.lease.min(SHORT_LEASE),
        clerks: plan.clerks.max(CLERKS),
        ..plan.clone()
    }
}

fn all(plan: &ClusterPlan) -> Result<bool, String> {
    println!("{}", Found::HEAD);
    let mut all = Vec::new();
    for sabotage in Sabotage::ALL {
        let mut plan = sabotaged(plan, sabotage);
        plan.quiet = true;
        let found = found(sabotage, &run::run(&plan)?);
        println!("{found}");
        all.push(found);
    }
    Ok(say_whether_all(&all))
}

fn found(sabotage: Sabotage, ended: &Ended) -> Found {
    let is_caught = ended.broken.is_some() == (sabotage != Sabotage::None);
    let found_as = match &ended.broken {
        None if is_caught => "nothing, as it must be".to_owned(),
        None => "NOT FOUND".to_owned(),
        Some(broken) if is_caught => format!("{}: {}", broken.promise, broken.what),
        Some(broken) => format!("NOT AS IT MUST BE: {broken}"),
    };
    let (name, what) = sabotage.describe();
    let sales = ended.rows.values().map(|row| u64::from(row.times)).sum();
    Found {
        name: name.to_owned(),
        what: what.to_owned(),
        committed: None,
        after: Some(several(sales, "sale")),
        found_as,
        is_caught,
    }
}
