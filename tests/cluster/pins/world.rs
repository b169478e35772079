//! The store, the nodes, and what is under way between them.

use std::{collections::BTreeMap, sync::LazyLock};

use bytes::Bytes;
use seatlock::cluster::{
    keys::{ClusterKeys, Slot},
    member::Member,
    owner::{Owner, Term},
    pinning::Pinning,
    placement::{Placement, ShardId},
    roster::{Roster, Watchword},
    store::{Action as Act, Condition, Keys, LeaseId, Revision, Txn},
    twin::Twin,
};

use super::{Event, Fate, Mutation, Pins};

/// Two events of two shards. The first is made somewhere; the second is only pinned, so that there are two pins.
const EVENTS: [&str; 2] = ["faust", "hamlet"];

/// Shards that events are in by their names.
const HASHED: u16 = 2;

/// Times that a pin is asked for.
const ASKS_MAX: u8 = 2;

static KEYS: LazyLock<ClusterKeys> = LazyLock::new(|| ClusterKeys::new("", 1));

/// A state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct World {
    etcd: Twin,
    pub(super) nodes: [Node; 2],
    /// What may still be done although nobody waits for it.
    pub(super) late: Vec<Txn>,
    takes_left: u8,
    asks_left: u8,
    doubts_left: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Node {
    member: Member,
    lease: LeaseId,
    /// What it has read last.
    placement: Placement,
    serves: BTreeMap<ShardId, Serving>,
}

/// A shard that a node has taken.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Serving {
    term: Term,
    /// The placement was read since.
    has_read: bool,
    has_made: bool,
    is_making: bool,
    /// The event that it pins, by this roster.
    pins: Option<(usize, Roster)>,
}

impl World {
    pub(super) fn new(pins: Pins) -> Self {
        let mut etcd = Twin::new();
        let placement = Placement::new(HASHED).expect("a valid count");
        let places = EVENTS.map(|event| placement.shard_of(event).get());
        assert_eq!(places, [0, 1], "each has another shard");
        let founding = Roster::found(&KEYS, &placement, &Watchword::of([7; 32]));
        assert!(etcd.txn(&founding).expect("there is room").held);
        let node = |number: i64| Node {
            member: Member {
                name: number.to_string(),
                address: String::new(),
                is_leaving: false,
            },
            lease: LeaseId::new(number),
            placement: placement.clone(),
            serves: BTreeMap::new(),
        };
        let mut world = Self {
            nodes: [node(1), node(2)],
            etcd,
            late: Vec::new(),
            takes_left: pins.takes + 2,
            asks_left: ASKS_MAX,
            doubts_left: pins.doubts,
        };
        for event in [0, 1].map(|shard| Event::Takes(0, ShardId::new(shard))) {
            assert!(world.happens(pins, event).is_some(), "nobody has it");
        }
        let _was_unread = world.reads(0);
        world
    }

    /// The shards in which the event is.
    pub(super) fn made_in(&self) -> impl Iterator<Item = u16> {
        (0..4).filter(|shard| is_made(&self.etcd, ShardId::new(*shard)))
    }

    /// Shards that there are.
    pub(super) fn shards(&self) -> usize {
        read(&self.etcd).placement().shards().count()
    }

    fn takes(&mut self, pins: Pins, at: usize, shard: ShardId) -> Option<()> {
        let (node, owner) = (&mut self.nodes[at], KEYS.shard(shard).owner());
        let now = read(&self.etcd);
        let after = now
            .owner(shard)
            .map_or(Revision::MISSING, |(_, term)| term.revision());
        self.takes_left = self.takes_left.checked_sub(1)?;
        let value = Owner {
            node: node.member.under(node.lease),
            after,
        };
        let done = self.etcd.txn(&writes(
            Condition::WrittenAt(owner.clone(), after),
            owner,
            value.encode(),
        ));
        let serving = Serving {
            term: Term::new(done.expect("there is room").revision),
            has_read: pins.mutation == Some(Mutation::ServeUnread),
            has_made: is_made(&self.etcd, shard),
            is_making: false,
            pins: None,
        };
        node.serves.insert(shard, serving);
        Some(())
    }

    pub(super) fn happens(&mut self, pins: Pins, event: Event) -> Option<()> {
        match event {
            Event::Reads(at) => self.reads(at),
            Event::Takes(at, shard) => self.takes(pins, at, shard),
            Event::BeginsToMake(at, shard) => self.begins_to_make(at, shard),
            Event::Appends(at, shard, fate) => self.appends(at, shard, fate),
            Event::BeginsToPin(at, shard, event) => self.begins_to_pin(pins, at, shard, event),
            Event::AsksForThePin(at, shard, fate) => self.asks_for_the_pin(pins, at, shard, fate),
            Event::LooksAfterThePin(at, shard) => {
                let (event, asked_by) = self.nodes[at].serves.get(&shard)?.pins.clone()?;
                let roster = self.look(at);
                self.is_known(at, shard, event, roster);
                // Nothing has changed: it may ask again.
                (self.nodes[at].serves.get(&shard)?.pins != Some((event, asked_by))).then_some(())
            }
            Event::LateIsDone(number) => {
                let txn = self.late.remove(number);
                let _done = self.etcd.txn(&txn);
                Some(())
            }
        }
    }

    fn look(&mut self, at: usize) -> Roster {
        let roster = read(&self.etcd);
        self.nodes[at].placement = roster.placement().clone();
        roster
    }

    fn reads(&mut self, at: usize) -> Option<()> {
        let before = self.nodes[at].clone();
        let _roster = self.look(at);
        for serving in self.nodes[at].serves.values_mut() {
            serving.has_read = true;
        }
        (self.nodes[at] != before).then_some(())
    }

    fn begins_to_make(&mut self, at: usize, shard: ShardId) -> Option<()> {
        let node = &mut self.nodes[at];
        let is_here = node.placement.shard_of(EVENTS[0]) == shard;
        if shard.get() >= HASHED {
            let slot = KEYS.shard(shard).slot(Slot::new(1));
            let when = Condition::WrittenAt(slot.clone(), Revision::MISSING);
            let made = self.etcd.txn(&writes(when, slot, Bytes::new()));
            return (is_here && made.expect("there is room").held).then_some(());
        }
        let serving = node.serves.get_mut(&shard)?;
        let may = is_here && serving.has_read && serving.pins.is_none() && !serving.is_making;
        serving.is_making = true;
        (may && !serving.has_made).then_some(())
    }

    fn appends(&mut self, at: usize, shard: ShardId, fate: Fate) -> Option<()> {
        let serving = self.nodes[at].serves.get_mut(&shard)?;
        let (owner, slot) = (
            KEYS.shard(shard).owner(),
            KEYS.shard(shard).slot(Slot::new(1)),
        );
        let txn = writes(
            Condition::WrittenAt(owner, serving.term.revision()),
            slot,
            Bytes::new(),
        );
        if !std::mem::take(&mut serving.is_making) {
            return None;
        }
        serving.has_made = true;
        if !self.is_done(txn, fate)? {
            self.nodes[at].serves.remove(&shard);
        }
        Some(())
    }

    fn begins_to_pin(&mut self, pins: Pins, at: usize, shard: ShardId, event: usize) -> Option<()> {
        let roster = self.look(at);
        let placement = roster.placement();
        if placement.shard_of(EVENTS[event]) != shard || placement.shards().count() > 3 {
            return None;
        }
        let serving = self.nodes[at].serves.get_mut(&shard)?;
        let is_free = !serving.is_making || pins.mutation == Some(Mutation::PinWhileMaking);
        let may = is_free && serving.pins.is_none() && !(event == 0 && serving.has_made);
        may.then_some(())?;
        self.is_known(at, shard, event, roster);
        self.nodes[at].serves[&shard].pins.as_ref().map(|_| ())
    }

    /// What the owner makes of what it has just read.
    fn is_known(&mut self, at: usize, shard: ShardId, event: usize, roster: Roster) {
        let Some(serving) = self.nodes[at].serves.get_mut(&shard) else {
            return;
        };
        let pinning = Pinning::of(EVENTS[event], &roster, &KEYS, serving.term);
        let goes_on = matches!(pinning, Pinning::Ask(_));
        serving.pins = goes_on.then_some((event, roster));
    }

    fn asks_for_the_pin(
        &mut self,
        pins: Pins,
        at: usize,
        shard: ShardId,
        fate: Fate,
    ) -> Option<()> {
        self.asks_left = self.asks_left.checked_sub(1)?;
        let serving = self.nodes[at].serves.get_mut(&shard)?;
        let (event, roster) = serving.pins.as_ref()?;
        let Pinning::Ask(mut txn) = Pinning::of(EVENTS[*event], roster, &KEYS, serving.term) else {
            return None;
        };
        match pins.mutation {
            Some(Mutation::PinWithoutTerm) => drop(txn.when.pop()),
            Some(Mutation::PinWithoutPlacement) => drop(txn.when.remove(0)),
            Some(Mutation::GiveUp) if fate == Fate::Late => serving.pins = None,
            _ => {}
        }
        self.is_done(txn, fate).map(|_| ())
    }

    /// `None`: it can't be late any more. `false`: it was refused, or nobody knows.
    fn is_done(&mut self, txn: Txn, fate: Fate) -> Option<bool> {
        if fate == Fate::Done {
            return Some(self.etcd.txn(&txn).expect("there is room").held);
        }
        self.doubts_left = self.doubts_left.checked_sub(1)?;
        self.late.push(txn);
        Some(false)
    }
}

fn writes(when: Condition, key: Bytes, value: Bytes) -> Txn {
    Txn {
        when: vec![when],
        then: vec![Act::Put {
            key,
            value,
            lease: None,
        }],
        otherwise: Vec::new(),
    }
}

fn read(etcd: &Twin) -> Roster {
    let done = etcd
        .clone()
        .txn(&Roster::ask(&KEYS))
        .expect("it can be asked");
    Roster::read(&KEYS, &done).expect("it is founded")
}

fn is_made(etcd: &Twin, shard: ShardId) -> bool {
    let get = Txn {
        then: vec![Act::Get(Keys::one(KEYS.shard(shard).slot(Slot::new(1))), 1)],
        ..Txn::default()
    };
    let done = etcd.clone().txn(&get).expect("it can be asked");
    !done.found[0].is_empty()
}
