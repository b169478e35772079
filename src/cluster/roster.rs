//! The roster: which nodes are there, who owns which shard, and which events belong to it, as they were at one revision.
//!
//! It is read in one transaction, and anew whenever something in it may have changed. Between two readings it is a hint: a
//! request that it sends to the wrong node is answered 421, and what a node writes is fenced by the term.

use std::{collections::BTreeMap, error, fmt};

use bytes::Bytes;

use super::{
    keys::ClusterKeys,
    member::Member,
    owner::{Node, Owner, Term},
    placement::{Placement, ShardId},
    sharing,
    store::{Action, Condition, Done, LeaseId, Revision, Txn},
};
use crate::limits;

/// What was there at one revision.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Roster {
    revision: Revision,
    placement: Placement,
    placed_at: Revision,
    watchword: Watchword,
    nodes: BTreeMap<LeaseId, Member>,
    owners: BTreeMap<ShardId, (Owner, Term)>,
}

/// What nodes of a cluster know one another by. Who can read it in the store can write there as well.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Watchword(Bytes);

/// What can't be read of a roster: a later version has written it, or it is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoRoster {
    /// The cluster was not founded.
    NotFounded,
    /// This key's value.
    Unreadable(String),
}

impl Roster {
    /// Founds the cluster if it is not there.
    pub fn found(keys: &ClusterKeys, placement: &Placement, watchword: &Watchword) -> Txn {
        let put = |key, value| Action::Put {
            key,
            value,
            lease: None,
        };
        Txn {
            when: vec![Condition::WrittenAt(keys.placement(), Revision::MISSING)],
            then: vec![
                put(keys.placement(), placement.encode()),
                put(keys.watchword(), watchword.0.clone()),
            ],
            otherwise: Vec::new(),
        }
    }

    /// Asks for all of it.
    pub fn ask(keys: &ClusterKeys) -> Txn {
        Txn {
            then: vec![Action::Get(keys.roster(), limits::ROSTER_KEYS_MAX)],
            ..Txn::default()
        }
    }

    /// Reads what was answered to [`Roster::ask`].
    ///
    /// # Errors
    /// [`NoRoster`].
    pub fn read(keys: &ClusterKeys, done: &Done) -> Result<Self, NoRoster> {
        let (mut placement, mut watchword) = (None, None);
        let (mut nodes, mut owners) = (BTreeMap::new(), BTreeMap::new());
        for entry in done.found.iter().flatten() {
            let unreadable =
                || NoRoster::Unreadable(String::from_utf8_lossy(&entry.key).into_owned());
            if let Some(lease) = keys.node_of(&entry.key) {
                let member = Member::decode(&entry.value).ok_or_else(unreadable)?;
                nodes.insert(lease, member);
            } else if let Some(shard) = keys.owned_of(&entry.key) {
                let owner = Owner::decode(&entry.value).ok_or_else(unreadable)?;
                owners.insert(shard, (owner, Term::new(entry.revision)));
            } else if entry.key == keys.placement() {
                let read = Placement::decode(&entry.value).ok_or_else(unreadable)?;
                placement = Some((read, entry.revision));
            } else if entry.key == keys.watchword() {
                watchword = Some(Watchword(entry.value.clone()));
            }
        }
        let (placement, placed_at) = placement.ok_or(NoRoster::NotFounded)?;
        Ok(Self {
            revision: done.revision,
            placement,
            placed_at,
            watchword: watchword.ok_or(NoRoster::NotFounded)?,
            nodes,
            owners,
        })
    }

    /// When it was so.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// Which events belong to which shard.
    pub fn placement(&self) -> &Placement {
        &self.placement
    }

    /// When the placement was written.
    pub fn placed_at(&self) -> Revision {
        self.placed_at
    }

    /// What nodes know one another by.
    pub fn watchword(&self) -> &Watchword {
        &self.watchword
    }

    /// The nodes that are there.
    pub fn nodes(&self) -> impl Iterator<Item = (LeaseId, &Member)> {
        self.nodes.iter().map(|(lease, member)| (*lease, member))
    }

    /// Whether the node that lives by a lease is there.
    pub fn has(&self, lease: LeaseId) -> bool {
        self.nodes.contains_key(&lease)
    }

    /// Who owns a shard, and since which term, be he there or not.
    pub fn owner(&self, shard: ShardId) -> Option<&(Owner, Term)> {
        self.owners.get(&shard)
    }

    /// Who owns a shard and is there.
    pub fn present_owner(&self, shard: ShardId) -> Option<&Node> {
        let (owner, _) = self.owner(shard)?;
        self.has(owner.node.lease).then_some(&owner.node)
    }

    /// Whose share a shard is, of the nodes that stay.
    pub fn rightful(&self, shard: ShardId) -> Option<Node> {
        let staying: Vec<Node> = self.staying().collect();
        sharing::rightful(shard, &staying).cloned()
    }

    /// The nodes that are not about to leave.
    fn staying(&self) -> impl Iterator<Item = Node> {
        let staying = self.nodes().filter(|(_, member)| !member.is_leaving);
        staying.map(|(lease, member)| member.under(lease))
    }
}

impl Watchword {
    /// One from 256 random bits.
    pub fn of(secret: [u8; 32]) -> Self {
        let text: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        Self(text.into())
    }

    /// Its bytes, which are text.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Watchword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watchword(..)")
    }
}

impl fmt::Display for NoRoster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFounded => f.write_str("there is no cluster yet"),
            Self::Unreadable(key) => {
                write!(f, "{key} can't be read: has a later version written it?")
            }
        }
    }
}

impl error::Error for NoRoster {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::twin::Twin;

    const LEASE: LeaseId = LeaseId::new(7);

    fn keys() -> ClusterKeys {
        ClusterKeys::new("/test", 1)
    }

    fn read(twin: &mut Twin) -> Result<Roster, NoRoster> {
        let done = twin.txn(&Roster::ask(&keys())).expect("it can be asked");
        Roster::read(&keys(), &done)
    }

    fn put(twin: &mut Twin, key: Bytes, value: Bytes) {
        let put = Action::Put {
            key,
            value,
            lease: None,
        };
        let txn = Txn {
            then: vec![put],
            ..Txn::default()
        };
        let _ = twin.txn(&txn).expect("there is room");
    }

    fn founded() -> Twin {
        let mut twin = Twin::new();
        let placement = Placement::new(4).expect("a valid count");
        let txn = Roster::found(&keys(), &placement, &Watchword::of([7; 32]));
        assert!(twin.txn(&txn).expect("there is room").held);
        twin
    }

    #[test]
    fn a_cluster_is_founded_once() {
        let mut twin = Twin::new();
        assert_eq!(read(&mut twin), Err(NoRoster::NotFounded));
        let mut twin = founded();
        let other = Placement::new(8).expect("a valid count");
        let again = Roster::found(&keys(), &other, &Watchword::of([8; 32]));
        assert!(!twin.txn(&again).expect("it can be asked").held);
        let roster = read(&mut twin).expect("it is founded");
        assert_eq!(roster.placement().shards().count(), 4);
        assert_eq!(roster.watchword().bytes(), "07".repeat(32).as_bytes());
    }

    #[test]
    fn an_owner_who_is_gone_is_an_owner_and_not_present() {
        let mut twin = founded();
        let member = Member {
            name: "a".into(),
            address: "http://a".into(),
            is_leaving: false,
        };
        let owner = Owner {
            node: member.under(LEASE),
            after: Revision::MISSING,
        };
        let shard = ShardId::new(2);
        put(&mut twin, keys().shard(shard).owner(), owner.encode());
        let roster = read(&mut twin).expect("it is founded");
        assert_eq!(roster.owner(shard).map(|(owner, _)| owner), Some(&owner));
        assert_eq!(roster.present_owner(shard), None);
        assert_eq!(roster.rightful(shard), None);
        put(&mut twin, keys().node(LEASE), member.encode());
        let roster = read(&mut twin).expect("it is founded");
        assert_eq!(roster.present_owner(shard), Some(&owner.node));
        assert_eq!(roster.rightful(shard), Some(owner.node));
    }

    #[test]
    fn who_leaves_has_no_share() {
        let mut twin = founded();
        let leaving = Member {
            name: "a".into(),
            address: "http://a".into(),
            is_leaving: true,
        };
        put(&mut twin, keys().node(LEASE), leaving.encode());
        let roster = read(&mut twin).expect("it is founded");
        assert!(roster.has(LEASE));
        assert_eq!(roster.rightful(ShardId::new(0)), None);
    }

    #[test]
    fn what_a_later_version_has_written_is_named() {
        let mut twin = founded();
        let key = keys().node(LEASE);
        put(&mut twin, key.clone(), Bytes::from_static(b"{\"v\":2}"));
        let name = String::from_utf8_lossy(&key).into_owned();
        assert_eq!(read(&mut twin), Err(NoRoster::Unreadable(name)));
    }
}
