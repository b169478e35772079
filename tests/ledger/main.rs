//! The ledger over a disk that loses its power, fills up and fails: whatever happens, what was acknowledged is there.
//!
//! `SEATLOCK_SEED=7` replays one seed, `SEATLOCK_SEEDS=100000` runs so many of them.

mod author;
mod damage;
mod everywhere;
mod faults;
mod mishaps;
mod plan;
mod trial;

use std::{env, ops::Range};

/// The seeds of a test, so many unless told otherwise.
fn seeds(usual: u64) -> Range<u64> {
    let number = |name| {
        let text = env::var(name).ok()?;
        Some(text.parse::<u64>().expect("a number"))
    };
    match number("SEATLOCK_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SEATLOCK_SEEDS").unwrap_or(usual),
    }
}
