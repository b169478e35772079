//! The status of every seat, in two bits, with each deadline compared; beside it the floor, which reads and adds up as
//! many words and asks nothing.
//!
//! Of the seats 4 in 10 are free, 3 booked, 2 held and 1 held until a deadline that has passed, in random order. The
//! figure is for one seat.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use seatlock::{
    ids::{SeatId, TakingId},
    seat::{NoTrail, Outcome, Seats, StatusMap},
    tick::Tick,
};

use crate::{
    load::shuffled,
    rivals::{Design as _, Floor, seats},
    run,
};

const SEATS: [u32; 2] = [100_000, 1_000_000];
const BEGIN: Tick = Tick::new(0);
const NOW: Tick = Tick::new(100);
const LATER: Tick = Tick::new(200);

/// Asks for both sizes.
pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("snapshot");
    run::pace_short(&mut group);
    for count in SEATS {
        group.throughput(Throughput::Elements(u64::from(count)));
        let floor = std::cell::LazyCell::new(|| Floor::new(run::seats(count)));
        group.bench_function(BenchmarkId::new("floor", count), |bencher| {
            bencher.iter(|| black_box(&*floor).sum())
        });
        let mixed = std::cell::LazyCell::new(|| mixed(run::seats(count)));
        group.bench_function(BenchmarkId::new("seatlock", count), |bencher| {
            let mut map = StatusMap::new(mixed.count());
            bencher.iter(|| {
                black_box(&*mixed).snapshot(NOW, &mut map);
                black_box(&mut map);
            });
        });
    }
    group.finish();
}

/// A map of seats of every status.
fn mixed(count: u32) -> Seats<NoTrail> {
    let seats = seats(count, NoTrail);
    for (place, seat) in shuffled(count).into_iter().enumerate() {
        match place % 10 {
            0..4 => {}
            4..7 => {
                hold(&seats, seat, LATER);
                assert!(matches!(
                    seats.confirm(seat, TakingId::FIRST, BEGIN),
                    Outcome::Done { .. }
                ));
            }
            7..9 => hold(&seats, seat, LATER),
            _ => hold(&seats, seat, NOW),
        }
    }
    seats
}

fn hold(seats: &Seats<NoTrail>, seat: SeatId, until: Tick) {
    assert!(matches!(
        seats.hold(seat, TakingId::FIRST, until, BEGIN),
        Outcome::Done { .. }
    ));
}
