//! The command line of `stress fleet`.

use std::{fs, path::PathBuf, time::Duration};

use clap::Args;

use super::{
    Played, advice,
    costs::Costs,
    ends::{self, End},
    fault::Fault,
    ground::Ground,
    measure, paper,
    plan::{Plan, QUOTA},
    run, text,
    weight::Weights,
};
use crate::{cli::time, sheet::Sheet};

/// A hundred nodes on etcd, in virtual time: what etcd is asked for, where it ends, what helps then
///
/// Nodes serve their shards from memory, and each shard's changes go to etcd in batches, one at a time; a hold is answered
/// once it is there. Here a day is played with a great on-sale, many smaller ones and a million events in between, against
/// an etcd that takes as long for everything as a real one was measured to. In the middle a node dies and etcd loses its
/// leader. Then the load is raised until it ends, with one cluster of etcd and with several.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub struct FleetOptions {
    /// Nodes of Seatlock
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub nodes: u16,
    /// Shards that events are spread over; the great sale has one more of its own
    #[arg(long, default_value_t = 1_024, value_name = "N")]
    pub shards: u16,
    /// Events, the on-sales among them
    #[arg(long, default_value_t = 1_000_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20_000_000))]
    pub events: u32,
    /// Seats of the great sale
    #[arg(long, default_value_t = 100_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub seats: u32,
    /// People who want them; 0: there is no great sale
    #[arg(long, default_value_t = 2_000_000, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=20_000_000))]
    pub buyers: u32,
    /// Smaller sales, each of 784 seats for 2,500 people
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    pub small_sales: u32,
    /// They begin within this time; 0s: all at the same instant as the great one
    #[arg(long, default_value = "0s", value_name = "TIME", value_parser = time)]
    pub small_over: Duration,
    /// Holds a second of all events without an on-sale
    #[arg(long, default_value_t = 25.0, value_name = "N")]
    pub quiet_holds: f64,
    /// Seats that each event has sold before
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub sold_before: u32,
    /// The share of requests with an Idempotency-Key, whose answers are kept for a day
    #[arg(long, default_value_t = 1.0, value_name = "SHARE")]
    pub kept_answers: f64,
    /// Clusters of etcd, each with a range of the shards; several, as in 1,2,4, are compared
    #[arg(long, default_value = "1", value_name = "N,..", value_delimiter = ',')]
    pub etcd_clusters: Vec<u16>,
    /// How long a node's lease lasts; it is renewed each third of it
    #[arg(long, default_value = "5s", value_name = "TIME", value_parser = time)]
    pub lease: Duration,
    /// KiB that a shard's log grows by before its state is written anew; by as much as the state, where that is more
    #[arg(long, default_value_t = 4_096, value_name = "KIB", value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    pub log_budget: u64,
    /// Between two compactions of etcd, each of what was overwritten before the last one
    #[arg(long, default_value = "10s", value_name = "TIME", value_parser = time)]
    pub compaction: Duration,
    /// GiB that an etcd takes
    #[arg(long, default_value_t = QUOTA >> 30, value_name = "GIB", value_parser = clap::value_parser!(u64).range(1..=1_024))]
    pub quota: u64,
    /// From a node to etcd and back, and from one member of it to another
    #[arg(long, default_value = "500us", value_name = "TIME", value_parser = time)]
    pub round_trip: Duration,
    /// When the great sale's owner dies, in the midst of an append
    #[arg(long, default_value = "3m", value_name = "TIME", value_parser = time)]
    pub node_dies: Duration,
    /// When the great sale's etcd loses its leader
    #[arg(long, default_value = "6m", value_name = "TIME", value_parser = time)]
    pub leader_changes: Duration,
    /// Nobody dies, and the leader stays
    #[arg(long, conflicts_with_all = ["node_dies", "leader_changes"])]
    pub no_trouble: bool,
    /// How long it goes on
    #[arg(long, default_value = "25m", value_name = "TIME", value_parser = time)]
    pub until: Duration,
    /// Where all choices come from
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    pub seed: u64,
    /// What etcd needs, as --measure has written it [default: what was measured for this command]
    #[arg(long, value_name = "FILE")]
    pub costs: Option<PathBuf>,
    /// Measure a running etcd first, such as http://127.0.0.1:2379,..: print what it needs, to be used with --costs, and end
    #[arg(long, value_name = "URL,..", value_delimiter = ',')]
    pub measure: Vec<String>,
    /// Without the search for its ends
    #[arg(long)]
    pub no_ends: bool,
    /// Commit a deliberate fault, which the checks must find: the exit code is 1
    #[arg(long, value_name = "FAULT", default_value = "none")]
    pub sabotage: Fault,
    /// Write what came of it as JSON: to this file
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write a report as one HTML file that needs nothing else
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Say nothing until the end
    #[arg(long, short)]
    pub quiet: bool,
}

const AFTER_HELP: &str = "\
How to read what it prints:
  'asked of etcd' is what all clusters of it are asked for a second, on average and in the busiest ten seconds.
  'over time': 'busy' is the share of the time that the busiest etcd works, 'file' the largest of their files. A file gets no
  smaller by itself, and at the quota etcd takes nothing more: what is overwritten counts until the next compaction but one.
  'on paper' puts what can be reckoned in closed form beside what was simulated.
  'where it ends': with so many shards that append at once, how many durable changes a second there can be until etcd
  works always ('busy'), and until one of a hundred waits longer than 100 ms ('slow'). Beyond 'busy' batches grow, and
  latency with them; a shard has one append in flight, so etcd's queue is never longer than there are shards.

What to try, one thing at a time:
  stress fleet                                       100 nodes, a million events, two million people for 100 thousand seats
  stress fleet --etcd-clusters 1,2,4                 what several clusters of etcd are good for
  stress fleet --small-over 10m                      the smaller sales don't all begin at the same instant
  stress fleet --shards 256                          fewer shards: larger batches, longer takeovers
  stress fleet --log-budget 65536                    snapshots of small states are rarer, logs longer
  stress fleet --kept-answers 0 --sold-before 10     what fills etcd?
  stress fleet --lease 2s                            a dead node is found out sooner
  stress fleet --sabotage early-answer               would it be noticed if holds were answered too soon?
  stress fleet --measure http://127.0.0.1:2379 > mine.toml; stress fleet --costs mine.toml
                                                     the same with what your own etcd needs

Exit code: 0 if every promise was kept, 1 if one was broken, 2 for bad usage.";

impl FleetOptions {
    /// Does what is asked for, and says how it went. Whether all promises were kept.
    ///
    /// # Errors
    /// Why it can't be done.
    pub fn act(&self) -> Result<bool, String> {
        if !self.measure.is_empty() {
            let measured = measure::measure(&self.measure, 1.0)?;
            let costs = toml::to_string(&measured.costs).map_err(|error| error.to_string())?;
            let table = measured.table.lines().map(|line| format!("# {line}\n"));
            print!("{}{costs}", table.collect::<String>());
            return Ok(true);
        }
        let plans = self.plans()?;
        let open = |path: &Option<PathBuf>| path.as_deref().map(Sheet::open).transpose();
        let (json, out) = (open(&self.json)?, open(&self.out)?);
        let weights = Weights::weigh()?;
        println!("--seed {}\n", self.seed);
        let mut all = Vec::new();
        for plan in &plans {
            let ground = Ground::of(plan, &weights)?;
            let outcome = run(plan, &weights, &ground, self.quiet);
            let figures = paper::compare(plan, &weights, &ground, &outcome);
            let played = Played {
                plan: plan.clone(),
                outcome,
                figures,
            };
            print!("{}", text::summary(&played, &weights, &ground));
            all.push(played);
        }
        let ends = if self.no_ends || self.sabotage != Fault::None {
            Vec::new()
        } else {
            self.ends(&plans, &weights)?
        };
        print!("{}", advice::table(&ends));
        print!("{}", advice::advice(&all, &ends, &weights));
        if let Some(sheet) = json {
            let outcomes: Vec<_> = all.iter().map(|played| &played.outcome).collect();
            sheet.write(&serde_json::to_string(&outcomes).map_err(|error| error.to_string())?)?;
        }
        if let Some(sheet) = out {
            sheet.write(&crate::html::fleet(&all, &ends))?;
        }
        Ok(all.iter().all(|played| played.outcome.broken.is_none()))
    }

    fn ends(&self, plans: &[Plan], weights: &Weights) -> Result<Vec<End>, String> {
        let mut found = Vec::new();
        for plan in plans {
            for shards in ends::SHARDS {
                if !self.quiet {
                    let clusters = plan.etcd_clusters;
                    eprintln!("where it ends: {shards} shards, {clusters} clusters of etcd");
                }
                found.push(ends::search(plan, weights, shards, plan.etcd_clusters)?);
            }
        }
        Ok(found)
    }

    /// What is to be simulated, once for each number of clusters.
    ///
    /// # Errors
    /// What of it makes no sense.
    pub fn plans(&self) -> Result<Vec<Plan>, String> {
        let costs = match &self.costs {
            None => Costs::shipped(),
            Some(path) => {
                let shown = path.display();
                let text = fs::read_to_string(path);
                let text = text.map_err(|error| format!("{shown} can't be read: {error}"))?;
                Costs::parse(&text).map_err(|error| format!("{shown}: {error}"))?
            }
        };
        let plan = |clusters: &u16| {
            let plan = Plan {
                etcd_clusters: *clusters,
                ..self.plan(costs.clone())
            };
            plan.check().map(|()| plan)
        };
        self.etcd_clusters.iter().map(plan).collect()
    }

    fn plan(&self, costs: Costs) -> Plan {
        let trouble = |at: Duration| (!self.no_trouble).then_some(at);
        Plan {
            nodes: self.nodes,
            shards: self.shards,
            events: self.events,
            seats: self.seats,
            buyers: self.buyers,
            small_sales: self.small_sales,
            small_over: self.small_over,
            quiet_holds: self.quiet_holds,
            sold_before: self.sold_before,
            kept_answers: self.kept_answers,
            etcd_clusters: 1,
            lease: self.lease,
            log_budget: self.log_budget << 10,
            compaction: self.compaction,
            quota: self.quota << 30,
            round_trip: self.round_trip,
            node_dies: trouble(self.node_dies),
            leader_changes: trouble(self.leader_changes),
            until: self.until,
            seed: self.seed,
            costs,
            fault: self.sabotage,
        }
    }
}
