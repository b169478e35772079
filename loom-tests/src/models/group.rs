//! Changes of several seats against one another, against single changes and against the wheel.

use seatlock::seat::{GroupOutcome, Refusal, Step};

use crate::{
    play::{A, B, C, Play, Size, confirm, hold, release},
    runner::Model,
};

pub(super) const MODELS: &[Model] = &[
    Model::bounded(2, "two_overlapping_groups", two_overlapping_groups, 5_000),
    Model::bounded(
        2,
        "two_groups_on_the_same_seats",
        two_groups_on_the_same_seats,
        30_000,
    ),
    Model::bounded(3, "group_against_single", group_against_single, 6_300),
    Model::bounded(
        2,
        "group_against_two_singles",
        group_against_two_singles,
        16_000,
    ),
    Model::bounded(
        3,
        "group_confirm_against_the_wheel",
        group_confirm_against_the_wheel,
        14_000,
    ),
    Model::bounded(
        2,
        "group_hold_against_the_wheel",
        group_hold_against_the_wheel,
        6_500,
    ),
    Model::bounded(
        2,
        "a_mix_is_seen_at_one_instant",
        a_mix_is_seen_at_one_instant,
        4_000,
    ),
];

/// Two groups share their middle seat: one of them gets both its seats, the other none. Both may be told 'busy', if
/// they aborted each other as often as they may.
fn two_overlapping_groups() {
    let mut play = Play::new(Size::of(3).descriptors(2));
    let outcomes = play.race([
        |p| p.change_all(&[(A, hold(1, 5)), (B, hold(1, 5))], 0),
        |p| p.change_all(&[(B, hold(2, 5)), (C, hold(2, 5))], 0),
    ]);
    one_wins(&outcomes);
    play.audit();
}

/// Two groups on the very same seats.
fn two_groups_on_the_same_seats() {
    let mut play = Play::new(Size::of(2).descriptors(2));
    let outcomes = play.race([
        |p| p.change_all(&[(A, hold(1, 5)), (B, hold(1, 5))], 0),
        |p| p.change_all(&[(A, hold(2, 5)), (B, hold(2, 5))], 0),
    ]);
    one_wins(&outcomes);
    play.audit();
}

fn one_wins(outcomes: &[GroupOutcome; 2]) {
    let done = |outcome: &&GroupOutcome| matches!(outcome, GroupOutcome::Done { .. });
    let busy = |outcome: &&GroupOutcome| matches!(outcome, GroupOutcome::Busy);
    let done = outcomes.iter().filter(done).count();
    assert!(done <= 1, "a seat was held twice: {outcomes:?}");
    assert!(
        done == 1 || outcomes.iter().any(|outcome| busy(&outcome)),
        "refused because of each other: {outcomes:?}"
    );
}

/// Race 2: a group is held while its second seat is held by somebody else and given back. Whoever is first, the
/// numbers of that seat's changes are in the order of the changes.
///
/// Fails with [`GroupLsnBeforeInstall`](seatlock::mutation::Mutation::GroupLsnBeforeInstall).
fn group_against_single() {
    let mut play = Play::new(Size::of(2));
    play.race([
        |p| {
            p.does_all(&[(A, hold(1, 5)), (B, hold(1, 5))], 0);
        },
        |p| {
            if p.does(B, hold(2, 5), 0) {
                assert!(p.does(B, release(2), 0), "a live hold is its owner's");
            }
        },
    ]);
    play.audit();
}

/// A group that confirms two seats, and two others who each want to give one of them back in the middle of it: they
/// finish it or abort it. The seats are sold together or not at all.
fn group_against_two_singles() {
    let mut play = Play::new(Size::of(2));
    play.alone(|p| assert!(p.does_all(&[(A, hold(1, 5)), (B, hold(1, 5))], 0)));
    let [bought, released_a, released_b] = play.race([
        |p| p.does_all(&[(A, confirm(1)), (B, confirm(1))], 0),
        |p| p.does(A, release(1), 0),
        |p| p.does(B, release(1), 0),
    ]);
    assert!(
        !(bought && (released_a || released_b)),
        "sold and given back"
    );
    play.audit();
}

/// Race 5: a late confirm of two seats meets the wheel. The wheel takes the mark of the first seat while that is in
/// change, and leaves it alone; then the group finds the second one freed and gives the first one back. Somebody
/// has to mark it again, or nobody frees it.
///
/// Fails with [`AbortRestoresUnmarked`](seatlock::mutation::Mutation::AbortRestoresUnmarked).
fn group_confirm_against_the_wheel() {
    let mut play = Play::new(Size::of(2));
    play.alone(|p| assert!(p.does_all(&[(A, hold(1, 1)), (B, hold(1, 1))], 0)));
    let [bought, freed] = play.race([
        |p| u64::from(p.does_all(&[(A, confirm(1)), (B, confirm(1))], 0)),
        |p| p.sweep(1).expired,
    ]);
    assert!(bought == 0 || freed == 0, "sold and freed");
    play.audit();
}

/// A group takes over two seats whose holds have expired while the wheel is about to free them.
fn group_hold_against_the_wheel() {
    let mut play = Play::new(Size::of(2));
    play.alone(|p| assert!(p.does_all(&[(A, hold(1, 1)), (B, hold(1, 1))], 0)));
    let [outcome, _] = play.race([
        |p| p.change_all(&[(A, hold(2, 4)), (B, hold(2, 4))], 1),
        |p| {
            p.sweep(1);
            GroupOutcome::Already
        },
    ]);
    assert!(
        matches!(outcome, GroupOutcome::Done { .. } | GroupOutcome::Busy),
        "expired holds and free seats can be held: {outcome:?}"
    );
    play.audit();
}

/// Two seats are withheld. One puts both on sale, at one instant; another withholds both, and at no instant finds
/// one withheld and one not. So he is told 'already' or 'done', never that one of them is unchanged.
///
/// Fails with [`GroupNotLookedAtAgain`](seatlock::mutation::Mutation::GroupNotLookedAtAgain).
fn a_mix_is_seen_at_one_instant() {
    let mut play = Play::new(Size::of(2).descriptors(2));
    play.alone(|p| assert!(p.does_all(&[(A, Step::Block), (B, Step::Block)], 0)));
    let [_, outcome] = play.race([
        |p| p.change_all(&[(A, Step::Unblock), (B, Step::Unblock)], 0),
        |p| p.change_all(&[(A, Step::Block), (B, Step::Block)], 0),
    ]);
    if let GroupOutcome::Refused { in_the_way } = &outcome {
        let unchanged = in_the_way
            .iter()
            .filter(|seat| seat.why == Refusal::Unchanged);
        assert_eq!(
            unchanged.count(),
            0,
            "no such mix at any instant: {outcome:?}"
        );
    }
    play.audit();
}
