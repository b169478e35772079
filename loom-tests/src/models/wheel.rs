//! Marks against sweeps: that no hold is forgotten is the audit's to say, which lets the wheel come by once more and
//! looks for expired holds.

use crate::{
    play::{A, B, Play, Size, confirm, extend, hold},
    runner::Model,
};

pub(super) const MODELS: &[Model] = &[
    Model::bounded(3, "mark_against_sweep", mark_against_sweep, 2_600),
    Model::bounded(3, "mark_a_rotation_ahead", mark_a_rotation_ahead, 3_300),
    Model::bounded(3, "mark_from_an_old_cursor", mark_from_an_old_cursor, 1_900),
    Model::bounded(2, "two_marks_against_sweep", two_marks_against_sweep, 6_700),
    Model::bounded(
        3,
        "the_wheel_leaves_others_alone",
        the_wheel_leaves_others_alone,
        760,
    ),
];

/// A seat's mark is set already, by its neighbour, when somebody holds it; and the wheel takes that mark just then.
fn mark_against_sweep() {
    let mut play = Play::new(Size::of(2));
    play.alone(|p| assert!(p.does(A, hold(1, 1), 0)));
    play.race([
        // Held in time, and delayed until its deadline is there.
        |p| assert!(p.does(B, hold(2, 1), 0)),
        |p| {
            p.sweep(1);
        },
    ]);
    play.audit();
}

/// The same, with a deadline that falls into the same slot a rotation later, so that looking at the cursor tells the
/// holder nothing. Either he notices that the mark was taken and sets it again, or the wheel sees his seat and does.
///
/// Fails with [`NoFenceBeforeMark`] and with [`NoFenceAfterTake`]: one for each side of the pair.
///
/// [`NoFenceBeforeMark`]: seatlock::mutation::Mutation::NoFenceBeforeMark
/// [`NoFenceAfterTake`]: seatlock::mutation::Mutation::NoFenceAfterTake
fn mark_a_rotation_ahead() {
    let mut play = Play::new(Size::of(2).wheel(4));
    play.alone(|p| assert!(p.does(A, hold(1, 1), 0)));
    play.race([
        |p| assert!(p.does(B, hold(2, 5), 0)),
        |p| {
            p.sweep(1);
        },
    ]);
    play.audit();
}

/// Race 6: somebody holds a seat and works out its slot from a cursor that is old by the time he sets the mark: the
/// wheel has passed. He looks at the cursor again.
///
/// Fails with [`CursorNotLookedAtAgain`], [`NoFenceAfterMark`] and [`NoFenceAfterCursor`].
///
/// [`CursorNotLookedAtAgain`]: seatlock::mutation::Mutation::CursorNotLookedAtAgain
/// [`NoFenceAfterMark`]: seatlock::mutation::Mutation::NoFenceAfterMark
/// [`NoFenceAfterCursor`]: seatlock::mutation::Mutation::NoFenceAfterCursor
fn mark_from_an_old_cursor() {
    let mut play = Play::new(Size::of(1));
    play.race([
        |p| assert!(p.does(A, hold(1, 1), 0)),
        |p| {
            p.sweep(1);
            p.sweep(2);
        },
    ]);
    play.audit();
}

/// Two who are held until the same tick set one mark between them while the wheel comes by.
fn two_marks_against_sweep() {
    let mut play = Play::new(Size::of(2));
    play.race([
        |p| assert!(p.does(A, hold(1, 1), 0)),
        |p| assert!(p.does(B, hold(2, 1), 0)),
        |p| {
            p.sweep(1);
        },
    ]);
    play.audit();
}

/// The wheel is reminded of a block in which one seat has expired, one is held for longer, and that one is confirmed
/// and the other extended, too late, while it looks.
fn the_wheel_leaves_others_alone() {
    let mut play = Play::new(Size::of(2));
    play.alone(|p| assert!(p.does(A, hold(1, 1), 0) && p.does(B, hold(2, 4), 0)));
    let [confirmed, _] = play.race([
        |p| {
            p.does(A, extend(1, 4), 1);
            p.does(B, confirm(2), 1)
        },
        |p| {
            p.sweep(1);
            false
        },
    ]);
    assert!(
        confirmed,
        "a live hold is its owner's, whatever the wheel does"
    );
    play.audit();
}
