//! An on-sale as it happens, in virtual time: exact, fast, and the same again from the same seed.
//!
//! An operator who has a big day before him wants to know what his rules will make of it: how long it takes to sell out,
//! how often people are refused, what the TTL costs. Here the day is played, with people as they are.
//!
//! # What is real and what is not
//! The server is the engine itself ([`seatlock::engine::Engine::start_by_hand`]): words, groups, wheel, tape, holds with
//! tokens, best available, budgets, rules, and after a crash the recovery from a ledger. It runs without threads, on a
//! clock that stands still between two events; at each new tick its reaper and its scribe have their turn. So what comes
//! out depends on the scenario and the seed alone.
//!
//! Not real are the people, their networks and payment providers, and HTTP: a request takes no time, and the server is
//! never too slow. What is acknowledged is durable within the tick, and a crash falls between two ticks; that a real one
//! may come at any moment is what `stress --crashes` is about. Rates by client and by key are those of the server's own
//! limiter, on the simulation's clock.
//!
//! The simulation keeps a house of its own ([`house`]) by the answers alone, and whatever contradicts it ends the run.
//!
//! | file | what it is |
//! |---|---|
//! | `scenario`, `scenarios` | what is to be played; those that ship with it |
//! | `cli` | the command line |
//! | `arrivals`, `agent`, `chance` | who comes when, and what he is like |
//! | `queue`, `world` | what happens next; the world that it happens to |
//! | `buyer` | what people do, and bots |
//! | `server`, `limits` | the engine, its clock, its crashes; how often it lets one ask |
//! | `remote` | a running server in its place, in real time |
//! | `house`, `bits` | whose each seat is by the answers; how people choose on the map |
//! | `fault` | deliberate faults, which the checks must find |
//! | `check`, `tally` | samples, crashes, the end; what is counted |
//! | `sweep` | the same under several rules |
//! | `outcome`, `picture`, `text` | what came of it, for programs and for people; the house as it filled |

pub mod agent;
pub(crate) mod arrivals;
mod bits;
mod buyer;
pub mod chance;
mod check;
pub mod cli;
mod fault;
pub mod house;
pub mod limits;
pub mod outcome;
mod picture;
pub mod queue;
pub mod remote;
pub mod scenario;
pub mod server;
pub mod sweep;
mod tally;
#[cfg(test)]
mod tests;
mod text;
pub mod world;

use std::time::{Duration, Instant};

pub use fault::{Fault, faults};
use outcome::{Check, Outcome};
use remote::Against;
use scenario::Scenario;
use tally::{number, seconds};
pub use text::{clock as clock_of, summary};
use world::{PROMISES, World};

/// How often it is said how far it has come.
const PROGRESS_EVERY: Duration = Duration::from_secs(2);

/// Plays a scenario. The same seed gives the same outcome, to the bit.
///
/// # Errors
/// What of it can't be played.
pub fn run(scenario: &Scenario, seed: u64, fault: Fault, quiet: bool) -> Result<Outcome, String> {
    play(scenario, seed, fault, None, quiet)
}

/// Plays a scenario against a running server, in real time; its crashes are left out.
///
/// # Errors
/// What of it can't be played, or why the server can't be used.
pub fn run_against(
    against: &Against,
    scenario: &Scenario,
    seed: u64,
    quiet: bool,
) -> Result<Outcome, String> {
    play(scenario, seed, Fault::None, Some(against), quiet)
}

fn play(
    scenario: &Scenario,
    seed: u64,
    fault: Fault,
    against: Option<&Against>,
    quiet: bool,
) -> Result<Outcome, String> {
    scenario.check()?;
    let mut world = World::new(scenario, seed, fault, against)?;
    let mut shown = Instant::now();
    world.run(|world| {
        if !quiet && shown.elapsed() >= PROGRESS_EVERY {
            shown = Instant::now();
            eprintln!("{}", text::progress(world));
        }
    });
    Ok(world.outcome())
}

impl World<'_> {
    fn outcome(self) -> Outcome {
        let (picture, contention) = (self.picture_of_all(), self.contention());
        let checks = PROMISES.iter().zip(self.tally.checks);
        let check = |((promise, how), times): (&(&str, &str), u64)| Check {
            promise: (*promise).to_owned(),
            how: (*how).to_owned(),
            times,
        };
        Outcome {
            scenario: self.scenario.clone(),
            seed: self.seed,
            ended_at: seconds(self.now),
            seats: self.house.seats(),
            withheld: self.house.count(seatlock::feed::Shown::Withheld),
            sold: self.tally.sold,
            people: self.tally.people,
            requests: self.tally.requests,
            holds: self.tally.holds,
            bots: self.tally.bots,
            payments: self.tally.payments,
            limited: self.tally.limited,
            checks: checks.map(check).collect(),
            broken: self.broken,
            series: self.tally.series,
            contention,
            house: picture,
        }
    }
}

/// A part of a whole in percent; of nothing, nothing.
fn percent(part: u64, whole: u64) -> f64 {
    100.0 * number(part) / number(whole.max(1))
}
