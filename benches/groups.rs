//! A hold of several seats at one instant, beside the hold of one.
//!
//! Of 100 thousand seats, either scattered ones or neighbours, as a family buys them. Timed is the hold alone, from
//! steps that are ready and in order; releasing the seats and reading the tape are not. The figure is for the whole
//! group.

use std::time::{Duration, Instant};

use criterion::{BenchmarkGroup, BenchmarkId, Criterion, measurement::WallTime};
use seatlock::{
    ids::SeatId,
    seat::{Group, GroupOutcome, NoTrail, Outcome, Seats, Step, Trail},
    shard::Shard,
};

use crate::{
    load::{EPOCH, Terms, shuffled},
    rivals::{read_tape, seats},
    run,
};

const SEATS: u32 = 100_000;
const SIZES: [usize; 5] = [1, 2, 4, 8, 64];

/// Seats that are held at once before all of them are released: what a tape has room for.
const STRETCH_SEATS: usize = 1 << 15;

/// How a group lies in the map.
#[derive(Debug, Clone, Copy)]
enum Lie {
    Scattered,
    Neighbours,
}

/// Asks for both lies, without and with tape and wheel.
pub(crate) fn bench(criterion: &mut Criterion) {
    for (name, lie) in [
        ("groups/scattered", Lie::Scattered),
        ("groups/neighbours", Lie::Neighbours),
    ] {
        let mut group = criterion.benchmark_group(name);
        run::pace_short(&mut group);
        ask(&mut group, lie, "seatlock, map alone", || NoTrail, |_| {});
        ask(
            &mut group,
            lie,
            "seatlock, tape and wheel",
            || Shard::new(SEATS, EPOCH),
            |shard| _ = read_tape(&shard.tape),
        );
        group.finish();
    }
}

fn ask<T: Trail>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    lie: Lie,
    name: &str,
    trail: impl Fn() -> T,
    settle: impl Fn(&T),
) {
    let mut single = None;
    group.bench_function(BenchmarkId::new(name, "single hold"), |bencher| {
        let bed = single.get_or_insert_with(|| Bed::new(trail(), lie, 1));
        bencher.iter_custom(|holds| bed.time(holds, &settle, hold_single));
    });
    for size in SIZES {
        let mut several = None;
        group.bench_function(BenchmarkId::new(name, size), |bencher| {
            let bed = several.get_or_insert_with(|| Bed::new(trail(), lie, size));
            bencher.iter_custom(|holds| bed.time(holds, &settle, hold_group));
        });
    }
}

/// A map and the groups that are held in it, over and over.
struct Bed<T> {
    seats: Seats<T>,
    groups: Vec<Vec<SeatId>>,
    /// The groups' steps in one stretch, ready to be taken.
    steps: Vec<Vec<(SeatId, Step)>>,
    lap: u32,
    at: usize,
}

impl<T: Trail> Bed<T> {
    fn new(trail: T, lie: Lie, size: usize) -> Self {
        let mut groups: Vec<Vec<SeatId>> = match lie {
            Lie::Scattered => shuffled(SEATS)
                .chunks_exact(size)
                .map(<[SeatId]>::to_vec)
                .collect(),
            Lie::Neighbours => {
                let size = u32::try_from(size).expect("at most 64");
                let firsts = shuffled(SEATS / size)
                    .into_iter()
                    .map(|first| first.get() * size);
                firsts
                    .map(|first| (first..first + size).map(SeatId::new).collect())
                    .collect()
            }
        };
        groups.iter_mut().for_each(|group| group.sort_unstable());
        Self {
            seats: seats(SEATS, trail),
            groups,
            steps: Vec::new(),
            lap: 0,
            at: 0,
        }
    }

    fn time(
        &mut self,
        holds: u64,
        settle: impl Fn(&T),
        hold: impl Fn(&Seats<T>, &[(SeatId, Step)], Terms) -> bool,
    ) -> Duration {
        let mut spent = Duration::ZERO;
        let mut left = holds;
        while left > 0 {
            let terms = self.prepare(left);
            let start = Instant::now();
            let done = self
                .steps
                .iter()
                .filter(|steps| hold(&self.seats, steps, terms))
                .count();
            spent += start.elapsed();
            assert_eq!(
                done,
                self.steps.len(),
                "a group that met nobody was refused"
            );
            settle(self.seats.trail());
            for &(seat, _) in self.steps.iter().flatten() {
                assert!(matches!(
                    self.seats.release(seat, terms.taking, terms.now),
                    Outcome::Done { .. }
                ));
            }
            settle(self.seats.trail());
            left -= u64::try_from(done).expect("at most STRETCH_SEATS");
        }
        spent
    }

    /// Writes down the steps of the next stretch; at most `most` groups.
    fn prepare(&mut self, most: u64) -> Terms {
        if self.at == self.groups.len() {
            (self.at, self.lap) = (0, self.lap + 1);
        }
        let terms = Terms::new(self.lap, self.lap);
        let step = Step::Hold {
            taking: terms.taking,
            until: terms.until,
        };
        let rest = &self.groups[self.at..];
        let fits = STRETCH_SEATS / rest[0].len();
        let count = rest
            .len()
            .min(fits)
            .min(usize::try_from(most).unwrap_or(usize::MAX));
        let steps = |group: &Vec<SeatId>| group.iter().map(|&seat| (seat, step)).collect();
        self.steps = rest[..count].iter().map(steps).collect();
        self.at += count;
        terms
    }
}

fn hold_single<T: Trail>(seats: &Seats<T>, steps: &[(SeatId, Step)], terms: Terms) -> bool {
    matches!(
        seats.change(steps[0].0, steps[0].1, terms.now),
        Outcome::Done { .. }
    )
}

fn hold_group<T: Trail>(seats: &Seats<T>, steps: &[(SeatId, Step)], terms: Terms) -> bool {
    let group = Group::new(steps).expect("sorted, and no seat twice");
    matches!(
        seats.change_all(&group, terms.now),
        GroupOutcome::Done { .. }
    )
}
