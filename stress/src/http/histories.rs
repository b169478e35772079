//! Histories that the judge must accept, and such that it must refuse.

use std::collections::HashSet;

use super::{
    judge::Judge,
    model::{Ask, Reply, SeatCall, SeatModel, SeatState},
    worker::Noted,
};
use crate::{
    audit::verdict::Promise,
    linear::{self, Finding, Span},
};

pub(super) const TTL: u64 = 1_000;
pub(super) const TICK: u64 = 10;
const MODEL: SeatModel = SeatModel {
    ttl_nanos: TTL,
    tick_nanos: TICK,
    slack_nanos: 0,
};

pub(super) const LOCK: Ask = Ask::Lock { user: 1 };
pub(super) const OTHER: Ask = Ask::Lock { user: 2 };
pub(super) const CONFIRM: Ask = Ask::Confirm { user: 1 };
pub(super) const OTHER_CONFIRM: Ask = Ask::Confirm { user: 2 };

pub(super) fn call(invoked: u64, returned: u64, ask: Ask, reply: Reply) -> Span<SeatCall> {
    Span {
        invoked,
        returned: Some(returned),
        call: SeatCall {
            ask,
            reply: Some(reply),
            lsn: None,
        },
    }
}

pub(super) fn is_linearizable(history: &[Span<SeatCall>]) -> bool {
    match linear::check(&MODEL, &HashSet::from([SeatState::Free]), history) {
        Finding::Linearizable(_) => true,
        Finding::Refuted { .. } => false,
        Finding::Undecided => panic!("too many possibilities"),
    }
}

#[test]
fn what_a_right_server_answers_is_accepted() {
    use Reply::{Booked, Done, Expired, Locked, NotLocked, NotYours, ShownFree, ShownLocked};
    let ask = Ask::Look;
    let right: [&[Span<SeatCall>]; 8] = [
        &[
            call(0, 5, LOCK, Done),
            call(6, 9, OTHER, Locked),
            call(10, 12, CONFIRM, Done),
            call(13, 14, LOCK, Booked),
        ],
        &[
            call(0, 50, LOCK, Done),
            call(1, 49, OTHER, Done),
            call(2, 48, Ask::Unlock, Done),
        ],
        &[
            call(0, 50, LOCK, Done),
            call(1, 49, OTHER, Locked),
            call(60, 70, OTHER_CONFIRM, NotYours),
        ],
        // Expired: taken by another, told so, or reclaimed before.
        &[call(0, 5, LOCK, Done), call(TTL, TTL + 20, OTHER, Done)],
        &[
            call(0, 5, LOCK, Done),
            call(TTL + 20, TTL + 30, CONFIRM, Expired),
            call(TTL + 31, TTL + 32, CONFIRM, NotLocked),
        ],
        &[
            call(0, 5, LOCK, Done),
            call(TTL + 20, TTL + 30, CONFIRM, NotLocked),
        ],
        // Within the interval of the deadline both are possible, in this order.
        &[
            call(0, 5, LOCK, Done),
            call(TTL + 2, TTL + 3, ask, ShownLocked),
            call(TTL + 6, TTL + 7, ask, ShownFree),
        ],
        // A confirm that read the clock in time may take effect after a reader saw the hold expired.
        &[
            call(0, 5, LOCK, Done),
            call(TTL - 1, TTL + 40, CONFIRM, Done),
            call(TTL + 20, TTL + 30, ask, ShownFree),
        ],
    ];
    for (number, history) in right.into_iter().enumerate() {
        assert!(is_linearizable(history), "number {number}");
    }
}

#[test]
fn what_only_a_wrong_server_answers_is_refused() {
    use Reply::{Booked, Done, Expired, Locked, NotLocked, NotYours, ShownFree, ShownLocked};
    let ask = Ask::Look;
    let wrong: [(&str, &[Span<SeatCall>]); 12] = [
        (
            "two holders",
            &[call(0, 50, LOCK, Done), call(1, 49, OTHER, Done)],
        ),
        (
            "sold twice",
            &[
                call(0, 5, LOCK, Done),
                call(6, 7, CONFIRM, Done),
                call(8, 9, OTHER, Done),
            ],
        ),
        (
            "sold to another",
            &[call(0, 5, LOCK, Done), call(6, 7, OTHER_CONFIRM, Done)],
        ),
        (
            "expired early",
            &[call(0, 5, LOCK, Done), call(TTL - 10, TTL - 1, OTHER, Done)],
        ),
        (
            "told early",
            &[
                call(0, 5, LOCK, Done),
                call(TTL - 10, TTL - 1, CONFIRM, Expired),
            ],
        ),
        (
            "hold lost",
            &[call(0, 5, LOCK, Done), call(6, 7, CONFIRM, NotLocked)],
        ),
        (
            "hold lost to another",
            &[call(0, 5, LOCK, Done), call(6, 7, CONFIRM, NotYours)],
        ),
        (
            "confirmed late",
            &[
                call(0, 5, LOCK, Done),
                call(TTL + 5 + TICK, TTL + 20, CONFIRM, Done),
            ],
        ),
        (
            "never expires",
            &[
                call(0, 5, LOCK, Done),
                call(TTL + 5 + TICK, TTL + 20, OTHER, Locked),
            ],
        ),
        (
            "stale read",
            &[call(0, 5, LOCK, Done), call(6, 7, ask, ShownFree)],
        ),
        (
            "alive again",
            &[
                call(0, 5, LOCK, Done),
                call(TTL, TTL + 1, ask, ShownFree),
                call(TTL + 2, TTL + 3, ask, ShownLocked),
            ],
        ),
        (
            "booked by nobody",
            &[call(0, 5, LOCK, Done), call(6, 7, OTHER, Booked)],
        ),
    ];
    for (fault, history) in wrong {
        assert!(!is_linearizable(history), "{fault}");
    }
}

#[test]
fn a_lost_answer_explains_one_change_and_not_two() {
    let lost = |at| Span {
        invoked: at,
        returned: None,
        call: SeatCall {
            ask: LOCK,
            reply: None,
            lsn: None,
        },
    };
    assert!(
        is_linearizable(&[lost(0), call(5, 6, OTHER, Reply::Locked)]),
        "it happened"
    );
    assert!(
        is_linearizable(&[lost(0), call(5, 6, OTHER, Reply::Done)]),
        "it did not"
    );
    let after_unlock = [
        call(5, 6, OTHER, Reply::Locked),
        call(7, 8, Ask::Unlock, Reply::Done),
        call(9, 10, OTHER, Reply::Locked),
    ];
    assert!(
        !is_linearizable(&[&[lost(0)], &after_unlock[..]].concat()),
        "twice"
    );
}

fn noted(seat: u32, lsn: u64, span: Span<SeatCall>) -> Noted {
    Noted {
        seat,
        span: Span {
            call: SeatCall {
                lsn: Some(lsn),
                ..span.call
            },
            ..span
        },
    }
}

fn broken(rounds: &[&[Noted]]) -> Option<Promise> {
    let mut judge = Judge::new(MODEL, [true, true]);
    rounds
        .iter()
        .find_map(|round| judge.judge(round.to_vec()).err())
        .map(|violation| violation.promise)
}

#[test]
fn the_lsns_must_respect_real_time_within_a_round_and_over_rounds() {
    let lock = |seat, lsn, from, to| noted(seat, lsn, call(from, to, LOCK, Reply::Done));
    assert_eq!(
        broken(&[&[lock(0, 2, 0, 10), lock(1, 1, 5, 15)]]),
        None,
        "they overlap"
    );
    assert_eq!(
        broken(&[&[lock(0, 2, 0, 4), lock(1, 1, 5, 15)]]),
        Some(Promise::RealTime)
    );
    assert_eq!(
        broken(&[&[lock(0, 2, 0, 4)], &[lock(1, 1, 5, 15)]]),
        Some(Promise::RealTime)
    );
    assert_eq!(
        broken(&[&[lock(0, 1, 0, 4), lock(1, 1, 0, 4)]]),
        Some(Promise::RealTime),
        "the same number twice"
    );
}

#[test]
fn the_model_must_hold_in_the_order_of_the_lsns() {
    // The search would accept both: the calls overlap.
    let unlock = |lsn| noted(0, lsn, call(0, 50, Ask::Unlock, Reply::Done));
    let first = noted(0, 1, call(0, 50, LOCK, Reply::Done));
    let second = |lsn| noted(0, lsn, call(1, 49, OTHER, Reply::Done));
    assert_eq!(broken(&[&[first.clone(), unlock(2), second(3)]]), None);
    assert_eq!(
        broken(&[&[first, second(2), unlock(3)]]),
        Some(Promise::OneHolder)
    );
}

#[test]
fn a_seat_with_a_lost_answer_is_left_out_from_then_on() {
    let mut judge = Judge::new(MODEL, [true, false]);
    assert_eq!(judge.left_out(), 1, "one was not free at the beginning");
    let lost = Span {
        invoked: 0,
        returned: None,
        call: SeatCall {
            ask: LOCK,
            reply: None,
            lsn: None,
        },
    };
    assert_eq!(
        judge.judge(vec![Noted {
            seat: 0,
            span: lost
        }]),
        Ok(())
    );
    assert_eq!(judge.left_out(), 2);
    let impossible = call(5, 6, CONFIRM, Reply::ShownFree);
    assert_eq!(
        judge.judge(vec![Noted {
            seat: 0,
            span: impossible
        }]),
        Ok(()),
        "nothing is known of it"
    );
}
