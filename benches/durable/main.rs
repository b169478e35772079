//! How many confirms a second are durable, and how long does each take?
//!
//! ```text
//! cargo bench --bench durable -- --seconds 5
//! cargo bench --bench durable -- --start
//! ```
//!
//! So many confirms are in flight at a time: each waits until it is durable, then the next is made. Beside the engine on
//! its ledger stand
//! - a file that was written full of zeros before, one thread that gathers what there is, writes it and syncs it: the
//!   limit of this disk, with 24 bytes a confirm and nothing else done;
//! - Redis with `appendonly yes` and `appendfsync always`, a Lua script a confirm, by `redis-benchmark`;
//! - PostgreSQL, one `UPDATE .. WHERE` a confirm, by `pgbench`.
//!
//! With `--start` it measures how long a start takes instead.
//!
//! The servers are started by this program if Debian's packages are installed, on folders of their own beside the ledger's,
//! and are left out otherwise. All take turns, so that what else the machine does hits all of them; ratios are medians of
//! the rounds' ratios.

mod engine;
mod flight;
mod postgres;
mod raw;
mod redis;
mod start;

use std::{io, process::ExitCode, time::Duration};

use clap::Parser;
use flight::Turn;
use seatlock::limits;

/// How many confirms are in flight.
const IN_FLIGHT: [u32; 5] = [1, 8, 64, 512, 4_096];

/// What is to be reached at 64 and 512 in flight.
const TO_RAW_MIN: f64 = 0.5;
const TO_REDIS_MIN: f64 = 3.0;

/// Somebody who makes confirms durable.
trait Rival {
    fn name(&self) -> &'static str;

    /// So many in flight for so long; none if it can't have so many.
    fn turn(&mut self, in_flight: u32, length: Duration) -> io::Result<Option<Turn>>;
}

/// How many confirms a second are durable, and how long does each take?
///
/// Beside Seatlock stand a raw file, and Redis and PostgreSQL if they are installed. All of them take turns; nothing else
/// should run meanwhile.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo bench --bench durable --")]
struct Arguments {
    /// Measure each so long, with each number of confirms in flight
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// Measure how long a start takes instead, with a million held seats and ten million changes
    #[arg(long)]
    start: bool,
    /// Give each one short turn, to see that all of this still works
    #[arg(long)]
    test: bool,
    /// Cargo says this to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let is_test = arguments.test;
    let (length, rounds) = if is_test {
        (Duration::from_millis(50), 1)
    } else {
        (Duration::from_secs(1), arguments.seconds)
    };
    let done = if arguments.start {
        folder().and_then(|folder| start::measure(folder.path()))
    } else {
        compare(length, rounds, is_test)
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(length: Duration, rounds: u32, is_test: bool) -> io::Result<()> {
    let folder = folder()?;
    let mut rivals: Vec<Box<dyn Rival>> = vec![
        Box::new(raw::Raw::in_folder(folder.path())?),
        Box::new(engine::OnLedger::in_folder(
            folder.path(),
            "seatlock",
            limits::LEDGER_BUDGET_BYTES,
        )?),
        Box::new(engine::OnLedger::in_folder(
            folder.path(),
            "seatlock, cleaning always",
            1 << 20,
        )?),
    ];
    if !is_test {
        rivals.extend(redis::start(folder.path())?.map(|redis| Box::new(redis) as Box<dyn Rival>));
        let postgres = postgres::start(folder.path())?;
        rivals.extend(postgres.map(|postgres| Box::new(postgres) as Box<dyn Rival>));
    }
    println!(
        "{:<10} {:<26} {:>10} {:>9} {:>10} {:>10}",
        "in flight", "", "durable/s", "of raw", "p50 us", "p99 us"
    );
    for in_flight in IN_FLIGHT {
        let mut turns: Vec<Vec<Option<Turn>>> = Vec::new();
        for _ in 0..=rounds {
            let round = rivals.iter_mut().map(|rival| rival.turn(in_flight, length));
            turns.push(round.collect::<io::Result<_>>()?);
        }
        // The first warms up.
        report(in_flight, &rivals, &turns[1.min(turns.len() - 1)..]);
    }
    Ok(())
}

/// A folder on the disk that the project lies on: a folder for temporary files may be in memory.
fn folder() -> io::Result<tempfile::TempDir> {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))
}

fn report(in_flight: u32, rivals: &[Box<dyn Rival>], rounds: &[Vec<Option<Turn>>]) {
    let of = |place: usize, value: &dyn Fn(&Turn) -> f64| {
        median(
            rounds
                .iter()
                .filter_map(|round| round[place].as_ref().map(value))
                .collect(),
        )
    };
    let ratio = |place: usize, to: usize| {
        let ratio = |round: &Vec<Option<Turn>>| {
            Some(round[place].as_ref()?.rate / round[to].as_ref()?.rate)
        };
        median(rounds.iter().filter_map(ratio).collect())
    };
    for (place, rival) in rivals.iter().enumerate() {
        if rounds.iter().all(|round| round[place].is_none()) {
            continue;
        }
        println!(
            "{in_flight:<10} {:<26} {:>10.0} {:>9.2} {:>10.0} {:>10.0}",
            rival.name(),
            of(place, &|turn| turn.rate),
            ratio(place, 0),
            of(place, &|turn| turn.p50_micros),
            of(place, &|turn| turn.p99_micros),
        );
    }
    if matches!(in_flight, 64 | 512) {
        println!(
            "           to the raw file: {:.2}, wanted {TO_RAW_MIN}",
            ratio(1, 0)
        );
        let redis = rivals
            .iter()
            .position(|rival| rival.name().starts_with("Redis"));
        if let Some(redis) = redis {
            let ratio = ratio(1, redis);
            println!("           to Redis: {ratio:.2}, wanted {TO_REDIS_MIN}");
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
