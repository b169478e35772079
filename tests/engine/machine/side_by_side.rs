//! Makes each request of a script, and compares.

use std::{sync::Arc, time::Duration};

use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use seatlock::{
    chart::Chart,
    clock::ManualClock,
    engine::{
        Asks, ChangeEvent, CloseEvent, CreateEvent, Engine, Entry, Event, HoldKey, IfFree, Part,
        Places, PutChart, State, Told, Unusable, Want,
    },
    event::{
        OnSale, Orphans, Rules, Stage, Token, User,
        best::{Categories, Wish},
    },
    feed::Shown,
    ids::SeatId,
    ledger::TwinLedger,
    limits,
    seat::{Status, StatusMap},
};

use super::script::{Act, Script, Some as Few, Wanted};
use crate::{
    house::{self, SMALL_SEATS, catch_up, eventually, ttl},
    model::{Best, DEFAULT, Model, Order},
};

const EVENTS: [&str; 3] = ["default", "hamlet", "othello"];
const USERS: [&str; 3] = ["ada", "bob", "eve"];

/// The engine and the model.
pub(crate) struct SideBySide {
    engine: Engine,
    ledger: TwinLedger,
    starts: u64,
    clock: ManualClock,
    model: Model,
    has_chart: bool,
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

    fn put_chart(&mut self) {
        let said = self.engine.put_chart(house::name("house"), house::chart());
        let had = std::mem::replace(&mut self.has_chart, true);
        assert_eq!(
            said,
            if had {
                PutChart::Replaced
            } else {
                PutChart::Created
            }
        );
        assert_eq!(self.engine.chart("house").as_deref(), Some(&house::chart()));
    }

    fn create(&mut self, event: usize, rules: usize, state: State) {
        let name = EVENTS[event % EVENTS.len()];
        let said =
            self.engine
                .create_event(house::spec(name, "house", rules_of(name, rules), state));
        match said {
            CreateEvent::NoSuchChart => assert!(!self.has_chart),
            CreateEvent::Exists(Entry::Alive(_)) => assert!(self.model.sale(name).is_some()),
            CreateEvent::Exists(Entry::Closed(_)) => {
                assert!(self.model.sale(name).is_none() && self.was_there(name))
            }
            CreateEvent::Created(event) => {
                assert!(self.has_chart);
                self.model.created(name, &event);
            }
            other => panic!("{other:?}"),
        }
    }

    fn change(&mut self, event: usize, rules: usize, state: State) {
        // What has expired is counted by the rules of its time.
        self.settle();
        if let Some((event, sale)) = self.event(event) {
            let rules = rules_of(event.name().as_str(), rules);
            let told = Told {
                title: format!("{rules:?}").into(),
                rules,
            };
            let said = self.engine.change_event(&event, told.clone(), state);
            assert!(matches!(said, ChangeEvent::Changed(_)));
            let sale = &mut self.model.sales[sale];
            (sale.title, sale.rules, sale.state) = (told.title, told.rules, state);
        }
    }

    fn close(&mut self, event: usize) {
        let name = EVENTS[event % EVENTS.len()];
        match (self.engine.close_event(name), self.model.sale(name)) {
            (CloseEvent::IsDefault, Some(DEFAULT)) => {}
            (CloseEvent::NoSuchEvent, None) => {}
            (CloseEvent::Closed(closed), sale) => {
                assert_eq!(closed.name.as_str(), name);
                if let Some(sale) = sale {
                    self.model.closed(sale);
                }
            }
            (said, sale) => panic!("{said:?} of {sale:?}"),
        }
    }

    fn hold(&mut self, event: usize, user: usize, wanted: &Wanted, order: Option<u8>) {
        let Some((event, sale)) = self.event(event) else {
            return;
        };
        let (user, asked) = (USERS[user % USERS.len()], order_of(event.chart(), wanted));
        let want = Want {
            user: User::new(user),
            order: text(order),
            asks: asked.asks.clone(),
        };
        let said = self.engine.hold(&event, want.clone());
        self.model.held(sale, user, &want, &asked, &said);
    }

    fn add(&mut self, hold: usize, wanted: &Wanted) {
        self.settle();
        self.on_hold(hold, |both, hold, key| {
            let asked = order_of(&both.model.sales[both.model.holds[hold].sale].chart, wanted);
            let said = both.engine.add(&key, &asked.asks);
            both.model.added(hold, &asked, &said);
        });
    }

    /// Does something with one of the last holds that have a token.
    fn on_hold(&mut self, number: usize, act: impl FnOnce(&mut Self, usize, HoldKey)) {
        let holds = self.model.holds.iter().enumerate().rev();
        let keys: Vec<_> = holds
            .filter_map(|(hold, of)| Some((hold, of.key?)))
            .take(6)
            .collect();
        if let Some((hold, key)) = keys.get(number % keys.len().max(1)) {
            act(self, *hold, *key);
        }
    }

    fn part(&self, hold: usize, few: &Few) -> Part {
        let hold = &self.model.holds[hold];
        let chart = &self.model.sales[hold.sale].chart;
        let own = few
            .own
            .iter()
            .filter(|_| !hold.seats.is_empty())
            .map(|place| hold.seats[place % hold.seats.len()]);
        Part {
            seats: own
                .chain(few.any.map(|seat| SeatId::new(seat % chart.seat_count())))
                .collect(),
            areas: places(chart, few.places),
        }
    }

    fn event(&self, event: usize) -> Option<(Arc<Event>, usize)> {
        let name = EVENTS[event % EVENTS.len()];
        Some((self.engine.event(name)?, self.model.sale(name)?))
    }

    fn was_there(&self, name: &str) -> bool {
        self.engine.entry(name).is_some()
    }

    /// Waits until the reaper and the scribe have done what follows from the time that has passed.
    fn settle(&mut self) {
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

/// The small API refuses with one word, so its event has none of the finer rules.
fn rules_of(event: &str, rules: usize) -> Rules {
    let lenient = Rules::lenient(ttl(20));
    let counted = Rules {
        hold_ttl: ttl(50),
        hold_longest: ttl(120),
        paying: ttl(30),
        hold_seats_max: 6,
        user_seats_max: 8,
        user_holds_max: 3,
        user_waste_max: u32::MAX,
        ..Rules::DEFAULT
    };
    let strict = Rules {
        hold_ttl: ttl(10),
        hold_longest: ttl(25),
        paying: ttl(10),
        cool_down_seconds: 1,
        orphans: Orphans::Refused,
        ..lenient
    };
    let [opens, closes] =
        [1, 4].map(|seconds| Some(ManualClock::EPOCH.plus(Duration::from_secs(seconds))));
    let dated = Rules {
        on_sale: OnSale { opens, closes },
        ..lenient
    };
    let all = [lenient, counted, strict, dated];
    let choice = if event == EVENTS[0] { &all[..2] } else { &all };
    choice[rules % choice.len()]
}

fn order_of(chart: &Chart, wanted: &Wanted) -> Order {
    let best = wanted.best.as_ref().map(|best| Best {
        quantity: best.quantity as usize,
        accessible: best.accessible as usize,
        categories: best
            .category
            .checked_sub(1)
            .map_or(Categories::ALL, |one| Categories::NONE.with(one)),
        section: best.section.checked_sub(1),
        adjacent: best.adjacent,
    });
    let wish = best.iter().zip(&wanted.best).map(|(best, wanted)| {
        let party = Wish::new(wanted.quantity).expect("a right quantity");
        let party = party
            .with_accessible(wanted.accessible)
            .expect("not more than the party");
        party
            .with_categories(best.categories)
            .with_sections(best.sections())
            .with_adjacent(best.adjacent)
    });
    let asks = Asks {
        seats: named(chart, &wanted.seats),
        best: wish.collect(),
        areas: wanted
            .places
            .iter()
            .flat_map(|some| places(chart, Some(*some)))
            .filter(|some| some.quantity > 0)
            .collect(),
    };
    Order { asks, best }
}

fn places(chart: &Chart, some: Option<(usize, u32)>) -> Vec<Places> {
    let area = |area: usize| area.checked_rem(chart.areas().len());
    let some = some.and_then(|(number, quantity)| {
        Some(Places {
            area: area(number)?,
            quantity,
        })
    });
    some.into_iter().collect()
}

fn named(chart: &Chart, seats: &[u32]) -> Vec<SeatId> {
    seats
        .iter()
        .map(|seat| SeatId::new(seat % chart.seat_count()))
        .collect()
}

fn text(number: Option<u8>) -> Option<Arc<str>> {
    number.map(|number| number.to_string().into())
}
