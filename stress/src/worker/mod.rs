//! A worker: a thread that plays its users, and reports every change it was granted.

pub mod basket;
mod choose;
pub mod hall;
pub mod hand;
mod play;

use std::{sync::Arc, thread};

use crossbeam::queue::ArrayQueue;
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use seatlock::{
    ids::{Lsn, SeatId},
    seat::{Group, GroupOutcome, Outcome, SeatCountError, SeatWord, Seats, Step, Trail},
    tick::{Moment, Tick},
};

use crate::{
    claim::{Claim, Pen, Report, Sighting},
    clock::{RunClock, Span, Stamp},
    latency::{Book, Ended},
    plan::{
        Plan,
        mix::Action,
        skew::{Draw, Skew},
    },
    reaping::Told,
    signals::Signals,
};
use basket::{Basket, Forgotten, Taking, Takings};
use hall::Hall;
use hand::Hand;

/// The names of the operations, in the order of [`Action::ALL`].
pub const KINDS: &[&str] = &{
    let mut names = [""; Action::ALL.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = Action::ALL[index].name();
        index += 1;
    }
    names
};

/// Of so many operations one has its time taken and reports what it was shown.
const SAMPLE: u64 = 8;

/// Takings that wait for a second user.
const DOUBLES_WAITING: usize = 64;

/// Refusals in a row after which a worker lets others run: who holds what it wants may be waiting for its core.
const REFUSALS_IN_A_ROW: u32 = 16;

/// What all workers share.
#[derive(Debug)]
pub struct Site<T> {
    /// The map under test.
    pub seats: Seats<Told<T>>,
    /// Its rows and its area.
    pub hall: Hall,
    /// The time.
    pub clock: RunClock,
    /// When to stop.
    pub signals: Arc<Signals>,
    /// Takings of some that others act on as well: the same user at two machines.
    pub doubles: ArrayQueue<Taking>,
}

impl<T: Trail> Site<T> {
    /// A site for a plan, whose changes are taken down by `trail`.
    ///
    /// # Errors
    /// For a number of seats that a map cannot have.
    pub fn new(
        plan: &Plan,
        trail: T,
        clock: RunClock,
        signals: Arc<Signals>,
    ) -> Result<Self, SeatCountError> {
        Ok(Self {
            seats: Seats::new(plan.seats, Told::new(trail, plan.dawdle))?,
            hall: Hall::of(plan.seats),
            clock,
            signals,
            doubles: ArrayQueue::new(DOUBLES_WAITING),
        })
    }
}

/// A worker's state.
pub struct Worker<'s, T, H> {
    site: &'s Site<T>,
    plan: &'s Plan,
    draw: Draw,
    rng: SmallRng,
    pen: Pen,
    hand: H,
    users: Vec<Basket>,
    takings: Takings,
    withheld: Vec<SeatId>,
    forgotten: Forgotten,
    book: Book,
    operation: u64,
    returned: Stamp,
}

/// A step for one seat or several, at a time.
#[derive(Debug)]
struct Wish<'w> {
    steps: &'w mut Vec<(SeatId, Step)>,
    moment: Moment,
    /// How long the seats are to be held.
    lasts_nanos: u64,
    /// Until when the seats that are acted on are promised to this user.
    promised: Option<Tick>,
}

impl<'s, T: Trail, H: Hand> Worker<'s, T, H> {
    /// Worker number `line` of `lines` writers.
    pub fn new(
        site: &'s Site<T>,
        plan: &'s Plan,
        (line, lines): (u32, u32),
        pen: Pen,
        hand: H,
    ) -> Self {
        let users = plan.users.div_ceil(plan.threads).max(1);
        Self {
            site,
            plan,
            draw: plan.skew.over(plan.seats),
            rng: SmallRng::seed_from_u64(plan.seed.wrapping_add(u64::from(line))),
            pen,
            hand,
            users: (0..users)
                .map(|_| Basket::of(plan.users, plan.seats))
                .collect(),
            takings: Takings::of_line(line, lines),
            withheld: Vec::new(),
            forgotten: Forgotten::of(
                plan.threads,
                if plan.skew == Skew::Hot {
                    1
                } else {
                    plan.seats
                },
            ),
            book: Book::new(KINDS),
            operation: 0,
            returned: site.clock.stamp(),
        }
    }

    /// Plays until it has played enough, or is asked to stop. Answers with what it counted.
    pub fn run(mut self, operations: u64) -> Book {
        let mut refusals = 0;
        for operation in 1..=operations {
            if self.site.signals.is_stopping() {
                break;
            }
            self.operation = operation;
            let started = self.is_sampled().then(|| self.site.clock.stamp());
            let action = self.plan.mix.draw(&mut self.rng);
            let user = self.rng.random_range(0..self.users.len());
            let (action, ended) = self.play(action, user);
            let nanos = started.map(|started| {
                self.site
                    .clock
                    .real(self.returned.nanos() - started.nanos())
            });
            let nanos = nanos.map(|span| u64::try_from(span.as_nanos()).unwrap_or(u64::MAX));
            self.book.record(action as usize, ended, nanos);
            self.pen
                .end_turn(ended == Ended::Refused, ended == Ended::Busy);
            refusals = if ended == Ended::Refused {
                refusals + 1
            } else {
                0
            };
            if refusals == REFUSALS_IN_A_ROW {
                refusals = 0;
                thread::yield_now();
            }
        }
        self.site.signals.leave();
        self.book
    }

    fn is_sampled(&self) -> bool {
        self.operation.is_multiple_of(SAMPLE)
    }

    /// Asks the map, and tells the auditor how it went.
    fn ask(&mut self, wish: &mut Wish<'_>) -> Ended {
        let site = self.site;
        let _freeing = site.hall.freeing(wish.steps);
        match wish.steps.as_slice() {
            &[(seat, step)] => self.ask_one(seat, step, wish),
            _ => self.ask_all(wish),
        }
    }

    fn ask_one(&mut self, seat: SeatId, step: Step, wish: &Wish<'_>) -> Ended {
        let now = self.hand.now(step, wish.moment.tick());
        let outcome = self.site.seats.change(seat, step, now);
        let span = self.span();
        match outcome {
            Outcome::Done { lsn, .. } => {
                self.claim(lsn, seat, step, 0, wish, span);
                Ended::Done
            }
            Outcome::Already { saw } => {
                self.saw(seat, saw, span, None, false);
                Ended::Already
            }
            Outcome::Refused { saw, .. } => {
                self.refused(seat, saw, step, wish, span);
                Ended::Refused
            }
            Outcome::Busy { .. } => Ended::Busy,
        }
    }

    fn ask_all(&mut self, wish: &mut Wish<'_>) -> Ended {
        let now = wish.steps.first().map_or(wish.moment.tick(), |(_, step)| {
            self.hand.now(*step, wish.moment.tick())
        });
        let Ok(group) = Group::sort(wish.steps) else {
            return Ended::Refused;
        };
        let outcome = self.site.seats.change_all(&group, now);
        let span = self.span();
        match outcome {
            GroupOutcome::Done { first } => {
                let lsns = (0..).map(|place| first.plus(place));
                let rests = (0..u8::try_from(wish.steps.len()).unwrap_or(u8::MAX)).rev();
                for ((&(seat, step), lsn), rest) in wish.steps.iter().zip(lsns).zip(rests) {
                    self.claim(lsn, seat, step, rest, wish, span);
                }
                Ended::Done
            }
            GroupOutcome::Already => Ended::Already,
            GroupOutcome::Refused { in_the_way } => {
                for (seat, saw) in in_the_way.iter().map(|way| (way.seat, way.saw)) {
                    if let Some((_, step)) = wish.steps.iter().find(|(of, _)| *of == seat) {
                        self.refused(seat, saw, *step, wish, span);
                    }
                }
                Ended::Refused
            }
            GroupOutcome::Busy => Ended::Busy,
        }
    }

    fn claim(&mut self, lsn: Lsn, seat: SeatId, step: Step, rest: u8, wish: &Wish<'_>, span: Span) {
        let (now, lasts_nanos) = (wish.moment.tick(), wish.lasts_nanos);
        self.report(Report::Changed(Claim {
            lsn,
            seat,
            step,
            rest,
            now,
            lasts_nanos,
            span,
            swept_before: Stamp::default(),
        }));
    }

    fn refused(&mut self, seat: SeatId, saw: SeatWord, step: Step, wish: &Wish<'_>, span: Span) {
        let own = matches!(
            step,
            Step::Confirm { .. } | Step::Release { .. } | Step::Extend { .. }
        );
        let promised = own
            && wish
                .promised
                .is_some_and(|until| !until.reached_at(wish.moment.tick()));
        self.saw(seat, saw, span, Some((step, wish.moment.tick())), promised);
    }

    fn saw(
        &mut self,
        seat: SeatId,
        word: SeatWord,
        span: Span,
        refused: Option<(Step, Tick)>,
        promised: bool,
    ) {
        if promised || self.is_sampled() {
            let operation = self.operation;
            self.report(Report::Saw(Sighting {
                seat,
                word,
                span,
                operation,
                refused,
                promised,
            }));
        }
    }

    fn report(&mut self, report: Report) {
        if self.hand.report(report, &mut self.pen) {
            // It waited for the auditor, which is no part of the next operation.
            self.returned = self.site.clock.stamp();
        }
    }

    /// The operation that returns now was invoked after the one before had returned: that saves a look at the clock.
    fn span(&mut self) -> Span {
        let invoked = self.returned;
        self.returned = self.site.clock.stamp();
        Span {
            invoked,
            returned: self.returned,
        }
    }
}
