//! What is asked of etcd, as values: transactions, what they answer, leases.
//!
//! A [`Store`] is etcd itself or its simulated twin. Whoever decides what to ask makes values and is handed values, so that
//! a model checker can play every order of lost, late and repeated answers.
//!
//! The words are etcd's: a key's revision is that of the transaction which wrote it last (`mod_revision`), and every
//! transaction that writes gets a revision greater than all before it.

use std::{error, fmt, sync::Arc, time::Duration};

use bytes::Bytes;

/// When something was written. [`Revision::MISSING`] is that of a key which is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Revision(u64);

/// A lease: the keys that are put under it go when it is not renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeaseId(i64);

/// Reads and writes that happen at one instant, decided by what is there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Txn {
    /// All of them must hold.
    pub when: Vec<Condition>,
    /// What is done if they do, in order.
    pub then: Vec<Action>,
    /// What is done if one does not.
    pub otherwise: Vec<Action>,
}

/// What must be true of a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Condition {
    /// It was last written at this revision; with [`Revision::MISSING`] it must not be there.
    WrittenAt(Bytes, Revision),
    /// It is there, whenever it was written.
    Exists(Bytes),
}

/// What is done in a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Action {
    /// Writes a key.
    Put {
        /// Which one.
        key: Bytes,
        /// What it is from now on.
        value: Bytes,
        /// It goes with this lease.
        lease: Option<LeaseId>,
    },
    /// Removes the keys of a range.
    Delete(Keys),
    /// Reads the keys of a range in ascending order, at most so many of them.
    Get(Keys, u32),
}

/// Keys: one of them, or those from one up to another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Keys {
    /// The first.
    pub from: Bytes,
    /// The first that is not meant any more. Empty: `from` alone is meant.
    pub until: Bytes,
}

/// How a transaction went.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Done {
    /// Whether all conditions held.
    pub held: bool,
    /// The store's revision after it.
    pub revision: Revision,
    /// What each action found, in order: nothing for one that writes.
    pub found: Vec<Vec<Entry>>,
}

/// A key that is there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Its name.
    pub key: Bytes,
    /// What it is.
    pub value: Bytes,
    /// When it was last written.
    pub revision: Revision,
    /// What it goes with.
    pub lease: Option<LeaseId>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum StoreError {
    /// Nothing was done, and the same may be asked again: the store is full, or takes nothing for now.
    Refused(String),
    /// Nobody knows whether it was done.
    Unknown(String),
    /// It can't be done, and asking again will not help: too large, no permission, no such lease.
    Impossible(String),
}

/// Answers transactions, each at one instant.
pub trait Store: Send + Sync + 'static {
    /// Does a transaction.
    ///
    /// # Errors
    /// [`StoreError`]. After [`StoreError::Unknown`] it may have been done, or may be done later.
    fn txn(&self, txn: Txn) -> impl Future<Output = Result<Done, StoreError>> + Send;

    /// A new lease.
    ///
    /// # Errors
    /// [`StoreError`].
    fn grant(&self, ttl: Duration) -> impl Future<Output = Result<LeaseId, StoreError>> + Send;

    /// Renews a lease: it lasts for the answered time from some moment after this call.
    ///
    /// # Errors
    /// [`StoreError::Impossible`] if it has ended.
    fn renew(&self, lease: LeaseId) -> impl Future<Output = Result<Duration, StoreError>> + Send;

    /// Ends a lease, with the keys that go with it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn revoke(&self, lease: LeaseId) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Returns when one of the keys may have been written or removed after a revision. What has become of them is for a
    /// transaction to say; nothing depends on being told soon, or only if it is so.
    ///
    /// # Errors
    /// [`StoreError`]: there is no telling, so it may have.
    fn changed(
        &self,
        keys: Keys,
        since: Revision,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

impl<S: Store> Store for Arc<S> {
    fn txn(&self, txn: Txn) -> impl Future<Output = Result<Done, StoreError>> + Send {
        S::txn(self, txn)
    }

    fn grant(&self, ttl: Duration) -> impl Future<Output = Result<LeaseId, StoreError>> + Send {
        S::grant(self, ttl)
    }

    fn renew(&self, lease: LeaseId) -> impl Future<Output = Result<Duration, StoreError>> + Send {
        S::renew(self, lease)
    }

    fn revoke(&self, lease: LeaseId) -> impl Future<Output = Result<(), StoreError>> + Send {
        S::revoke(self, lease)
    }

    fn changed(
        &self,
        keys: Keys,
        since: Revision,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        S::changed(self, keys, since)
    }
}

impl Revision {
    /// That of a key which is not there.
    pub const MISSING: Self = Self(0);

    /// As the store has numbered it.
    pub const fn new(revision: u64) -> Self {
        Self(revision)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The one after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl LeaseId {
    /// As the store has numbered it.
    pub const fn new(id: i64) -> Self {
        Self(id)
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl Keys {
    /// One key.
    pub fn one(key: impl Into<Bytes>) -> Self {
        Self {
            from: key.into(),
            until: Bytes::new(),
        }
    }

    /// Those from the first up to, but without, the last.
    pub fn range(from: impl Into<Bytes>, until: impl Into<Bytes>) -> Self {
        Self {
            from: from.into(),
            until: until.into(),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => write!(f, "etcd takes nothing for now: {why}"),
            Self::Unknown(why) => write!(f, "etcd has not answered: {why}"),
            Self::Impossible(why) => write!(f, "etcd can't do it: {why}"),
        }
    }
}

impl error::Error for StoreError {}
