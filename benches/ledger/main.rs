//! What an append costs, and what it would cost without a ledger.
//!
//! The same batches go, turn by turn in one run, to a [`FileLedger`], to a raw file that was filled with zeros before
//! (one `pwrite` and one `fdatasync` of the same bytes: nothing durable can be faster here), and to redb with one blob a
//! batch. `cargo bench --bench ledger` prints the medians and their ratios to the raw file; with `--test` it takes a few
//! turns only. `SEATLOCK_BENCH_DIR` is the folder to write to; it must be on the disk that is meant.

mod raw;
mod redb_log;
mod replay;
mod work;

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Instant,
};

use seatlock::ledger::{
    Ledger,
    file::{FileLedger, Options},
    storage::Disk,
};

use raw::RawFile;
use redb_log::RedbLog;
use work::Work;

/// Changes in a batch.
const SIZES: [u32; 5] = [1, 8, 64, 512, 4_096];

/// Somewhere to put the bytes of a batch for good.
trait Durable {
    fn name(&self) -> &'static str;

    /// Appends the next batch of the work.
    fn append(&mut self, work: &mut Work);
}

struct Ours(FileLedger);

impl Durable for Ours {
    fn name(&self) -> &'static str {
        "FileLedger"
    }

    fn append(&mut self, work: &mut Work) {
        self.0.append(&work.batch()).expect("a disk with room");
    }
}

fn folder() -> PathBuf {
    let parent = env::var_os("SEATLOCK_BENCH_DIR").map_or_else(|| "target".into(), PathBuf::from);
    parent.join(format!("bench-ledger-{}", std::process::id()))
}

fn rivals(folder: &Path) -> Vec<Box<dyn Durable>> {
    let disk = Disk::open(&folder.join("ours")).expect("a folder");
    let (ours, _) =
        FileLedger::open(Box::new(disk), Options::default(), &mut |_| {}).expect("a new ledger");
    vec![
        Box::new(RawFile::new(&folder.join("raw"))),
        Box::new(Ours(ours)),
        Box::new(RedbLog::new(&folder.join("redb"))),
    ]
}

/// Each rival appends in its turn. Nanoseconds of each append.
fn measure(rivals: &mut [Box<dyn Durable>], changes: u32, turns: usize) -> Vec<Vec<u128>> {
    let mut works: Vec<_> = rivals.iter().map(|_| Work::new(changes)).collect();
    let mut taken = vec![Vec::with_capacity(turns); rivals.len()];
    for turn in 0..turns {
        for at in 0..rivals.len() {
            // Who comes first changes, as the one after a long sync may have it easier.
            let at = (at + turn) % rivals.len();
            works[at].next();
            let start = Instant::now();
            rivals[at].append(&mut works[at]);
            taken[at].push(start.elapsed().as_nanos());
        }
    }
    taken.iter_mut().for_each(|nanos| nanos.sort_unstable());
    taken
}

fn main() {
    let is_test = env::args().any(|argument| argument == "--test");
    let turns = if is_test { 20 } else { 1_500 };
    let folder = folder();
    let mut rivals = rivals(&folder);
    println!(
        "{:>8} {:>12} {:>10} {:>10} {:>14} {:>8}",
        "changes", "", "p50 µs", "p99 µs", "changes/s", "to raw"
    );
    for changes in SIZES {
        let taken = measure(&mut rivals, changes, turns);
        let median = |nanos: &[u128]| nanos[nanos.len() / 2] as f64;
        let raw = median(&taken[0]);
        for (rival, nanos) in rivals.iter().zip(&taken) {
            let p99 = nanos[nanos.len() * 99 / 100] as f64;
            println!(
                "{changes:>8} {:>12} {:>10.1} {:>10.1} {:>14.0} {:>8.2}",
                rival.name(),
                median(nanos) / 1e3,
                p99 / 1e3,
                f64::from(changes) * 1e9 / median(nanos),
                raw / median(nanos),
            );
        }
    }
    drop(rivals);
    replay::measure(&folder.join("start"), is_test);
    // The next run has a folder of its own.
    let _ = fs::remove_dir_all(&folder);
}
