//! Power cuts, kills, failed writes and syncs, full disks, in any order.

use rand::{RngExt, SeedableRng, rngs::SmallRng};
use seatlock::ledger::{
    AppendError, Ledger,
    file::FileLedger,
    storage::{Mishap, Simulated},
};

use crate::{
    author::{Author, said},
    seeds,
    trial::{End, Nothing, SMALL, Trial},
};

/// Lives of one ledger.
const LIVES: u32 = 6;

const ENDS: [End; 5] = [
    End::PowerCut,
    End::Kill,
    End::FailedSync,
    End::FailedWrite,
    End::Closed,
];

#[test]
fn whatever_happens_what_was_acknowledged_is_there() {
    let (mut crashes, mut batches) = (0, 0);
    for seed in seeds(700) {
        let mut trial = Trial::new(seed);
        let mut chance = SmallRng::seed_from_u64(!seed);
        for life in 0..LIVES {
            let end = ENDS[chance.random_range(0..ENDS.len())];
            trial
                .live(end, &Nothing)
                .and_then(|()| trial.start_twice())
                .unwrap_or_else(|broken| {
                    panic!("SEATLOCK_SEED={seed}, life {life}, {end:?}: {broken}")
                });
        }
        crashes += trial.crashes;
        batches += trial.batches;
    }
    println!("{crashes} crashes, {batches} batches");
}

/// A disk that fills up and is emptied again: what there was no room for is there in the end, once.
#[test]
fn a_full_disk_loses_nothing_and_doubles_nothing() {
    let mut refusals = 0;
    for seed in seeds(200) {
        let mut chance = SmallRng::seed_from_u64(seed);
        let (disk, mut author) = (Simulated::new(), Author::default());
        let opened = FileLedger::open(Box::new(disk.clone()), SMALL, &mut |_| {});
        let (mut ledger, _) = opened.expect("an empty disk");
        disk.limit(Some(disk.bytes() + chance.random_range(0..20_000)));
        for _ in 0..60 {
            let batch = author.next(&mut chance);
            while let Err(error) = ledger.append(&batch.batch()) {
                assert!(
                    matches!(error, AppendError::NoRoom(_)),
                    "SEATLOCK_SEED={seed}: {error}"
                );
                refusals += 1;
                disk.limit(Some(disk.bytes() + chance.random_range(0..20_000)));
            }
        }
        drop(ledger);
        disk.limit(None);
        disk.power_cut(seed);
        let (_ledger, state) =
            FileLedger::open(Box::new(disk), SMALL, &mut |_| {}).expect("it is whole");
        assert_eq!(said(&state), said(&author.state), "SEATLOCK_SEED={seed}");
    }
    assert!(refusals > 100, "the disk was full {refusals} times");
}

/// After a failed sync nothing is acknowledged any more, whatever the page cache says.
#[test]
fn after_a_failed_sync_nothing_is_acknowledged() {
    for seed in seeds(100) {
        let mut chance = SmallRng::seed_from_u64(seed);
        let (disk, mut author) = (Simulated::new(), Author::default());
        let opened = FileLedger::open(Box::new(disk.clone()), SMALL, &mut |_| {});
        let (mut ledger, _) = opened.expect("an empty disk");
        let fails = disk.calls().syncs + chance.random_range(0..30);
        disk.bring_about(Mishap::SyncFails(fails));
        let mut has_failed = false;
        for _ in 0..40 {
            let appended = ledger.append(&author.next(&mut chance).batch());
            assert!(!has_failed || appended.is_err(), "SEATLOCK_SEED={seed}");
            has_failed |= appended.is_err();
        }
        assert!(has_failed, "SEATLOCK_SEED={seed}");
    }
}
