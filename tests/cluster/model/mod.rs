//! Every order in which two nodes, a store and the time can go on, within bounds.
//!
//! The store is etcd's twin, and the nodes are driven by the state machine that runs in production
//! ([`seatlock::cluster::tenure`]): the model only carries what it asks there, and its answers back, or loses them, or has
//! them done after their asker has given up. What a node has in memory of the shard is a list of changes, and each change
//! carries the list that it was made on, so that a change that was made without knowing one before it is seen in the log.
//!
//! The clock goes on in steps of half a lease's time to live. A lease ends at any time from then on, and never before;
//! a node that is not scheduled meanwhile is one that was paused.
//!
//! What must be true in every state:
//! - The log is one run of slots in the order of their revisions, and each change in it was made knowing exactly those
//!   before it: no two owners' changes interleave.
//! - Every change that was acknowledged is in it, once.
//! - Whoever may be read knows every change that was acknowledged.
//! - No node finds what can't be.
//!
//! [`Mutation`] has the faults that the model must find; each is made here, on the way between the state machine and the
//! store, or in what is made of its answers.

mod facts;
mod faults;
mod tests;
mod world;

use seatlock::cluster::{
    keys::ShardKeys,
    store::{Action as Act, Condition, Txn},
};
use stateright::{Model, Property};

use self::world::World;

/// How often what can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Bounds {
    /// Changes that are appended.
    pub(crate) appends: u8,
    /// Times that an answer is lost, or its request is late.
    pub(crate) doubts: u8,
    /// Times that there is no room.
    pub(crate) refusals: u8,
    /// Steps of the clock.
    pub(crate) ticks: u8,
    /// Renewals of leases.
    pub(crate) renewals: u8,
    /// Leases beyond the first one of each node.
    pub(crate) leases: u8,
    /// Snapshots.
    pub(crate) snapshots: u8,
    /// Hand-overs.
    pub(crate) hand_overs: u8,
}

/// A fault that must be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Mutation {
    /// An append does not compare the term: a deposed owner goes on writing.
    AppendWithoutTerm,
    /// An append does not ask for its slot to be empty: one that is late writes it again.
    AppendWithoutSlot,
    /// An append does not ask for the slot before: one that is late fills a slot that was trimmed.
    AppendWithoutSlotBefore,
    /// A change is acknowledged when it is asked for.
    AcknowledgeEarly,
    /// Reads are served however long ago the lease was renewed.
    ReadAfterLease,
    /// Reads are served while the shard is being handed over, and before it is retaken.
    ReadWhileLeaving,
    /// The log is read when the owner is looked at, before the term is won.
    ReadBeforeTerm,
    /// A shard is taken from an owner whose lease is there.
    TakeFromLiving,
    /// The snapshot's pointer and the trim do not compare the term.
    TurnWithoutTerm,
    /// The snapshot's pointer is written whatever it was before: a late one sets it back.
    TurnWithoutCheckpoint,
}

/// What is explored.
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    pub(crate) bounds: Bounds,
    /// The first node is the owner already; otherwise there is no shard yet.
    pub(crate) is_founded: bool,
    pub(crate) mutation: Option<Mutation>,
}

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Event {
    /// A node asks for something, and it is done, or not yet.
    Asks(usize, Wish, Fate),
    /// A node hears the answer, or that nobody knows.
    Hears(usize, Answer),
    /// What was late is done.
    LateIsDone(usize),
    /// A step of the clock.
    Tick,
    /// A lease ends.
    LeaseEnds(usize),
    /// A renewal is sent.
    Renews(usize),
    /// It is done and answered.
    Renewed(usize),
    /// A node that has lost its lease gets another one.
    Rejoins(usize),
    /// An owner begins a snapshot.
    Snapshots(usize),
}

/// What a node asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Wish {
    /// The next step of what is under way, or the same once more.
    GoOn,
    Look,
    Take,
    Append,
    HandOver,
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Fate {
    Done,
    /// Its asker has given up before it was done.
    Late,
    Refused,
}

/// What a node hears of a request that was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    Comes,
    IsLost,
}

impl Model for Cluster {
    type State = World;
    type Action = Event;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(self)]
    }

    fn actions(&self, world: &World, events: &mut Vec<Event>) {
        world.events(events);
    }

    fn next_state(&self, world: &World, event: Event) -> Option<World> {
        let mut next = world.clone();
        next.happens(self, event).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        facts::properties(self)
    }
}

impl Mutation {
    /// What is sent instead.
    fn alter(self, keys: &ShardKeys, mut txn: Txn) -> Txn {
        let puts = |key: &[u8]| {
            let is_put = |act: &Act| matches!(act, Act::Put { key: put, .. } if put[..] == *key);
            txn.then.iter().any(is_put)
        };
        let (takes, turns) = (
            puts(&keys.owner()),
            puts(&keys.checkpoint()) && !puts(&keys.owner()),
        );
        let slot = txn.then.iter().find_map(|act| match act {
            Act::Put { key, .. } => keys.slot_of(key).map(|_| key.clone()),
            _ => None,
        });
        let appends = slot.is_some() && !takes;
        let owner = keys.owner();
        let is_term =
            |when: &Condition| matches!(when, Condition::WrittenAt(key, _) if *key == owner);
        match self {
            Self::AppendWithoutTerm if appends => txn.when.retain(|when| !is_term(when)),
            Self::AppendWithoutSlot if appends => txn.when.retain(
                |when| !matches!(when, Condition::WrittenAt(key, _) if Some(key) == slot.as_ref()),
            ),
            Self::AppendWithoutSlotBefore if appends => {
                txn.when
                    .retain(|when| !matches!(when, Condition::Exists(_)));
            }
            Self::TurnWithoutTerm if turns => txn.when.retain(|when| !is_term(when)),
            Self::TurnWithoutCheckpoint if turns => txn.when.retain(is_term),
            Self::TakeFromLiving if takes => {
                txn.when
                    .retain(|when| is_term(when) || matches!(when, Condition::Exists(_)));
            }
            _ => {}
        }
        txn
    }
}
