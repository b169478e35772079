//! What a deadline costs: to note it, to act on it, and to look when there is none.
//!
//! A million holds are noted, and then their deadlines come, after which a million seats are free again; both
//! figures are for one hold. The deadlines fall on 100 ticks, in the order in which the holds were made, as they do
//! when all have one TTL. Seats that fall on one tick are `rows` of neighbours, or `scattered` at random. What has
//! expired is read from the tape between the ticks, untimed.
//!
//! Beside the wheel, a mutex for each seat with: a tokio task that sleeps, one a hold; a `DelayQueue`; a binary heap.
//!
//! An empty tick is one of a million free seats.

use std::time::{Duration, Instant};

use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, measurement::WallTime};
use seatlock::{
    ids::{SeatId, TakingId},
    reaper,
    seat::{Outcome, Seats, Trail},
    shard::Shard,
    tick::{Moment, Tick},
    wheel::Wheel,
};

use crate::{
    expiry_rivals::{DelayQueueTimers, HeapTimers, SleepingTasks},
    load::{EPOCH, shuffled},
    rivals::{read_tape, seats},
    run,
};

const HOLDS: u32 = 1_000_000;

/// Ticks on which the deadlines fall: 1 to this one.
pub(crate) const SPREAD_TICKS: u32 = 100;

/// A hold that will expire.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Due {
    pub(crate) seat: SeatId,
    pub(crate) until: Tick,
}

/// What it took to see all deadlines through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fired {
    pub(crate) spent: Duration,
    /// Seats that were held, and are free.
    pub(crate) freed: usize,
}

/// A way to be told of deadlines.
pub(crate) trait Timers {
    /// As the tables call it.
    const NAME: &'static str;

    /// Seats that are held until these deadlines.
    fn new(dues: &[Due]) -> Self;

    /// Notes these deadlines.
    fn mark(&mut self, dues: &[Due]) -> Duration;

    /// Lets the deadlines come, tick after tick.
    fn fire(&mut self) -> Fired;
}

/// Which seats share a tick.
#[derive(Debug, Clone, Copy)]
enum Lie {
    Rows,
    Scattered,
}

/// Asks the wheel for both lies, and everybody for the one that is harder for the wheel.
pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("expiry");
    run::pace_long(&mut group);
    group.throughput(Throughput::Elements(u64::from(HOLDS)));
    ask::<WheelTimers<Wheel>>(&mut group, Lie::Rows);
    ask::<WheelTimers<Shard>>(&mut group, Lie::Rows);
    ask::<WheelTimers<Wheel>>(&mut group, Lie::Scattered);
    ask::<WheelTimers<Shard>>(&mut group, Lie::Scattered);
    ask::<HeapTimers>(&mut group, Lie::Scattered);
    ask::<DelayQueueTimers>(&mut group, Lie::Scattered);
    ask::<SleepingTasks>(&mut group, Lie::Scattered);
    group.finish();
    empty_tick(criterion);
}

fn ask<T: Timers>(group: &mut BenchmarkGroup<'_, WallTime>, lie: Lie) {
    let dues = std::cell::LazyCell::new(|| dues(lie));
    let repeat = |times: u64, once: fn(&[Due]) -> Duration| (0..times).map(|_| once(&dues)).sum();
    if matches!(lie, Lie::Scattered) {
        group.bench_function(BenchmarkId::new(T::NAME, "mark"), |bencher| {
            bencher.iter_custom(|times| repeat(times, |dues| T::new(dues).mark(dues)));
        });
    }
    let name = match lie {
        Lie::Rows => "fire, rows",
        Lie::Scattered => "fire, scattered",
    };
    group.bench_function(BenchmarkId::new(T::NAME, name), |bencher| {
        bencher.iter_custom(|times| repeat(times, mark_and_fire::<T>));
    });
}

fn mark_and_fire<T: Timers>(dues: &[Due]) -> Duration {
    let mut timers = T::new(dues);
    timers.mark(dues);
    let Fired { spent, freed } = timers.fire();
    assert_eq!(freed, dues.len(), "{}: every deadline came", T::NAME);
    spent
}

fn dues(lie: Lie) -> Vec<Due> {
    let count = run::seats(HOLDS);
    let order = match lie {
        Lie::Rows => (0..count).map(SeatId::new).collect(),
        Lie::Scattered => shuffled(count),
    };
    let a_tick = count.div_ceil(SPREAD_TICKS);
    let untils = (0..count).map(|place| Tick::new(1 + place / a_tick));
    order
        .into_iter()
        .zip(untils)
        .map(|(seat, until)| Due { seat, until })
        .collect()
}

fn empty_tick(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("expiry/empty tick");
    run::pace_short(&mut group);
    let seats =
        std::cell::LazyCell::new(|| seats(run::seats(HOLDS), Wheel::new(run::seats(HOLDS), EPOCH)));
    group.bench_function("seatlock", |bencher| {
        let mut tick = seats.trail().cursor();
        bencher.iter(|| {
            tick += 1;
            reaper::sweep(seats.trail(), &*seats, Moment::from_ticks(tick))
        });
    });
    group.finish();
}

/// A trail with a wheel in it.
trait Wheeled: Trail {
    const NAME: &'static str;
    fn new(seats: u32) -> Self;
    fn wheel(&self) -> &Wheel;
    /// Reads the tape, if there is one.
    fn settle(&self);
}

impl Wheeled for Wheel {
    const NAME: &'static str = "seatlock, wheel alone";

    fn new(seats: u32) -> Self {
        Self::new(seats, EPOCH)
    }

    fn wheel(&self) -> &Wheel {
        self
    }

    fn settle(&self) {}
}

impl Wheeled for Shard {
    const NAME: &'static str = "seatlock, tape and wheel";

    fn new(seats: u32) -> Self {
        Self::new(seats, EPOCH)
    }

    fn wheel(&self) -> &Wheel {
        &self.wheel
    }

    fn settle(&self) {
        read_tape(&self.tape);
    }
}

/// Seatlock. A hold marks its own seat, so marking alone is timed on a wheel of its own.
struct WheelTimers<T> {
    seats: Seats<T>,
    alone: Wheel,
}

impl<T: Wheeled> Timers for WheelTimers<T> {
    const NAME: &'static str = T::NAME;

    fn new(dues: &[Due]) -> Self {
        let count = u32::try_from(dues.len()).expect("at most a million");
        let seats = seats(count, T::new(count));
        for (place, due) in dues.iter().enumerate() {
            let held = seats.hold(due.seat, TakingId::FIRST, due.until, Tick::new(0));
            assert!(matches!(held, Outcome::Done { .. }));
            if place % SETTLE_AFTER == 0 {
                seats.trail().settle();
            }
        }
        seats.trail().settle();
        Self {
            seats,
            alone: Wheel::new(count, EPOCH),
        }
    }

    fn mark(&mut self, dues: &[Due]) -> Duration {
        let start = Instant::now();
        dues.iter()
            .for_each(|due| self.alone.mark(due.seat, due.until));
        start.elapsed()
    }

    fn fire(&mut self) -> Fired {
        let trail = self.seats.trail();
        let mut fired = Fired {
            spent: Duration::ZERO,
            freed: 0,
        };
        for tick in 1..=u64::from(SPREAD_TICKS) {
            let start = Instant::now();
            let swept = reaper::sweep(trail.wheel(), &self.seats, Moment::from_ticks(tick));
            fired.spent += start.elapsed();
            fired.freed += usize::try_from(swept.expired).expect("at most a million");
            trail.settle();
        }
        fired
    }
}

/// Holds that are made before the tape is read.
const SETTLE_AFTER: usize = 1 << 15;
