//! The wheel in one thread, against a `BTreeMap` from tick to seats.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

const SLOTS: u32 = 16;

fn wheel_at(tick: u64, seats: u32) -> Wheel {
    Wheel::with_slots(seats, SLOTS, Moment::from_ticks(tick))
}

fn swept(wheel: &Wheel, tick: u64) -> Vec<(u64, u32)> {
    let mut seen = Vec::new();
    wheel.sweep(Moment::from_ticks(tick), |slot, block| {
        seen.push((slot, block))
    });
    seen
}

#[test]
fn a_mark_is_found_at_its_tick_and_once() {
    let wheel = wheel_at(100, 640);
    wheel.mark(SeatId::new(3 * 64 + 5), Tick::new(103));
    wheel.mark(SeatId::new(3 * 64 + 6), Tick::new(103));
    assert_eq!(swept(&wheel, 102), []);
    assert_eq!(swept(&wheel, 103), [(103, 3)]);
    assert_eq!(swept(&wheel, 103 + 2 * u64::from(SLOTS)), []);
}

#[test]
fn a_deadline_that_has_passed_is_looked_at_in_the_next_slot() {
    let wheel = wheel_at(100, 64);
    for until in [0, 99, 100, 101] {
        wheel.mark(SeatId::new(0), Tick::new(until));
    }
    assert_eq!(swept(&wheel, 101), [(101, 0)]);
}

#[test]
fn a_deadline_rotations_away_comes_around_in_its_slot() {
    let wheel = wheel_at(100, 64);
    let until = Tick::new(101 + 3 * SLOTS);
    wheel.mark(SeatId::new(0), until);
    assert_eq!(swept(&wheel, 101), [(101, 0)]);
    assert!(wheel.comes_around(101, until));
    assert!(!wheel.comes_around(102, until), "another slot");
    assert!(!wheel.comes_around(u64::from(until.get()), until), "due");
}

#[test]
fn a_wheel_that_stood_still_sweeps_each_slot_once() {
    let wheel = wheel_at(0, 64);
    (1..=SLOTS).for_each(|tick| wheel.mark(SeatId::new(0), Tick::new(tick)));
    let seen = swept(&wheel, 1_000_000);
    assert_eq!(seen.len(), SLOTS as usize);
    assert_eq!(wheel.cursor(), 1_000_000);
}

#[test]
fn the_slot_arithmetic_holds_where_the_tick_wraps() {
    let before_wrap = u64::from(u32::MAX) - 1;
    let wheel = wheel_at(before_wrap, 64);
    wheel.mark(SeatId::new(0), Tick::new(u32::MAX).plus(3));
    assert_eq!(swept(&wheel, before_wrap + 3), []);
    assert_eq!(swept(&wheel, before_wrap + 4), [(before_wrap + 4, 0)]);
}

proptest! {
    /// Whatever is marked is found at its tick, or, for deadlines rotations away, each time its slot comes by when
    /// it is marked again as the reaper does it. Nothing else is found.
    #[test]
    fn the_wheel_agrees_with_an_ordered_map(
        start in prop_oneof![Just(0_u64), Just(u64::from(u32::MAX) - 20), 0..1_u64 << 40],
        steps in prop::collection::vec((0_u64..5, prop::collection::vec((0_u32..640, 1_u32..60), 0..6)), 1..60),
    ) {
        let wheel = wheel_at(start, 640);
        let mut oracle: BTreeMap<u64, BTreeSet<u32>> = BTreeMap::new();
        let mut now = start;
        for (advance, marks) in steps {
            for (seat, ttl_ticks) in marks {
                let seat = SeatId::new(seat);
                wheel.mark(seat, Moment::from_ticks(now).tick().plus(ttl_ticks));
                oracle.entry(now + u64::from(ttl_ticks)).or_default().insert(seat.block());
            }
            now += advance;
            let mut found: BTreeSet<u32> = BTreeSet::new();
            for (tick, block) in swept(&wheel, now) {
                found.insert(block);
                for (until, _) in oracle.iter().filter(|(until, blocks)| **until > now && blocks.contains(&block)) {
                    let until = Moment::from_ticks(*until).tick();
                    if wheel.comes_around(tick, until) {
                        wheel.mark(SeatId::new(block * limits::BLOCK_SEATS), until);
                    }
                }
            }
            let later = oracle.split_off(&(now + 1));
            let due: BTreeSet<u32> = oracle.into_values().flatten().collect();
            oracle = later;
            prop_assert!(due.is_subset(&found), "due {due:?}, found {found:?}");
        }
    }
}
