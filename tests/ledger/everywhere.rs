//! Something goes wrong at the first call of a life, at the second, and so on.

use rand::{SeedableRng, rngs::SmallRng};
use seatlock::ledger::storage::Mishap;

use crate::{
    plan::{self, End, Plan},
    seeds,
    trial::{Nothing, Tally, Trial},
};

/// Calls at each of which something goes wrong.
const CALLS: u64 = 80;

/// Calls of a start, at each of which it is interrupted.
const START_CALLS: u64 = 14;

const BATCHES: u32 = 16;

/// A ledger with some batches has a mishap in its next life, and then again at once in the start that follows.
fn has(mishap: impl Fn(u64) -> Mishap, at: u64, seed: u64) -> Tally {
    let mut chance = SmallRng::seed_from_u64(seed);
    let mut trial = Trial::new(seed, plan::options(&mut chance));
    let first = Plan::quiet(BATCHES, End::Kill);
    let mut lived = trial.live(first, &Nothing);
    for (at, end) in [(at, End::PowerCut), (at % START_CALLS, End::Kill)] {
        let plan = Plan {
            mishap: Some(mishap(at)),
            ..Plan::quiet(BATCHES, end)
        };
        lived = lived.and_then(|()| trial.live(plan, &Nothing));
    }
    let found = lived.and_then(|()| trial.start_twice());
    found.unwrap_or_else(|broken| {
        panic!("SEATLOCK_SEED={seed}, {:?}: {broken}", mishap(at));
    });
    trial.tally
}

fn everywhere(mishap: impl Fn(u64) -> Mishap) {
    let mut tally = Tally::default();
    for seed in seeds(1) {
        (0..CALLS).for_each(|at| tally.add(has(&mishap, at, seed)));
    }
    println!("{tally:?}");
}

#[test]
fn the_power_is_cut_or_the_process_killed_at_each_call() {
    everywhere(Mishap::OffAt);
}

#[test]
fn each_sync_fails() {
    everywhere(Mishap::SyncFails);
}

#[test]
fn each_write_fails() {
    everywhere(Mishap::WriteFails);
}

#[test]
fn each_write_finds_no_room() {
    everywhere(Mishap::NoRoomFor);
}
