//! The models on whatever this is built for: real threads, unless a `cfg` says otherwise.

use std::collections::BTreeSet;

use loom_tests::{faults::CATCHES, models, runner};
use seatlock::mutation::Mutation;

macro_rules! models {
    ($($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                let model = models::named(stringify!($name)).expect("a model of this name");
                runner::run(model);
            }
        )*

        const NAMED_HERE: &[&str] = &[$(stringify!($name)),*];
    };
}

models! {
    two_holds_on_one_seat,
    three_holds_on_one_seat,
    a_freed_seat_is_another_word,
    a_seat_held_again_is_another_word,
    tape_order_of_one_seat,
    hold_against_reclaim,
    extend_against_reclaim,
    confirm_against_reclaim_against_steal,
    two_overlapping_groups,
    two_groups_on_the_same_seats,
    group_against_single,
    group_against_two_singles,
    group_confirm_against_the_wheel,
    group_hold_against_the_wheel,
    a_mix_is_seen_at_one_instant,
    a_move_against_a_hold,
    a_move_is_seen_at_one_instant,
    a_move_to_an_expired_seat_against_the_wheel,
    reader_against_a_committing_group,
    reader_from_the_other_end,
    reader_against_two_changes,
    reader_against_an_aborted_group,
    slot_reuse,
    slot_reuse_reader,
    slot_share,
    a_descriptor_goes_to_the_neighbour,
    void,
    tape_order_of_a_group,
    a_seat_changes_before_its_group_is_recorded,
    tape_full,
    tape_without_a_margin,
    mark_against_sweep,
    mark_a_rotation_ahead,
    mark_from_an_old_cursor,
    two_marks_against_sweep,
    the_wheel_leaves_others_alone,
    crowd,
}

#[test]
fn every_model_is_a_test() {
    let here: BTreeSet<&str> = NAMED_HERE.iter().copied().collect();
    let all: BTreeSet<&str> = models::all().map(|model| model.name).collect();
    assert_eq!(here, all);
}

#[test]
fn every_fault_has_a_model_that_notices_it() {
    for fault in Mutation::ALL {
        assert!(
            CATCHES.iter().any(|catch| catch.fault == fault),
            "nobody notices {fault:?}"
        );
    }
    for catch in CATCHES {
        assert!(
            models::named(catch.model).is_some(),
            "{} is no model",
            catch.model
        );
    }
}
