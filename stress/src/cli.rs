//! The command line.

use std::{
    net::{Ipv4Addr, SocketAddr},
    ops::RangeInclusive,
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

use clap::{ArgGroup, Parser, Subcommand};
use seatlock::{
    limits::{GROUP_SEATS_MAX, SEATS_MAX, STREAMS_MAX, THREADS_MAX},
    tick::Ttl,
};

use crate::{
    crash::{CrashPlan, Fault, ServePlan},
    http::HttpPlan,
    plan::{Length, Plan, mix::Mix, skew::Skew},
    simulate::cli::SimulateOptions,
    streams::StreamsPlan,
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
/// `stress simulate` plays an on-sale in virtual time instead; it has a --help of its own.
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
  stress simulate --scenario arena                an on-sale with 60 thousand people, in a few seconds

Exit code: 0 if every promise was kept, 1 if one was broken, 2 for bad usage. With --sabotage FAULT it must be 1;
with --sabotage all it is 0 if every fault was found.";

/// A number of seats, or a range of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count(RangeInclusive<u32>);

/// A TTL, or a range of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TtlRange {
    shortest: Ttl,
    longest: Ttl,
}

impl Options {
    /// The run in the process that these options ask for.
    pub fn plan(&self, seed: u64) -> Plan {
        Plan {
            threads: self.threads,
            seats: self.seats.unwrap_or(SEATS),
            users: self.users,
            mix: self.mix.clone(),
            group: self.group.0.clone(),
            skew: self.skew,
            ttl_min: self.ttl.shortest,
            ttl_max: self.ttl.longest,
            length: self.length(),
            seed,
            speed: self.speed,
            dawdle: self.dawdle,
            stall: STALL,
            quiet: self.quiet || self.json,
        }
    }

    /// The run against `url` that these options ask for.
    pub fn http_plan(&self, url: &str, seed: u64) -> HttpPlan {
        HttpPlan {
            url: url.to_owned(),
            connections: self.threads,
            users: self.users,
            mix: self.mix.clone(),
            skew: self.skew,
            lock_ttl: self.lock_ttl,
            length: self.length(),
            seed,
            quiet: self.quiet,
        }
    }

    /// The run with `streams` clients that these options ask for.
    pub fn streams_plan(&self, streams: u32, seed: u64) -> StreamsPlan {
        StreamsPlan {
            streams,
            seats: self.seats.unwrap_or(SEATS),
            changes_a_second: self.changes,
            duration: self.duration.unwrap_or(DURATION),
            seed,
        }
    }

    /// The run with so many crashes that these options ask for.
    pub fn crash_plan(&self, crashes: u32, seed: u64) -> CrashPlan {
        CrashPlan {
            crashes,
            clerks: self.threads,
            seats: self.seats.unwrap_or(CRASH_SEATS),
            seed,
            durable_holds: self.durable_holds,
            binary: self.binary.clone(),
            fault: None,
            quiet: self.quiet || self.json,
        }
    }

    /// The server of such a run.
    pub fn serve_plan(&self, seed: u64) -> ServePlan {
        ServePlan {
            data: self.data.clone(),
            listen: self.listen,
            grace: self.restart_grace,
            durable_holds: self.durable_holds,
            fault: self.fault,
            seed,
        }
    }

    fn length(&self) -> Length {
        self.operations.map_or(
            Length::Time(self.duration.unwrap_or(DURATION)),
            Length::Operations,
        )
    }
}

impl FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) = range(text, |part| {
            let count = part
                .parse()
                .ok()
                .filter(|count| (1..=GROUP_SEATS_MAX).contains(count));
            count.ok_or_else(|| format!("a group has 1 to {GROUP_SEATS_MAX} seats"))
        })?;
        Ok(Self(from..=to))
    }
}

impl FromStr for TtlRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (shortest, longest) = range(text, |part| {
            Ttl::new(time(part)?).map_err(|error| error.to_string())
        })?;
        Ok(Self { shortest, longest })
    }
}

/// A value, or two of them in order with '..' in between.
fn range<V: PartialOrd + Clone>(
    text: &str,
    value: impl Fn(&str) -> Result<V, String>,
) -> Result<(V, V), String> {
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    let (from, to) = (value(from)?, value(to)?);
    if from <= to {
        Ok((from, to))
    } else {
        Err("a range goes from the smaller to the larger".to_owned())
    }
}

/// A time with its unit: 250us, 15ms, 10s, 5m or 1h.
pub(crate) fn time(text: &str) -> Result<Duration, String> {
    let units = [
        ("us", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ];
    let number = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = units
        .into_iter()
        .find(|(name, _)| *name == &text[number.len()..]);
    let nanos = unit
        .zip(number.parse::<u64>().ok())
        .and_then(|((_, nanos), number)| number.checked_mul(nanos));
    nanos
        .map(Duration::from_nanos)
        .ok_or_else(|| "a time is a whole number and a unit: us, ms, s, m or h".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Options::command().debug_assert();
    }

    #[test]
    fn times_have_units() {
        assert_eq!(time("15ms"), Ok(Duration::from_millis(15)));
        assert_eq!(time("2h"), Ok(Duration::from_secs(7_200)));
        for text in [
            "",
            "5",
            "ms",
            "1.5s",
            "-1s",
            "5 s",
            "99999999999999999999s",
            "18446744073709551615h",
        ] {
            assert!(time(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn ranges_are_in_order_and_within_their_bounds() {
        assert_eq!("3".parse(), Ok(Count(3..=3)));
        assert_eq!("2..64".parse(), Ok(Count(2..=64)));
        for text in ["", "0", "65", "4..2", "2..", "..3"] {
            assert!(text.parse::<Count>().is_err(), "{text:?}");
        }
        assert!("1ms..2s".parse::<TtlRange>().is_ok());
        for text in ["0ms", "2s..1s", "721h"] {
            assert!(text.parse::<TtlRange>().is_err(), "{text:?}");
        }
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
        ] {
            let error = Options::try_parse_from(["stress"].into_iter().chain(line.split(' ')))
                .expect_err(line);
            assert_eq!(error.exit_code(), 2, "{line}");
        }
    }
}
