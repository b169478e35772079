//! How a node is there: the one lease that it lives by, and the key under it.
//!
//! The lease is renewed each third of its time. When it is lost all the same, because the store did not answer for so long,
//! the node gets another one, and takes again what nobody has taken meanwhile ([`super::tenure`]).

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use tokio::time::{sleep, timeout};
use tracing::{info, warn};

use super::{
    keys::ClusterKeys,
    lease::{Liveness, Living},
    member::Member,
    store::{Action, LeaseId, Store, StoreError, Txn},
};
use crate::{clock::Clock, tick::Moment};

/// In how many parts of a lease's time something that was not answered is tried again.
const RETRIES: u32 = 20;

/// In how many parts of a lease's time one renewal has to be answered.
const PATIENCE: u32 = 4;

/// A node that is there.
pub struct Membership<S> {
    store: Arc<S>,
    clock: Arc<dyn Clock>,
    keys: ClusterKeys,
    ttl: Duration,
    member: Mutex<Member>,
    living: Arc<Living>,
}

impl<S: Store> Membership<S> {
    /// Comes to the cluster, under a lease that lasts for `ttl`.
    ///
    /// # Errors
    /// [`StoreError`]: it is not there, or nobody knows.
    pub async fn join(
        store: Arc<S>,
        clock: Arc<dyn Clock>,
        keys: ClusterKeys,
        member: Member,
        ttl: Duration,
    ) -> Result<Self, StoreError> {
        let liveness = enter(&*store, &*clock, &keys, &member, ttl).await?;
        let node = member.under(liveness.lease());
        Ok(Self {
            store,
            clock,
            keys,
            ttl,
            member: Mutex::new(member),
            living: Arc::new(Living::new(node, liveness)),
        })
    }

    /// What it lives by.
    pub fn living(&self) -> &Arc<Living> {
        &self.living
    }

    /// Renews the lease for as long as this is polled.
    pub async fn keep(&self) {
        loop {
            let due = self.living.liveness().renewal_due();
            sleep(self.clock.now().until(due)).await;
            if let Err(error) = self.renew().await {
                warn!(%error, "the node's lease was not renewed");
                sleep(self.ttl / RETRIES).await;
            }
        }
    }

    /// Lets the others know that it is about to leave, or that it stays after all.
    ///
    /// # Errors
    /// [`StoreError`]; it is tried again with the next lease, if there is one.
    pub async fn say_leaving(&self, is_leaving: bool) -> Result<(), StoreError> {
        self.with_member(|member| member.is_leaving = is_leaving);
        let lease = self.living.lease();
        let txn = put_member(&self.keys, &self.member(), lease);
        self.store.txn(txn).await.map(|_done| ())
    }

    /// Leaves. What it owns others may take at once.
    ///
    /// # Errors
    /// [`StoreError`]: then the lease ends by itself.
    pub async fn leave(&self) -> Result<(), StoreError> {
        self.store.revoke(self.living.lease()).await
    }

    async fn renew(&self) -> Result<(), StoreError> {
        let (lease, sent) = (self.living.lease(), self.clock.now());
        let answer = timeout(self.ttl / PATIENCE, self.store.renew(lease)).await;
        match answer {
            Ok(Ok(ttl)) => {
                self.living.renew(sent, ttl);
                Ok(())
            }
            Ok(Err(StoreError::Impossible(_))) => self.enter_again().await,
            Ok(Err(error)) => Err(error),
            Err(_elapsed) => Err(StoreError::Unknown("no answer in time".into())),
        }
    }

    async fn enter_again(&self) -> Result<(), StoreError> {
        let member = self.member();
        let (store, clock) = (&*self.store, &*self.clock);
        let liveness = enter(store, clock, &self.keys, &member, self.ttl).await?;
        info!(
            lease = liveness.lease().get(),
            "the node lives by another lease"
        );
        self.living.live_by(liveness);
        Ok(())
    }

    fn member(&self) -> Member {
        self.with_member(|member| member.clone())
    }

    fn with_member<T>(&self, look: impl FnOnce(&mut Member) -> T) -> T {
        look(&mut self.member.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A lease, and the member's key under it.
async fn enter(
    store: &impl Store,
    clock: &dyn Clock,
    keys: &ClusterKeys,
    member: &Member,
    ttl: Duration,
) -> Result<Liveness, StoreError> {
    let sent: Moment = clock.now();
    let lease = store.grant(ttl).await?;
    store.txn(put_member(keys, member, lease)).await?;
    Ok(Liveness::granted(lease, sent, ttl))
}

fn put_member(keys: &ClusterKeys, member: &Member, lease: LeaseId) -> Txn {
    let put = |key: Bytes, value: Bytes| Action::Put {
        key,
        value,
        lease: Some(lease),
    };
    Txn {
        then: vec![put(keys.node(lease), member.encode())],
        ..Txn::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::ManualClock,
        cluster::{roster::Roster, twin::TwinStore},
    };

    const TTL: Duration = Duration::from_secs(10);

    fn member() -> Member {
        Member {
            name: "a".into(),
            address: "http://a".into(),
            is_leaving: false,
        }
    }

    async fn joined(store: &TwinStore, clock: &ManualClock) -> Membership<TwinStore> {
        let keys = ClusterKeys::new("/test", 1);
        let (store, clock) = (Arc::new(store.clone()), Arc::new(clock.clone()));
        let joined = Membership::join(store, clock, keys, member(), TTL).await;
        joined.expect("the store answers")
    }

    fn said(store: &TwinStore) -> Vec<Member> {
        let keys = ClusterKeys::new("/test", 1).roster();
        let found = store.with(|twin| twin.range(&keys).collect::<Vec<_>>());
        let members = found.iter().map(|entry| Member::decode(&entry.value));
        members.map(|member| member.expect("readable")).collect()
    }

    #[tokio::test]
    async fn a_renewal_counts_from_its_sending() {
        let (store, clock) = (TwinStore::reliable(), ManualClock::new());
        let membership = joined(&store, &clock).await;
        let living = Arc::clone(membership.living());
        clock.advance(TTL / 2);
        assert!(membership.renew().await.is_ok());
        clock.advance(TTL * 8 / 10);
        assert!(living.is_certain_under(living.lease(), clock.now()));
        clock.advance(TTL / 10);
        assert!(!living.is_certain_under(living.lease(), clock.now()));
    }

    #[tokio::test]
    async fn who_has_lost_his_lease_lives_by_another_and_is_still_leaving() {
        let (store, clock) = (TwinStore::reliable(), ManualClock::new());
        let membership = joined(&store, &clock).await;
        assert!(membership.say_leaving(true).await.is_ok());
        let before = membership.living().lease();
        assert!(store.with(|twin| twin.end(before)).is_ok());
        assert_eq!(said(&store), []);
        clock.advance(TTL);
        assert!(membership.renew().await.is_ok());
        let after = membership.living().lease();
        assert_ne!(before, after);
        assert!(membership.living().is_certain_under(after, clock.now()));
        let leaving = Member {
            is_leaving: true,
            ..member()
        };
        assert_eq!(said(&store), [leaving]);
    }

    #[tokio::test]
    async fn who_leaves_is_gone_at_once() {
        let (store, clock) = (TwinStore::reliable(), ManualClock::new());
        let membership = joined(&store, &clock).await;
        assert_eq!(said(&store), [member()]);
        assert!(membership.leave().await.is_ok());
        assert_eq!(said(&store), []);
        let keys = ClusterKeys::new("/test", 1);
        let done = store.txn(Roster::ask(&keys)).await.expect("it answers");
        assert!(Roster::read(&keys, &done).is_err());
    }
}
