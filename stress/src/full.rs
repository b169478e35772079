//! A full run for one report: load, crashes, an on-sale, and deliberate faults in each.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use seatlock::tick::Ttl;

use crate::{
    cli::time,
    crash::{self, CrashPlan},
    html,
    plan::{Length, Plan, mix::Mix, skew::Skew},
    report, run,
    sabotage::{self, Found},
    sheet::Sheet,
    simulate::{self, Fault, outcome::Outcome, scenario::Scenario, summary},
};

/// Seats of the house under load, users who want them, and how long its holds last.
const SEATS: u32 = 2_000;
const USERS: u32 = 1_200;
const TTL: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(2)];

/// Clients of the server that is killed, and the seats of each of its events.
const CLERKS: u32 = 4;
const CRASH_SEATS: u32 = 400;

/// How often it is killed to find a fault of its ledger.
const CRASHES_FOR_A_FAULT: u32 = 30;

/// Runs everything, and writes one report of it
///
/// A load with all checks, a server that is killed again and again, a simulated on-sale, each deliberate fault; and what
/// criterion has measured of other designs, if it has. The report is one HTML file that needs nothing else, for whoever was
/// not there. It takes about two minutes, and says how far it is.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub struct FullOptions {
    /// Where the report is written
    #[arg(long, value_name = "FILE", default_value = "report.html")]
    pub out: PathBuf,
    /// How long the load lasts
    #[arg(long, value_name = "TIME", default_value = "20s", value_parser = time)]
    pub duration: Duration,
    /// Threads that change seats
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub threads: u32,
    /// How often the server is killed; 0 leaves crashes out
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub crashes: u32,
    /// The on-sale: club, arena, stadium, or a TOML file
    #[arg(long, value_name = "NAME|FILE", default_value = "arena")]
    pub scenario: String,
    /// Where criterion has left its results
    #[arg(long, value_name = "FOLDER", default_value = "target/criterion")]
    pub benchmarks: PathBuf,
    /// Where all choices come from; the report says it
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Say nothing until the end
    #[arg(long, short)]
    pub quiet: bool,
}

const AFTER_HELP: &str = "\
For figures that are worth something, build with --release, and leave the machine alone meanwhile:
  cargo bench --bench seats                           ten minutes: the other designs, into target/criterion
  cargo run --release -p stress -- report --out full.html

Also:
  stress report --scenario stadium --duration 60s     two million people, and a longer load
  stress report --benchmarks ../elsewhere/criterion   results from somewhere else; the report says of what machine
  stress --report load.html                           the load alone
  stress simulate --scenario club --report club.html  the on-sale alone

Exit code: 0 if every promise was kept and every fault found, 1 if not, 2 if it could not be run.";

/// What is run.
#[derive(Debug)]
pub struct FullPlan {
    /// The load.
    pub load: Plan,
    /// The crashes.
    pub crashes: CrashPlan,
    /// The on-sale.
    pub scenario: Scenario,
    /// Where criterion's results are.
    pub benchmarks: PathBuf,
    /// Where all choices come from.
    pub seed: u64,
    /// Whether to say nothing but the end.
    pub quiet: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct FullRun {
    /// Of the load.
    pub load: run::Ended,
    /// Of the crashes, if there were any.
    pub crashes: Option<crash::Ended>,
    /// Of the on-sale.
    pub on_sale: Outcome,
    /// The faults under load.
    pub load_faults: Vec<Found>,
    /// Those of a ledger over crashes.
    pub crash_faults: Vec<Found>,
    /// Those in an on-sale.
    pub on_sale_faults: Vec<Found>,
}

impl FullOptions {
    /// Runs everything and writes the report. Whether all was as it should be.
    ///
    /// # Errors
    /// Why something could not be run, or the report not be written.
    pub fn act(&self) -> Result<bool, String> {
        let sheet = Sheet::open(&self.out)?;
        let plan = self.plan(self.seed.unwrap_or_else(rand::random))?;
        println!("--seed {}", plan.seed);
        let run = plan.run()?;
        sheet.write(&html::full(&plan, &run))?;
        print!("{}\n{}", report::run(&run.load), summary(&run.on_sale));
        let broken = run.broken();
        println!(
            "\n{}\nThe report: {}",
            broken
                .as_deref()
                .unwrap_or("Every promise was kept, and every fault was found."),
            self.out.display()
        );
        Ok(broken.is_none())
    }

    fn plan(&self, seed: u64) -> Result<FullPlan, String> {
        let ttl = |span| Ttl::new(span).map_err(|error| error.to_string());
        Ok(FullPlan {
            load: Plan {
                threads: self.threads,
                seats: SEATS,
                users: USERS,
                mix: Mix::default(),
                group: 2..=4,
                skew: Skew::Zipf(1.0),
                ttl_min: ttl(TTL[0])?,
                ttl_max: ttl(TTL[1])?,
                length: Length::Time(self.duration),
                seed,
                speed: 1,
                dawdle: 100,
                stall: Duration::from_secs(5),
                quiet: self.quiet,
            },
            crashes: CrashPlan {
                crashes: self.crashes,
                clerks: CLERKS,
                seats: CRASH_SEATS,
                seed,
                durable_holds: false,
                binary: None,
                fault: None,
                quiet: true,
            },
            scenario: Scenario::find(&self.scenario)?,
            benchmarks: self.benchmarks.clone(),
            seed,
            quiet: self.quiet,
        })
    }
}

impl FullPlan {
    /// Runs one after the other: nothing disturbs what is measured.
    ///
    /// # Errors
    /// Why one could not be begun.
    pub fn run(&self) -> Result<FullRun, String> {
        self.say("1 of 6: the load");
        let load = run::run(&self.load)?;
        self.say("2 of 6: faults under load");
        let load_faults = sabotage::all(self.seed, |found| self.tell(found))?;
        let (crashes, crash_faults) = if self.crashes.crashes == 0 {
            (None, Vec::new())
        } else {
            self.say("3 of 6: a server that is killed");
            let crashes = crash::run(&self.crashes)?;
            self.say("4 of 6: faults of its ledger");
            let plan = CrashPlan {
                crashes: CRASHES_FOR_A_FAULT,
                ..self.crashes.clone()
            };
            let faults = crash::faults(&plan, |found| self.tell(found))?;
            (Some(crashes), faults)
        };
        self.say(&format!("5 of 6: the on-sale, {}", self.scenario.title));
        let on_sale = simulate::run(&self.scenario, self.scenario.seed, Fault::None, self.quiet)?;
        self.say("6 of 6: faults in an on-sale");
        let on_sale_faults = simulate::faults(self.seed, |found| self.tell(found))?;
        Ok(FullRun {
            load,
            crashes,
            on_sale,
            load_faults,
            crash_faults,
            on_sale_faults,
        })
    }

    fn say(&self, what: &str) {
        if !self.quiet {
            eprintln!("{what}");
        }
    }

    fn tell(&self, found: &Found) {
        if !self.quiet {
            eprintln!("  {found}");
        }
    }
}

impl FullRun {
    /// All faults of all kinds.
    pub fn faults(&self) -> Vec<&Found> {
        let kinds = [&self.load_faults, &self.crash_faults, &self.on_sale_faults];
        kinds.into_iter().flatten().collect()
    }

    /// The first thing that was not as it should be.
    pub fn broken(&self) -> Option<String> {
        let load = self.load.findings.violation.as_ref();
        let crashes = self
            .crashes
            .as_ref()
            .and_then(|ended| ended.broken.as_ref());
        let faults = self.faults();
        let missed = faults.iter().find(|found| !found.is_caught);
        load.map(ToString::to_string)
            .or_else(|| crashes.map(ToString::to_string))
            .or_else(|| self.on_sale.broken.clone())
            .or_else(|| {
                missed.map(|found| {
                    format!(
                        "The fault '{}' was not found as it has to be: {}",
                        found.name, found.found_as
                    )
                })
            })
    }
}
