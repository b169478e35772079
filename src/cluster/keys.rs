//! What things are called in the store.
//!
//! ```text
//! /seatlock/{incarnation}/roster/placement             which shard an event belongs to
//! /seatlock/{incarnation}/roster/watchword             what nodes know one another by
//! /seatlock/{incarnation}/roster/nodes/{lease}         a node that is alive: the one key under its lease
//! /seatlock/{incarnation}/roster/owners/{s}            who serves the shard; its revision is the term
//! /seatlock/{incarnation}/shards/{s}/checkpoint        through which slot the snapshot goes
//! /seatlock/{incarnation}/shards/{s}/snap/{n}/{piece}  the snapshot through slot n, in pieces
//! /seatlock/{incarnation}/shards/{s}/log/{n}           the log, slot by slot
//! ```
//!
//! What every node follows lies below one name, the roster, so that it is read at once and nobody who follows it is told of
//! each batch in a log. Numbers are written with as many hexadecimal digits as they can have, so that the order of keys is theirs. The
//! incarnation is new when the store was restored from a backup: its revisions have gone back, and what compares revisions
//! must not meet those of before.

use std::fmt;

use bytes::Bytes;

use super::{
    placement::ShardId,
    store::{Keys, LeaseId},
};

/// A place in a shard's log, counted from zero. Slot zero is written when the shard is founded, and says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Slot(u64);

/// The keys of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClusterKeys {
    root: String,
}

/// The keys of one shard.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ShardKeys {
    cluster: ClusterKeys,
    shard: ShardId,
    root: String,
}

impl Slot {
    /// What a founded shard begins with.
    pub const FOUNDING: Self = Self(0);

    /// The slot with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The one after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The one before it. `None` for the first.
    pub fn before(self) -> Option<Self> {
        self.0.checked_sub(1).map(Self)
    }
}

impl ClusterKeys {
    /// Those of an incarnation, under a prefix such as `/seatlock`.
    pub fn new(prefix: &str, incarnation: u64) -> Self {
        let root = format!("{prefix}/{incarnation:016x}");
        Self { root }
    }

    /// What every node follows: the placement, the nodes that are alive, and the owners.
    pub fn roster(&self) -> Keys {
        below(&format!("{}/roster", self.root))
    }

    /// Which shard an event belongs to.
    pub fn placement(&self) -> Bytes {
        format!("{}/roster/placement", self.root).into()
    }

    /// What nodes know one another by.
    pub fn watchword(&self) -> Bytes {
        format!("{}/roster/watchword", self.root).into()
    }

    /// A node that is alive.
    pub fn node(&self, lease: LeaseId) -> Bytes {
        format!("{}/roster/nodes/{:016x}", self.root, lease.get()).into()
    }

    /// Reads the lease that a node's key names.
    pub fn node_of(&self, key: &[u8]) -> Option<LeaseId> {
        let number = self.number_in(key, "/roster/nodes/")?;
        Some(LeaseId::new(number.cast_signed()))
    }

    /// Reads the shard that an owner's key names.
    pub fn owned_of(&self, key: &[u8]) -> Option<ShardId> {
        let number = self.number_in(key, "/roster/owners/")?;
        u16::try_from(number).ok().map(ShardId::new)
    }

    /// Those of a shard.
    pub fn shard(&self, shard: ShardId) -> ShardKeys {
        ShardKeys {
            cluster: self.clone(),
            shard,
            root: format!("{}/shards/{:04x}", self.root, shard.get()),
        }
    }

    fn owner(&self, shard: ShardId) -> Bytes {
        format!("{}/roster/owners/{:04x}", self.root, shard.get()).into()
    }

    fn number_in(&self, key: &[u8], name: &str) -> Option<u64> {
        let number = key.strip_prefix(self.root.as_bytes())?;
        let number = number.strip_prefix(name.as_bytes())?;
        u64::from_str_radix(str::from_utf8(number).ok()?, 16).ok()
    }
}

impl ShardKeys {
    /// Those of the cluster that it is part of.
    pub fn cluster(&self) -> &ClusterKeys {
        &self.cluster
    }

    /// Who serves the shard.
    pub fn owner(&self) -> Bytes {
        self.cluster.owner(self.shard)
    }

    /// Through which slot the snapshot goes.
    pub fn checkpoint(&self) -> Bytes {
        format!("{}/checkpoint", self.root).into()
    }

    /// A slot of the log.
    pub fn slot(&self, slot: Slot) -> Bytes {
        format!("{}/log/{:016x}", self.root, slot.0).into()
    }

    /// The log from a slot on.
    pub fn log_from(&self, slot: Slot) -> Keys {
        Keys::range(self.slot(slot), below(&format!("{}/log", self.root)).until)
    }

    /// The log up to, but without, a slot.
    pub fn log_before(&self, slot: Slot) -> Keys {
        Keys::range(self.slot(Slot::FOUNDING), self.slot(slot))
    }

    /// Reads the slot that a key of the log names.
    pub fn slot_of(&self, key: &[u8]) -> Option<Slot> {
        let name = key
            .strip_prefix(self.root.as_bytes())?
            .strip_prefix(b"/log/")?;
        let name = str::from_utf8(name).ok()?;
        u64::from_str_radix(name, 16).ok().map(Slot)
    }

    /// A piece of the snapshot that goes through a slot.
    pub fn piece(&self, through: Slot, piece: u32) -> Bytes {
        format!("{}/snap/{:016x}/{piece:08x}", self.root, through.0).into()
    }

    /// The pieces of that snapshot from one on.
    pub fn pieces_from(&self, through: Slot, piece: u32) -> Keys {
        let all = below(&format!("{}/snap/{:016x}", self.root, through.0));
        Keys::range(self.piece(through, piece), all.until)
    }

    /// The snapshots that go less far.
    pub fn snapshots_before(&self, through: Slot) -> Keys {
        let name = |slot: u64| format!("{}/snap/{slot:016x}", self.root);
        Keys::range(name(0), name(through.0))
    }
}

/// The keys whose names go on with a slash behind this one.
fn below(name: &str) -> Keys {
    // What comes after all of them: the byte after the slash.
    Keys::range(format!("{name}/"), format!("{name}0"))
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "slot {}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard() -> ShardKeys {
        ClusterKeys::new("/seatlock", 7).shard(ShardId::new(10))
    }

    fn is_in(key: &Bytes, keys: &Keys) -> bool {
        keys.from <= *key && *key < keys.until
    }

    #[test]
    fn names_are_as_the_table_has_them() {
        let keys = shard();
        let names = [
            keys.cluster().placement(),
            keys.cluster().node(LeaseId::new(0x1234)),
            keys.owner(),
            keys.checkpoint(),
            keys.piece(Slot(31), 2),
            keys.slot(Slot(32)),
        ];
        let root = "/seatlock/0000000000000007";
        let expected = [
            "/roster/placement",
            "/roster/nodes/0000000000001234",
            "/roster/owners/000a",
            "/shards/000a/checkpoint",
            "/shards/000a/snap/000000000000001f/00000002",
            "/shards/000a/log/0000000000000020",
        ];
        assert_eq!(names, expected.map(|name| format!("{root}{name}")));
    }

    #[test]
    fn the_order_of_slots_is_that_of_their_keys() {
        let keys = shard();
        let slots = [0, 1, 9, 10, 15, 16, 255, 256, 1 << 40, u64::MAX].map(Slot);
        for pair in slots.windows(2) {
            assert!(keys.slot(pair[0]) < keys.slot(pair[1]));
        }
        for slot in slots {
            assert_eq!(keys.slot_of(&keys.slot(slot)), Some(slot));
            assert!(is_in(&keys.slot(slot), &keys.log_from(Slot(0))));
            assert_eq!(
                is_in(&keys.slot(slot), &keys.log_before(Slot(16))),
                slot.0 < 16
            );
            assert_eq!(
                is_in(&keys.piece(slot, 3), &keys.snapshots_before(Slot(16))),
                slot.0 < 16
            );
            for piece in [0, 2, 3, 4, u32::MAX] {
                assert_eq!(
                    is_in(&keys.piece(slot, piece), &keys.pieces_from(Slot(16), 3)),
                    slot.0 == 16 && piece >= 3
                );
            }
        }
    }

    #[test]
    fn what_is_meant_of_one_shard_is_of_no_other() {
        let other = ClusterKeys::new("/seatlock", 7).shard(ShardId::new(11));
        for key in [
            other.slot(Slot(3)),
            shard().owner(),
            shard().piece(Slot(0), 0),
        ] {
            assert!(!is_in(&key, &shard().log_from(Slot(0))));
            assert_eq!(shard().slot_of(&key), None);
        }
    }

    #[test]
    fn the_roster_is_what_every_node_follows_and_no_more() {
        let (keys, shard) = (ClusterKeys::new("/seatlock", 7), shard());
        let lease = LeaseId::new(-1);
        for key in [keys.placement(), keys.node(lease), shard.owner()] {
            assert!(is_in(&key, &keys.roster()));
        }
        assert!(!is_in(&shard.slot(Slot(3)), &keys.roster()));
        assert_eq!(keys.node_of(&keys.node(lease)), Some(lease));
        assert_eq!(keys.owned_of(&shard.owner()), Some(ShardId::new(10)));
        assert_eq!(keys.owned_of(&keys.node(lease)), None);
        assert_eq!(keys.node_of(&shard.owner()), None);
    }
}
