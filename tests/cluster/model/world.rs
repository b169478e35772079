//! The store, the nodes, what is under way between them, and the time.

use std::{collections::BTreeMap, sync::LazyLock, time::Duration};

use bytes::Bytes;
use seatlock::{
    cluster::{
        keys::{ClusterKeys, ShardKeys},
        lease::Liveness,
        owner::Node,
        placement::ShardId,
        store::{Action as Act, Done, LeaseId, StoreError, Txn},
        tenure::{Begun, Fault, Found, Heard, Tenure},
        twin::Twin,
    },
    tick::Moment,
};

use super::{Answer, Bounds, Cluster, Event, Fate, Mutation, Wish, facts};

/// A lease's time to live.
const TTL: Duration = Duration::from_secs(10);

/// A step of the clock: half of that.
const STEP: Duration = Duration::from_secs(5);

/// A state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) etcd: Twin,
    pub(crate) now: Moment,
    pub(crate) nodes: [Member; 2],
    /// What may still be done although nobody waits for it.
    pub(crate) late: Vec<Txn>,
    /// When each lease was renewed last.
    renewed: BTreeMap<LeaseId, Moment>,
    /// Changes in the order in which they were acknowledged.
    pub(crate) acknowledged: Vec<u8>,
    /// How much is still to happen.
    left: Bounds,
    /// What can't be, and was found.
    pub(crate) fault: Option<Fault>,
}

/// A node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Member {
    pub(crate) tenure: Tenure,
    pub(crate) liveness: Liveness,
    /// An answer that is under way.
    answer: Option<Result<Done, StoreError>>,
    /// When the renewal was sent that is under way.
    renewing: Option<Moment>,
    /// The changes that it knows of.
    pub(crate) memory: Vec<u8>,
    /// The change that is being appended.
    appending: Option<u8>,
    /// What it had read before the term was won, as a mutation does.
    early: Option<Vec<u8>>,
}

/// The shard that it is all about.
pub(crate) fn keys() -> &'static ShardKeys {
    static KEYS: LazyLock<ShardKeys> =
        LazyLock::new(|| ClusterKeys::new("", 1).shard(ShardId::new(0)));
    &KEYS
}

impl World {
    pub(crate) fn new(cluster: &Cluster) -> Self {
        let mut etcd = Twin::new();
        let mut renewed = BTreeMap::new();
        let nodes = ["a", "b"].map(|name| {
            let lease = join(&mut etcd);
            renewed.insert(lease, Moment::default());
            Member::new(name, lease)
        });
        let mut world = Self {
            etcd,
            now: Moment::default(),
            nodes,
            late: Vec::new(),
            renewed,
            acknowledged: Vec::new(),
            left: cluster.bounds,
            fault: None,
        };
        if cluster.is_founded {
            let asks = |wish| Event::Asks(0, wish, Fate::Done);
            for event in [
                asks(Wish::Look),
                asks(Wish::Take),
                Event::Hears(0, Answer::Comes),
                asks(Wish::GoOn),
                asks(Wish::GoOn),
            ] {
                assert!(world.happens(cluster, event), "nothing is in its way");
            }
        }
        world
    }

    /// What may happen next; some of it can't.
    pub(crate) fn events(&self, events: &mut Vec<Event>) {
        for node in 0..self.nodes.len() {
            self.events_at(node, events);
        }
        events.extend((0..self.late.len()).map(Event::LateIsDone));
        if self.left.ticks > 0 {
            events.push(Event::Tick);
        }
    }

    fn events_at(&self, node: usize, events: &mut Vec<Event>) {
        let member = &self.nodes[node];
        if member.answer.is_some() {
            events.push(Event::Hears(node, Answer::Comes));
            if self.left.doubts > 0 {
                events.push(Event::Hears(node, Answer::IsLost));
            }
        } else {
            use Wish::{Append, GoOn, HandOver, Look, Take};
            for wish in [GoOn, Look, Take, Append, HandOver] {
                for fate in [Fate::Done, Fate::Late, Fate::Refused] {
                    events.push(Event::Asks(node, wish, fate));
                }
            }
            events.extend([Event::Snapshots(node), Event::Rejoins(node)]);
        }
        events.extend([
            Event::LeaseEnds(node),
            Event::Renews(node),
            Event::Renewed(node),
        ]);
    }

    /// Something happens. `false`: it can't.
    pub(crate) fn happens(&mut self, cluster: &Cluster, event: Event) -> bool {
        match event {
            Event::Asks(node, wish, fate) => self.asks(cluster, node, wish, fate),
            Event::Hears(node, answer) => self.hears(node, answer),
            Event::LateIsDone(place) => {
                let txn = self.late.remove(place);
                // It may be impossible by now.
                let _ = self.etcd.txn(&txn);
                true
            }
            Event::Tick => {
                self.now = self.now.plus(STEP);
                spend(&mut self.left.ticks)
            }
            Event::LeaseEnds(node) => self.lease_ends(node),
            Event::Renews(node) => {
                let member = &mut self.nodes[node];
                let is_first = member.renewing.replace(self.now).is_none();
                is_first && spend(&mut self.left.renewals)
            }
            Event::Renewed(node) => self.renewed(node),
            Event::Rejoins(node) => self.rejoins(node),
            Event::Snapshots(node) => self.snapshots(node),
        }
    }

    fn asks(&mut self, cluster: &Cluster, node: usize, wish: Wish, fate: Fate) -> bool {
        if self.nodes[node].answer.is_some() || !self.wishes(node, wish) {
            return false;
        }
        let Some(txn) = self.nodes[node].tenure.ask() else {
            return false;
        };
        let txn = match cluster.mutation {
            Some(mutation) => mutation.alter(keys(), txn),
            None => txn,
        };
        if cluster.mutation == Some(Mutation::AcknowledgeEarly) && wish == Wish::Append {
            self.acknowledged.extend(self.nodes[node].appending);
        }
        if cluster.mutation == Some(Mutation::ReadBeforeTerm) && wish == Wish::Look {
            self.nodes[node].early = facts::history(&self.etcd);
        }
        // What a read finds may as well be heard at once: whoever hears it later is one who goes on later.
        let is_read = txn.then.iter().all(|act| matches!(act, Act::Get(..)));
        match fate {
            Fate::Done if is_read => {
                let found = self.etcd.txn(&txn);
                self.learns(node, found);
                self.recalls(cluster, node);
                true
            }
            Fate::Done => {
                self.nodes[node].answer = Some(self.etcd.txn(&txn));
                true
            }
            // One that is done when nobody waits for it does nothing.
            Fate::Late if is_read => false,
            Fate::Late => {
                self.late.push(txn);
                self.learns(node, Err(StoreError::Unknown(String::new())));
                spend(&mut self.left.doubts)
            }
            Fate::Refused => {
                self.learns(node, Err(StoreError::Refused(String::new())));
                spend(&mut self.left.refusals)
            }
        }
    }

    fn wishes(&mut self, node: usize, wish: Wish) -> bool {
        let other = self.nodes[1 - node].tenure.me().clone();
        let member = &mut self.nodes[node];
        let begun = match wish {
            Wish::GoOn => return true,
            Wish::Look => member.tenure.look(),
            Wish::Take => member.tenure.take(),
            Wish::Append => {
                let change = u8::try_from(node).expect("two nodes") * 16 + self.left.appends;
                let mut value = member.memory.clone();
                value.push(change);
                member.appending = Some(change);
                let begun = member.tenure.append(value.into());
                return begun == Begun::Yes && spend(&mut self.left.appends);
            }
            Wish::HandOver => {
                let begun = member.tenure.hand_over(other);
                return begun == Begun::Yes && spend(&mut self.left.hand_overs);
            }
        };
        begun == Begun::Yes
    }

    fn hears(&mut self, node: usize, answer: Answer) -> bool {
        let Some(done) = self.nodes[node].answer.take() else {
            return false;
        };
        match answer {
            Answer::Comes => {
                self.learns(node, done);
                true
            }
            Answer::IsLost => {
                self.learns(node, Err(StoreError::Unknown(String::new())));
                spend(&mut self.left.doubts)
            }
        }
    }

    /// A mutation: what was read first is what counts.
    fn recalls(&mut self, cluster: &Cluster, node: usize) {
        let member = &mut self.nodes[node];
        if cluster.mutation == Some(Mutation::ReadBeforeTerm)
            && member.tenure.is_idle()
            && let Some(early) = member.early.take()
        {
            member.memory = early;
        }
    }

    fn learns(&mut self, node: usize, answer: Result<Done, StoreError>) {
        let member = &mut self.nodes[node];
        match member.tenure.hear(answer) {
            Heard::Won(_) => member.memory.clear(),
            Heard::Read(found) => member.read(found),
            Heard::Ready(slots) => member.read(Found::Slots(slots)),
            Heard::Appended(_) => {
                let change = member.appending.take().expect("it was appended");
                member.memory.push(change);
                if !self.acknowledged.contains(&change) {
                    self.acknowledged.push(change);
                }
            }
            Heard::HandedOver(_) | Heard::Deposed(_) => {
                member.memory.clear();
                member.appending = None;
            }
            Heard::Broken(fault) => self.fault = Some(fault),
            Heard::Impossible(why) => panic!("{why}"),
            _ => {}
        }
    }

    fn lease_ends(&mut self, node: usize) -> bool {
        let lease = self.nodes[node].liveness.lease();
        let is_over = |renewed: &Moment| self.now >= renewed.plus(TTL);
        let is_over = self.renewed.get(&lease).is_some_and(is_over);
        self.renewed.remove(&lease);
        is_over && self.etcd.end(lease).is_ok()
    }

    fn renewed(&mut self, node: usize) -> bool {
        let member = &mut self.nodes[node];
        let Some(sent) = member.renewing.take() else {
            return false;
        };
        let Ok(ttl) = self.etcd.renew(member.liveness.lease()) else {
            return false;
        };
        self.renewed.insert(member.liveness.lease(), self.now);
        member.liveness.renew(sent, ttl);
        true
    }

    fn rejoins(&mut self, node: usize) -> bool {
        let member = &mut self.nodes[node];
        if self.etcd.is_alive(member.liveness.lease()) || !spend(&mut self.left.leases) {
            return false;
        }
        let lease = join(&mut self.etcd);
        self.renewed.insert(lease, self.now);
        member.liveness = Liveness::granted(lease, self.now, TTL);
        member.renewing = None;
        member.tenure.live_by(lease) == Begun::Yes
    }

    fn snapshots(&mut self, node: usize) -> bool {
        let member = &mut self.nodes[node];
        let pieces = vec![Bytes::from(member.memory.clone())];
        member.tenure.snapshot(pieces) == Begun::Yes && spend(&mut self.left.snapshots)
    }
}

impl Member {
    fn new(name: &str, lease: LeaseId) -> Self {
        let me = Node {
            name: name.into(),
            address: String::new(),
            lease,
        };
        Self {
            tenure: Tenure::stranger(keys().clone(), me),
            liveness: Liveness::granted(lease, Moment::default(), TTL),
            answer: None,
            renewing: None,
            memory: Vec::new(),
            appending: None,
            early: None,
        }
    }

    fn read(&mut self, found: Found) {
        match found {
            Found::Checkpoint(_) => {}
            Found::Pieces(pieces) => self.memory.extend(pieces.into_iter().flatten()),
            Found::Slots(slots) => {
                let changes = slots.iter().filter_map(|(_, value)| value.last());
                self.memory.extend(changes);
            }
        }
    }
}

/// A node's key is put under a new lease.
fn join(etcd: &mut Twin) -> LeaseId {
    let lease = etcd.grant(TTL);
    let put = Act::Put {
        key: keys().cluster().node(lease),
        value: Bytes::new(),
        lease: Some(lease),
    };
    let txn = Txn {
        then: vec![put],
        ..Txn::default()
    };
    etcd.txn(&txn).expect("there is such a lease");
    lease
}

/// `false`: it has happened often enough.
fn spend(left: &mut u8) -> bool {
    let less = left.checked_sub(1);
    *left = less.unwrap_or_default();
    less.is_some()
}
