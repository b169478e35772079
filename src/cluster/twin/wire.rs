//! A store whose answers are lost, late or refused, as a seed says.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rand::{RngExt, SeedableRng, rngs::SmallRng};

use tokio::sync::watch;

use super::Twin;
use crate::cluster::store::{Done, Keys, LeaseId, Revision, Store, StoreError, Txn};

/// How often what happens to a transaction, in a thousand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mishaps {
    /// It is done, and nobody is told.
    pub answers_lost: u32,
    /// It is not done, and nobody is told.
    pub requests_lost: u32,
    /// It is done some time after its asker was told that this is unknown, or never.
    pub late: u32,
    /// There is no room for it.
    pub refused: u32,
}

/// A twin that is asked by way of a bad wire. All clones ask the same one.
#[derive(Debug, Clone)]
pub struct TwinStore(Arc<Mutex<Wire>>);

#[derive(Debug)]
struct Wire {
    twin: Twin,
    mishaps: Mishaps,
    chance: SmallRng,
    /// What may still be done.
    late: Vec<Txn>,
    /// Tells those who wait for a change that there may be one.
    writes: watch::Sender<()>,
}

/// What happens to a transaction.
enum Fate {
    Answered,
    AnswerLost,
    RequestLost,
    Late,
    Refused,
}

impl TwinStore {
    /// An empty store and what happens on the way to it.
    pub fn new(seed: u64, mishaps: Mishaps) -> Self {
        Self(Arc::new(Mutex::new(Wire {
            twin: Twin::new(),
            mishaps,
            chance: SmallRng::seed_from_u64(seed),
            late: Vec::new(),
            writes: watch::Sender::new(()),
        })))
    }

    /// A store on a good wire.
    pub fn reliable() -> Self {
        Self::new(0, Mishaps::default())
    }

    /// What happens from now on. What is late already may still be done.
    pub fn mishap(&self, mishaps: Mishaps) {
        self.wire().mishaps = mishaps;
    }

    /// Looks at the twin itself, or changes it behind everybody's back.
    pub fn with<T>(&self, look: impl FnOnce(&mut Twin) -> T) -> T {
        let mut wire = self.wire();
        let before = wire.twin.revision();
        let seen = look(&mut wire.twin);
        if wire.twin.revision() != before {
            wire.writes.send_replace(());
        }
        seen
    }

    /// Does whatever is late, in any order.
    pub fn settle(&self) {
        let mut wire = self.wire();
        while wire.do_late() {}
    }

    fn wire(&self) -> MutexGuard<'_, Wire> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wire {
    fn txn(&mut self, txn: Txn) -> Result<Done, StoreError> {
        while self.chance.random_ratio(1, 4) && self.do_late() {}
        match self.fate() {
            Fate::Answered => return self.twin.txn(&txn),
            Fate::Refused => return Err(StoreError::Refused("there is no room".into())),
            Fate::AnswerLost => {
                let _ = self.twin.txn(&txn);
            }
            Fate::RequestLost => {}
            Fate::Late => self.late.push(txn),
        }
        Err(StoreError::Unknown("no answer has come".into()))
    }

    /// Does one of the transactions that are late. `false`: there is none.
    fn do_late(&mut self) -> bool {
        if self.late.is_empty() {
            return false;
        }
        let place = self.chance.random_range(0..self.late.len());
        let txn = self.late.swap_remove(place);
        let _ = self.twin.txn(&txn);
        true
    }

    fn fate(&mut self) -> Fate {
        let Mishaps {
            answers_lost,
            requests_lost,
            late,
            refused,
        } = self.mishaps;
        let mut drawn = self.chance.random_range(0..1_000);
        let fates = [
            (answers_lost, Fate::AnswerLost),
            (requests_lost, Fate::RequestLost),
            (late, Fate::Late),
            (refused, Fate::Refused),
        ];
        for (share, fate) in fates {
            if drawn < share {
                return fate;
            }
            drawn -= share;
        }
        Fate::Answered
    }
}

impl Store for TwinStore {
    async fn txn(&self, txn: Txn) -> Result<Done, StoreError> {
        let mut wire = self.wire();
        let answer = wire.txn(txn);
        // Something that was late may have been done beside it.
        wire.writes.send_replace(());
        answer
    }

    async fn grant(&self, ttl: Duration) -> Result<LeaseId, StoreError> {
        Ok(self.wire().twin.grant(ttl))
    }

    async fn renew(&self, lease: LeaseId) -> Result<Duration, StoreError> {
        self.wire().twin.renew(lease)
    }

    async fn revoke(&self, lease: LeaseId) -> Result<(), StoreError> {
        self.with(|twin| twin.end(lease))
    }

    /// Whatever is written may be one of the keys.
    async fn changed(&self, _keys: Keys, since: Revision) -> Result<(), StoreError> {
        let mut writes = self.wire().writes.subscribe();
        while self.wire().twin.revision() <= since && writes.changed().await.is_ok() {}
        Ok(())
    }
}
