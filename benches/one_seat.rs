//! One seat's life: hold + confirm, and hold + release, on one thread.
//!
//! The seats come in random order, each once a lap, so that a pair never meets a seat that an earlier one of its lap
//! booked. Timed are stretches of at most [`STRETCH_PAIRS`] pairs (a lap of 64 seats has 64); between them, outside
//! the timed section and the same for all designs, what was booked is cancelled and the tape is read. All pairs of a
//! lap have one taking and one tick, the next lap the ones after them: one hold in 64 finds its mark not yet set.

use std::{
    marker::PhantomData,
    time::{Duration, Instant},
};

use criterion::{BenchmarkGroup, BenchmarkId, Criterion, measurement::WallTime};
use seatlock::ids::SeatId;

use crate::{
    load::{Laps, Terms},
    rivals::{self, Design, Question},
    run,
};

const SEATS: [u32; 3] = [64, 100_000, 10_000_000];

/// Pairs that are timed at once: two changes each, so that a tape read between them is never full.
const STRETCH_PAIRS: usize = 1 << 15;

/// A pair of changes.
trait Life {
    const GROUP: &'static str;
    /// Whether both were done.
    fn pair<D: Design>(design: &D, seat: SeatId, terms: Terms) -> bool;
    /// Frees the seat, unless the pair did.
    fn undo<D: Design>(design: &D, seat: SeatId, terms: Terms);
}

struct HoldConfirm;
struct HoldRelease;

impl Life for HoldConfirm {
    const GROUP: &'static str = "one_seat/hold+confirm";

    #[inline]
    fn pair<D: Design>(design: &D, seat: SeatId, terms: Terms) -> bool {
        design.hold(seat, terms) && design.confirm(seat, terms)
    }

    fn undo<D: Design>(design: &D, seat: SeatId, terms: Terms) {
        assert!(
            design.cancel(seat, terms),
            "{}: {seat} was not booked",
            D::NAME
        );
    }
}

impl Life for HoldRelease {
    const GROUP: &'static str = "one_seat/hold+release";

    #[inline]
    fn pair<D: Design>(design: &D, seat: SeatId, terms: Terms) -> bool {
        design.hold(seat, terms) && design.release(seat, terms)
    }

    fn undo<D: Design>(_: &D, _: SeatId, _: Terms) {}
}

/// Asks every design.
pub(crate) fn bench(criterion: &mut Criterion) {
    ask::<HoldConfirm>(criterion);
    ask::<HoldRelease>(criterion);
}

fn ask<L: Life>(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(L::GROUP);
    run::pace_short(&mut group);
    // Size by size: what is compared is measured within seconds of one another, as the machine is not the same for long.
    for seats in SEATS {
        rivals::ask_all(&mut Asked::<'_, '_, L> {
            group: &mut group,
            seats,
            life: PhantomData,
        });
    }
    group.finish();
}

struct Asked<'a, 'c, L> {
    group: &'a mut BenchmarkGroup<'c, WallTime>,
    seats: u32,
    life: PhantomData<L>,
}

impl<L: Life> Question for Asked<'_, '_, L> {
    fn ask<D: Design>(&mut self) {
        // Made when the first sample is taken: a filter may ask for none.
        let mut made = None;
        self.group
            .bench_function(BenchmarkId::new(D::NAME, self.seats), |bencher| {
                let (design, laps) = made.get_or_insert_with(|| {
                    let seats = run::seats(self.seats);
                    (D::new(seats), Laps::new(seats))
                });
                bencher.iter_custom(|pairs| time::<L, D>(design, laps, pairs));
            });
    }
}

fn time<L: Life, D: Design>(design: &D, laps: &mut Laps, pairs: u64) -> Duration {
    let mut left = pairs;
    let mut spent = Duration::ZERO;
    while left > 0 {
        let most = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(STRETCH_PAIRS);
        let (stretch, terms) = laps.stretch(most);
        let start = Instant::now();
        let done = stretch
            .iter()
            .filter(|seat| L::pair(design, **seat, terms))
            .count();
        spent += start.elapsed();
        assert_eq!(
            done,
            stretch.len(),
            "{}: a pair that met nobody was refused",
            D::NAME
        );
        stretch
            .iter()
            .for_each(|seat| L::undo(design, *seat, terms));
        design.settle();
        left -= u64::try_from(done).expect("at most STRETCH_PAIRS");
    }
    spent
}
