//! An engine that goes on from a ledger: what becomes of holds, at each place of the table in `engine::recovery`.

use std::time::Duration;

use seatlock::{
    clock::ManualClock,
    engine::{
        Archive, Asks, Engine, EngineConfig, HoldKey, IfFree, RecoveryError, StartError, State,
        Want,
    },
    entropy::SeededEntropy,
    event::{How, Rules, Stage, User},
    ids::{Lsn, SeatId},
    ledger::{Batch, Key, Ledger, Note, NoteList, TwinLedger},
    tick::{Moment, Ttl},
};

use crate::house::{chart, eventually, key, name, open_event, spec};

const SECOND: Duration = Duration::from_secs(1);

/// A ledger, a clock, and one engine after the other.
struct Machine {
    ledger: TwinLedger,
    clock: ManualClock,
    starts: u64,
}

impl Machine {
    fn new() -> Self {
        Self {
            ledger: TwinLedger::new(),
            clock: ManualClock::new(),
            starts: 0,
        }
    }

    fn start(&mut self, grace: Duration) -> Engine {
        self.try_start(10, grace).expect("it makes sense")
    }

    fn try_start(&mut self, seats: u32, grace: Duration) -> Result<Engine, StartError> {
        self.starts += 1;
        let mut archive = Archive::new(Box::new(self.ledger.clone()), self.ledger.state());
        archive.restart_grace = grace;
        let config = EngineConfig {
            seats,
            ..EngineConfig::default()
        };
        Engine::start_on(
            config,
            self.clock.clone(),
            SeededEntropy::new(self.starts),
            archive,
        )
    }
}

/// Holds one seat of `hamlet` for a minute.
fn hold(engine: &Engine, seat: u32) -> HoldKey {
    let event = engine.event("hamlet").unwrap_or_else(|| {
        let _put = engine.put_chart(name("house"), chart());
        let rules = Rules {
            hold_ttl: Ttl::MINUTE,
            ..Rules::DEFAULT
        };
        open_event(engine, "hamlet", "house", rules)
    });
    let asks = Asks {
        seats: vec![SeatId::new(seat)],
        ..Asks::default()
    };
    let want = Want {
        user: User::new("ada"),
        order: None,
        asks,
    };
    key(&engine.hold(&event, want).expect("it is free"))
}

/// The deadline of a hold that is alive.
fn deadline(engine: &Engine, hold: &HoldKey) -> Option<Moment> {
    let view = engine.look(hold).expect("it is known");
    matches!(view.stage, Stage::Held).then_some(view.deadline)
}

#[test]
fn a_hold_that_was_alive_lasts_for_the_grace_at_least() {
    let after = |stop: Duration, grace: Duration| {
        let mut machine = Machine::new();
        let engine = machine.start(grace);
        let held = hold(&engine, 3);
        let before = deadline(&engine, &held).expect("it is alive");
        drop(engine);
        machine.clock.advance(stop);
        let engine = machine.start(grace);
        let now = engine.now().moment;
        (
            deadline(&engine, &held).map(|after| before.until(after)),
            now.until(before),
        )
    };
    // Without a grace it ends when it would have ended.
    assert_eq!(
        after(10 * SECOND, Duration::ZERO),
        (Some(Duration::ZERO), 50 * SECOND)
    );
    assert_eq!(after(60 * SECOND, Duration::ZERO).0, None);
    assert_eq!(after(3_600 * SECOND, Duration::ZERO).0, None);
    // With one it is alive for so long, and never less long than it would have been.
    assert_eq!(after(10 * SECOND, 30 * SECOND).0, Some(Duration::ZERO));
    assert_eq!(after(50 * SECOND, 30 * SECOND).0, Some(20 * SECOND));
    assert_eq!(after(60 * SECOND, 30 * SECOND).0, Some(30 * SECOND));
    // Deadlines in the words come around after 497 days.
    let years = Duration::from_secs(3 * 365 * 24 * 3_600);
    assert_eq!(after(years, 30 * SECOND).0, Some(years - 30 * SECOND));
    assert_eq!(after(years, Duration::ZERO).0, None);
}

#[test]
fn what_has_expired_meanwhile_is_free_before_anybody_is_served() {
    let mut machine = Machine::new();
    let engine = machine.start(Duration::ZERO);
    let held = hold(&engine, 3);
    drop(engine);
    machine.clock.advance(61 * SECOND);
    let engine = machine.start(Duration::ZERO);
    let view = engine.look(&held).expect("it is known");
    assert!(
        matches!(view.stage, Stage::Ended(end) if end.how == How::Expired && end.at == view.deadline)
    );
    let event = engine.event("hamlet").expect("it is on sale");
    assert_eq!(event.counts().of(seatlock::feed::Shown::Held), 0);
    assert_eq!(engine.user_count(), 0);
    // A late payment still finds its seats.
    assert!(engine.confirm(&held, IfFree::Retake, None).is_ok());
}

#[test]
fn a_second_start_changes_nothing() {
    let mut machine = Machine::new();
    let engine = machine.start(30 * SECOND);
    let held = hold(&engine, 3);
    drop(engine);
    machine.clock.advance(59 * SECOND);
    let engine = machine.start(30 * SECOND);
    let first = deadline(&engine, &held);
    drop(engine);
    let through = machine.ledger.state().through();
    let engine = machine.start(30 * SECOND);
    assert_eq!(deadline(&engine, &held), first);
    assert_eq!(machine.ledger.state().through(), through);
}

#[test]
fn numbers_go_on_and_events_keep_theirs() {
    let mut machine = Machine::new();
    let engine = machine.start(Duration::ZERO);
    let held = hold(&engine, 3);
    let event = engine.event("hamlet").expect("it is on sale");
    let (id, lsn) = (event.id(), engine.look(&held).expect("it is known"));
    assert_eq!(lsn.lsn, Lsn::NONE, "a look changes nothing");
    drop(event);
    drop(engine);
    let engine = machine.start(Duration::ZERO);
    assert_eq!(engine.event("hamlet").expect("it is on sale").id(), id);
    let booked = engine.confirm(&held, IfFree::Leave, None).expect("in time");
    assert_eq!(booked.lsn, Lsn::new(2), "after the hold's");
    let other = open_event(&engine, "othello", "house", Rules::DEFAULT);
    assert!(other.id() > id);
}

#[test]
fn a_closed_event_stays_closed_and_gives_its_seats_back() {
    let mut machine = Machine::new();
    let engine = machine.start(Duration::ZERO);
    let held = hold(&engine, 3);
    let _closed = engine.close_event("hamlet");
    // Stopped before its memory was given back, or after: both end in the same.
    drop(engine);
    let engine = machine.start(Duration::ZERO);
    assert!(engine.event("hamlet").is_none() && engine.entry("hamlet").is_some());
    assert!(engine.look(&held).is_err());
    assert!(engine.remove_event("hamlet"));
    let _made = engine.create_event(spec("hamlet", "house", Rules::DEFAULT, State::Open));
    let again = hold(&engine, 3);
    assert!(deadline(&engine, &again).is_some());
    eventually("the old event's end", || engine.event_count() == 2);
    drop(engine);
    let engine = machine.start(Duration::ZERO);
    assert!(deadline(&engine, &again).is_some());
}

#[test]
fn another_number_of_seats_is_refused() {
    let mut machine = Machine::new();
    drop(machine.start(Duration::ZERO));
    let refused = machine.try_start(11, Duration::ZERO).err();
    assert!(matches!(
        refused,
        Some(StartError::OtherSeats {
            asked: 11,
            recorded: 10
        })
    ));
}

#[test]
fn a_ledger_that_makes_no_sense_is_refused_and_its_place_named() {
    let mut machine = Machine::new();
    let engine = machine.start(Duration::ZERO);
    let _held = hold(&engine, 3);
    drop(engine);
    let state = machine.ledger.state();
    let keys: Vec<Key> = state.notes().map(|(key, _)| key).collect();
    for key in keys.into_iter().filter(|key| key.kind != 1) {
        let damaged = TwinLedger::new();
        machine.ledger = damaged.clone();
        let notes: NoteList = state
            .notes()
            .map(|(other, value)| Note::Put {
                key: other,
                value: if other == key {
                    b"\xff"[..].into()
                } else {
                    value.clone()
                },
            })
            .collect();
        copy(&state, &notes, damaged);
        let refused = machine.try_start(10, Duration::ZERO).err();
        let named = matches!(
            &refused,
            Some(StartError::Recovery(RecoveryError::Note(named, _)))
                if *named == key
        );
        assert!(named, "{key:?}: {refused:?}");
    }
}

/// The same words, beside other notes.
fn copy(state: &seatlock::ledger::State, notes: &NoteList, mut into: TwinLedger) {
    let records: Vec<seatlock::tape::Record> = state
        .words()
        .map(|(seat, after)| seatlock::tape::Record {
            lsn: state.through(),
            entry: seatlock::tape::Entry::Change(seatlock::seat::Change {
                seat,
                before: seatlock::seat::SeatWord::FRESH,
                after,
                rest: 0,
            }),
        })
        .collect();
    let batch = Batch {
        clock: state.clock(),
        date: state.date(),
        through: state.through(),
        takings: state.takings(),
        notes,
        records: &records,
    };
    into.append(&batch).expect("a twin takes everything");
}
