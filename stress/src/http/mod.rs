//! The stress over HTTP: the small API from outside, as any client sees it.
//!
//! | file | what it does |
//! |---|---|
//! | [`client`] | one connection, one call at a time |
//! | [`worker`] | plays calls and notes when each was sent and answered |
//! | [`model`] | one seat of the small API as a sequential model, with deadlines in intervals |
//! | [`judge`] | checks the notes against the model, by search and by the LSNs |

pub mod client;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod histories;
pub mod judge;
pub mod model;
pub mod worker;

use std::{
    fmt::Write,
    sync::{
        atomic::Ordering,
        mpsc::{self, Receiver},
    },
    thread,
    time::{Duration, Instant},
};

use seatlock::limits::TICK_NANOS;

use crate::{
    audit::verdict::Violation,
    latency::Book,
    plan::{Length, mix::Mix, skew::Skew},
    progress::per,
    report,
};
use client::Connection;
use judge::Judge;
use model::{Reply, SeatModel};
use worker::{CALLS_A_ROUND, Court, KINDS, Noted, Worker};

/// Seats of the server that are played at most.
const SEATS_PLAYED_MAX: u32 = 1_000;

/// Rounds that may wait to be judged; then the connections wait for the judge.
const ROUNDS_WAITING: usize = 4;

/// How far the server's clock and ours may differ over one TTL: a millisecond, and a tenth of a per mille.
const SLACK_NANOS: u64 = 1_000_000;
const SLACK_OF_TTL: u64 = 10_000;

/// Of the seats at most this share is booked by the end of the run.
const BOOKED_SHARE: f64 = 0.6;

/// A run against a server.
#[derive(Debug, Clone)]
pub struct HttpPlan {
    /// Where it is.
    pub url: String,
    /// Connections, each with a thread.
    pub connections: u32,
    /// Users, spread over the connections.
    pub users: u32,
    /// How often each operation.
    pub mix: Mix,
    /// Which seats.
    pub skew: Skew,
    /// How long the server's locks last.
    pub lock_ttl: Duration,
    /// When to stop.
    pub length: Length,
    /// The source of all choices.
    pub seed: u64,
    /// Whether to say nothing but the end.
    pub quiet: bool,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// What the connections counted.
    pub book: Book,
    /// How long they worked.
    pub elapsed: Duration,
    /// The counts of the checks.
    pub judge: Judge,
    /// The first promise that was broken.
    pub violation: Option<Violation>,
}

/// Runs a plan.
///
/// # Errors
/// If the server cannot be reached, or is not one of the small API.
pub fn run(plan: &HttpPlan) -> Result<Ended, String> {
    let host = client::host_of(&plan.url)?;
    let seats = first_look(host)?;
    let free = seats.iter().map(|reply| *reply == Reply::ShownFree);
    let judge = Judge::new(model(plan), free);
    let played = u32::try_from(seats.len()).map_err(|error| error.to_string())?;
    let court = Court::new(plan.connections);
    let workers: Vec<_> = (0..plan.connections)
        .map(|line| {
            Worker::open(plan, host, &court, played, line)
                .map_err(|error| format!("{host}: {error}"))
        })
        .collect::<Result<_, _>>()?;
    thread::scope(|scope| {
        let (threads, notes): (Vec<_>, Vec<_>) = workers
            .into_iter()
            .map(|worker| {
                let (sender, receiver) = mpsc::sync_channel(ROUNDS_WAITING);
                (scope.spawn(move || worker.run(&sender)), receiver)
            })
            .unzip();
        let (judge, violation) = preside(plan, &court, judge, played, notes);
        let elapsed = court.started.elapsed();
        let mut book = Book::new(KINDS);
        for thread in threads {
            book.add(
                &thread
                    .join()
                    .map_err(|_| "a connection's thread panicked")??,
            );
        }
        Ok(Ended {
            book,
            elapsed,
            judge,
            violation,
        })
    })
}

/// The summary of a run.
pub fn summary(ended: &Ended) -> String {
    let mut text = report::throughput(&ended.book, ended.elapsed);
    text += &report::latencies(&ended.book, "over HTTP, of every call");
    text += &report::promises(&ended.judge.checks);
    let left_out = ended.judge.left_out();
    if left_out > 0 {
        let _ = writeln!(
            text,
            "{left_out} seats were left out: not free at the beginning, an answer that never came, or too many possibilities ({})",
            ended.judge.undecided
        );
    }
    text
}

/// Judges rounds as they come, and says when it is enough.
fn preside(
    plan: &HttpPlan,
    court: &Court,
    mut judge: Judge,
    seats: u32,
    notes: Vec<Receiver<Vec<Noted>>>,
) -> (Judge, Option<Violation>) {
    let mut shown = Instant::now();
    let mut calls = 0;
    let mut calls_shown = 0;
    while let Some(round) = next_round(&notes) {
        calls += CALLS_A_ROUND * u64::from(plan.connections);
        let done = share_done(plan.length, court.started.elapsed(), calls);
        court
            .bookable
            .store(share_of(seats, done), Ordering::Relaxed);
        if done >= 1.0 {
            court.stop.store(true, Ordering::Relaxed);
        }
        if let Err(violation) = judge.judge(round) {
            court.stop.store(true, Ordering::Relaxed);
            // Nobody waits for room any more.
            drop(notes);
            return (judge, Some(violation));
        }
        if !plan.quiet && shown.elapsed() >= Duration::from_secs(1) {
            let rate = per(calls - calls_shown, 1_000) / shown.elapsed().as_secs_f64();
            eprintln!(
                "{:>4} s  {rate:>9.2} thousand calls/s  {calls:>10} judged",
                court.started.elapsed().as_secs()
            );
            (shown, calls_shown) = (Instant::now(), calls);
        }
    }
    (judge, None)
}

/// One round of every connection. `None` when one of them has ended: they all end with the same round.
fn next_round(notes: &[Receiver<Vec<Noted>>]) -> Option<Vec<Noted>> {
    let rounds: Option<Vec<_>> = notes.iter().map(|receiver| receiver.recv().ok()).collect();
    rounds.map(|rounds| rounds.concat())
}

/// What the seats are at the beginning.
fn first_look(host: &str) -> Result<Vec<Reply>, String> {
    let answer = Connection::open(host).and_then(|mut connection| connection.call("GET", "/seats"));
    let answer = answer.map_err(|error| format!("{host}: {error}"))?;
    let shown = worker::listing(&answer.body)?;
    let seats: Vec<_> = (1..=SEATS_PLAYED_MAX)
        .map_while(|number| shown.get(&number).copied())
        .collect();
    if seats.contains(&Reply::ShownFree) {
        Ok(seats)
    } else {
        Err("the server has no free seat".to_owned())
    }
}

fn model(plan: &HttpPlan) -> SeatModel {
    let ttl_nanos = u64::try_from(plan.lock_ttl.as_nanos()).unwrap_or(u64::MAX / 4);
    SeatModel {
        ttl_nanos,
        tick_nanos: TICK_NANOS,
        slack_nanos: SLACK_NANOS + ttl_nanos / SLACK_OF_TTL,
    }
}

fn share_done(length: Length, elapsed: Duration, calls: u64) -> f64 {
    match length {
        Length::Operations(all) => per(calls, all),
        Length::Time(span) => elapsed.as_secs_f64() / span.as_secs_f64(),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of the seats, rounded down"
)]
fn share_of(seats: u32, done: f64) -> u32 {
    (f64::from(seats) * BOOKED_SHARE * done.min(1.0)) as u32
}
