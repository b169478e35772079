//! Each fault is found, by way of the property that is named with it.

use stateright::{Checker, HasDiscoveries, Model};

use super::{Bounds, Cluster, Mutation};

const LOG: &str = "the log holds together";
const KEPT: &str = "what was acknowledged is there, once";
const NEWEST: &str = "who is read knows what was acknowledged";
const SOUND: &str = "nobody finds what can't be";

const ONE: Bounds = Bounds {
    appends: 1,
    doubts: 0,
    refusals: 0,
    ticks: 0,
    renewals: 0,
    leases: 0,
    snapshots: 0,
    hand_overs: 0,
};
const IN_DOUBT: Bounds = Bounds { doubts: 1, ..ONE };
const TAKEOVER: Bounds = Bounds {
    ticks: 2,
    renewals: 1,
    ..ONE
};
const REJOINED: Bounds = Bounds {
    ticks: 2,
    leases: 1,
    ..ONE
};
const HANDED_OVER: Bounds = Bounds {
    hand_overs: 1,
    ..ONE
};
const TRIMMED: Bounds = Bounds {
    appends: 2,
    snapshots: 1,
    ..IN_DOUBT
};
const TRIMMED_TWICE: Bounds = Bounds {
    snapshots: 2,
    ..TRIMMED
};
const TRIMMED_LATE: Bounds = Bounds {
    snapshots: 1,
    ticks: 2,
    ..ONE
};

/// Explores until the fault is found, which must be so by way of this property.
fn find(mutation: Mutation, bounds: Bounds, property: &'static str) {
    let cluster = Cluster {
        bounds,
        is_founded: true,
        mutation: Some(mutation),
    };
    let found = HasDiscoveries::AnyOf(std::iter::once(property).collect());
    let checker = cluster.checker().threads(2).finish_when(found);
    let checker = checker.spawn_bfs().join();
    let path = checker.discovery(property);
    let path = path.unwrap_or_else(|| panic!("{mutation:?} was not found"));
    println!(
        "{mutation:?}: found after {} states: {:?}",
        checker.unique_state_count(),
        path.into_actions()
    );
}

/// A deposed owner writes behind the back of the next one.
#[test]
fn an_append_that_does_not_compare_the_term() {
    find(Mutation::AppendWithoutTerm, TAKEOVER, NEWEST);
}

/// One that is late writes a slot again, after the next one.
#[test]
fn an_append_that_does_not_ask_for_an_empty_slot() {
    find(Mutation::AppendWithoutSlot, TRIMMED, LOG);
}

/// One that is late fills a slot that was trimmed.
#[test]
fn an_append_that_does_not_ask_for_the_slot_before() {
    find(Mutation::AppendWithoutSlotBefore, TRIMMED, LOG);
}

/// It never comes.
#[test]
fn a_change_that_is_acknowledged_before_it_is_there() {
    find(Mutation::AcknowledgeEarly, IN_DOUBT, KEPT);
}

/// The next owner has written since.
#[test]
fn reads_after_the_end_of_the_lease() {
    find(Mutation::ReadAfterLease, TAKEOVER, NEWEST);
}

/// The next owner has written since.
#[test]
fn reads_while_the_shard_is_handed_over() {
    find(Mutation::ReadWhileLeaving, HANDED_OVER, NEWEST);
}

/// Somebody has taken the shard meanwhile.
#[test]
fn reads_under_a_lease_that_the_owner_s_value_does_not_name() {
    find(Mutation::ReadWhileLeaving, REJOINED, NEWEST);
}

/// The owner before has written since.
#[test]
fn a_log_that_is_read_before_the_term_is_won() {
    find(Mutation::ReadBeforeTerm, TAKEOVER, NEWEST);
}

/// He goes on being read.
#[test]
fn a_shard_that_is_taken_from_an_owner_who_lives() {
    find(Mutation::TakeFromLiving, TAKEOVER, NEWEST);
}

/// A deposed owner trims what the next one is reading.
#[test]
fn a_turn_that_does_not_compare_the_term() {
    find(Mutation::TurnWithoutTerm, TRIMMED_LATE, SOUND);
}

/// One that is late sets the checkpoint back to a snapshot that is gone.
#[test]
fn a_turn_that_does_not_compare_the_checkpoint() {
    find(Mutation::TurnWithoutCheckpoint, TRIMMED_TWICE, LOG);
}
