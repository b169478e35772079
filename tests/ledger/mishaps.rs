//! Power cuts, kills, failed writes and syncs, full disks, in any order.

use rand::{SeedableRng, rngs::SmallRng};

use crate::{
    plan::{self, End, Plan},
    seeds,
    trial::{Nothing, Tally, Trial},
};

/// Lives of one ledger.
const LIVES: u32 = 10;

/// Lives between two looks at what is there.
const LIVES_UNSEEN: u32 = 3;

fn lives(seed: u64) -> Result<Tally, String> {
    let mut chance = SmallRng::seed_from_u64(!seed);
    let mut trial = Trial::new(seed, plan::options(&mut chance));
    for life in 0..LIVES {
        let plan = Plan::drawn(&mut chance);
        let lived = trial.live(plan, &Nothing);
        let is_seen = life % LIVES_UNSEEN == LIVES_UNSEEN - 1 || life == LIVES - 1;
        let found = lived.and_then(|()| if is_seen { trial.start_twice() } else { Ok(()) });
        found.map_err(|broken| format!("life {life}, {plan:?}: {broken}"))?;
    }
    Ok(trial.tally)
}

#[test]
fn whatever_happens_what_was_acknowledged_is_there() {
    let mut tally = Tally::default();
    let seeds = seeds(120);
    let is_long = seeds.end - seeds.start > 100;
    for seed in seeds {
        let lived = lives(seed);
        tally.add(lived.unwrap_or_else(|broken| panic!("SEATLOCK_SEED={seed}, {broken}")));
    }
    println!("{tally:?}");
    let Tally {
        broken_starts: [once, twice, thrice],
        lucky,
        refusals,
        failures,
        ..
    } = tally;
    let counts = [once, twice, thrice, lucky, refusals, failures];
    assert!(
        !is_long || counts.iter().all(|count| *count > 0),
        "{tally:?}"
    );
}

/// A disk that fills up at any of its first bytes: `SEATLOCK_SEEDS=65536` has it fill up at each of them.
#[test]
fn a_full_disk_loses_nothing_and_doubles_nothing() {
    const BYTES: u64 = 1 << 16;
    // It has no factor in common with their number, so each of them comes up once.
    const STEP: u64 = 101;
    let mut tally = Tally::default();
    for seed in seeds(60) {
        let mut chance = SmallRng::seed_from_u64(seed);
        let mut trial = Trial::new(seed, plan::options(&mut chance));
        let full = Plan {
            bytes_max: Some(seed * STEP % BYTES),
            ..Plan::quiet(60, End::Closed)
        };
        let lived = trial
            .live(full, &Nothing)
            .and_then(|()| trial.live(Plan::quiet(20, End::PowerCut), &Nothing))
            .and_then(|()| trial.start_twice());
        lived.unwrap_or_else(|broken| panic!("SEATLOCK_SEED={seed}: {broken}"));
        tally.add(trial.tally);
    }
    println!("{tally:?}");
}
