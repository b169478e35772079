//! Histories of one seat that make sense, and such as do not.

use std::collections::HashSet;

use super::*;
use crate::linear::{self, Finding};

/// A single node.
const SINGLE: Rules = Rules {
    slack_nanos: 1,
    forgets: true,
};

/// A cluster.
const CLUSTER: Rules = Rules {
    forgets: false,
    ..SINGLE
};

const HOLD: Deed = Deed::Hold { ttl_nanos: 1_000 };

fn span(invoked: u64, returned: u64, call: Call) -> Span<Call> {
    Span {
        invoked,
        returned: (returned > 0).then_some(returned),
        call,
    }
}

fn is_right(history: &[Span<Call>]) -> bool {
    is_right_by(SINGLE, history)
}

fn is_right_by(rules: Rules, history: &[Span<Call>]) -> bool {
    let (history, doubts) = part(history);
    let model = SeatModel::new(rules, doubts);
    let found = linear::check(&model, &HashSet::from([SeatState::FREE]), &history);
    matches!(found, Finding::Linearizable(_))
}

fn done(at: u64, deed: Deed, by: HoldNumber) -> Span<Call> {
    span(at, at + 1, Call::Done(deed, by))
}

fn maybe(at: u64, deed: Deed, by: HoldNumber) -> Span<Call> {
    span(at, 0, Call::Maybe(deed, by))
}

fn map(at: u64, shown: Shown) -> Span<Call> {
    span(at, at + 1, Call::Map(shown))
}

#[test]
fn a_seat_is_held_booked_cancelled_and_held_again() {
    assert!(is_right(&[
        map(1, Shown::Available),
        done(10, HOLD, 1),
        map(20, Shown::Held),
        done(30, Deed::Confirm, 1),
        map(40, Shown::Booked),
        done(50, Deed::Cancel, 1),
        done(60, HOLD, 2),
        done(70, Deed::Release, 2),
        map(80, Shown::Available),
    ]));
}

#[test]
fn nobody_has_a_seat_beside_somebody_else() {
    assert!(!is_right(&[done(10, HOLD, 1), done(20, HOLD, 2)]));
    assert!(!is_right(&[
        done(10, HOLD, 1),
        done(20, Deed::Confirm, 1),
        done(30, HOLD, 2),
    ]));
    assert!(!is_right(&[done(10, HOLD, 1), done(20, Deed::Confirm, 2)]));
}

#[test]
fn a_hold_may_be_gone_when_its_time_is_over_and_not_before() {
    assert!(!is_right(&[done(10, HOLD, 1), map(900, Shown::Available)]));
    assert!(is_right(&[done(10, HOLD, 1), map(1_010, Shown::Available)]));
    assert!(is_right(&[done(10, HOLD, 1), done(1_010, HOLD, 2)]));
    assert!(is_right(&[
        done(10, HOLD, 1),
        map(1_010, Shown::Available),
        done(1_020, Deed::Confirm, 1),
    ]));
}

#[test]
fn what_nobody_has_acknowledged_may_have_been_done_or_not_or_late_or_taken_back() {
    for shown in [Shown::Available, Shown::Held] {
        assert!(is_right(&[maybe(10, HOLD, 1), map(20, shown)]));
    }
    let in_the_way = Call::InTheWay {
        of: 2,
        shown: Shown::Held,
    };
    let forgotten = [
        maybe(10, HOLD, 1),
        map(20, Shown::Available),
        span(30, 31, in_the_way),
        map(40, Shown::Available),
        done(50, HOLD, 3),
    ];
    assert!(is_right(&forgotten));
    assert!(!is_right_by(CLUSTER, &forgotten), "a cluster has told it");
    assert!(is_right_by(CLUSTER, &forgotten[..3]));
    assert!(!is_right(&[span(30, 31, in_the_way), map(40, Shown::Held)]));
}

#[test]
fn what_was_acknowledged_makes_all_before_it_sure() {
    let confirmed = [
        span(10, 15, Call::Maybe(HOLD, 1)),
        done(20, Deed::Confirm, 1),
        map(30, Shown::Available),
    ];
    assert!(!is_right(&confirmed), "an acknowledged booking is lost");
    assert!(is_right(&confirmed[..2]));
}

#[test]
fn changes_are_taken_back_from_the_last_one_on() {
    let gone = |at, hold| span(at, at + 1, Call::Hold(hold, Stage::Gone));
    assert!(is_right(&[
        done(10, HOLD, 1),
        maybe(20, Deed::Release, 1),
        maybe(30, HOLD, 2),
        gone(40, 1),
        map(50, Shown::Held),
        span(60, 61, Call::Hold(1, Stage::Held)),
    ]));
    assert!(!is_right(&[
        done(10, HOLD, 1),
        gone(20, 1),
        map(30, Shown::Held)
    ]));
}

#[test]
fn a_hundred_doubts_are_no_trouble() {
    let doubts = (0..100).map(|at| maybe(10 + at, HOLD, 1_000));
    let looks = (0..200).map(|at| {
        let shown = if at % 2 == 0 {
            Shown::Held
        } else {
            Shown::Available
        };
        map(2_000 * (at + 1), shown)
    });
    let mut history: Vec<_> = doubts.chain(looks).collect();
    assert!(is_right_by(CLUSTER, &history));
    history.push(map(500_000, Shown::Booked));
    assert!(!is_right_by(CLUSTER, &history));
}

#[test]
fn a_doubt_with_an_end_is_over_then() {
    let doubt = span(10, 20, Call::Maybe(HOLD, 1));
    assert!(is_right(&[doubt.clone(), map(30, Shown::Available)]));
    assert!(!is_right(&[
        doubt,
        map(30, Shown::Available),
        map(40, Shown::Held)
    ]));
}
