//! Runs with a ledger that commits a fault: each must be found.

use std::fmt::Write;

use super::{CrashPlan, Fault, run};

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
    println!("{:<16} {:>8}  found as", "fault", "crashes");
    let mut all_caught = true;
    for fault in Fault::ALL {
        let ended = run(&with(plan, fault))?;
        let is_caught = ended.broken.is_some() == (fault != Fault::None);
        all_caught &= is_caught;
        let found = match &ended.broken {
            None if is_caught => "nothing, as it must be".to_owned(),
            None => "NOT FOUND".to_owned(),
            Some(broken) if is_caught => format!("{}: {}", broken.promise, broken.what),
            Some(broken) => format!("NOT AS IT MUST BE: {broken}"),
        };
        let crashes = ended.figures.kills + ended.figures.stops;
        println!("{:<16} {crashes:>8}  {found}", fault.describe().0);
    }
    println!(
        "\n{}",
        if all_caught {
            "Every fault was found."
        } else {
            "A fault was NOT FOUND: the proof is worth nothing."
        }
    );
    Ok(all_caught)
}

fn with(plan: &CrashPlan, fault: Fault) -> CrashPlan {
    CrashPlan {
        fault: Some(fault),
        quiet: true,
        ..plan.clone()
    }
}
