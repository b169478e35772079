//! etcd in the hands of a node that is not honest.
//!
//! Whatever these hands do besides, and also if they are honest: what they tell of the roster is old. Nothing that is safe may
//! depend on news of it, and a node that is deposed has the time to do what its fault lets it do.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use seatlock::cluster::store::{
    Action, Condition, Done, Keys, LeaseId, Revision, Store, StoreError, Txn,
};
use tokio::{
    sync::{
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
        watch,
    },
    time::{Instant, sleep, sleep_until},
};

use super::sabotage::Sabotage;

/// How long after its acknowledgement an append is sent at the earliest.
const LATE: Duration = Duration::from_millis(50);

/// How old what is told of the roster is.
const NEWS_LATE: Duration = Duration::from_secs(2);

/// How many times as long as it does a lease is said to last: also if it is renewed that much more rarely, it is long over
/// before its node takes it to be.
const TIMES_AS_LONG: u32 = 10;

/// In how many parts of its time a lease is renewed in truth.
const RENEWALS: u32 = 4;

/// How the keys of the whole roster, of owners, of shards and of a shard's log are told from all others.
const ROSTER: &[u8] = b"/roster/";
const OWNERS: &[u8] = b"/roster/owners/";
const SHARDS: &[u8] = b"/shards/";
const LOG: &[u8] = b"/log/";

/// The digits of a shard's number in a key.
type Shard = [u8; 4];

/// See the module.
pub(super) struct Crooked<S> {
    store: Arc<S>,
    sabotage: Sabotage,
    /// Appends that were acknowledged, and are still to be sent.
    promised: Mutex<HashMap<Shard, Promised>>,
}

/// Those of one shard.
struct Promised {
    send: UnboundedSender<(Instant, Txn)>,
    /// How many there are.
    count: watch::Sender<usize>,
}

impl<S: Store> Crooked<S> {
    /// `store`, in the hands of `sabotage`.
    pub(super) fn new(store: Arc<S>, sabotage: Sabotage) -> Self {
        Self {
            store,
            sabotage,
            promised: Mutex::default(),
        }
    }

    fn with_promised<T>(&self, shard: Shard, act: impl FnOnce(&Promised) -> T) -> T {
        let mut all = self.promised.lock().unwrap_or_else(PoisonError::into_inner);
        act(all
            .entry(shard)
            .or_insert_with(|| Promised::to(&self.store)))
    }

    /// Says that an append is done, and leaves it to be sent later.
    fn promise(&self, shard: Shard, txn: Txn) -> Done {
        let found = vec![Vec::new(); txn.then.len()];
        self.with_promised(shard, |promised| {
            promised.count.send_modify(|count| *count += 1);
            // If nobody takes it any more, what was promised is lost: that is the fault.
            let _ = promised.send.send((Instant::now(), txn));
        });
        Done {
            held: true,
            revision: Revision::MISSING,
            found,
        }
    }

    /// Nothing else overtakes what was promised, so that only who crashes has promised too much.
    async fn keep_promises(&self, shard: Shard) {
        let mut count = self.with_promised(shard, |promised| promised.count.subscribe());
        // It fails when the sender is gone, and with it whoever was promised something.
        let _ = count.wait_for(|count| *count == 0).await;
    }
}

impl Promised {
    fn to<S: Store>(store: &Arc<S>) -> Self {
        let (send, taken) = unbounded_channel();
        let count = watch::Sender::new(0);
        tokio::spawn(send_late(Arc::clone(store), taken, count.clone()));
        Self { send, count }
    }
}

impl<S: Store> Store for Crooked<S> {
    async fn txn(&self, mut txn: Txn) -> Result<Done, StoreError> {
        match (self.sabotage, shard_of(&txn)) {
            (Sabotage::NoTermCompare, _) => txn.when.retain(|condition| !is_of_term(condition)),
            (Sabotage::AcknowledgeBeforeCommit, Some(shard)) => {
                if is_append(&txn) {
                    return Ok(self.promise(shard, txn));
                }
                self.keep_promises(shard).await;
            }
            _ => {}
        }
        let is_news = asks_for_roster(&txn);
        let done = self.store.txn(txn).await;
        if is_news {
            sleep(NEWS_LATE).await;
        }
        done
    }

    async fn grant(&self, ttl: Duration) -> Result<LeaseId, StoreError> {
        let lease = self.store.grant(ttl).await?;
        if self.sabotage == Sabotage::ServeAfterLeaseEnd {
            tokio::spawn(renew_in_truth(Arc::clone(&self.store), lease, ttl));
        }
        Ok(lease)
    }

    async fn renew(&self, lease: LeaseId) -> Result<Duration, StoreError> {
        let ttl = self.store.renew(lease).await?;
        Ok(if self.sabotage == Sabotage::ServeAfterLeaseEnd {
            ttl * TIMES_AS_LONG
        } else {
            ttl
        })
    }

    async fn revoke(&self, lease: LeaseId) -> Result<(), StoreError> {
        self.store.revoke(lease).await
    }

    async fn changed(&self, keys: Keys, since: Revision) -> Result<(), StoreError> {
        self.store.changed(keys, since).await
    }
}

/// Whether it reads the whole roster.
fn asks_for_roster(txn: &Txn) -> bool {
    matches!(&txn.then[..], [Action::Get(keys, _)] if keys.from.ends_with(ROSTER))
}

/// Whether it asks for the revision of an owner's key: in a fenced transaction that is the term.
fn is_of_term(condition: &Condition) -> bool {
    matches!(condition, Condition::WrittenAt(key, at) if *at != Revision::MISSING && has(key, OWNERS))
}

/// Whether it puts a slot of a log, behind another.
fn is_append(txn: &Txn) -> bool {
    let puts_slot = |action: &Action| matches!(action, Action::Put { key, .. } if has(key, LOG));
    let is_behind =
        |condition: &Condition| matches!(condition, Condition::Exists(key) if has(key, LOG));
    txn.then.iter().any(puts_slot) && txn.when.iter().any(is_behind)
}

fn has(key: &[u8], part: &[u8]) -> bool {
    behind(key, part).is_some()
}

/// What comes behind a part of a key.
fn behind<'k>(key: &'k [u8], part: &[u8]) -> Option<&'k [u8]> {
    let at = key.windows(part.len()).position(|window| window == part)?;
    Some(&key[at + part.len()..])
}

/// The shard that a transaction is about, by its first condition: that is about the owner.
fn shard_of(txn: &Txn) -> Option<Shard> {
    let (Condition::WrittenAt(key, _) | Condition::Exists(key)) = txn.when.first()?;
    let number = behind(key, OWNERS).or_else(|| behind(key, SHARDS))?;
    number.first_chunk().copied()
}

/// Sends what was promised, in order.
async fn send_late<S: Store>(
    store: Arc<S>,
    mut taken: UnboundedReceiver<(Instant, Txn)>,
    count: watch::Sender<usize>,
) {
    while let Some((at, txn)) = taken.recv().await {
        sleep_until(at + LATE).await;
        // Only an answer ends it, whatever that is: nobody waits for how it went.
        while let Err(StoreError::Unknown(_) | StoreError::Refused(_)) =
            store.txn(txn.clone()).await
        {
            sleep(LATE).await;
        }
        count.send_modify(|count| *count -= 1);
    }
}

/// A lease that its node believes to last so long has to be renewed all the same: it is only later that it should be wrong.
async fn renew_in_truth<S: Store>(store: Arc<S>, lease: LeaseId, ttl: Duration) {
    loop {
        sleep(ttl / RENEWALS).await;
        if let Err(StoreError::Impossible(_)) = store.renew(lease).await {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use seatlock::cluster::{keys::ClusterKeys, roster::Roster, twin::TwinStore};

    use super::*;

    const OWNER: &str = "/s/0/roster/owners/0001";

    fn put(key: &str) -> Action {
        Action::Put {
            key: Bytes::copy_from_slice(key.as_bytes()),
            value: Bytes::from_static(b"x"),
            lease: None,
        }
    }

    fn append(term: Revision) -> Txn {
        Txn {
            when: vec![
                Condition::WrittenAt(OWNER.into(), term),
                Condition::WrittenAt("/s/0/shards/0001/log/2".into(), Revision::MISSING),
                Condition::Exists("/s/0/shards/0001/log/1".into()),
            ],
            then: vec![put("/s/0/shards/0001/log/2")],
            otherwise: Vec::new(),
        }
    }

    async fn store() -> (Arc<TwinStore>, Revision) {
        let store = Arc::new(TwinStore::reliable());
        let puts = vec![put(OWNER), put("/s/0/shards/0001/log/1")];
        let txn = Txn {
            then: puts,
            ..Txn::default()
        };
        let revision = store.txn(txn).await.expect("it is reliable").revision;
        (store, revision)
    }

    #[test]
    fn only_who_reads_the_whole_roster_hears_it_late() {
        assert!(asks_for_roster(&Roster::ask(&ClusterKeys::new("/s", 0))));
        assert!(!asks_for_roster(&append(Revision::new(7))));
    }

    #[tokio::test]
    async fn a_deposed_owner_appends_only_without_the_compare() {
        let (store, term) = store().await;
        let old = Revision::new(term.get() + 7);
        let honest = Crooked::new(Arc::clone(&store), Sabotage::None);
        assert!(!honest.txn(append(old)).await.expect("an answer").held);
        let crooked = Crooked::new(store, Sabotage::NoTermCompare);
        assert!(crooked.txn(append(old)).await.expect("an answer").held);
    }

    #[tokio::test]
    async fn an_append_is_acknowledged_that_is_never_made() {
        let (store, term) = store().await;
        let crooked = Crooked::new(Arc::clone(&store), Sabotage::AcknowledgeBeforeCommit);
        let old = Revision::new(term.get() + 7);
        assert!(crooked.txn(append(old)).await.expect("an answer").held);
        let other = Txn {
            when: vec![Condition::WrittenAt(OWNER.into(), old)],
            ..Txn::default()
        };
        assert!(!crooked.txn(other).await.expect("an answer").held);
        let count = crooked.with_promised(*b"0001", |promised| *promised.count.borrow());
        assert_eq!(count, 0, "it was sent before the other");
        let there = store.with(|twin| twin.range(&Keys::one("/s/0/shards/0001/log/2")).count());
        assert_eq!(there, 0);
    }

    #[tokio::test]
    async fn a_lease_is_said_to_last_longer_than_it_does() {
        let (store, _) = store().await;
        let crooked = Crooked::new(store, Sabotage::ServeAfterLeaseEnd);
        let lease = crooked
            .grant(Duration::from_secs(5))
            .await
            .expect("a lease");
        let said = crooked.renew(lease).await.expect("an answer");
        assert!(said > Duration::from_secs(5), "{said:?}");
    }
}
