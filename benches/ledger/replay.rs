//! How long a start takes: 10 million changes of a million seats.

use std::{path::Path, time::Instant};

use seatlock::ledger::{
    Ledger,
    file::{FileLedger, Options},
    storage::Disk,
};

use crate::work::Work;

fn open(folder: &Path) -> FileLedger {
    // All of it is to be read again, so nothing is cleaned.
    let options = Options {
        budget_bytes: u64::MAX / 2,
        ..Options::default()
    };
    let disk = Disk::open(folder).expect("a folder");
    FileLedger::open(Box::new(disk), options, &mut |_| {})
        .expect("a ledger")
        .0
}

pub(crate) fn measure(folder: &Path, is_test: bool) {
    let (batches, changes) = if is_test { (10, 100) } else { (2_441, 4_096) };
    let mut ledger = open(folder);
    let mut work = Work::new(changes);
    for _ in 0..batches {
        work.next();
        ledger.append(&work.batch()).expect("a disk with room");
    }
    let bytes = ledger.stats().bytes_appended();
    drop(ledger);
    let start = Instant::now();
    let ledger = open(folder);
    let taken = start.elapsed();
    drop(ledger);
    println!(
        "a start with {} changes, {} MB: {:.2} s",
        batches * changes,
        bytes / 1_000_000,
        taken.as_secs_f64()
    );
}
