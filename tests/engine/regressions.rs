//! One test for each fault that was found in the engine. Each begins with its story.

use std::sync::Arc;

use seatlock::{
    access::budget::{Over, Which},
    engine::{
        Asks, ChangeEvent, CloseEvent, ConfirmRefusal, Engine, Event, IfFree, NewHold, Part, State,
        TakeRefusal, Told, Want,
    },
    event::{Rules, User},
    feed::Shown,
    ids::SeatId,
    limits,
};

use crate::house::{self, TICK, catch_up, engine, eventually, key, open_event, ttl};

/// Two seats a user, for ten ticks.
fn two_a_user() -> Rules {
    Rules {
        hold_ttl: ttl(10),
        user_seats_max: 2,
        user_holds_max: 1,
        ..Rules::DEFAULT
    }
}

fn put_chart(engine: &Engine) {
    let _ = engine.put_chart(house::name("house"), house::chart());
}

fn take(engine: &Engine, event: &Arc<Event>, seats: &[u32]) -> Result<NewHold, TakeRefusal> {
    let want = Want {
        user: User::new("ada"),
        order: None,
        asks: named(seats),
    };
    engine.hold(event, want)
}

fn named(seats: &[u32]) -> Asks {
    Asks {
        seats: ids(seats),
        ..Asks::default()
    }
}

fn ids(seats: &[u32]) -> Vec<SeatId> {
    seats.iter().copied().map(SeatId::new).collect()
}

fn part(seats: &[u32]) -> Part {
    Part {
        seats: ids(seats),
        ..Part::default()
    }
}

/// A buyer paid a moment too late and took his seats again before the reaper had come by. The list of his seats was
/// written anew, so the scribe found nothing on it that had expired, and he was counted for them twice, for ever: of his
/// two seats four were counted, and at once he could not even have them.
#[test]
fn who_takes_his_expired_seats_again_is_counted_for_them_once() {
    for _ in 0..20 {
        let (engine, clock) = engine(1);
        put_chart(&engine);
        let event = open_event(&engine, "hamlet", "house", two_a_user());
        let hold = take(&engine, &event, &[0, 1]).expect("free");
        clock.advance(TICK * 10);
        let booked = engine
            .confirm(&key(&hold), IfFree::Retake, None)
            .expect("still free");
        catch_up(&engine);
        let _ = engine.cancel(booked.id, None).expect("booked");
        clock.advance(limits::WASTE_KEPT_MAX);
        eventually("the end of all users", || engine.user_count() == 0);
        eventually("the end of all takings", || engine.taking_count() == 0);
    }
}

/// An operator paused a sale, and buyers whose holds had expired went on taking seats by confirming late.
#[test]
fn a_late_payment_takes_no_seats_of_a_paused_event() {
    let (engine, clock) = engine(1);
    put_chart(&engine);
    let event = open_event(&engine, "hamlet", "house", two_a_user());
    let hold = take(&engine, &event, &[0]).expect("free");
    clock.advance(TICK * 10);
    let changed = engine.change_event(&event, event.told(), State::Paused);
    assert!(matches!(changed, ChangeEvent::Changed(_)));
    let late = engine.confirm(&key(&hold), IfFree::Retake, None);
    assert!(
        matches!(late, Err(ConfirmRefusal::Take(TakeRefusal::Paused))),
        "{late:?}"
    );
}

/// A hold that was made while nobody was counted was counted off under stricter rules, at the cost of another hold of
/// the same user: he could then hold more than those rules allow. (A debug build panicked.)
#[test]
fn what_was_not_counted_is_not_counted_off() {
    let (engine, _clock) = engine(1);
    put_chart(&engine);
    let event = open_event(&engine, "hamlet", "house", Rules::lenient(ttl(10)));
    let before = take(&engine, &event, &[0, 1]).expect("free");
    let told = Told {
        title: "Hamlet".into(),
        rules: two_a_user(),
    };
    let _ = engine.change_event(&event, told, State::Open);
    let _counted = take(&engine, &event, &[2, 3]).expect("free");
    let _ = engine.release(&key(&before)).expect("alive");
    let third = take(&engine, &event, &[4]).expect_err("more than two");
    assert_eq!(
        third,
        TakeRefusal::Over(Over {
            which: Which::Seats,
            retry_after: None
        })
    );
}

/// The other way round: a hold that was counted ended under rules that count nobody, and its user was counted for it for
/// ever.
#[test]
fn what_was_counted_is_counted_off_whatever_the_rules_are_by_then() {
    let (engine, clock) = engine(1);
    put_chart(&engine);
    let event = open_event(&engine, "hamlet", "house", two_a_user());
    let hold = take(&engine, &event, &[0, 1]).expect("free");
    let told = Told {
        title: "Hamlet".into(),
        rules: Rules::lenient(ttl(10)),
    };
    let _ = engine.change_event(&event, told, State::Open);
    let _ = engine
        .add(&key(&hold), &named(&[2]))
        .expect("no cap any more");
    let _ = engine.release(&key(&hold)).expect("alive");
    clock.advance(limits::WASTE_KEPT_MAX);
    assert_eq!(engine.user_count(), 0);
}

/// Each move of a booking, and each addition to a hold, left the taking that it had been made under in the table for as
/// long as the booking lived, so whoever repeated them filled the memory.
#[test]
fn a_booking_that_is_moved_to_and_fro_leaves_nothing_behind() {
    let (engine, _clock) = engine(1);
    put_chart(&engine);
    let event = open_event(&engine, "hamlet", "house", Rules::DEFAULT);
    let hold = take(&engine, &event, &[0]).expect("free");
    for _ in 0..100 {
        let _ = engine.add(&key(&hold), &named(&[1])).expect("free");
        let _ = engine.give_back(&key(&hold), &part(&[1])).expect("its own");
    }
    let booked = engine
        .confirm(&key(&hold), IfFree::Leave, None)
        .expect("in time");
    for _ in 0..100 {
        let _ = engine
            .move_seats(booked.id, &part(&[0]), &ids(&[1]))
            .expect("free");
        let _ = engine
            .move_seats(booked.id, &part(&[1]), &ids(&[0]))
            .expect("free");
    }
    catch_up(&engine);
    // The first, under which the booking is found, and the last, under which it has its seat.
    assert_eq!(engine.taking_count(), 2);
}

/// The feed of a new event took the number of the event's first change for that of the last one before it. Whoever
/// followed a quiet event was not told of the first hold until somebody made a second one.
#[tokio::test]
async fn the_first_change_of_an_event_is_told() {
    let (engine, _clock) = engine(1);
    put_chart(&engine);
    let event = open_event(&engine, "hamlet", "house", Rules::DEFAULT);
    let before = event.feed().snapshot().position();
    let hold = take(&engine, &event, &[0]).expect("free");
    assert!(
        before.lsn < hold.view.lsn,
        "the change is after the snapshot"
    );
    engine.caught_up().await;
    assert!(event.feed().position().lsn > before.lsn);
}

/// While a closed event waited for its burial, the reaper went on freeing its expired seats. When it did so after the
/// last number had been noted, the event was buried before the scribe had read of them, and the scribe, which met
/// changes of no event, ended the process.
#[test]
fn the_reaper_leaves_a_closed_event_alone() {
    let (engine, clock) = engine(1);
    put_chart(&engine);
    let event = open_event(&engine, "hamlet", "house", two_a_user());
    let other = open_event(&engine, "othello", "house", two_a_user());
    for event in [&event, &other] {
        let _ = take(&engine, event, &[0]).expect("free");
    }
    assert!(matches!(
        engine.close_event("hamlet"),
        CloseEvent::Closed(_)
    ));
    catch_up(&engine);
    let before = event.feed().position();
    clock.advance(TICK * 10);
    let is_swept = |event: &Event| event.counts().of(Shown::Held) == 0;
    eventually("the sweep of the other event", || is_swept(&other));
    // Both have their mark in the same slot, and the one that was closed comes first.
    assert_eq!(event.feed().position(), before);
    assert!(!is_swept(&event));
    drop(event);
    eventually("the burial", || engine.taking_count() == 0);
}

/// An operator who blocked a seat and another who unblocked it at once could leave the first one's reason with a seat
/// that was on sale.
#[test]
fn a_seat_on_sale_has_no_reason_to_be_withheld() {
    let (engine, _clock) = engine(1);
    put_chart(&engine);
    let event = open_event(&engine, "hamlet", "house", Rules::DEFAULT);
    let seats = ids(&[0]);
    let reason = "broken".into();
    for _ in 0..300 {
        std::thread::scope(|scope| {
            scope.spawn(|| (0..20).for_each(|_| drop(engine.block(&event, &seats, Some(&reason)))));
            scope.spawn(|| (0..20).for_each(|_| drop(engine.unblock(&event, &seats))));
        });
        catch_up(&engine);
        let is_withheld = event.counts().of(Shown::Withheld) == 1;
        assert_eq!(event.reason(seats[0]).is_some(), is_withheld);
    }
}
