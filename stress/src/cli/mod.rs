//! The command line.

mod plans;
mod values;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use clap::{ArgGroup, Parser, Subcommand};
use seatlock::limits::{SEATS_MAX, STREAMS_MAX, THREADS_MAX};

pub(crate) use self::values::time;
use self::values::{Count, TtlRange};
use crate::{
    cluster::{ClusterOptions, NodeOptions},
    crash::Fault,
    fleet::cli::FleetOptions,
    full::FullOptions,
    plan::{mix::Mix, skew::Skew},
    simulate::cli::SimulateOptions,
};

/// How long a run is unless it is told.
const DURATION: Duration = Duration::from_secs(10);

/// How many seats there are unless it is told; with crashes, in each event.
const SEATS: u32 = 64;
const CRASH_SEATS: u32 = 400;

/// How long the tape may stand still before a run is ended to find out why.
const STALL: Duration = Duration::from_secs(5);

/// Puts Seatlock under load and proves from the record that it kept its promises.
///
/// Threads hold, confirm, release, extend, cancel, move and block seats, alone and in groups, and race one another and
/// the reaper for deadlines. An auditor replays the tape while they do: every record must begin with the word that the
/// one before left, say what its author was told, be legal by a second implementation of the rules, and agree with real
/// time by a clock that the engine does not know. At the end replay and memory are compared, word by word.
///
/// With --crashes a server is killed under load and started again, and what it has acknowledged must be there.
///
/// With --url the small HTTP API of a running server is put under load instead, and every answer is checked for
/// linearizability, seat by seat.
///
/// `stress simulate` plays an on-sale in virtual time instead, `stress fleet` a hundred nodes on etcd, `stress cluster` has
/// things go wrong in a cluster, and `stress report` writes one report of everything; each has a --help of its own.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 110, after_help = AFTER_HELP, args_conflicts_with_subcommands = true)]
#[command(group(ArgGroup::new("served").args(["streams", "crashes"])))]
pub struct Options {
    /// Something else than a run under load.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Threads that change seats; with --url, connections
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(THREADS_MAX) - 2))]
    pub threads: u32,
    /// Seats in the map [default: 64; with --crashes 400]; with --url, the server's are used
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(SEATS_MAX)))]
    pub seats: Option<u32>,
    /// Users, spread over the threads; each remembers a few holds and bookings
    #[arg(long, default_value_t = 16, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub users: u32,
    /// How often each operation, as weights; those that are not named are not played
    #[arg(long, default_value_t, value_name = "NAME=WEIGHT,..")]
    pub mix: Mix,
    /// How many seats a group has: a number, or FROM..TO with both included
    #[arg(long, default_value = "2..4", value_name = "SEATS")]
    pub group: Count,
    /// Which seats are wanted: uniform, zipf, zipf:EXPONENT or hot (everybody wants one seat)
    #[arg(long, default_value_t = Skew::Uniform, value_name = "SKEW")]
    pub skew: Skew,
    /// How long holds last: a time, or FROM..TO with both included, such as 15ms..2s
    #[arg(long, default_value = "15ms..200ms", value_name = "TIME")]
    pub ttl: TtlRange,
    /// How long the run is, unless --operations is given [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with = "operations")]
    pub duration: Option<Duration>,
    /// How many operations the run has, over all threads
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub operations: Option<u64>,
    /// Where all choices come from; the run prints it. Threads still race as they like
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// How much faster than real the run's time is: at 100 a tick lasts 0.1 ms, for 100 times as many deadlines to race
    #[arg(long, default_value_t = 1, value_name = "FACTOR", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub speed: u32,
    /// In the middle of a change, between its load and its CAS, its CAS and its record, its record and its mark, let other
    /// threads run at one of so many such points; 0 for never, which is best for speed
    #[arg(long, default_value_t = 100, value_name = "POINTS")]
    pub dawdle: u32,
    /// Put a server under load instead, such as http://127.0.0.1:3000. Give it fresh seats: the API cannot unbook
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// How long that server's locks last
    #[arg(long, default_value = "60s", value_name = "TIME", value_parser = time, requires = "url")]
    pub lock_ttl: Duration,
    /// Let so many clients follow one event over HTTP instead, each with a map of its own, while a server in a process of
    /// its own changes its seats
    #[arg(long, value_name = "N", conflicts_with_all = ["url", "sabotage"], value_parser = clap::value_parser!(u32).range(1..=i64::from(STREAMS_MAX)))]
    pub streams: Option<u32>,
    /// With --streams: changes a second
    #[arg(long, default_value_t = 5_000, value_name = "N", requires = "streams", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub changes: u32,
    /// Kill a server under load so many times instead, start it again on the same folder, and ask for everything that it
    /// has acknowledged; now and then it is asked to stop, or killed again while it starts
    #[arg(long, value_name = "N", conflicts_with_all = ["url", "streams"], value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub crashes: Option<u32>,
    /// With --crashes: the server to kill, such as target/release/seatlock, instead of this command in its role
    #[arg(
        long,
        value_name = "PATH",
        requires = "crashes",
        conflicts_with = "sabotage"
    )]
    pub binary: Option<PathBuf>,
    /// With --crashes: have holds wait for the ledger as bookings do, so that none may be lost
    #[arg(long, requires = "crashes")]
    pub durable_holds: bool,
    /// With --streams or --crashes: be the server; the run with the clients starts this one itself
    #[arg(long, hide = true, requires = "served")]
    pub serve: bool,
    /// Where the server keeps its data
    #[arg(long, hide = true, requires = "serve", default_value = "seatlock-data")]
    pub data: PathBuf,
    /// Where the server listens
    #[arg(long, hide = true, requires = "serve", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))]
    pub listen: SocketAddr,
    /// What the server grants to holds that were alive
    #[arg(long, hide = true, requires = "serve", value_parser = time, default_value = "0ms")]
    pub restart_grace: Duration,
    /// What is wrong with the server's ledger
    #[arg(long, hide = true, requires = "serve", value_parser = Fault::named, default_value = "none")]
    pub fault: Fault,
    /// Commit a deliberate fault, which the run must find; 'all' commits each in turn and shows how it was found
    #[arg(long, value_name = "FAULT", conflicts_with = "url")]
    pub sabotage: Option<String>,
    /// Show the faults that --sabotage knows
    #[arg(long)]
    pub list_sabotages: bool,
    /// Write a report as one HTML file that needs nothing else; with --sabotage all the honest run comes first, and the
    /// faults are in it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["url", "streams", "crashes", "json"])]
    pub report: Option<PathBuf>,
    /// Say how it went as one JSON object, and nothing else
    #[arg(long, conflicts_with_all = ["url", "sabotage", "streams"])]
    pub json: bool,
    /// Say nothing until the end
    #[arg(long, short)]
    pub quiet: bool,
}

/// What else it can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Plays an on-sale in virtual time, with people as they are, against the engine itself
    Simulate(Box<SimulateOptions>),
    /// Plays a hundred nodes on etcd in virtual time: what etcd is asked for, and where it ends
    Fleet(Box<FleetOptions>),
    /// Runs everything, and writes one report of it
    Report(FullOptions),
    /// Has one thing after the other go wrong in a cluster, under a load whose history is checked
    Cluster(ClusterOptions),
    /// Be a node of such a cluster; the run starts its own
    #[command(hide = true)]
    ClusterNode(NodeOptions),
}

const AFTER_HELP: &str = "\
Operations of a mix:
  hold group confirm release extend cancel move best places rebook double block unblock expire read
  A group is several seats in one step; what was taken together is confirmed, released, extended and cancelled together.
  'best' and 'places' hold what the engine chooses; 'rebook' moves a booking to other seats.
  'double' acts on another worker's hold at the same time as he does; 'expire' is the reaper's step out of turn.
  With --url: lock confirm unlock and read are played as the weights of hold, confirm, release and read say.

Examples:
  stress                                          ten seconds of everything on 64 seats
  stress --operations 3000000 --seed 7            as long as it takes for three million operations
  stress --skew hot --threads 8                   everybody wants one seat
  stress --speed 100 --ttl 15ms..40ms             a race for a deadline every few microseconds
  stress --seats 1000000 --skew zipf:1.1 --duration 5m
  stress --mix group=5,confirm=3,release=2,read=5 --group 2..64 --seats 128
  stress --sabotage all                           is the auditor awake? Each fault must be found
  stress --url http://127.0.0.1:3000 --lock-ttl 500ms --duration 20s
                                                  against: seatlock serve --lock-ttl 500ms
  stress --streams 10000 --changes 5000 --duration 30s --seats 100000
                                                  ten thousand who follow one event
  stress --crashes 200                            kill -9, again and again: is everything still there?
  stress --crashes 30 --sabotage all              would it be noticed if the ledger were not honest?
  stress --duration 30s --sabotage all --report report.html
                                                  everything that a run shows, for somebody who was not there
  stress report --out full.html                   all of it in one report, with the on-sale and the benchmarks
  stress simulate --scenario arena                an on-sale with 60 thousand people, in a few seconds
  stress cluster                                  three nodes on etcd, in which one thing after the other goes wrong
  stress fleet                                    a hundred nodes on etcd: what it is asked for, and where it ends

Exit code: 0 if every promise was kept, 1 if one was broken, 2 for bad usage. With --sabotage FAULT it must be 1;
with --sabotage all it is 0 if every fault was found.";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Options::command().debug_assert();
    }

    #[test]
    fn bad_usage_ends_with_code_2() {
        for line in [
            "--threads 0",
            "--skew cold",
            "--operations 1 --duration 1s",
            "--lock-ttl 1s",
            "--fly",
            "--changes 5",
            "--serve",
            "--durable-holds",
            "--crashes 1 --streams 1",
            "--crashes 1 --fault none",
            "--crashes 1 --report a.html",
            "--seats 5 simulate",
            "simulate --threads 5",
            "simulate --ttl 5",
            "simulate --crash 5s",
            "simulate --crash 5s:5s --no-crashes",
            "report --duration 5",
            "report --threads 0",
            "cluster --for 5",
            "cluster --faults fire",
            "cluster --single --sabotage all",
            "--threads 2 cluster",
            "fleet --quiet-holds many",
            "fleet --no-trouble --node-dies 5s",
            "fleet --sabotage all",
        ] {
            let error = Options::try_parse_from(["stress"].into_iter().chain(line.split(' ')))
                .expect_err(line);
            assert_eq!(error.exit_code(), 2, "{line}");
        }
    }
}
