//! Changes of one seat against one another.

use seatlock::mutation::{self, Mutation};

use crate::{
    play::{A, Play, Size, confirm, extend, hold, release},
    runner::Model,
};

pub(super) const MODELS: &[Model] = &[
    Model::every("two_holds_on_one_seat", two_holds_on_one_seat, 9_300),
    Model::bounded(
        3,
        "three_holds_on_one_seat",
        three_holds_on_one_seat,
        28_000,
    ),
    Model::bounded(
        3,
        "a_freed_seat_is_another_word",
        a_freed_seat_is_another_word,
        1_800,
    ),
    Model::bounded(
        3,
        "a_seat_held_again_is_another_word",
        a_seat_held_again_is_another_word,
        1_600,
    ),
    Model::bounded(2, "tape_order_of_one_seat", tape_order_of_one_seat, 13_000),
    Model::bounded(3, "hold_against_reclaim", hold_against_reclaim, 1_800),
    Model::bounded(3, "extend_against_reclaim", extend_against_reclaim, 1_600),
    Model::bounded(
        2,
        "confirm_against_reclaim_against_steal",
        confirm_against_reclaim_against_steal,
        16_000,
    ),
];

/// Of two who want a free seat at once one gets it, and the other's number becomes a void.
///
/// Fails with [`Mutation::VoidNotPublished`]: the tape stops at the loser's number.
fn two_holds_on_one_seat() {
    let mut play = Play::new(Size::of(1));
    let won = play.race([|p| p.does(A, hold(1, 5), 0), |p| p.does(A, hold(2, 6), 0)]);
    assert!(won[0] != won[1], "exactly one of two holds succeeds");
    play.audit();
}

/// The same with three.
fn three_holds_on_one_seat() {
    let mut play = Play::new(Size::of(1));
    let won = play.race([
        |p| p.does(A, hold(1, 5), 0),
        |p| p.does(A, hold(2, 5), 0),
        |p| p.does(A, hold(3, 5), 0),
    ]);
    assert_eq!(
        won.iter().filter(|won| **won).count(),
        1,
        "exactly one of three holds succeeds"
    );
    play.audit();
}

/// Race 1: one is about to hold a free seat while another holds it and gives it back. The seat is free again, but
/// it is not the same word, so the first one's number does not end up before those of the other.
///
/// Fails with [`Mutation::NoLsnInAvailable`], and with [`Mutation::LsnBeforeLoad`].
fn a_freed_seat_is_another_word() {
    let mut play = Play::new(Size::of(1));
    play.race([
        |p| {
            p.does(A, hold(1, 5), 0);
        },
        |p| {
            assert!(!p.does(A, release(2), 0), "nobody's hold is given back");
            if p.does(A, hold(2, 5), 0) {
                assert!(p.does(A, release(2), 0), "a live hold is its owner's");
            }
        },
    ]);
    play.audit();
}

/// Race 1 once more, out of Held: one is about to give a seat back while it is given back and held again, until the
/// same tick. Each taking is used once, so the word differs.
///
/// Fails with [`Mutation::TakingUsedTwice`], which is a fault of the caller: the model commits it.
fn a_seat_held_again_is_another_word() {
    let mut play = Play::new(Size::of(1));
    play.alone(|p| assert!(p.does(A, hold(1, 5), 0)));
    play.race([
        |p| {
            p.does(A, release(1), 0);
        },
        |p| {
            let again = if mutation::is(Mutation::TakingUsedTwice) {
                1
            } else {
                2
            };
            if p.does(A, release(1), 0) {
                p.does(A, hold(again, 5), 0);
            }
        },
    ]);
    play.audit();
}

/// Three who do different things to one seat: its order on the tape is the order of its changes.
fn tape_order_of_one_seat() {
    let mut play = Play::new(Size::of(1));
    play.alone(|p| assert!(p.does(A, hold(1, 5), 0)));
    play.race([
        |p| {
            p.does(A, extend(1, 6), 0);
        },
        |p| {
            p.does(A, confirm(1), 0);
        },
        |p| {
            if p.does(A, release(1), 0) {
                p.does(A, hold(2, 5), 0);
            }
        },
    ]);
    play.audit();
}

/// A hold has expired; the wheel frees the seat while somebody takes it over. He gets it, once, from whichever word
/// he finds.
fn hold_against_reclaim() {
    let mut play = Play::new(Size::of(1));
    play.alone(|p| assert!(p.does(A, hold(1, 1), 0)));
    let [taken, _] = play.race([
        |p| p.does(A, hold(2, 4), 1),
        |p| {
            p.sweep(1);
            false
        },
    ]);
    assert!(taken, "an expired hold and a free seat can both be held");
    play.audit();
}

/// A hold is extended while the wheel, at its deadline, is about to free it. If the wheel comes first there is
/// nothing left to extend; if not, the deadline that it has seen is no longer true and it leaves the seat alone.
///
/// Fails with [`Mutation::WheelFreesUnexpired`].
fn extend_against_reclaim() {
    let mut play = Play::new(Size::of(1));
    play.alone(|p| assert!(p.does(A, hold(1, 1), 0)));
    let [_, freed] = play.race([
        // The request came in time and was delayed.
        |p| u64::from(p.does(A, extend(1, 4), 0)),
        |p| p.sweep(1).expired,
    ]);
    assert!(freed <= 1);
    play.audit();
}

/// At the deadline three come at once: the buyer, whose confirm was late on its way (race 9: it may win as long as
/// nobody has taken the seat); the wheel; and somebody else who wants the seat. The seat is sold to one at most, and
/// who is told that he has it has it.
fn confirm_against_reclaim_against_steal() {
    let mut play = Play::new(Size::of(1));
    play.alone(|p| assert!(p.does(A, hold(1, 1), 0)));
    let [bought, stolen, _] = play.race([
        |p| p.does(A, confirm(1), 0),
        |p| {
            let held = p.does(A, hold(2, 4), 1);
            assert!(
                !held || p.does(A, confirm(2), 2),
                "a live hold can be confirmed"
            );
            held
        },
        |p| {
            p.sweep(1);
            false
        },
    ]);
    assert!(bought != stolen, "the seat is sold to one of the two");
    play.audit();
}
