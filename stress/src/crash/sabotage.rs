//! Runs with a ledger that commits a fault: each must be found.

use std::fmt::Write;

use super::{CrashPlan, Fault, run};
use crate::sabotage::{Found, say_whether_all, several};

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
///
/// # Errors
/// There is no such fault, or no run could be begun.
pub fn sabotage(plan: &CrashPlan, name: &str) -> Result<bool, String> {
    if name == "all" {
        return all(plan);
    }
    let ended = run(&with(plan, Fault::named(name)?))?;
    match &ended.broken {
        Some(broken) => println!("\n{broken}"),
        None => println!("\nEvery promise was kept."),
    }
    Ok(ended.broken.is_none())
}

fn all(plan: &CrashPlan) -> Result<bool, String> {
    println!("{}", Found::HEAD);
    let found = faults(plan, |found| println!("{found}"))?;
    Ok(say_whether_all(&found))
}

/// Commits each fault in turn, and tells of each how it was found.
///
/// # Errors
/// Why a run could not be begun.
pub fn faults(plan: &CrashPlan, mut tell: impl FnMut(&Found)) -> Result<Vec<Found>, String> {
    let mut all = Vec::new();
    for fault in Fault::ALL {
        let ended = run(&with(plan, fault))?;
        let is_caught = ended.broken.is_some() == (fault != Fault::None);
        let found_as = match &ended.broken {
            None if is_caught => "nothing, as it must be".to_owned(),
            None => "NOT FOUND".to_owned(),
            Some(broken) if is_caught => format!("{}: {}", broken.promise, broken.what),
            Some(broken) => format!("NOT AS IT MUST BE: {broken}"),
        };
        let ends = ended.figures.kills + ended.figures.stops;
        let (name, what) = fault.describe();
        let found = Found {
            name: name.to_owned(),
            what: what.to_owned(),
            committed: None,
            after: Some(several(ends.into(), "end")),
            found_as,
            is_caught,
        };
        tell(&found);
        all.push(found);
    }
    Ok(all)
}

fn with(plan: &CrashPlan, fault: Fault) -> CrashPlan {
    CrashPlan {
        fault: Some(fault),
        quiet: true,
        ..plan.clone()
    }
}
