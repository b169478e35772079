//! The tape alone: a number taken and its record published; the same while a thread reads; and the reading.
//!
//! `put` and `read` are timed in stretches, with the other of the two in between and not timed. The floor is a bare
//! `fetch_add`, which whoever numbers changes has to do.

use std::{
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use criterion::Criterion;
use seatlock::{
    ids::{SeatId, TakingId},
    seat::{Change, SeatWord, Trail as _},
    tape::Tape,
    tick::Tick,
};

use crate::{rivals::read_tape, run};

/// Records that are put before they are read.
const STRETCH_RECORDS: u64 = 1 << 16;

/// Asks for putting and reading.
pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tape");
    run::pace_short(&mut group);
    let counter = AtomicU64::new(0);
    group.bench_function("floor", |bencher| {
        // Relaxed: as the tape takes its numbers.
        bencher.iter(|| black_box(&counter).fetch_add(1, Ordering::Relaxed));
    });
    let tape = Tape::new();
    group.bench_function("put", |bencher| {
        bencher.iter_custom(|records| in_turns(&tape, records).putting)
    });
    group.bench_function("read", |bencher| {
        bencher.iter_custom(|records| in_turns(&tape, records).reading)
    });
    group.bench_function("put, with a reader on another core", |bencher| {
        bencher.iter_custom(put_beside_reader)
    });
    group.finish();
}

#[derive(Default)]
struct Spent {
    putting: Duration,
    reading: Duration,
}

fn in_turns(tape: &Tape, records: u64) -> Spent {
    let mut spent = Spent::default();
    let mut left = records;
    while left > 0 {
        let stretch = left.min(STRETCH_RECORDS);
        let start = Instant::now();
        let put = (0..stretch).filter(|_| put(tape)).count();
        spent.putting += start.elapsed();
        let start = Instant::now();
        let read = read_tape(tape);
        spent.reading += start.elapsed();
        assert_eq!(put, read, "what was put is what is read");
        assert_eq!(
            u64::try_from(put).expect("at most a stretch"),
            stretch,
            "there was room"
        );
        left -= stretch;
    }
    spent
}

/// A full tape makes the writer wait for the reader: the figure is what both reach together.
fn put_beside_reader(records: u64) -> Duration {
    let tape = Arc::new(Tape::new());
    let closing = Arc::new(AtomicBool::new(false));
    let reader = thread::spawn({
        let (tape, closing) = (Arc::clone(&tape), Arc::clone(&closing));
        move || {
            // Relaxed: a wish to end, which says nothing about other memory.
            while !closing.load(Ordering::Relaxed) {
                read_tape(&tape);
            }
        }
    });
    let start = Instant::now();
    for _ in 0..records {
        while !put(&tape) {
            thread::yield_now();
        }
    }
    let spent = start.elapsed();
    closing.store(true, Ordering::Relaxed);
    reader.join().expect("the reader panicked");
    spent
}

/// Whether there was room.
#[inline]
fn put(tape: &Tape) -> bool {
    let Some(lsn) = tape.take(1) else {
        return false;
    };
    let after = SeatWord::held(TakingId::FIRST, Tick::new(1));
    tape.publish(
        lsn,
        Change {
            seat: SeatId::new(1),
            before: SeatWord::FRESH,
            after,
            rest: 0,
        },
    );
    true
}
