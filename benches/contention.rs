//! Several threads that want the same seats.
//!
//! An attempt is a hold of the next random seat, and its release if the hold succeeded; refused is an answer too.
//! The figure is wall time over the attempts of all threads together, so two threads on two cores that did not
//! disturb each other would have half of what one has. Seatlock's tape is read by a thread of its own, beside the
//! callers.

use std::sync::Arc;

use criterion::{BenchmarkGroup, BenchmarkId, Criterion, measurement::WallTime};

use crate::{
    crew::{Crew, Work},
    load::{Skew, Wishes},
    rivals::{self, Design, Question},
    run,
};

const THREADS: [u32; 4] = [1, 2, 4, 8];

const SKEWS: [(&str, Skew); 4] = [
    ("contention/hot seat", Skew::HotSeat),
    ("contention/64 seats", Skew::Uniform(64)),
    ("contention/100 thousand seats", Skew::Uniform(100_000)),
    ("contention/Zipf", Skew::Zipf(100_000)),
];

/// Asks every design under each skew.
pub(crate) fn bench(criterion: &mut Criterion) {
    for (name, skew) in SKEWS {
        let mut group = criterion.benchmark_group(name);
        run::pace_short(&mut group);
        for threads in THREADS {
            rivals::ask_all(&mut Asked {
                group: &mut group,
                skew,
                threads,
            });
        }
        group.finish();
    }
}

struct Asked<'a, 'c> {
    group: &'a mut BenchmarkGroup<'c, WallTime>,
    skew: Skew,
    threads: u32,
}

impl Question for Asked<'_, '_> {
    fn ask<D: Design>(&mut self) {
        if D::NEEDS_SETTLING {
            return;
        }
        // Made when the first sample is taken: a filter may ask for none.
        let mut made = None;
        self.group
            .bench_function(BenchmarkId::new(D::NAME, self.threads), |bencher| {
                let crew = made.get_or_insert_with(|| crew::<D>(self.skew, self.threads));
                bencher.iter_custom(|attempts| crew.run(attempts));
            });
    }
}

fn crew<D: Design>(skew: Skew, threads: u32) -> Crew<Caller<D>> {
    let design = Arc::new(D::new(skew.seats()));
    Crew::new((0..threads).map(|caller| Caller {
        design: Arc::clone(&design),
        wishes: Wishes::new(skew, caller),
    }))
}

/// One of those who want seats.
struct Caller<D> {
    design: Arc<D>,
    wishes: Wishes,
}

impl<D: Design> Work for Caller<D> {
    fn attempts(&mut self, count: u64) {
        let mut released = 0_u64;
        for _ in 0..count {
            let (seat, terms) = self.wishes.next();
            released +=
                u64::from(self.design.hold(seat, terms) && self.design.release(seat, terms));
        }
        std::hint::black_box(released);
    }
}
