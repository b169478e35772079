//! What must be true of every state, and what must come about in some.

use seatlock::cluster::{
    checkpoint::Checkpoint,
    keys::Slot,
    store::{Keys, Revision},
    tenure::Tenure,
    twin::Twin,
};
use stateright::Property;

use super::{
    Cluster, Mutation,
    world::{Member, World, keys},
};

/// The changes that the store has, if its log holds together.
pub(crate) fn history(etcd: &Twin) -> Option<Vec<u8>> {
    let keys = keys();
    let Some(entry) = etcd.range(&Keys::one(keys.checkpoint())).next() else {
        return Some(Vec::new());
    };
    let checkpoint = Checkpoint::decode(&entry.value)?;
    let mut changes = Vec::new();
    for piece in 0..checkpoint.pieces {
        let key = keys.piece(checkpoint.through, piece);
        changes.extend(etcd.range(&Keys::one(key)).next()?.value);
    }
    let mut before = Revision::MISSING;
    let mut next = None;
    for entry in etcd.range(&keys.log_from(Slot::FOUNDING)) {
        let slot = keys.slot_of(&entry.key)?;
        if *next.get_or_insert(slot) != slot || entry.revision <= before {
            return None;
        }
        (next, before) = (Some(slot.next()), entry.revision);
        if slot > checkpoint.through {
            let (change, known) = entry.value.split_last()?;
            if *known != changes[..] {
                return None;
            }
            changes.push(*change);
        }
    }
    (next? > checkpoint.through).then_some(changes)
}

/// Whether a node would answer a read now.
fn is_read(cluster: &Cluster, world: &World, member: &Member) -> bool {
    let Member {
        tenure, liveness, ..
    } = member;
    let owned = |tenure: &Tenure| tenure.newest().map(|_| tenure.me().lease);
    let lease = match cluster.mutation {
        Some(Mutation::ReadWhileLeaving) => owned(tenure),
        _ => tenure.readable_under(),
    };
    let is_certain =
        liveness.is_certain(world.now) || cluster.mutation == Some(Mutation::ReadAfterLease);
    lease == Some(liveness.lease()) && is_certain
}

fn holds_together(_: &Cluster, world: &World) -> bool {
    history(&world.etcd).is_some()
}

fn is_kept(_: &Cluster, world: &World) -> bool {
    let Some(changes) = history(&world.etcd) else {
        return true;
    };
    let times = |change: &u8| changes.iter().filter(|other| *other == change).count();
    world.acknowledged.iter().all(|change| times(change) == 1)
}

fn is_newest(cluster: &Cluster, world: &World) -> bool {
    let knows = |member: &Member| {
        let known = |change| member.memory.contains(change);
        world.acknowledged.iter().all(known)
    };
    let mut members = world.nodes.iter();
    members.all(|member| !is_read(cluster, world, member) || knows(member))
}

fn is_sound(_: &Cluster, world: &World) -> bool {
    world.fault.is_none()
}

pub(crate) fn properties(cluster: &Cluster) -> Vec<Property<Cluster>> {
    let mut all = vec![
        Property::always("the log holds together", holds_together),
        Property::always("what was acknowledged is there, once", is_kept),
        Property::always("who is read knows what was acknowledged", is_newest),
        Property::always("nobody finds what can't be", is_sound),
    ];
    let bounds = cluster.bounds;
    let mut must = |when: bool, name, reached: fn(&Cluster, &World) -> bool| {
        if when && cluster.mutation.is_none() {
            all.push(Property::sometimes(name, reached));
        }
    };
    let can_end = bounds.ticks > 1 || bounds.hand_overs > 0;
    must(
        bounds.appends > 1 && can_end,
        "both nodes are acknowledged a change",
        |_, world| {
            let by = |node| world.acknowledged.iter().any(|change| change / 16 == node);
            by(0) && by(1)
        },
    );
    must(
        bounds.doubts > 0 && bounds.appends > 0,
        "a change is acknowledged of which a copy is late",
        |_, world| {
            let late = world.late.iter().flat_map(|txn| &txn.when);
            let is_there = |when: &_| matches!(when, seatlock::cluster::store::Condition::Exists(key) if keys().slot_of(key).is_some());
            late.filter(|when| is_there(when)).count() > 0 && !world.acknowledged.is_empty()
        },
    );
    must(bounds.snapshots > 0, "the log is trimmed", |_, world| {
        let log = keys().log_before(Slot::FOUNDING.next());
        let is_founded = world.etcd.range(&Keys::one(keys().checkpoint())).count() > 0;
        is_founded && world.etcd.range(&log).count() == 0
    });
    must(
        bounds.leases > 0 && bounds.ticks > 1,
        "a shard is read under a second lease",
        |cluster, world| {
            let mut members = world.nodes.iter();
            members
                .any(|member| member.liveness.lease().get() > 2 && is_read(cluster, world, member))
        },
    );
    must(
        bounds.ticks > 1,
        "an owner is not read for the sake of its lease",
        |_, world| {
            let mut members = world.nodes.iter();
            members.any(|member| {
                member.tenure.readable_under().is_some() && !member.liveness.is_certain(world.now)
            })
        },
    );
    all
}
