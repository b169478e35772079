//! One or two nodes and a shard, step by step. `tests/cluster` plays all orders of steps.

use std::time::Duration;

use super::*;
use crate::cluster::{
    keys::ClusterKeys,
    placement::ShardId,
    store::{Action, Done, Keys, LeaseId, StoreError, Txn},
    twin::Twin,
};

/// Two nodes that are alive, and nobody's shard.
struct World {
    etcd: Twin,
    keys: ShardKeys,
}

fn word(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

fn unknown() -> Result<Done, StoreError> {
    Err(StoreError::Unknown("nobody knows".into()))
}

impl World {
    fn new() -> Self {
        let keys = ClusterKeys::new("/test", 1).shard(ShardId::new(3));
        let etcd = Twin::new();
        Self { etcd, keys }
    }

    /// A node's key is put under a new lease.
    fn join(&mut self) -> LeaseId {
        let lease = self.etcd.grant(Duration::from_secs(5));
        let put = Action::Put {
            key: self.keys.cluster().node(lease),
            value: Bytes::new(),
            lease: Some(lease),
        };
        let then = vec![put];
        let txn = Txn {
            then,
            ..Txn::default()
        };
        self.etcd.txn(&txn).expect("there is such a lease");
        lease
    }

    fn node(&mut self, name: &str) -> Tenure {
        let me = Node {
            name: name.into(),
            address: format!("http://{name}"),
            lease: self.join(),
        };
        Tenure::stranger(self.keys.clone(), me)
    }

    /// Asks, does, and tells.
    fn step(&mut self, tenure: &mut Tenure) -> Heard {
        let txn = tenure.ask().expect("something is to be asked");
        tenure.hear(self.etcd.txn(&txn))
    }

    /// Makes a node the owner. What it has read.
    fn crown(&mut self, tenure: &mut Tenure) -> Vec<Found> {
        assert_eq!(tenure.look(), Begun::Yes);
        assert!(matches!(self.step(tenure), Heard::Saw(_)));
        assert_eq!(tenure.take(), Begun::Yes);
        assert!(matches!(self.step(tenure), Heard::Won(_)));
        self.read(tenure)
    }

    fn read(&mut self, tenure: &mut Tenure) -> Vec<Found> {
        let mut all = Vec::new();
        loop {
            match self.step(tenure) {
                Heard::Read(found) => all.push(found),
                Heard::Ready(slots) => {
                    all.push(Found::Slots(slots));
                    return all;
                }
                other => panic!("{other:?}"),
            }
        }
    }

    fn append(&mut self, tenure: &mut Tenure, value: &'static str) -> Heard {
        assert_eq!(tenure.append(word(value)), Begun::Yes);
        self.step(tenure)
    }

    fn log(&self) -> Vec<Bytes> {
        let keys = self.keys.log_from(Slot::FOUNDING);
        self.etcd.range(&keys).map(|entry| entry.value).collect()
    }
}

fn slot(number: u64) -> Slot {
    Slot::new(number)
}

#[test]
fn a_shard_is_founded_and_written_and_its_next_owner_reads_it() {
    let mut world = World::new();
    let (mut a, mut b) = (world.node("a"), world.node("b"));
    let nothing = vec![
        Found::Checkpoint(Checkpoint::default()),
        Found::Slots(Vec::new()),
    ];
    assert_eq!(world.crown(&mut a), nothing);
    assert_eq!(world.append(&mut a, "one"), Heard::Appended(slot(1)));
    assert_eq!(world.append(&mut a, "two"), Heard::Appended(slot(2)));

    // While the owner's node is there, nobody takes it.
    assert_eq!(b.look(), Begun::Yes);
    let Heard::Saw(Some(owner)) = world.step(&mut b) else {
        panic!("a is the owner");
    };
    assert_eq!(owner.node, *a.me());
    assert_eq!(b.take(), Begun::Yes);
    assert_eq!(world.step(&mut b), Heard::Saw(Some(owner)));

    world.etcd.end(a.me().lease).expect("it is there");
    assert_eq!(
        world.append(&mut a, "three"),
        Heard::Appended(slot(3)),
        "until then it goes on"
    );
    let slots = [(1, "one"), (2, "two"), (3, "three")];
    let slots = slots.map(|(number, text)| (slot(number), word(text)));
    let read = world.crown(&mut b);
    assert_eq!(read[1..], [Found::Slots(slots.to_vec())]);
    let Heard::Deposed(Some(by)) = world.append(&mut a, "never") else {
        panic!("b is the owner");
    };
    assert_eq!(by.node, *b.me());
    assert_eq!(world.append(&mut b, "four"), Heard::Appended(slot(4)));
    assert_eq!(world.log().len(), 5);
}

#[test]
fn an_append_whose_answer_is_lost_is_asked_again_and_is_there_once() {
    for is_done in [true, false] {
        let mut world = World::new();
        let mut a = world.node("a");
        world.crown(&mut a);
        assert_eq!(a.append(word("one")), Begun::Yes);
        let first = a.ask().expect("the append");
        if is_done {
            world.etcd.txn(&first).expect("it is possible");
        }
        assert!(matches!(a.hear(unknown()), Heard::InDoubt(_)));
        assert_eq!(a.append(word("two")), Begun::NotNow);
        let again = a.ask().expect("the append again");
        assert_eq!(again, first);
        // A refusal does not end the doubt.
        assert!(matches!(
            a.hear(Err(StoreError::Refused("full".into()))),
            Heard::Refused(_)
        ));
        assert_eq!(world.step(&mut a), Heard::Appended(slot(1)));
        assert!(!world.etcd.txn(&first).expect("it is possible").held);
        assert_eq!(world.log(), [word(""), word("one")]);
    }
}

#[test]
fn an_append_that_comes_late_finds_its_slot_trimmed_and_does_nothing() {
    let mut world = World::new();
    let mut a = world.node("a");
    world.crown(&mut a);
    assert_eq!(a.append(word("one")), Begun::Yes);
    let late = a.ask().expect("the append");
    assert!(matches!(a.hear(unknown()), Heard::InDoubt(_)));
    assert_eq!(world.step(&mut a), Heard::Appended(slot(1)));
    assert_eq!(world.append(&mut a, "two"), Heard::Appended(slot(2)));
    assert_eq!(a.snapshot(vec![word("one two")]), Begun::Yes);
    assert_eq!(world.step(&mut a), Heard::Wrote);
    assert!(matches!(world.step(&mut a), Heard::Turned(_)));
    assert!(!world.etcd.txn(&late).expect("it is possible").held);
    assert_eq!(world.log(), [word("two")]);
}

#[test]
fn a_snapshot_is_read_before_the_slots_behind_it() {
    let mut world = World::new();
    let mut a = world.node("a");
    world.crown(&mut a);
    let _ = world.append(&mut a, "one");
    let checkpoint = Checkpoint {
        through: slot(1),
        pieces: 2,
    };
    assert_eq!(a.snapshot(vec![word("o"), word("ne")]), Begun::Yes);
    assert_eq!(world.step(&mut a), Heard::Wrote);
    let appended = world.append(&mut a, "two");
    assert_eq!(appended, Heard::Appended(slot(2)), "in between");
    assert_eq!(world.step(&mut a), Heard::Wrote);
    // Its answer is lost, but it was done.
    let turn = a.ask().expect("the turn");
    world.etcd.txn(&turn).expect("it is possible");
    assert!(matches!(a.hear(unknown()), Heard::InDoubt(_)));
    assert_eq!(world.step(&mut a), Heard::Turned(checkpoint));
    assert_eq!(world.log(), [word("one"), word("two")]);
    assert_eq!(a.checkpoint(), Some(checkpoint));

    world.etcd.end(a.me().lease).expect("it is there");
    let mut b = world.node("b");
    let expected = [
        Found::Checkpoint(checkpoint),
        Found::Pieces(vec![word("o"), word("ne")]),
        Found::Slots(vec![(slot(2), word("two"))]),
    ];
    assert_eq!(world.crown(&mut b), expected);
    // The next one goes on from there, and the pieces of this one go.
    assert_eq!(b.snapshot(vec![word("one two")]), Begun::Yes);
    assert_eq!(world.step(&mut b), Heard::Wrote);
    assert!(matches!(world.step(&mut b), Heard::Turned(_)));
    let pieces = Keys::range(world.keys.piece(slot(0), 0), world.keys.piece(slot(9), 0));
    assert_eq!(world.etcd.range(&pieces).count(), 1);
    let again = b.snapshot(vec![word("one two")]);
    assert_eq!(again, Begun::NotNow, "nothing is new");
}

#[test]
fn a_long_log_is_read_page_by_page() {
    for slots in [PAGE_SLOTS - 2, PAGE_SLOTS - 1, PAGE_SLOTS, 3 * PAGE_SLOTS] {
        let mut world = World::new();
        let mut a = world.node("a");
        world.crown(&mut a);
        for number in 1..=u64::from(slots) {
            assert_eq!(world.append(&mut a, "x"), Heard::Appended(slot(number)));
        }
        world.etcd.end(a.me().lease).expect("it is there");
        let mut b = world.node("b");
        let read = world.crown(&mut b);
        let numbers = read.iter().flat_map(|found| match found {
            Found::Slots(slots) => slots.iter().map(|(slot, _)| slot.get()).collect(),
            _ => Vec::new(),
        });
        assert!(numbers.eq(1..=u64::from(slots)));
        assert_eq!(b.newest(), Some(slot(slots.into())));
    }
}

#[test]
fn a_shard_that_is_handed_over_is_read_by_the_node_that_was_named() {
    for is_answered in [true, false] {
        let mut world = World::new();
        let (mut a, mut b) = (world.node("a"), world.node("b"));
        world.crown(&mut a);
        let _ = world.append(&mut a, "one");
        assert_eq!(a.readable_under(), Some(a.me().lease));
        assert_eq!(a.hand_over(b.me().clone()), Begun::Yes);
        assert_eq!(a.readable_under(), None, "it may be b's at any time");
        if !is_answered {
            let txn = a.ask().expect("the hand-over");
            world.etcd.txn(&txn).expect("it is possible");
            assert!(matches!(a.hear(unknown()), Heard::InDoubt(_)));
        }
        assert_eq!(world.step(&mut a), Heard::HandedOver(b.me().clone()));
        assert_eq!(b.look(), Begun::Yes);
        assert!(matches!(world.step(&mut b), Heard::Won(_)));
        assert_eq!(world.read(&mut b).len(), 2);
        assert_eq!(world.append(&mut b, "two"), Heard::Appended(slot(2)));
    }
}

#[test]
fn a_hand_over_that_may_still_be_done_is_fenced_off_before_the_owner_goes_on() {
    let mut world = World::new();
    let mut a = world.node("a");
    world.crown(&mut a);
    let to = Node {
        name: "b".into(),
        address: String::new(),
        lease: LeaseId::new(77),
    };
    assert_eq!(a.hand_over(to.clone()), Begun::Yes);
    assert_eq!(world.step(&mut a), Heard::Kept);
    assert_eq!(a.readable_under(), Some(a.me().lease));

    assert_eq!(a.hand_over(to), Begun::Yes);
    let late = a.ask().expect("the hand-over");
    assert!(matches!(a.hear(unknown()), Heard::InDoubt(_)));
    assert_eq!(world.step(&mut a), Heard::Kept);
    assert_eq!(a.readable_under(), None);
    assert!(matches!(world.step(&mut a), Heard::Retaken(_)));
    assert_eq!(a.readable_under(), Some(a.me().lease));
    assert!(!world.etcd.txn(&late).expect("it is possible").held);
}

#[test]
fn a_node_with_a_new_lease_takes_its_shard_again_and_then_resolves_what_was_in_doubt() {
    for is_done in [true, false] {
        let mut world = World::new();
        let mut a = world.node("a");
        world.crown(&mut a);
        let before = a.term();
        assert_eq!(a.append(word("one")), Begun::Yes);
        let late = a.ask().expect("the append");
        if is_done {
            world.etcd.txn(&late).expect("it is possible");
        }
        assert!(matches!(a.hear(unknown()), Heard::InDoubt(_)));
        world.etcd.end(a.me().lease).expect("it is there");
        assert_eq!(a.live_by(LeaseId::new(99)), Begun::Yes);
        assert_eq!(world.step(&mut a), Heard::NoLease);
        let lease = world.join();
        assert_eq!(a.live_by(lease), Begun::Yes);
        assert_eq!(a.readable_under(), None);
        let retake = a.ask().expect("to retake it");
        world.etcd.txn(&retake).expect("it is possible");
        assert!(matches!(a.hear(unknown()), Heard::InDoubt(_)));
        assert!(matches!(world.step(&mut a), Heard::Retaken(_)));
        assert!(a.term() > before);
        assert!(!world.etcd.txn(&late).expect("it is possible").held);
        assert_eq!(world.step(&mut a), Heard::Appended(slot(1)));
        assert_eq!(world.log(), [word(""), word("one")]);
    }
}

#[test]
fn a_store_that_was_set_back_is_found_out() {
    let mut world = World::new();
    let mut a = world.node("a");
    world.crown(&mut a);
    let _ = world.append(&mut a, "one");
    let wipe = Txn {
        then: vec![Action::Delete(Keys::one(world.keys.slot(slot(1))))],
        ..Txn::default()
    };
    world.etcd.txn(&wipe).expect("it is possible");
    assert_eq!(
        world.append(&mut a, "two"),
        Heard::Broken(Fault::SlotMissing(slot(1)))
    );
}
