//! Descriptors that are used again while somebody slow still thinks of their last use.

use seatlock::seat::Seat;

use crate::{
    play::{A, B, C, D, Play, Size, cancel, confirm, hold, taking},
    runner::Model,
};

pub(super) const MODELS: &[Model] = &[
    Model::bounded(2, "slot_reuse", slot_reuse, 1_400),
    Model::bounded(3, "slot_reuse_reader", slot_reuse_reader, 2_100),
    Model::bounded(3, "slot_share", slot_share, 290),
];

/// Race 7: a slow helper has seen how a group ends and is about to finish a seat. Meanwhile the owner does so, and
/// passes through the same seat again with the same descriptor. The helper's word is not there any more.
///
/// Fails with [`GenerationStandsStill`](seatlock::mutation::Mutation::GenerationStandsStill).
fn slot_reuse() {
    let mut play = Play::new(Size::of(2));
    play.alone(|p| assert!(p.does_all(&[(A, hold(1, 5)), (B, hold(1, 5))], 0)));
    play.race([
        |p| {
            if p.does_all(&[(A, confirm(1)), (B, confirm(1))], 0) {
                p.does_all(&[(A, cancel(1)), (B, cancel(1))], 0);
            }
        },
        |p| {
            // Refused by a held seat and by a sold one, but not before it has finished or aborted the group.
            p.does(A, hold(2, 5), 0);
        },
    ]);
    play.audit();
}

/// Race 7 for readers: a slow one follows a seat to its descriptor, which by then is another group's.
///
/// Fails with [`NoGeneration`](seatlock::mutation::Mutation::NoGeneration).
fn slot_reuse_reader() {
    let mut play = Play::new(Size::of(4));
    play.alone(|p| {
        assert!(p.does_all(&[(A, hold(1, 5)), (B, hold(1, 5))], 0));
        assert!(p.does_all(&[(C, hold(2, 5)), (D, hold(2, 5))], 0));
    });
    play.race([
        |p| {
            assert!(p.does_all(&[(A, confirm(1)), (B, confirm(1))], 0));
            assert!(p.does_all(&[(C, confirm(2)), (D, confirm(2))], 0));
        },
        |p| {
            let whose = match p.read(A).view() {
                Seat::Held { taking, .. } | Seat::Booked { taking, .. } => taking,
                other => panic!("the seat was never {other:?}"),
            };
            assert_eq!(whose, taking(1), "shown a word of another seat");
        },
    ]);
    play.audit();
}

/// Race 8: two groups with nothing in common but the one descriptor that there is. Whoever comes while it is in use
/// is told 'busy'; nobody is given it before the last seat of its last use is finished.
///
/// Fails with [`FreeBeforeFinish`](seatlock::mutation::Mutation::FreeBeforeFinish).
fn slot_share() {
    let mut play = Play::new(Size::of(4));
    let done = play.race([
        |p| p.does_all(&[(A, hold(1, 5)), (B, hold(1, 5))], 0),
        |p| p.does_all(&[(C, hold(2, 5)), (D, hold(2, 5))], 0),
    ]);
    assert!(
        done[0] || done[1],
        "who had the descriptor was not disturbed"
    );
    play.audit();
}
