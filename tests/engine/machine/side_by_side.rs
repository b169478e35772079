//! Makes each request of a script, and compares.

use std::{sync::Arc, time::Duration};

use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use seatlock::{
    clock::ManualClock,
    engine::{Engine, Event, HoldKey, IfFree, State, Unusable},
    event::{Stage, Token, User},
    feed::Shown,
    ids::SeatId,
    ledger::TwinLedger,
    limits,
    seat::{Status, StatusMap},
};

use super::{
    script::{Act, Script},
    translate::{named, text},
};
use crate::{
    house::{self, SMALL_SEATS, catch_up, eventually},
    model::{DEFAULT, Model},
};

pub(super) const EVENTS: [&str; 3] = ["default", "hamlet", "othello"];
pub(super) const USERS: [&str; 3] = ["ada", "bob", "eve"];

/// The engine and the model.
pub(crate) struct SideBySide {
    pub(super) engine: Engine,
    ledger: TwinLedger,
    starts: u64,
    clock: ManualClock,
    pub(super) model: Model,
    pub(super) has_chart: bool,
}

impl StateMachineTest for SideBySide {
    type SystemUnderTest = Self;
    type Reference = Script;

    fn init_test((): &()) -> Self {
        let (ledger, clock) = (TwinLedger::new(), ManualClock::new());
        let engine = house::engine_on(&ledger, &clock, 0);
        let mut model = Model::new(engine.now());
        model.created(
            EVENTS[0],
            &engine.event(EVENTS[0]).expect("the small API's"),
        );
        let mut both = Self {
            engine,
            ledger,
            starts: 1,
            clock,
            model,
            has_chart: false,
        };
        both.put_chart();
        both.create(1, 1, State::Open);
        both
    }

    fn apply(mut both: Self, (): &(), act: <Script as ReferenceStateMachine>::Transition) -> Self {
        both.model.pass(both.engine.now());
        if let Act::Restart = act {
            return both.restart();
        }
        both.act(act);
        both
    }

    fn check_invariants(both: &Self, (): &()) {
        catch_up(&both.engine);
        for name in EVENTS {
            assert_eq!(
                both.engine.event(name).is_some(),
                both.model.sale(name).is_some(),
                "{name}"
            );
            if let (Some(event), Some(sale)) = (both.engine.event(name), both.model.sale(name)) {
                both.compare(&event, sale);
            }
        }
        let mut map = StatusMap::new(SMALL_SEATS);
        both.engine.snapshot(&mut map);
        let statuses = (0..SMALL_SEATS).map(|seat| map.status(seat).expect("there is such a seat"));
        assert!(statuses.eq(both.model.map(DEFAULT).into_iter().map(status)));
    }

    /// When everything has been given back, nobody is remembered.
    fn teardown(mut both: Self, (): ()) {
        both.model.pass(both.engine.now());
        for hold in 0..both.model.holds.len() {
            let Some(key) = both.model.holds[hold].key else {
                continue;
            };
            if let Stage::Booked { .. } = both.model.holds[hold].stage {
                let said = both.engine.cancel(key.id, None);
                both.model.cancelled(hold, None, &said);
            }
        }
        for event in 1..EVENTS.len() {
            both.close(event);
        }
        both.clock.advance(limits::WASTE_KEPT_MAX);
        both.model.pass(both.engine.now());
        // The small API cannot cancel.
        let is_kept = |hold: &&crate::model::Hold| {
            hold.key.is_none() && matches!(hold.stage, Stage::Booked { .. })
        };
        let sold = both.model.holds.iter().filter(is_kept).count();
        eventually("the end of all takings", || {
            both.engine.taking_count() == sold
        });
        if sold == 0 {
            // What the scribe has read only now was wasted now.
            both.clock.advance(limits::WASTE_KEPT_MAX);
            eventually("the end of all users", || both.engine.user_count() == 0);
        }
    }
}

impl SideBySide {
    /// The next engine knows all that this one did, but for what users have wasted and let expire.
    fn restart(mut self) -> Self {
        drop(self.engine);
        self.engine = house::engine_on(&self.ledger, &self.clock, self.starts);
        self.starts += 1;
        self.model.restarted(house::small_ttl());
        self
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::PutChart => self.put_chart(),
            Act::RemoveChart => {
                assert_eq!(
                    self.engine.remove_chart("house"),
                    std::mem::take(&mut self.has_chart)
                );
                assert_eq!(self.engine.charts().len(), 0);
            }
            Act::Create {
                event,
                rules,
                state,
            } => self.create(event, rules, state),
            Act::Change {
                event,
                rules,
                state,
            } => self.change(event, rules, state),
            Act::Close { event } => self.close(event),
            Act::Remove { event } => {
                let name = EVENTS[event % EVENTS.len()];
                let is_closed = self.model.sale(name).is_none() && self.was_there(name);
                assert_eq!(self.engine.remove_event(name), is_closed, "{name}");
            }
            Act::Hold {
                event,
                user,
                asks,
                order,
            } => self.hold(event, user, &asks, order),
            Act::SmallHold { seat, user } => {
                let (seat, user) = (seat % SMALL_SEATS, USERS[user % USERS.len()]);
                let said = self.engine.hold_seat(seat + 1, &User::new(user));
                self.model.small_held(SeatId::new(seat), user, said);
            }
            Act::SmallConfirm { seat, user } => {
                let (seat, user) = (seat % SMALL_SEATS, USERS[user % USERS.len()]);
                let said = self.engine.confirm_seat(seat + 1, &User::new(user));
                self.model.small_confirmed(SeatId::new(seat), user, said);
            }
            Act::SmallRelease { seat } => {
                let seat = seat % SMALL_SEATS;
                let said = self.engine.release_seat(seat + 1);
                self.model.small_released(SeatId::new(seat), said);
            }
            Act::Block {
                event,
                seats,
                reason,
            } => {
                if let Some((event, sale)) = self.event(event) {
                    let (seats, reason) = (named(event.chart(), &seats), text(reason));
                    let said = self.engine.block(&event, &seats, reason.as_ref());
                    self.model.blocked(sale, &seats, reason.as_ref(), &said);
                }
            }
            Act::Unblock { event, seats } => {
                if let Some((event, sale)) = self.event(event) {
                    let seats = named(event.chart(), &seats);
                    let said = self.engine.unblock(&event, &seats);
                    self.model.unblocked(sale, &seats, &said);
                }
            }
            Act::Pass {
                milliseconds,
                is_awaited,
            } => {
                self.clock.advance(Duration::from_millis(milliseconds));
                self.model.pass(self.engine.now());
                if is_awaited {
                    self.settle();
                }
            }
            Act::Restart => unreachable!("that is none of the engine's"),
            about_hold => self.act_on_hold(about_hold),
        }
    }

    fn act_on_hold(&mut self, act: Act) {
        match act {
            Act::Add { hold, asks } => self.add(hold, &asks),
            Act::GiveBack { hold, part } => self.on_hold(hold, |both, hold, key| {
                let part = both.part(hold, &part);
                let said = both.engine.give_back(&key, &part);
                both.model.gave_back(hold, &part, &said);
            }),
            Act::Extend { hold } => self.on_hold(hold, |both, hold, key| {
                let said = both.engine.extend(&key);
                both.model.extended(hold, &said);
            }),
            Act::Pay { hold } => self.on_hold(hold, |both, hold, key| {
                let said = both.engine.pay(&key);
                both.model.paid(hold, &said);
            }),
            Act::Confirm {
                hold,
                retake,
                order,
            } => self.on_hold(hold, |both, hold, key| {
                let if_free = if retake {
                    IfFree::Retake
                } else {
                    IfFree::Leave
                };
                let said = both.engine.confirm(&key, if_free, text(order));
                both.model.confirmed(hold, if_free, text(order), &said);
            }),
            Act::Release { hold } => self.on_hold(hold, |both, hold, key| {
                let said = both.engine.release(&key);
                both.model.released(hold, &said);
            }),
            Act::Look { hold } => self.on_hold(hold, |both, hold, key| {
                let said = both.engine.look(&key);
                both.model.looked(hold, &said);
            }),
            Act::Intrude { hold } => self.on_hold(hold, |both, hold, key| {
                let token = Token::new([0; 16]);
                let said = both
                    .engine
                    .look(&HoldKey { token, ..key })
                    .expect_err("no token of any hold");
                let is_gone = both.model.is_gone(hold);
                assert!(
                    matches!(said, Unusable::WrongToken)
                        || (is_gone && matches!(said, Unusable::Unknown))
                );
            }),
            Act::Booking { hold } => self.on_hold(hold, |both, hold, key| {
                let said = both.engine.booking(key.id);
                both.model.looked(hold, &said);
            }),
            Act::Cancel { hold, part } => self.on_hold(hold, |both, hold, key| {
                let part = part.map(|part| both.part(hold, &part));
                let said = both.engine.cancel(key.id, part.as_ref());
                both.model.cancelled(hold, part.as_ref(), &said);
            }),
            Act::Move { hold, from, to } => self.on_hold(hold, |both, hold, key| {
                let sale = both.model.holds[hold].sale;
                let (from, to) = (
                    both.part(hold, &from),
                    named(&both.model.sales[sale].chart, &to),
                );
                let said = both.engine.move_seats(key.id, &from, &to);
                both.model.moved(hold, &from, &to, &said);
            }),
            other => unreachable!("{other:?} is about no hold"),
        }
    }

    pub(super) fn event(&self, event: usize) -> Option<(Arc<Event>, usize)> {
        let name = EVENTS[event % EVENTS.len()];
        Some((self.engine.event(name)?, self.model.sale(name)?))
    }

    pub(super) fn was_there(&self, name: &str) -> bool {
        self.engine.entry(name).is_some()
    }

    /// Waits until the reaper and the scribe have done what follows from the time that has passed.
    pub(super) fn settle(&mut self) {
        for (sale, name) in EVENTS
            .iter()
            .filter_map(|name| Some((self.model.sale(name)?, name)))
        {
            let event = self.engine.event(name).expect("the model has it");
            let expected = self.model.map(sale);
            eventually("the end of all that has expired", || {
                shown(&event) == expected
            });
        }
        catch_up(&self.engine);
        self.model.settle();
    }

    fn compare(&self, event: &Event, sale: usize) {
        let of = &self.model.sales[sale];
        assert_eq!(
            (event.state(), event.told().title, event.rules()),
            (of.state, of.title.clone(), of.rules)
        );
        let expected = self.model.map(sale);
        for (seat, (said, expected)) in (0..)
            .map(SeatId::new)
            .zip(shown(event).into_iter().zip(expected))
        {
            // The reaper may not have come by.
            let is_late = (said, expected) == (Shown::Held, Shown::Available);
            assert!(
                said == expected || is_late,
                "{seat} is shown as {said:?}, not as {expected:?}"
            );
            assert_eq!(
                event.reason(seat),
                self.model.reason(sale, seat),
                "of {seat}"
            );
        }
    }
}

/// What the feed shows.
fn shown(event: &Event) -> Vec<Shown> {
    let snapshot = event.feed().snapshot();
    let seat = |seat| {
        snapshot
            .shown(SeatId::new(seat))
            .expect("there is such a seat")
    };
    (0..snapshot.seats()).map(seat).collect()
}

fn status(shown: Shown) -> Status {
    match shown {
        Shown::Available => Status::Available,
        Shown::Held => Status::Held,
        Shown::Booked | Shown::Withheld => Status::Booked,
    }
}
