//! Which model notices which fault of the core.

use seatlock::mutation::Mutation::{self, *};

/// What a model is built for when it has to notice a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checker {
    /// loom.
    Loom,
    /// shuttle.
    Shuttle,
}

/// A fault and who notices it.
#[derive(Debug, Clone, Copy)]
pub struct Catch {
    /// The fault.
    pub fault: Mutation,
    /// The name of the model.
    pub model: &'static str,
    /// The checker that it runs under.
    pub checker: Checker,
}

/// All faults, some of them twice: each must make its model fail.
pub const CATCHES: &[Catch] = &[
    by_loom(NoLsnInAvailable, "a_freed_seat_is_another_word"),
    by_loom(TakingUsedTwice, "a_seat_held_again_is_another_word"),
    by_loom(LsnBeforeLoad, "a_freed_seat_is_another_word"),
    by_loom(GroupLsnBeforeInstall, "group_against_single"),
    by_loom(InstallRelaxed, "reader_against_a_committing_group"),
    by_loom(FinishRelaxed, "reader_against_a_committing_group"),
    by_loom(DecideRelaxed, "reader_against_a_committing_group"),
    by_loom(FinishRelaxed, "a_move_is_seen_at_one_instant"),
    by_loom(DecideRelaxed, "a_move_is_seen_at_one_instant"),
    by_loom(SeatLoadRelaxed, "reader_against_two_changes"),
    by_loom(GroupNotLookedAtAgain, "a_mix_is_seen_at_one_instant"),
    by_loom(EntryRelaxed, "slot_reuse_reader"),
    by_loom(GenerationStandsStill, "slot_reuse"),
    by_loom(FreeShown, "reader_against_a_committing_group"),
    by_loom(NoGeneration, "slot_reuse_reader"),
    by_loom(NoGeneration, "a_descriptor_goes_to_the_neighbour"),
    by_loom(FreeBeforeFinish, "slot_share"),
    by_loom(NoFenceBeforeMark, "mark_a_rotation_ahead"),
    by_loom(NoFenceAfterTake, "mark_a_rotation_ahead"),
    by_loom(NoFenceAfterMark, "mark_from_an_old_cursor"),
    by_loom(NoFenceAfterCursor, "mark_from_an_old_cursor"),
    by_loom(CursorNotLookedAtAgain, "mark_from_an_old_cursor"),
    by_loom(AbortRestoresUnmarked, "group_confirm_against_the_wheel"),
    by_loom(WheelFreesUnexpired, "extend_against_reclaim"),
    by_loom(VoidNotPublished, "two_holds_on_one_seat"),
    by_loom(StampRelaxed, "tape_order_of_a_group"),
    by_loom(ReaderNotWaitedFor, "tape_without_a_margin"),
    // Once more, to show that the crowd's audit can fail too. It sees wrong protocols, not wrong orderings.
    by_the_crowd(LsnBeforeLoad),
    by_the_crowd(GroupLsnBeforeInstall),
    by_the_crowd(CursorNotLookedAtAgain),
    by_the_crowd(AbortRestoresUnmarked),
    by_the_crowd(WheelFreesUnexpired),
];

/// The fault of this name.
pub fn named(name: &str) -> Option<Mutation> {
    Mutation::ALL
        .into_iter()
        .find(|fault| format!("{fault:?}") == name)
}

const fn by_loom(fault: Mutation, model: &'static str) -> Catch {
    Catch {
        fault,
        model,
        checker: Checker::Loom,
    }
}

const fn by_the_crowd(fault: Mutation) -> Catch {
    Catch {
        fault,
        model: "crowd",
        checker: Checker::Shuttle,
    }
}
