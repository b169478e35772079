//! A booking that moves: a seat is left and another taken, at one instant.

use seatlock::seat::{GroupOutcome, Seat, SeatWord};

use crate::{
    play::{A, B, Play, Player, Size, book, cancel, hold, taking},
    runner::Model,
};

pub(super) const MODELS: &[Model] = &[
    Model::bounded(3, "a_move_against_a_hold", a_move_against_a_hold, 4_000),
    Model::bounded(
        3,
        "a_move_is_seen_at_one_instant",
        a_move_is_seen_at_one_instant,
        17_000,
    ),
    Model::bounded(
        2,
        "a_move_to_an_expired_seat_against_the_wheel",
        a_move_to_an_expired_seat_against_the_wheel,
        1_300,
    ),
];

/// Moves the booking of taking 1 from the first seat to the second, which it has under taking 2 from then on.
fn moves(player: &mut Player, now: u32) -> GroupOutcome {
    player.change_all(&[(A, cancel(1)), (B, book(2))], now)
}

/// Whether the first seat was left: until then it is booked, and nobody else wants it.
fn is_left(word: SeatWord) -> bool {
    match word.view() {
        Seat::Booked { taking: by, .. } if by == taking(1) => false,
        Seat::Available { .. } => true,
        other => panic!("the first seat was never {other:?}"),
    }
}

/// Whether the second seat was taken.
fn is_taken(word: SeatWord) -> bool {
    matches!(word.view(), Seat::Booked { taking: by, .. } if by == taking(2))
}

/// Somebody holds the seat that a booking is being moved to. One of the two gets it, and if it isn't the booking, that
/// stays where it was.
fn a_move_against_a_hold() {
    let mut play = Play::new(Size::of(2));
    play.alone(|p| assert!(p.does(A, book(1), 0)));
    let [moved, held] = play.race([|p| moves(p, 0), |p| p.change_all(&[(B, hold(3, 5))], 0)]);
    let is_moved = matches!(moved, GroupOutcome::Done { .. });
    let is_held = matches!(held, GroupOutcome::Done { .. });
    assert!(!(is_moved && is_held), "the seat was given to both");
    let is_busy = [&moved, &held].contains(&&GroupOutcome::Busy);
    assert!(is_moved || is_held || is_busy, "{moved:?}, {held:?}");
    play.alone(|p| {
        assert_eq!(
            (is_left(p.read(A)), is_taken(p.read(B))),
            (is_moved, is_moved)
        )
    });
    play.audit();
}

/// Who looks at the seats of a booking that is being moved finds it in one place: never in none, never in both.
///
/// Fails with [`FinishRelaxed`](seatlock::mutation::Mutation::FinishRelaxed) and
/// [`DecideRelaxed`](seatlock::mutation::Mutation::DecideRelaxed).
fn a_move_is_seen_at_one_instant() {
    let mut play = Play::new(Size::of(2));
    play.alone(|p| assert!(p.does(A, book(1), 0)));
    let [done, _] = play.race([
        |p| matches!(moves(p, 0), GroupOutcome::Done { .. }),
        |p| {
            let (before, taken, after) =
                (is_left(p.read(A)), is_taken(p.read(B)), is_left(p.read(A)));
            assert!(!before || taken, "the booking was nowhere");
            assert!(!taken || after, "the booking was in both places");
            true
        },
    ]);
    assert!(done, "readers abort nobody");
    play.audit();
}

/// A booking is moved to a seat whose hold has expired, while the wheel is about to free it.
fn a_move_to_an_expired_seat_against_the_wheel() {
    let mut play = Play::new(Size::of(2));
    play.alone(|p| assert!(p.does(A, book(1), 0) && p.does(B, hold(3, 1), 0)));
    let [moved, _] = play.race([
        |p| moves(p, 1),
        |p| {
            p.sweep(1);
            GroupOutcome::Already
        },
    ]);
    assert!(
        matches!(moved, GroupOutcome::Done { .. } | GroupOutcome::Busy),
        "a booking can be moved to free and expired seats: {moved:?}"
    );
    play.audit();
}
