//! Threads that ask for seats of a real map until they are told that there are none.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
};

use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng};

use super::drawn::Drawn;
use crate::{
    event::{
        best::{Adjacent, Area, AreaWish, Live, Plan, Wish, find, find_places},
        hints::Hints,
    },
    ids::{SeatId, TakingId},
    limits::BEST_ATTEMPTS_MAX,
    seat::{Group, GroupOutcome, NoTrail, Outcome, Seats, Status, Step},
    tick::Tick,
};

const THREADS: u32 = 4;
const NOW: Tick = Tick::new(0);
const UNTIL: Tick = Tick::new(1_000);

/// A house on sale.
struct Sale {
    plan: Plan,
    hints: Hints,
    seats: Seats<NoTrail>,
    takings: AtomicU32,
}

/// Seats that somebody got, under one taking.
type Got = (TakingId, Vec<SeatId>);

impl Sale {
    fn new(house: &Drawn) -> Self {
        let plan = Plan::new(house);
        let count = house.rows.iter().map(|row| row.seats).sum::<u32>();
        let places: u32 = house.areas.iter().map(|area| area.capacity).sum();
        Self {
            hints: Hints::new(plan.cells()),
            plan,
            seats: Seats::new(count + places, NoTrail).expect("a small house"),
            takings: AtomicU32::new(1),
        }
    }

    /// Forty rows of 31 seats, which are three legs of the way: as pairs leave one in each of them, the end is not simple.
    fn of_odd_rows() -> Self {
        Self::new(&Drawn::new(&[&*".".repeat(31); 40]))
    }

    /// Asks until seats are held or there are none; `None` as well for those who have lost all their races.
    fn ask(&self, wish: &Wish, random: &mut SmallRng) -> Option<Got> {
        let mut chance = |count| random.random_range(0..count);
        (0..BEST_ATTEMPTS_MAX)
            .map_while(|attempt| {
                let sight = Live::new(&self.seats, NOW);
                find(
                    &self.plan,
                    &self.hints,
                    &sight,
                    wish,
                    &[],
                    attempt,
                    &mut chance,
                )
            })
            .find_map(|found| self.hold(found))
    }

    fn hold(&self, mut found: Vec<SeatId>) -> Option<Got> {
        found.sort_unstable();
        let number = self.takings.fetch_add(1, Ordering::Relaxed);
        let taking = TakingId::new(number).expect("few");
        let hold = Step::Hold {
            taking,
            until: UNTIL,
        };
        let steps: Vec<(SeatId, Step)> = found.iter().map(|seat| (*seat, hold)).collect();
        let group = Group::new(&steps).expect("sorted, and no seat twice");
        match self.seats.change_all(&group, NOW) {
            GroupOutcome::Done { .. } => {
                self.hints.raise(self.plan.cells_of(&found));
                Some((taking, found))
            }
            _ => None,
        }
    }

    fn release(&self, (taking, seats): &Got) {
        let _freeing = self.hints.freeing(self.plan.cells_of(seats));
        for seat in seats {
            let outcome = self.seats.release(*seat, *taking, NOW);
            assert!(matches!(outcome, Outcome::Done { .. }));
        }
    }

    fn free(&self) -> Vec<u32> {
        (0..self.seats.count())
            .filter(|seat| self.seats.read(SeatId::new(*seat)).status() == Status::Available)
            .collect()
    }
}

/// Everybody asks until told that there is none; what each got.
fn herd<R: Send>(asks: impl Fn(&mut SmallRng) -> Option<R> + Sync) -> Vec<R> {
    thread::scope(|scope| {
        let asks = &asks;
        let threads: Vec<_> = (0..THREADS)
            .map(|seed| {
                scope.spawn(move || {
                    let mut random = SmallRng::seed_from_u64(seed.into());
                    std::iter::from_fn(|| asks(&mut random)).collect::<Vec<R>>()
                })
            })
            .collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined
            .flat_map(|got| got.expect("no thread panics"))
            .collect()
    })
}

fn pairs(adjacent: Adjacent) -> Wish {
    Wish::new(2).expect("a pair").with_adjacent(adjacent)
}

#[test]
fn a_herd_that_wants_to_sit_side_by_side_leaves_no_pair() {
    for _ in 0..20 {
        let sale = Sale::of_odd_rows();
        let got = herd(|random| sale.ask(&pairs(Adjacent::Required), random));
        let is_in_row = |(_, seats): &Got| seats[0].get() / 31 == seats[1].get() / 31;
        assert!(got.iter().all(is_in_row));
        let free = sale.free();
        let together = free
            .windows(2)
            .find(|pair| pair[0] + 1 == pair[1] && pair[0] / 31 == pair[1] / 31);
        assert_eq!(together, None, "somebody was refused a pair that was free");
        assert_eq!(got.len() * 2 + free.len(), 40 * 31);
    }
}

#[test]
fn a_herd_that_would_like_to_sit_side_by_side_fills_the_house() {
    for _ in 0..20 {
        let sale = Sale::of_odd_rows();
        let got = herd(|random| sale.ask(&pairs(Adjacent::Preferred), random));
        assert_eq!(got.len(), 40 * 31 / 2);
        assert!(sale.free().is_empty());
        let seats: HashSet<SeatId> = got.into_iter().flat_map(|(_, seats)| seats).collect();
        assert_eq!(seats.len(), 40 * 31, "no seat was given twice");
    }
}

#[test]
fn a_herd_fills_an_area() {
    let mut house = Drawn::new(&["...."]);
    house.areas.push(Area {
        first: SeatId::new(4),
        capacity: 1_001,
    });
    let sale = Sale::new(&house);
    let wish = AreaWish::new(0, 3).expect("three places");
    let got = herd(|random| {
        let mut chance = |count| random.random_range(0..count);
        loop {
            let sight = Live::new(&sale.seats, NOW);
            let found = find_places(&sale.plan, &sale.hints, &sight, wish, &[], &mut chance)?;
            assert_eq!(found.len(), 3);
            if let Some(got) = sale.hold(found) {
                return Some(got);
            }
        }
    });
    assert_eq!(got.len(), 333);
    let free = sale.free();
    assert_eq!(free.len(), 4 + 2);
    let nowhere = AreaWish::new(1, 1).expect("one place");
    let sight = Live::new(&sale.seats, NOW);
    let none = find_places(&sale.plan, &sale.hints, &sight, nowhere, &[], &mut |_| 0);
    assert_eq!(none, None);
    let left = SeatId::new(free[4]);
    let last = AreaWish::new(0, 1).expect("one place");
    let found = find_places(&sale.plan, &sale.hints, &sight, last, &[left], &mut |_| 0);
    assert_eq!(found, Some(vec![SeatId::new(free[5])]));
}

/// One thread frees a pair and at once asks for it, while the others keep looking at all seats and lowering the hints.
/// A hint that hid what it freed would tell it that there was none.
#[test]
fn a_hint_never_hides_a_seat_that_was_freed_before() {
    let sale = Sale::new(&Drawn::new(&[&*".".repeat(8); 4]));
    let all = Wish::new(32).expect("half a group");
    let mut random = SmallRng::seed_from_u64(1);
    let mut everything = vec![sale.ask(&all, &mut random).expect("the house is empty")];
    let mine: Vec<SeatId> = (12..14).map(SeatId::new).collect();
    sale.release(&everything.remove(0));
    let others: Vec<SeatId> = (0..32)
        .map(SeatId::new)
        .filter(|seat| !mine.contains(seat))
        .collect();
    sale.hold(others).expect("nobody else is there");
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 1..THREADS {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    for size in 1..4 {
                        let wish = Wish::new(size).expect("a few");
                        let sight = Live::new(&sale.seats, NOW);
                        let wish = wish.with_adjacent(Adjacent::Required);
                        _ = find(&sale.plan, &sale.hints, &sight, &wish, &[], 0, &mut |_| 0);
                    }
                }
            });
        }
        for turn in 0..20_000 {
            let got = sale.ask(&pairs(Adjacent::Required), &mut random);
            let got = got.unwrap_or_else(|| panic!("refused in turn {turn}"));
            assert_eq!(got.1, mine);
            sale.release(&got);
        }
        is_over.store(true, Ordering::Relaxed);
    });
}

#[test]
fn an_expired_hold_is_found_before_the_wheel_gets_there() {
    let sale = Sale::new(&Drawn::new(&["....", "...."]));
    let all = Wish::new(8).expect("everybody");
    let mut random = SmallRng::seed_from_u64(1);
    sale.ask(&all, &mut random).expect("the house is empty");
    let find_at = |now| {
        let sight = Live::new(&sale.seats, now);
        find(
            &sale.plan,
            &sale.hints,
            &sight,
            &pairs(Adjacent::Required),
            &[],
            0,
            &mut |_| 0,
        )
    };
    let just_before = Tick::new(UNTIL.get() - 1);
    // The second refusal of a tick is by the hints alone, and lasts until the deadline and no longer.
    assert_eq!(find_at(just_before), None);
    assert_eq!(find_at(just_before), None);
    assert!(find_at(UNTIL).is_some());
}

#[test]
fn seats_that_were_freed_without_a_word_are_found_a_little_later() {
    let sale = Sale::new(&Drawn::new(&["....", "...."]));
    let all = Wish::new(8).expect("everybody");
    let mut random = SmallRng::seed_from_u64(1);
    let (taking, seats) = sale.ask(&all, &mut random).expect("the house is empty");
    assert_eq!(sale.ask(&all, &mut random), None);
    for seat in seats {
        assert!(matches!(
            sale.seats.release(seat, taking, NOW),
            Outcome::Done { .. }
        ));
    }
    let sight = Live::new(&sale.seats, Tick::new(5));
    let found = find(&sale.plan, &sale.hints, &sight, &all, &[], 0, &mut |_| 0);
    assert_eq!(found.map(|seats| seats.len()), Some(8));
}
