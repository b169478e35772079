//! An event gets a shard of its own: `PUT /v1/cluster/pins/{event}`, at the node that serves the event's shard.
//!
//! Why it is that node, and what it has to look at, is said in [`crate::cluster::pinning`]. Nobody makes an event of the shard
//! ([`Node::make_here`]) while one of it is pinned, until it is known what has become of that, however long etcd says nothing.

use std::sync::Arc;

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use tokio::{
    sync::OwnedRwLockWriteGuard,
    time::{sleep, timeout},
};
use tracing::{info, warn};

use super::{
    Node,
    answering::{Does, Whole},
    hop::From,
    served::Served,
    shards::Here,
    steward::PAUSE,
    target::{self, Target},
};
use crate::{
    access::key::Role,
    cluster::{
        owner::Term,
        pinning::Pinning,
        placement::ShardId,
        store::{Store, StoreError},
    },
    event::Name,
    http::{
        self, Refusal,
        v1::cluster::{self, Pinned, Unpinned},
    },
    limits,
};

/// Held by whoever pins an event of a shard.
type NobodyMakes = OwnedRwLockWriteGuard<()>;

/// What came of it.
#[derive(Debug)]
enum Came {
    /// The event has this shard.
    Is(ShardId),
    /// Nothing was done.
    Not(Unpinned),
    /// Nothing was done: this node does not serve the shard any more, or etcd takes nothing.
    NotHere,
}

impl<S: Store> Node<S> {
    /// Hands the request to the owner of the event's shard.
    pub(super) async fn pin(
        self: &Arc<Self>,
        shard: ShardId,
        request: Request,
        from: From,
    ) -> Response {
        match Whole::of(request, from).await {
            Ok(whole) => self.at(shard, whole.that(Does::PinsAnEvent)).await,
            Err(refused) => refused,
        }
    }

    /// Pins an event of a shard that is served here.
    pub(super) async fn pin_here(
        self: &Arc<Self>,
        served: &Arc<Served<S>>,
        whole: &Whole,
    ) -> Response {
        if let Err(denied) = self.let_in(whole, Role::Admin) {
            return denied.into_response();
        }
        let name = match target::pinned(whole.uri().path()) {
            Ok(name) if name.as_str() == target::SMALL => {
                return self.sign(cluster::unpinned(Unpinned::IsDefault));
            }
            Ok(name) => name,
            Err(error) => return self.sign(cluster::unpinned(Unpinned::NoName(error))),
        };
        let guarded = timeout(limits::OWNER_PATIENCE, served.nobody_makes()).await;
        let Ok(guard) = guarded else {
            return http::refuse(Refusal::NoOwner, whole.uri());
        };
        let was = self.roster().placement().shard_of(name.as_str());
        let (node, served) = (Arc::clone(self), Arc::clone(served));
        // Whoever asks may go away: the guard may not, before it is known what was done.
        let pinning = self
            .runtime
            .spawn(node.pin_guarded(served, name.clone(), guard));
        match timeout(limits::ANSWER_TIMEOUT, pinning).await {
            Ok(Ok(Came::Is(shard))) => {
                let pinned = Pinned {
                    event: name.as_str().to_owned(),
                    shard: shard.get(),
                };
                self.sign(cluster::pinned(&pinned, shard != was))
            }
            Ok(Ok(Came::Not(why))) => self.sign(cluster::unpinned(why)),
            Ok(Ok(Came::NotHere)) => http::refuse(Refusal::NoOwner, whole.uri()),
            Ok(Err(_)) | Err(_) => http::refuse(Refusal::TookTooLong, whole.uri()),
        }
    }

    /// Makes an event of a shard that is served here, while nobody pins it.
    pub(super) async fn make_here(
        self: &Arc<Self>,
        served: &Arc<Served<S>>,
        whole: &Whole,
    ) -> Response {
        let guarded = timeout(limits::OWNER_PATIENCE, served.nobody_pins()).await;
        let Ok(_guard) = guarded else {
            return http::refuse(Refusal::NoOwner, whole.uri());
        };
        let (errand, roster) = (whole.errand(), self.roster());
        let target = Target::of(&errand.method, whole.uri().path(), roster.placement());
        if target != Target::PutEvent(served.shard) {
            // It was pinned while this waited.
            return http::refuse(Refusal::NoOwner, whole.uri());
        }
        if served.shard != target::CHARTS
            && let Err(refused) = self.bring_chart(served, whole).await
        {
            return refused;
        }
        self.here(served, whole.request()).await
    }

    async fn pin_guarded(
        self: Arc<Self>,
        served: Arc<Served<S>>,
        name: Name,
        _guard: NobodyMakes,
    ) -> Came {
        let shard = served.shard;
        let looked_in = match self.look_whether_made(served, &name).await {
            Ok(term) => term,
            Err(came) => return came,
        };
        let mut is_in_doubt = false;
        loop {
            let txn = match Pinning::of(name.as_str(), &self.roster(), &self.keys, looked_in) {
                Pinning::Ask(txn) => txn,
                Pinning::Is(own) => {
                    info!(event = %name, shard = %own, "the event has a shard of its own");
                    self.look_again.notify_one();
                    return Came::Is(own);
                }
                Pinning::Full => return Came::Not(Unpinned::Full),
                // What was asked for in that term can't be done any more.
                Pinning::Deposed => return Came::NotHere,
            };
            if let Err(error) = self.store.txn(txn).await {
                warn!(%shard, event = %name, %error, "the event is not pinned yet");
                is_in_doubt |= matches!(error, StoreError::Unknown(_));
                if !is_in_doubt {
                    return Came::NotHere;
                }
                sleep(PAUSE).await;
            }
            while let Err(error) = self.read_roster().await {
                warn!(%shard, error, "the roster can't be read");
                sleep(PAUSE).await;
            }
        }
    }

    /// In which term the event was not made.
    async fn look_whether_made(&self, served: Arc<Served<S>>, name: &Name) -> Result<Term, Came> {
        if self.read_roster().await.is_err() {
            return Err(Came::NotHere);
        }
        // The term is read first. If this service of the shard goes on after that, it began in that term or before.
        let roster = self.roster();
        let here = self.shards.look(served.shard);
        let goes_on = matches!(here, Here::Serving(now) if Arc::ptr_eq(&now, &served));
        let me = self.membership.living().lease();
        let owner = roster.owner(served.shard);
        let mine = owner.filter(|(owner, _)| goes_on && owner.node.lease == me);
        let Some((_, term)) = mine else {
            return Err(Came::NotHere);
        };
        let is_made = served.engine.entry(name.as_str()).is_some();
        if is_made && roster.placement().pinned_to(served.shard).is_none() {
            return Err(Came::Not(Unpinned::IsMade));
        }
        Ok(*term)
    }
}
