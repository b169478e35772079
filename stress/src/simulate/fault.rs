//! Deliberate faults of the server's answers, which the checks must find.

use clap::ValueEnum;

use super::{run, scenario::Scenario};
use crate::sabotage::Found;

/// A deliberate fault, which the checks must find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Fault {
    /// None.
    #[default]
    None,
    /// A buyer is told that he holds seats, though he was refused.
    ToldHeld,
    /// A buyer is told that his seats are booked, though he was refused.
    ToldBooked,
    /// The server forgets a booking.
    LostBooking,
}

impl Fault {
    const fn describe(self) -> &'static str {
        match self {
            Self::None => "no fault: the control",
            Self::ToldHeld => "a buyer is told that he holds seats, though he was refused",
            Self::ToldBooked => "a buyer is told that his seats are booked, though he was refused",
            Self::LostBooking => "the server forgets a booking",
        }
    }
}

/// Commits each fault in turn, in a small on-sale with many late payments.
///
/// # Errors
/// Why one could not be played.
pub fn faults(seed: u64, mut tell: impl FnMut(&Found)) -> Result<Vec<Found>, String> {
    let mut scenario = Scenario::find("club")?;
    scenario.payments.late = 0.5;
    scenario.payments.retake = false;
    let mut all = Vec::new();
    for fault in Fault::value_variants() {
        let outcome = run(&scenario, seed, *fault, true)?;
        let is_caught = outcome.broken.is_some() == (*fault != Fault::None);
        let found_as = match outcome.broken {
            None if is_caught => "nothing, as it must be".to_owned(),
            None => "NOT FOUND".to_owned(),
            Some(broken) => broken,
        };
        let name = fault.to_possible_value();
        let found = Found {
            name: name.map_or_else(String::new, |name| name.get_name().to_owned()),
            what: fault.describe().to_owned(),
            committed: None,
            after: None,
            found_as,
            is_caught,
        };
        tell(&found);
        all.push(found);
    }
    Ok(all)
}
