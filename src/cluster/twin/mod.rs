//! etcd's simulated twin: what it has is a value, and a transaction makes the next one of it.
//!
//! What matters of etcd is here as its documentation and its code have it: revisions, conditions, leases, and what it refuses.
//! `tests/cluster` has a table of cases that both must pass. There is no clock: a lease ends when somebody says so, which
//! etcd does no earlier than its time to live after it was renewed.
//!
//! | file | what it is |
//! |---|---|
//! | `wire` | a store whose answers are lost, late or refused, as a seed says |

mod wire;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use bytes::Bytes;

use super::store::{Action, Condition, Done, Entry, Keys, LeaseId, Revision, StoreError, Txn};

pub use wire::{Mishaps, TwinStore};

/// Operations of a transaction, in each of its three lists, as etcd has it unless told otherwise.
pub const OPERATIONS_MAX: usize = 128;

/// Bytes of a transaction, as etcd has it unless told otherwise.
pub const TXN_BYTES_MAX: usize = 3 << 19;

/// What an etcd has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Twin {
    revision: u64,
    entries: BTreeMap<Bytes, Kept>,
    leases: BTreeMap<LeaseId, Duration>,
    leases_granted: i64,
    is_full: bool,
}

/// What is under a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Kept {
    value: Bytes,
    revision: u64,
    lease: Option<LeaseId>,
}

impl Default for Twin {
    fn default() -> Self {
        Self::new()
    }
}

impl Twin {
    /// One that is empty. As etcd does, it begins with revision 1.
    pub const fn new() -> Self {
        Self {
            revision: 1,
            entries: BTreeMap::new(),
            leases: BTreeMap::new(),
            leases_granted: 0,
            is_full: false,
        }
    }

    /// Does a transaction at one instant.
    ///
    /// # Errors
    /// [`StoreError`], never [`StoreError::Unknown`]; nothing has changed then.
    pub fn txn(&mut self, txn: &Txn) -> Result<Done, StoreError> {
        admit(txn)?;
        let lists = [&txn.then, &txn.otherwise];
        let puts = |action: &Action| matches!(action, Action::Put { .. });
        if self.is_full && lists.into_iter().flatten().any(puts) {
            return Err(StoreError::Refused(
                "etcdserver: mvcc: database space exceeded".into(),
            ));
        }
        let held = txn.when.iter().all(|condition| self.holds(condition));
        let actions = if held { &txn.then } else { &txn.otherwise };
        self.admit_leases(actions)?;
        // All of a transaction's writes have one revision, and one that writes nothing has none.
        let next = self.revision + 1;
        let mut has_written = false;
        let mut found = Vec::with_capacity(actions.len());
        for action in actions {
            let entries = self.act(action, next, &mut has_written);
            found.push(entries);
        }
        if has_written {
            self.revision = next;
        }
        Ok(Done {
            held,
            revision: Revision::new(self.revision),
            found,
        })
    }

    /// A new lease.
    pub fn grant(&mut self, ttl: Duration) -> LeaseId {
        self.leases_granted += 1;
        let lease = LeaseId::new(self.leases_granted);
        self.leases.insert(lease, ttl);
        lease
    }

    /// How long a lease lasts from now on.
    ///
    /// # Errors
    /// [`StoreError::Impossible`] if it has ended.
    pub fn renew(&self, lease: LeaseId) -> Result<Duration, StoreError> {
        self.leases.get(&lease).copied().ok_or_else(no_such_lease)
    }

    /// A lease ends, and with it the keys that were put under it.
    ///
    /// # Errors
    /// [`StoreError::Impossible`] if it has ended before.
    pub fn end(&mut self, lease: LeaseId) -> Result<(), StoreError> {
        self.leases.remove(&lease).ok_or_else(no_such_lease)?;
        let before = self.entries.len();
        self.entries.retain(|_, kept| kept.lease != Some(lease));
        self.revision += u64::from(self.entries.len() < before);
        Ok(())
    }

    /// The revision of the last write.
    pub fn revision(&self) -> Revision {
        Revision::new(self.revision)
    }

    /// Whether a lease is there.
    pub fn is_alive(&self, lease: LeaseId) -> bool {
        self.leases.contains_key(&lease)
    }

    /// From now on there is no room for what is put, or there is again.
    pub fn fill(&mut self, is_full: bool) {
        self.is_full = is_full;
    }

    /// What is there, in ascending order.
    pub fn range(&self, keys: &Keys) -> impl Iterator<Item = Entry> {
        let entries = self.entries.range(keys.from.clone()..);
        let entries = entries.take_while(|(key, _)| is_within(key, keys));
        entries.map(|(key, kept)| Entry {
            key: key.clone(),
            value: kept.value.clone(),
            revision: Revision::new(kept.revision),
            lease: kept.lease,
        })
    }

    fn holds(&self, condition: &Condition) -> bool {
        let revision = |key| self.entries.get(key).map_or(0, |kept: &Kept| kept.revision);
        match condition {
            Condition::WrittenAt(key, at) => revision(key) == at.get(),
            Condition::Exists(key) => revision(key) != 0,
        }
    }

    fn act(&mut self, action: &Action, revision: u64, has_written: &mut bool) -> Vec<Entry> {
        match action {
            Action::Put { key, value, lease } => {
                let kept = Kept {
                    value: value.clone(),
                    revision,
                    lease: *lease,
                };
                self.entries.insert(key.clone(), kept);
                *has_written = true;
            }
            Action::Delete(keys) => {
                let gone: Vec<Bytes> = self.range(keys).map(|entry| entry.key).collect();
                *has_written |= !gone.is_empty();
                for key in gone {
                    self.entries.remove(&key);
                }
            }
            Action::Get(keys, most) => return self.range(keys).take(*most as usize).collect(),
        }
        Vec::new()
    }

    fn admit_leases(&self, actions: &[Action]) -> Result<(), StoreError> {
        let mut leases = actions.iter().filter_map(|action| match action {
            Action::Put { lease, .. } => *lease,
            Action::Delete(_) | Action::Get(..) => None,
        });
        if leases.all(|lease| self.is_alive(lease)) {
            Ok(())
        } else {
            Err(no_such_lease())
        }
    }
}

/// What etcd says of any transaction, whatever there is.
fn admit(txn: &Txn) -> Result<(), StoreError> {
    let impossible = |why: &str| Err(StoreError::Impossible(why.into()));
    let counts = [txn.when.len(), txn.then.len(), txn.otherwise.len()];
    if counts.into_iter().any(|count| count > OPERATIONS_MAX) {
        return impossible("etcdserver: too many operations in txn request");
    }
    if bytes(txn) > TXN_BYTES_MAX {
        return impossible("etcdserver: request is too large");
    }
    if [&txn.then, &txn.otherwise]
        .into_iter()
        .any(|actions| is_written_twice(actions))
    {
        return impossible("etcdserver: duplicate key given in txn request");
    }
    Ok(())
}

/// A key is put twice in a list, or put and deleted.
fn is_written_twice(actions: &[Action]) -> bool {
    let keys = actions.iter().filter_map(|action| match action {
        Action::Put { key, .. } => Some(key),
        Action::Delete(_) | Action::Get(..) => None,
    });
    let keys: Vec<&Bytes> = keys.collect();
    let puts: BTreeSet<&Bytes> = keys.iter().copied().collect();
    let is_twice = puts.len() < keys.len();
    let is_deleted = actions.iter().any(|action| match action {
        Action::Delete(keys) => puts.iter().any(|key| is_within(key, keys)),
        Action::Put { .. } | Action::Get(..) => false,
    });
    is_twice || is_deleted
}

fn is_within(key: &Bytes, keys: &Keys) -> bool {
    *key == keys.from && keys.until.is_empty() || *key >= keys.from && *key < keys.until
}

/// About as many as its encoding has.
fn bytes(txn: &Txn) -> usize {
    let condition = |condition: &Condition| match condition {
        Condition::WrittenAt(key, _) | Condition::Exists(key) => key.len(),
    };
    let action = |action: &Action| match action {
        Action::Put { key, value, .. } => key.len() + value.len(),
        Action::Delete(keys) | Action::Get(keys, _) => keys.from.len() + keys.until.len(),
    };
    let actions = txn.then.iter().chain(&txn.otherwise).map(action);
    txn.when.iter().map(condition).chain(actions).sum()
}

fn no_such_lease() -> StoreError {
    StoreError::Impossible("etcdserver: requested lease not found".into())
}
