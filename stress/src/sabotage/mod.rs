//! Deliberate faults: a prover that cannot fail proves nothing.
//!
//! Each is committed by one part that is not honest, in a run that is otherwise as any other: a worker's hand, the
//! trail between the map and the tape, the auditor's own eyes, or the reaper's watch. The core itself is untouched: as
//! time, numbers and records are all handed to it or taken from it, a fault needs no hook in it.

mod deeds;
mod doctor;
mod hand;
mod trail;

use std::{fmt::Write, sync::Arc, time::Duration};

use seatlock::{limits::TICK_NANOS, tick::Ttl};

use crate::{
    audit::verdict::Violation,
    clock::RunClock,
    plan::{Length, Plan, mix::Mix, skew::Skew},
    run::{self, Parts},
};
use deeds::Deeds;
use hand::Crooked;
use trail::Leaky;

/// Operations of a run with a fault, unless it is found before.
const OPERATIONS: u64 = 1_500_000;

/// How long the tape may stand still in a run with a fault.
const STALL: Duration = Duration::from_millis(300);

/// A deliberate fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The control: all parts are of the kind that can be crooked, and none is.
    None,
    /// Confirms are decided by a clock that is late.
    LateConfirm,
    /// Holds are decided by a clock that is ahead.
    EarlySteal,
    /// The reaper's clock is ahead.
    EarlyReaper,
    /// An id serves two takings.
    ReusedTaking,
    /// The auditor is shown a void in a record's place.
    LostRecord,
    /// The auditor is shown two changes of a seat in each other's place.
    SwappedRecords,
    /// A number that was given up is never answered for.
    LostVoid,
    /// One record of a group is void.
    HalfGroup,
    /// A group's record says that nothing follows.
    SplitGroup,
    /// A record has another word than the memory.
    WrongWord,
    /// A change is in memory, and neither on the tape nor claimed.
    HiddenChange,
    /// A change is claimed that was refused.
    Liar,
    /// A change is not claimed.
    Silent,
    /// A read shows what a seat was a while ago.
    StaleRead,
    /// A holder is told before his deadline that another has his seat.
    BrokenWord,
    /// A change is numbered as if it had come later than it did.
    LateNumber,
    /// A booking that moves frees its seats before it takes the others.
    TornMove,
    /// The wheel is told of no hold any more.
    LostMarks,
}

impl Fault {
    /// All of them, the control first.
    pub const ALL: [Self; 19] = [
        Self::None,
        Self::LateConfirm,
        Self::EarlySteal,
        Self::EarlyReaper,
        Self::ReusedTaking,
        Self::LostRecord,
        Self::SwappedRecords,
        Self::LostVoid,
        Self::HalfGroup,
        Self::SplitGroup,
        Self::WrongWord,
        Self::HiddenChange,
        Self::Liar,
        Self::Silent,
        Self::StaleRead,
        Self::BrokenWord,
        Self::LateNumber,
        Self::TornMove,
        Self::LostMarks,
    ];

    /// Its name on the command line, and what it is.
    pub const fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::None => ("none", "no fault: the control"),
            Self::LateConfirm => ("late-confirm", "a confirm ignores the deadline"),
            Self::EarlySteal => ("early-steal", "a hold takes a seat that is held"),
            Self::EarlyReaper => (
                "early-reaper",
                "the reaper runs two ticks ahead of its time",
            ),
            Self::ReusedTaking => ("reused-taking", "an id is used for two takings"),
            Self::LostRecord => ("lost-record", "a record of the tape is lost"),
            Self::SwappedRecords => ("swapped-records", "two records of a seat change places"),
            Self::LostVoid => (
                "lost-void",
                "a number that was given up is not answered for",
            ),
            Self::HalfGroup => ("half-group", "one seat of a group is missing on the tape"),
            Self::SplitGroup => ("split-group", "a group is published in two parts"),
            Self::WrongWord => ("wrong-word", "a record says another word than the memory"),
            Self::HiddenChange => ("hidden-change", "memory is changed behind the tape's back"),
            Self::Liar => ("liar", "a worker claims a change that was refused"),
            Self::Silent => ("silent", "a worker keeps a change to itself"),
            Self::StaleRead => ("stale-read", "a read shows what was true a while ago"),
            Self::BrokenWord => (
                "broken-word",
                "a holder is told in time that another has his seat",
            ),
            Self::LateNumber => ("late-number", "a change is numbered later than it returned"),
            Self::TornMove => (
                "torn-move",
                "a booking that moves is freed before it is taken",
            ),
            Self::LostMarks => (
                "lost-marks",
                "the wheel's marks are lost: harmless, but late",
            ),
        }
    }

    /// Whether a run with this fault ended as it has to. A lost mark must be noticed and must harm nobody.
    fn is_caught_by(self, violation: Option<&Violation>) -> bool {
        match (self, violation) {
            (Self::None, violation) => violation.is_none(),
            (Self::LostMarks, Some(violation)) => !violation.promise.is_safety(),
            (_, violation) => violation.is_some(),
        }
    }
}

/// The names of all faults, and what they are.
pub fn list() -> String {
    Fault::ALL
        .into_iter()
        .map(Fault::describe)
        .fold(String::new(), |mut text, (name, what)| {
            let _ = writeln!(text, "{name:<16} {what}");
            text
        })
}

/// Commits one fault, or each in turn. Answers whether all is well: with one fault, if it went unnoticed.
pub fn run(name: &str, seed: u64) -> Result<bool, String> {
    if name == "all" {
        return run_all(seed);
    }
    let fault = Fault::ALL
        .into_iter()
        .find(|fault| fault.describe().0 == name);
    let fault =
        fault.ok_or_else(|| format!("there is no fault '{name}'; --list-sabotages shows them"))?;
    let committed = commit(fault, seed)?;
    match &committed.violation {
        Some(violation) => println!("\n{violation}"),
        None => println!(
            "\nEvery promise was kept; the fault was committed {} times.",
            committed.deeds
        ),
    }
    Ok(committed.violation.is_none())
}

fn run_all(seed: u64) -> Result<bool, String> {
    let found = all(seed)?;
    Ok(found.iter().all(|found| found.is_caught))
}

/// A fault that was committed, and what became of it.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its name.
    pub name: &'static str,
    /// What was done.
    pub what: &'static str,
    /// How often.
    pub committed: u64,
    /// How many changes there were from the first time until it was found.
    pub changes_later: Option<u64>,
    /// As what it was found.
    pub found_as: String,
    /// Whether it ended as it had to.
    pub is_caught: bool,
}

/// Commits each fault in turn, and says how it was found.
///
/// # Errors
/// Why a run could not be begun.
pub fn all(seed: u64) -> Result<Vec<Found>, String> {
    println!(
        "{:<16} {:>10} {:>14}  found as",
        "fault", "committed", "changes later"
    );
    let mut all = Vec::new();
    for fault in Fault::ALL {
        let found = found(fault, &commit(fault, seed)?);
        let later = found.changes_later;
        println!(
            "{:<16} {:>10} {:>14}  {}",
            found.name,
            found.committed,
            later.map_or_else(|| "-".to_owned(), |changes| changes.to_string()),
            found.found_as
        );
        all.push(found);
    }
    println!(
        "\n{}",
        if all.iter().all(|found| found.is_caught) {
            "Every fault was found."
        } else {
            "A fault was NOT FOUND: the proof is worth nothing."
        }
    );
    Ok(all)
}

fn found(fault: Fault, committed: &Committed) -> Found {
    let is_caught = fault.is_caught_by(committed.violation.as_ref());
    let found_as = match &committed.violation {
        None if is_caught => "nothing, as it must be".to_owned(),
        None => "NOT FOUND".to_owned(),
        Some(violation) if !is_caught => format!(
            "{}: NOT AS IT MUST BE: {}",
            violation.promise, violation.what
        ),
        Some(violation) if violation.promise.is_safety() => violation.promise.to_string(),
        Some(violation) => format!("{}; harmless, shown late", violation.promise),
    };
    let (name, what) = fault.describe();
    Found {
        name,
        what,
        committed: committed.deeds,
        changes_later: committed.changes_later,
        found_as,
        is_caught,
    }
}

/// How a run with a fault ended.
struct Committed {
    violation: Option<Violation>,
    deeds: u64,
    changes_later: Option<u64>,
}

fn commit(fault: Fault, seed: u64) -> Result<Committed, String> {
    let plan = plan(seed);
    let clock = RunClock::starting_now(plan.speed);
    let shard = Arc::new(run::shard(&plan, &clock));
    let deeds = Arc::new(Deeds::new(Arc::clone(&shard)));
    let hurry = if fault == Fault::EarlyReaper { 2 } else { 0 };
    if hurry > 0 {
        deeds.commit();
    }
    let parts = Parts {
        trail: Leaky::new(Arc::clone(&shard), fault, Arc::clone(&deeds)),
        hands: (0..plan.threads)
            .map(|_| Crooked::new(fault, Arc::clone(&deeds)))
            .collect(),
        doctor: doctor::doctor(fault, Arc::clone(&deeds)),
        hurry: Duration::from_nanos(hurry * TICK_NANOS),
    };
    let ended = run::run_with(&plan, &shard, clock, parts)?;
    let violation = ended.findings.violation;
    let found_at = violation.is_some().then_some(ended.findings.reached.get());
    let changes_later = found_at
        .zip(deeds.first())
        .map(|(found, first)| found.saturating_sub(first));
    Ok(Committed {
        violation,
        deeds: deeds.committed(),
        changes_later,
    })
}

/// A run in which everything happens often: few seats, short holds, time that runs 20 times as fast, and races lost.
fn plan(seed: u64) -> Plan {
    let ttl = |ticks| Ttl::from_ticks(ticks).unwrap_or(Ttl::MAX);
    Plan {
        threads: 4,
        seats: 64,
        users: 16,
        mix: Mix::default(),
        group: 2..=4,
        skew: Skew::Uniform,
        ttl_min: ttl(2),
        ttl_max: ttl(10),
        length: Length::Operations(OPERATIONS),
        seed,
        speed: 20,
        dawdle: 50,
        stall: STALL,
        quiet: true,
    }
}
