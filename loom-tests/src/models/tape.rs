//! The tape between those who write it and the one who reads it.

use seatlock::seat::Outcome;

use crate::{
    play::{A, B, C, Play, Size, cancel, confirm, hold, release},
    runner::Model,
};

pub(super) const MODELS: &[Model] = &[
    Model::bounded(3, "void", void, 8_300),
    Model::bounded(3, "tape_order_of_a_group", tape_order_of_a_group, 990),
    Model::bounded(
        2,
        "a_seat_changes_before_its_group_is_recorded",
        a_seat_changes_before_its_group_is_recorded,
        2_100,
    ),
    Model::bounded(2, "tape_full", tape_full, 1_200),
    Model::bounded(2, "tape_without_a_margin", tape_without_a_margin, 1_700),
];

/// Two race for a seat while the tape is read: the reader finds the winner's record and the loser's void in whatever
/// order they took their numbers, and waits for neither for ever.
fn void() {
    let mut play = Play::new(Size::of(1));
    let records = play.race([
        |p| usize::from(p.does(A, hold(1, 5), 0)),
        |p| usize::from(p.does(A, hold(2, 5), 0)),
        |p| p.read_tape(),
    ]);
    assert!(records[2] <= 2);
    play.audit();
}

/// A group and a single change are recorded while the tape is read: each record is whole, and so is the group.
///
/// Fails with [`StampRelaxed`](seatlock::mutation::Mutation::StampRelaxed).
fn tape_order_of_a_group() {
    let mut play = Play::new(Size::of(2));
    let [written, read] = play.race([
        |p| {
            assert!(p.does_all(&[(A, hold(1, 5)), (B, hold(1, 5))], 0));
            assert!(p.does(A, release(1), 0));
            3
        },
        |p| p.read_tape() + p.read_tape(),
    ]);
    assert!(read <= written);
    play.audit();
}

/// Race 3: the owner of a group stalls before it has recorded it. Somebody finishes one of its seats and changes
/// it, which is recorded at once; but the reader does not get there before the group is recorded, all of it.
fn a_seat_changes_before_its_group_is_recorded() {
    let mut play = Play::new(Size::of(2));
    play.alone(|p| {
        assert!(p.does_all(&[(A, hold(1, 5)), (B, hold(1, 5))], 0));
        assert_eq!(p.read_tape(), 2);
    });
    let [sold, cancelled, read] = play.race([
        |p| usize::from(p.does_all(&[(A, confirm(1)), (B, confirm(1))], 0)),
        |p| usize::from(p.does(B, cancel(1), 0)),
        |p| p.read_tape(),
    ]);
    assert!(cancelled <= sold, "cancelled before it was sold");
    // Beside records there may be two voids of each attempt that was aborted.
    assert!(read <= 2 * sold + cancelled + 6);
    play.audit();
}

/// There is room for two records, and one of them is taken. Whoever finds no room is told 'busy' and has changed
/// nothing; the reader makes room.
fn tape_full() {
    let mut play = Play::new(Size::of(2).tape(2, 0));
    play.alone(|p| assert!(p.does(A, hold(1, 5), 0)));
    let outcomes = play.race([
        |p| Some(p.change(A, release(1), 0)),
        |p| {
            let outcome = p.change(B, hold(2, 5), 0);
            let busy = matches!(outcome, Outcome::Busy { .. });
            assert!(
                !busy || p.read(B) == seatlock::seat::SeatWord::FRESH,
                "busy, and changed"
            );
            Some(outcome)
        },
        |p| {
            assert!(p.read_tape() >= 1, "the first record was there");
            None
        },
    ]);
    for outcome in outcomes.into_iter().flatten() {
        let ok = matches!(outcome, Outcome::Done { .. } | Outcome::Busy { .. });
        assert!(ok, "nobody is in the way: {outcome:?}");
    }
    play.audit();
}

/// Two see the last free cell at once and no margin is kept back for them: both take a number, and the one whose
/// cell is not read yet waits for the reader instead of writing over it.
///
/// Fails with [`ReaderNotWaitedFor`](seatlock::mutation::Mutation::ReaderNotWaitedFor).
fn tape_without_a_margin() {
    let mut play = Play::new(Size::of(3).tape(2, 0));
    play.alone(|p| assert!(p.does(C, hold(3, 5), 0)));
    let [a, b, read] = play.race([
        |p| usize::from(p.does(A, hold(1, 5), 0)),
        |p| usize::from(p.does(B, hold(2, 5), 0)),
        |p| p.read_tape(),
    ]);
    assert!(read >= 1 && read <= 1 + a + b, "read {read}");
    play.audit();
}
