//! Readers of seats that a group is passing through. They change nothing and wait for nobody.

use seatlock::seat::{Seat, SeatWord, Status};

use crate::{
    play::{A, B, Play, Size, confirm, hold, release, taking},
    runner::Model,
};

pub(super) const MODELS: &[Model] = &[
    Model::bounded(
        3,
        "reader_against_a_committing_group",
        reader_against_a_committing_group,
        3_400,
    ),
    Model::bounded(
        3,
        "reader_from_the_other_end",
        reader_from_the_other_end,
        2_900,
    ),
    Model::every("reader_against_two_changes", reader_against_two_changes, 32),
    Model::bounded(
        2,
        "reader_against_an_aborted_group",
        reader_against_an_aborted_group,
        21_000,
    ),
];

/// What a reader may be shown of a seat of taking 1 that is about to be sold to it.
fn sold(word: SeatWord) -> bool {
    match word.view() {
        Seat::Held { taking: by, .. } if by == taking(1) => false,
        Seat::Booked { taking: by, .. } if by == taking(1) => true,
        other => panic!("the seat was never {other:?}"),
    }
}

/// A group is confirmed while somebody looks at one seat and then at the other: if the first is sold, so is the
/// second, wherever the owner of the group is just then.
///
/// Fails with [`FinishRelaxed`], [`DecideRelaxed`] and [`FreeShown`]; and with [`InstallRelaxed`], which lets the
/// reader meet a seat in change before the descriptor that it refers to, so that he goes round in circles.
///
/// [`InstallRelaxed`]: seatlock::mutation::Mutation::InstallRelaxed
/// [`FinishRelaxed`]: seatlock::mutation::Mutation::FinishRelaxed
/// [`DecideRelaxed`]: seatlock::mutation::Mutation::DecideRelaxed
/// [`FreeShown`]: seatlock::mutation::Mutation::FreeShown
fn reader_against_a_committing_group() {
    let mut play = Play::new(Size::of(2));
    play.alone(|p| assert!(p.does_all(&[(A, hold(1, 5)), (B, hold(1, 5))], 0)));
    let [done, _] = play.race([
        |p| p.does_all(&[(A, confirm(1)), (B, confirm(1))], 0),
        |p| {
            let (first, second) = (sold(p.read(A)), sold(p.read(B)));
            assert!(!first || second, "half a group was shown");
            true
        },
    ]);
    assert!(done, "readers abort nobody");
    play.audit();
}

/// The same with the seats read the other way round: the owner finishes the first seat first, so a reader who finds
/// the second one finished must find the first one so too.
fn reader_from_the_other_end() {
    let mut play = Play::new(Size::of(2));
    play.alone(|p| assert!(p.does_all(&[(A, hold(1, 5)), (B, hold(1, 5))], 0)));
    let [done, _] = play.race([
        |p| p.does_all(&[(A, confirm(1)), (B, confirm(1))], 0),
        |p| {
            let (second, first) = (sold(p.read(B)), sold(p.read(A)));
            assert!(!second || first, "half a group was shown");
            true
        },
    ]);
    assert!(done, "readers abort nobody");
    play.audit();
}

/// Somebody holds one seat and then another; who sees the second one held sees the first one held.
///
/// Fails with [`SeatLoadRelaxed`](seatlock::mutation::Mutation::SeatLoadRelaxed). The reader does nothing but load,
/// which by itself loom does not look at (race 10): that this fails shows that it has been made to.
fn reader_against_two_changes() {
    let mut play = Play::new(Size::of(2));
    play.race([
        |p| assert!(p.does(A, hold(1, 5), 0) && p.does(B, hold(1, 5), 0)),
        |p| {
            let [second, first] = [B, A].map(|seat| p.read(seat).status());
            assert!(
                second == Status::Available || first == Status::Held,
                "changes out of order"
            );
        },
    ]);
    play.audit();
}

/// A group is being confirmed and somebody wants one of its seats back, so that it is finished by him or aborted by
/// him. Somebody else looks on: he never sees one seat sold and the other not, nor a sold seat that is held again.
fn reader_against_an_aborted_group() {
    let mut play = Play::new(Size::of(2));
    play.alone(|p| assert!(p.does_all(&[(A, hold(1, 5)), (B, hold(1, 5))], 0)));
    play.race([
        |p| {
            p.does_all(&[(A, confirm(1)), (B, confirm(1))], 0);
        },
        |p| {
            p.does(B, release(1), 0);
        },
        |p| {
            let (before, b, after) = (sold(p.read(A)), p.read(B).status(), sold(p.read(A)));
            assert!(
                !before || b == Status::Booked,
                "the first seat sold, the second {b:?}"
            );
            assert_eq!(
                after,
                after && b != Status::Available,
                "given back, and sold with the first"
            );
            assert!(
                after || b != Status::Booked,
                "the second seat sold, the first not"
            );
        },
    ]);
    play.audit();
}
