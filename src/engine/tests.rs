//! The engine's answers on a clock that stands still, row by row, and what its threads do in the end.

use std::{thread, time::Duration};

use super::*;
use crate::{
    clock::ManualClock,
    seat::{Status, StatusMap},
    tick::Moment,
};

const TICK: Duration = Duration::from_nanos(limits::TICK_NANOS);

fn engine(seats: u32) -> (Engine, ManualClock) {
    let clock = ManualClock::new();
    let hold_ttl = Ttl::from_ticks(10).expect("a valid TTL");
    let engine = Engine::start(EngineConfig { seats, hold_ttl }, clock.clone()).expect("started");
    (engine, clock)
}

fn user(name: &str) -> User {
    User::new(name)
}

fn status(engine: &Engine, seat_number: u32) -> Status {
    let mut map = StatusMap::new(engine.seat_count());
    engine.snapshot(&mut map);
    map.status(seat_number - 1).expect("there is such a seat")
}

/// Waits for what a thread of the engine does in its own time.
fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..10_000 {
        if done() {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
    panic!("{what} did not happen");
}

#[test]
fn a_seat_goes_from_free_to_held_to_booked() {
    let (engine, _clock) = engine(10);
    let ada = user("ada");
    let deadline = Moment::from_ticks(10);
    assert_eq!(
        engine.hold_seat(1, &ada),
        HoldAnswer::Held {
            lsn: Lsn::new(1),
            deadline
        }
    );
    assert_eq!(status(&engine, 1), Status::Held);
    assert_eq!(engine.hold_seat(1, &ada), HoldAnswer::AlreadyHeld);
    assert_eq!(
        engine.confirm_seat(1, &user("bob")),
        ConfirmAnswer::NotYours
    );
    assert_eq!(
        engine.confirm_seat(1, &ada),
        ConfirmAnswer::Booked { lsn: Lsn::new(2) }
    );
    assert_eq!(status(&engine, 1), Status::Booked);
    assert_eq!(engine.confirm_seat(1, &ada), ConfirmAnswer::NotHeld);
    assert_eq!(engine.hold_seat(1, &ada), HoldAnswer::AlreadyBooked);
    assert_eq!(engine.release_seat(1), ReleaseAnswer::AlreadyBooked);
}

#[test]
fn seats_are_numbered_from_one_to_the_last() {
    let (engine, _clock) = engine(10);
    for number in [0, 11, u32::MAX] {
        assert_eq!(
            engine.hold_seat(number, &user("ada")),
            HoldAnswer::NoSuchSeat
        );
        assert_eq!(
            engine.confirm_seat(number, &user("ada")),
            ConfirmAnswer::NoSuchSeat
        );
        assert_eq!(engine.release_seat(number), ReleaseAnswer::NoSuchSeat);
    }
    assert!(matches!(
        engine.hold_seat(10, &user("ada")),
        HoldAnswer::Held { .. }
    ));
}

#[test]
fn the_administrator_frees_anybodys_seat() {
    let (engine, _clock) = engine(10);
    assert_eq!(engine.release_seat(1), ReleaseAnswer::AlreadyFree);
    assert!(matches!(
        engine.hold_seat(1, &user("ada")),
        HoldAnswer::Held { .. }
    ));
    assert!(matches!(
        engine.release_seat(1),
        ReleaseAnswer::Released { .. }
    ));
    assert_eq!(engine.confirm_seat(1, &user("ada")), ConfirmAnswer::NotHeld);
}

#[test]
fn the_deadline_is_exact_whether_or_not_the_reaper_has_come_by() {
    let (engine, clock) = engine(2);
    let [ada, bob] = ["ada", "bob"].map(user);
    for seat_number in [1, 2] {
        assert!(matches!(
            engine.hold_seat(seat_number, &ada),
            HoldAnswer::Held { .. }
        ));
    }
    clock.advance(TICK * 9);
    assert_eq!(engine.hold_seat(2, &bob), HoldAnswer::AlreadyHeld);
    assert!(matches!(
        engine.confirm_seat(1, &ada),
        ConfirmAnswer::Booked { .. }
    ));
    clock.advance(TICK);
    assert_eq!(status(&engine, 2), Status::Available);
    assert_eq!(engine.release_seat(2), ReleaseAnswer::AlreadyFree);
    assert!(matches!(engine.hold_seat(2, &bob), HoldAnswer::Held { .. }));
    assert_eq!(engine.confirm_seat(2, &ada), ConfirmAnswer::NotYours);
}

#[test]
fn a_late_confirm_is_told_so_once_and_leaves_the_seat_free() {
    let clock = ManualClock::new();
    let config = EngineConfig {
        seats: 1,
        hold_ttl: Ttl::from_ticks(10).expect("a valid TTL"),
    };
    let engine = Engine::start(config, clock.clone()).expect("started");
    let ada = user("ada");
    assert!(matches!(engine.hold_seat(1, &ada), HoldAnswer::Held { .. }));
    clock.advance(TICK * 10);
    let first = engine.confirm_seat(1, &ada);
    // The reaper may have been faster.
    assert!(
        matches!(first, ConfirmAnswer::Expired | ConfirmAnswer::NotHeld),
        "{first:?}"
    );
    assert_eq!(engine.confirm_seat(1, &ada), ConfirmAnswer::NotHeld);
}

#[test]
fn the_threads_free_expired_seats_and_forget_their_holders() {
    let (engine, clock) = engine(1_000);
    for seat_number in 1..=1_000 {
        assert!(matches!(
            engine.hold_seat(seat_number, &user("ada")),
            HoldAnswer::Held { .. }
        ));
    }
    assert!(matches!(
        engine.confirm_seat(1, &user("ada")),
        ConfirmAnswer::Booked { .. }
    ));
    clock.advance(TICK * 10);
    eventually("the end of all other takings", || {
        engine.taking_count() == 1
    });
    eventually("the end of the tape", || engine.tape_depth() == 0);
}

#[test]
fn two_million_changes_of_one_seat_leave_nothing_behind() {
    let (engine, _clock) = engine(1);
    for _ in 0..if cfg!(debug_assertions) {
        200_000
    } else {
        1_000_000
    } {
        while engine.hold_seat(1, &user("ada")) == HoldAnswer::Busy {
            thread::yield_now();
        }
        while engine.release_seat(1) == ReleaseAnswer::Busy {
            thread::yield_now();
        }
    }
    eventually("the end of all takings", || engine.taking_count() == 0);
}

#[test]
fn an_engine_has_not_too_many_seats() {
    let seats = limits::SEATS_MAX + 1;
    let config = EngineConfig {
        seats,
        ..EngineConfig::default()
    };
    let error = Engine::start(config, ManualClock::new()).expect_err("no such engine");
    assert!(matches!(error, StartError::Seats(SeatCountError { asked }) if asked == seats));
}

#[test]
fn of_many_who_want_one_seat_exactly_one_gets_it() {
    let (engine, _clock) = engine(1);
    for round in 0..200 {
        let winners = thread::scope(|scope| {
            let ask = |name: u32| engine.hold_seat(1, &user(&name.to_string()));
            let asking: Vec<_> = (0..8).map(|name| scope.spawn(move || ask(name))).collect();
            let answers = asking
                .into_iter()
                .map(|thread| thread.join().expect("no panic"));
            answers
                .filter(|answer| matches!(answer, HoldAnswer::Held { .. }))
                .count()
        });
        assert_eq!(winners, 1, "round {round}");
        assert!(matches!(
            engine.release_seat(1),
            ReleaseAnswer::Released { .. }
        ));
    }
}
