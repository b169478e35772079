//! Deliberate faults: a prover that cannot fail proves nothing.
//!
//! Each is committed by one part that is not honest, in a run that is otherwise as any other: a worker's hand, the
//! trail between the map and the tape, the auditor's own eyes, or the reaper's watch. The core itself is untouched: as
//! time, numbers and records are all handed to it or taken from it, a fault needs no hook in it.

mod deeds;
mod doctor;
mod fault;
mod found;
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
pub use fault::Fault;
pub(crate) use found::several;
pub use found::{Found, say_whether_all};

use deeds::Deeds;
use hand::Crooked;
use trail::Leaky;

/// Operations of a run with a fault, unless it is found before.
const OPERATIONS: u64 = 1_500_000;

/// How long the tape may stand still in a run with a fault.
const STALL: Duration = Duration::from_millis(300);

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
    println!("{}", Found::HEAD);
    let found = all(seed, |found| println!("{found}"))?;
    Ok(say_whether_all(&found))
}

/// Commits each fault in turn, and tells of each how it was found.
///
/// # Errors
/// Why a run could not be begun.
pub fn all(seed: u64, mut tell: impl FnMut(&Found)) -> Result<Vec<Found>, String> {
    let mut all = Vec::new();
    for fault in Fault::ALL {
        let found = found(fault, &commit(fault, seed)?);
        tell(&found);
        all.push(found);
    }
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
    let later = committed.changes_later;
    Found {
        name: name.to_owned(),
        what: what.to_owned(),
        committed: Some(committed.deeds),
        after: later.map(|changes| several(changes, "change")),
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
