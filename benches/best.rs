//! The best seats for a party: found and held, in a house of 100 thousand.
//!
//! 20 sections of 100 rows of 50 seats, 5 abreast, the stage in front; in each row the middle seats are of one category and
//! those on either side of another. From empty to 95 % sold, scattered or from the front. Timed is one call: the search
//! and the hold of what it found, with the hints told. Between calls as many seats are given back, untimed: random ones in the
//! scattered house, of those that the wish allows; the same ones in the other.
//!
//! Criterion has the means of some; the table that is printed has the median and the 99th percentile of all, each call
//! timed by itself, which costs it about 40 ns more.

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion};
use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng};
use seatlock::{
    event::{
        best::{
            Adjacent, Area, Categories, House, Kind, Live, Offset, Plan, Row, Sections, Wish, find,
        },
        hints::Hints,
    },
    ids::{SeatId, TakingId},
    seat::{Group, GroupOutcome, NoTrail, Outcome, Seats, Step},
    tick::Tick,
};

use crate::{
    load::shuffled,
    rivals::seats,
    run::{self, is_trial},
};

const ABREAST: u32 = 5;
const ROW_SEATS: u32 = 50;
const SECTION_ROWS: u32 = 100;
const SEATS: u32 = 100_000;

const QUANTITIES: [u32; 4] = [1, 2, 4, 8];
const NOW: Tick = Tick::new(0);
const UNTIL: Tick = Tick::new(60_000);

/// Calls for a line of the table.
const CALLS: usize = 20_000;

/// How much of the house is sold, in per cent, and in which order.
#[derive(Debug, Clone, Copy)]
enum Sold {
    Scattered(u32),
    FromTheFront(u32),
}

const HOUSES: [Sold; 7] = [
    Sold::Scattered(0),
    Sold::Scattered(50),
    Sold::Scattered(80),
    Sold::Scattered(95),
    Sold::FromTheFront(50),
    Sold::FromTheFront(80),
    Sold::FromTheFront(95),
];

/// Asks for pairs in each house, then prints the table.
pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("best");
    run::pace_short(&mut group);
    for sold in HOUSES {
        let mut bed = None;
        group.bench_function(BenchmarkId::new("pairs", format!("{sold:?}")), |bencher| {
            let bed = bed.get_or_insert_with(|| Bed::new(sold));
            bencher.iter_custom(|calls| (0..calls).map(|_| bed.call(&wish(2), 0).0).sum());
        });
    }
    group.finish();
    let mut asked = std::env::args().skip(1).filter(|arg| !arg.starts_with('-'));
    if !is_trial()
        && asked
            .next_back()
            .is_none_or(|filter| "best".contains(&filter))
    {
        print_table();
    }
}

fn print_table() {
    println!("\n| sold | wish | n | median, µs | p99, µs | longest, µs | refused |");
    println!("|---|---|--:|--:|--:|--:|--:|");
    for sold in HOUSES {
        for (name, terms, part) in TERMS {
            for quantity in QUANTITIES {
                let mut bed = Bed::new(sold);
                let wish = terms(wish(quantity));
                let mut calls: Vec<(Duration, bool)> =
                    (0..CALLS).map(|_| bed.call(&wish, part)).collect();
                calls.sort_unstable();
                let micros = |place: usize| calls[place].0.as_secs_f64() * 1e6;
                let refused = calls.iter().filter(|(_, done)| !done).count();
                println!(
                    "| {sold:?} | {name} | {quantity} | {:.2} | {:.2} | {:.1} | {:.1} % |",
                    micros(CALLS / 2),
                    micros(CALLS * 99 / 100),
                    micros(CALLS - 1),
                    refused as f64 * 100.0 / CALLS as f64,
                );
            }
        }
    }
}

type Terms = fn(Wish) -> Wish;

/// What is wished for besides a number of seats, and which part of the house has them: see [`is_in`].
const TERMS: [(&str, Terms, u32); 4] = [
    ("any seats", |wish| wish, 0),
    (
        "one category",
        |wish| wish.with_categories(Categories::NONE.with(1)),
        1,
    ),
    (
        "one section",
        |wish| wish.with_sections(Sections::only([12])),
        2,
    ),
    (
        "side by side only",
        |wish| wish.with_adjacent(Adjacent::Required),
        0,
    ),
];

/// Whether a seat is in all of the house, in the category that is wished for, or in the section.
fn is_in(part: u32, seat: SeatId) -> bool {
    match part {
        0 => true,
        1 => Arena.kind(seat).category == 1,
        _ => seat.get() / (ROW_SEATS * SECTION_ROWS) == 12,
    }
}

fn wish(quantity: u32) -> Wish {
    Wish::new(quantity).expect("from 1 to 64")
}

/// A house in which seats are found, held and given back, over and over.
struct Bed {
    plan: Plan,
    hints: Hints,
    seats: Seats<NoTrail>,
    sold: Sold,
    /// Who holds each seat.
    takings: Vec<Option<TakingId>>,
    held: Vec<SeatId>,
    next: TakingId,
    random: SmallRng,
}

impl Bed {
    fn new(sold: Sold) -> Self {
        let plan = Plan::new(&Arena);
        let mut bed = Self {
            hints: Hints::new(plan.cells()),
            plan,
            seats: seats(SEATS, NoTrail),
            sold,
            takings: vec![None; SEATS as usize],
            held: Vec::new(),
            next: TakingId::FIRST,
            random: SmallRng::seed_from_u64(7),
        };
        let mut order = shuffled(SEATS);
        let percent = match sold {
            Sold::Scattered(percent) => percent,
            Sold::FromTheFront(percent) => {
                order.sort_by(|one, other| far(*one).total_cmp(&far(*other)));
                percent
            }
        };
        for seat in &order[..(SEATS / 100 * percent) as usize] {
            assert!(bed.hold(&[*seat]), "nobody else is there");
        }
        bed
    }

    /// One call, and whether it found seats. Those that are given back are of this part of the house.
    fn call(&mut self, wish: &Wish, part: u32) -> (Duration, bool) {
        let start = Instant::now();
        let sight = Live::new(&self.seats, NOW);
        let random = &mut self.random;
        let mut chance = |count| random.random_range(0..count);
        let found = find(&self.plan, &self.hints, &sight, wish, &[], 0, &mut chance);
        let Some(mut found) = found else {
            return (start.elapsed(), false);
        };
        found.sort_unstable();
        let steps: Vec<(SeatId, Step)> = found.iter().map(|seat| (*seat, self.step())).collect();
        let group = Group::new(&steps).expect("sorted, and no seat twice");
        let outcome = self.seats.change_all(&group, NOW);
        self.hints.raise(self.plan.cells_of(&found));
        let spent = start.elapsed();
        assert!(
            matches!(outcome, GroupOutcome::Done { .. }),
            "nobody else is there"
        );
        self.note(&found);
        self.give_back(found.len(), part);
        (spent, true)
    }

    fn step(&self) -> Step {
        Step::Hold {
            taking: self.next,
            until: UNTIL,
        }
    }

    fn hold(&mut self, found: &[SeatId]) -> bool {
        let steps: Vec<(SeatId, Step)> = found.iter().map(|seat| (*seat, self.step())).collect();
        let group = Group::new(&steps).expect("sorted, and no seat twice");
        let outcome = self.seats.change_all(&group, NOW);
        self.note(found);
        matches!(outcome, GroupOutcome::Done { .. })
    }

    fn note(&mut self, found: &[SeatId]) {
        for seat in found {
            self.takings[seat.index()] = Some(self.next);
            self.held.push(*seat);
        }
        self.next = self.next.next();
    }

    fn give_back(&mut self, count: usize, part: u32) {
        for _ in 0..count {
            if let Sold::Scattered(1..) = self.sold {
                let last = self.held.len() - 1;
                let any = loop {
                    let any = self.random.random_range(0..=last);
                    if is_in(part, self.held[any]) {
                        break any;
                    }
                };
                self.held.swap(any, last);
            }
            let seat = self.held.pop().expect("as many as were just held");
            let taking = self.takings[seat.index()].take().expect("it is held");
            let _freeing = self.hints.freeing(self.plan.cells_of(&[seat]));
            let outcome = self.seats.release(seat, taking, NOW);
            assert!(matches!(outcome, Outcome::Done { .. }));
        }
    }
}

fn far(seat: SeatId) -> f32 {
    let Offset { x, y } = Arena.offset(seat);
    x * x + y * y
}

/// The house, from numbers alone.
struct Arena;

impl House for Arena {
    fn rows(&self) -> impl Iterator<Item = Row> {
        (0..SEATS / ROW_SEATS).map(|row| Row {
            first: SeatId::new(row * ROW_SEATS),
            seats: ROW_SEATS,
            section: (row / SECTION_ROWS) as usize,
            depth: row % SECTION_ROWS,
        })
    }

    fn areas(&self) -> impl Iterator<Item = Area> {
        std::iter::empty()
    }

    fn kind(&self, seat: SeatId) -> Kind {
        let column = seat.get() % ROW_SEATS;
        Kind {
            category: u8::from((ROW_SEATS / 4..ROW_SEATS * 3 / 4).contains(&column)),
            ..Kind::default()
        }
    }

    fn offset(&self, seat: SeatId) -> Offset {
        let (row, column) = (seat.get() / ROW_SEATS, seat.get() % ROW_SEATS);
        let (section, row) = (row / SECTION_ROWS, row % SECTION_ROWS);
        let metres = |count: u32| f32::from(u16::try_from(count).expect("a house, not a city"));
        let width = ABREAST * (ROW_SEATS + 4);
        Offset {
            x: 0.5 * (metres(section % ABREAST * (ROW_SEATS + 4) + column) - metres(width) / 2.0),
            y: 10.0 + 0.9 * metres(section / ABREAST * (SECTION_ROWS + 4) + row),
        }
    }
}
