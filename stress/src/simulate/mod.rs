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
//! may come at any moment is what `stress --crashes` is about. Rates by client and key are HTTP's, so they are not played;
//! a queue in front of the shop is.
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
//! | `server` | the engine, its clock, its crashes |
//! | `remote` | a running server in its place, in real time |
//! | `house`, `bits` | whose each seat is by the answers; how people choose on the map |
//! | `check`, `tally` | samples, crashes, the end; what is counted |
//! | `outcome`, `text` | what came of it, for programs and for people |

pub mod agent;
mod arrivals;
mod bits;
mod buyer;
pub mod chance;
mod check;
pub mod cli;
pub mod house;
pub mod outcome;
pub mod queue;
pub mod remote;
pub mod scenario;
pub mod server;
mod tally;
#[cfg(test)]
mod tests;
mod text;
pub mod world;

use std::time::{Duration, Instant};

use crate::packed;
use outcome::{Check, Frame, Outcome, Picture};
use remote::Against;
use scenario::Scenario;
use tally::{number, seconds};
pub use text::{clock as clock_of, summary, table};
use world::{PROMISES, World};

/// Pictures of the house in an outcome, at most.
const FRAMES_MAX: usize = 60;

/// How often it is said how far it has come.
const PROGRESS_EVERY: Duration = Duration::from_secs(2);

/// A deliberate fault, which the checks must find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
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
        let picture = self.picture_of_all();
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
            checks: checks.map(check).collect(),
            broken: self.broken,
            series: self.tally.series,
            house: picture,
        }
    }

    fn picture_of_all(&self) -> Picture {
        let chart = self.scenario.plan().ok().and_then(|plan| plan.chart().ok());
        let Some(chart) = chart else {
            return Picture::default();
        };
        let seats = (0..self.house.seats()).map(seatlock::ids::SeatId::new);
        let places: Vec<[f32; 2]> = seats
            .map(|seat| chart.position(seat))
            .chain([chart.focus()])
            .map(|position| [position.x, position.y])
            .collect();
        let mut scaled = scale(&places);
        let focus = scaled.pop().unwrap_or_default();
        let wanted_most = self.house.wanted().iter().copied().max().unwrap_or(0);
        let top = f64::from(wanted_most).ln_1p().max(1.0);
        let shade = |wanted: &u32| {
            let share = 255.0 * f64::from(*wanted).ln_1p() / top;
            u8::try_from(house::whole(share)).unwrap_or(u8::MAX)
        };
        let shades: Vec<u8> = self.house.wanted().iter().map(shade).collect();
        let bytes: Vec<u8> = scaled
            .iter()
            .flatten()
            .flat_map(|place| place.to_le_bytes())
            .collect();
        Picture {
            places: packed::base64(&bytes),
            focus,
            wanted: packed::base64(&shades),
            wanted_most,
            frames: self.chosen_frames(),
        }
    }

    /// As many as there is room for, evenly over the time in which anything changes.
    fn chosen_frames(&self) -> Vec<Frame> {
        let last = self.frames.windows(2).rposition(|two| two[0].1 != two[1].1);
        let all = &self.frames[..self.frames.len().min(last.map_or(1, |last| last + 2))];
        let count = all.len().min(FRAMES_MAX);
        let place = |number: usize| number * (all.len() - 1) / (count - 1).max(1);
        let frame = |(at, states): &(u64, Vec<u8>)| Frame {
            at: seconds(*at),
            states: packed::base64(states),
        };
        (0..count)
            .map(|number| frame(&all[place(number)]))
            .collect()
    }
}

/// Coordinates from 0 to the largest of two bytes, both on the same scale.
fn scale(places: &[[f32; 2]]) -> Vec<[u16; 2]> {
    let bound = |pick: fn(f32, f32) -> f32, start: f32| {
        let of = |axis: usize| places.iter().map(|place| place[axis]).fold(start, pick);
        [of(0), of(1)]
    };
    let (low, high) = (bound(f32::min, f32::MAX), bound(f32::max, f32::MIN));
    let extent = (high[0] - low[0]).max(high[1] - low[1]).max(1.0);
    let scaled = |place: &[f32; 2]| {
        [0, 1].map(|axis| {
            let share = f64::from((place[axis] - low[axis]) / extent);
            u16::try_from(house::whole(share * f64::from(u16::MAX))).unwrap_or(u16::MAX)
        })
    };
    places.iter().map(scaled).collect()
}

/// A part of a whole in percent; of nothing, nothing.
fn percent(part: u64, whole: u64) -> f64 {
    100.0 * number(part) / number(whole.max(1))
}
