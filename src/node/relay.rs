//! Streams of events that another node serves: followed once, whoever asks this node for them, and passed on to all.
//!
//! Each shard of which somebody follows an event here has one stream to its owner ([`super::following`]). What comes is put into
//! a feed of its event as it is ([`Feed::relay`]), which the clients follow as they would follow the owner's. When an event moves
//! or the owner has gone, the clients' streams end as well; they come again, as browsers do by themselves, and are told to take a
//! new snapshot.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    body::Body,
    extract::Request,
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
};
use tokio::{
    sync::Mutex as AsyncMutex,
    time::{Instant, timeout},
};
use tracing::debug;

use super::{
    Node,
    answering::{HOPS_MAX, Whole, Whose},
    following::{Following, Stage},
    hop::{self, From},
    peers::Errand,
    target,
    telling::{NO_SUCH_STREAM, STREAM},
    upstream::Upstream,
};
use crate::{
    access::key::Role,
    cluster::{owner::Node as Owner, placement::ShardId, store::Store},
    event::Name,
    feed::Feed,
    http::{self, Refusal},
    limits,
};

/// The streams to other nodes, by shard.
#[derive(Default)]
pub(super) struct Relays(Mutex<HashMap<ShardId, Lane>>);

/// There are no more of them than shards.
#[derive(Default)]
struct Lane {
    open: Option<Arc<Following>>,
    /// Whoever wants to open a stream waits for the one before.
    turn: Arc<AsyncMutex<()>>,
}

/// Why there is no feed of an event.
enum Missed {
    /// It is another's, or the stream has ended: whoever looks again may find it.
    Moved,
    /// The owner was not reached.
    Lost,
    /// The owner's answer.
    Refused(Response),
}

impl<S: Store> Node<S> {
    /// `GET /v1/events/{event}/stream`
    pub(super) async fn stream(
        self: &Arc<Self>,
        shard: ShardId,
        request: Request,
        from: From,
    ) -> Response {
        let whole = match Whole::of(request, from).await {
            Ok(whole) => whole,
            Err(refused) => return refused,
        };
        let is_ours = matches!(self.whose(shard), Whose::Ours(_));
        let name = event_of(whole.uri().path());
        let Some(name) = name.filter(|_| !is_ours && !whole.is_from_a_node()) else {
            return self.at(shard, whole).await;
        };
        if whole.is_to_be_sent() {
            return self.at(shard, whole).await;
        }
        let caller = match self.let_in(&whole, Role::Public) {
            Ok(caller) => caller,
            Err(denied) => return denied.into_response(),
        };
        let followed = timeout(limits::ANSWER_TIMEOUT, self.follow(shard, &name)).await;
        match followed {
            Ok(Ok(feed)) => {
                let (streams, headers) = (&self.config.streams, &whole.errand().headers);
                let opened = streams.open(&feed, caller.client(), headers, whole.uri().query());
                let opened = opened.unwrap_or_else(http::v1::too_many_streams);
                self.sign(opened)
            }
            Ok(Err(Missed::Refused(answer))) => answer,
            // It is this node's by now.
            Ok(Err(Missed::Moved)) if matches!(self.whose(shard), Whose::Ours(_)) => {
                self.at(shard, whole).await
            }
            Ok(Err(Missed::Moved | Missed::Lost)) | Err(_) => {
                http::refuse(Refusal::NoOwner, whole.uri())
            }
        }
    }

    /// The feed of an event that another node serves, wherever it moves meanwhile.
    async fn follow(self: &Arc<Self>, shard: ShardId, name: &Name) -> Result<Arc<Feed>, Missed> {
        let deadline = Instant::now() + limits::OWNER_PATIENCE;
        for _ in 0..HOPS_MAX {
            let Whose::Theirs(owner) = self.whose_by(shard, deadline).await else {
                break;
            };
            match self.follow_at(shard, &owner, name).await {
                Err(Missed::Moved) => {}
                done => return done,
            }
        }
        Err(Missed::Moved)
    }

    async fn follow_at(
        self: &Arc<Self>,
        shard: ShardId,
        owner: &Owner,
        name: &Name,
    ) -> Result<Arc<Feed>, Missed> {
        let following = self.stream_to(shard, owner).await?;
        let claim = following.claim(name).ok_or(Missed::Moved)?;
        let _turn = claim.turn().await;
        if let Stage::Wanted = claim.stage() {
            self.ask_to_tell(Method::PUT, shard, &following, name)
                .await?;
        }
        match claim.begun().await {
            Stage::Told(feed) => Ok(feed),
            Stage::Wanted | Stage::Over => Err(Missed::Moved),
        }
    }

    /// Asks the owner to tell no more of an event that nobody follows here.
    async fn unfollow(&self, shard: ShardId, following: &Arc<Following>, name: &Name) {
        let Some(claim) = following.claim(name) else {
            return;
        };
        let _turn = claim.turn().await;
        if !matches!(claim.stage(), Stage::Told(feed) if feed.followers() == 0) {
            return;
        }
        let asked = async {
            let asked = self.ask_to_tell(Method::DELETE, shard, following, name);
            if asked.await.is_ok() {
                claim.ended().await;
            }
        };
        // Until the stream says so it goes on, and this is tried again.
        if timeout(limits::ANSWER_TIMEOUT, asked).await.is_err() {
            debug!(%shard, %name, "its owner tells of it still");
        }
    }

    /// The stream of a shard, which is opened if there is none to this owner.
    async fn stream_to(
        self: &Arc<Self>,
        shard: ShardId,
        owner: &Owner,
    ) -> Result<Arc<Following>, Missed> {
        if let Some(open) = self.relays.open(shard, owner) {
            return Ok(open);
        }
        let turn = self.relays.turn(shard);
        let _turn = turn.lock().await;
        if let Some(open) = self.relays.open(shard, owner) {
            return Ok(open);
        }
        let path = format!("/v1/cluster/shards/{shard}/stream");
        let answer = self.ask_owner(Method::GET, shard, owner, &path).await?;
        let number = answer.headers().get(STREAM);
        let number = number.and_then(|number| number.to_str().ok()?.parse().ok());
        let following = Arc::new(Following::new(owner.clone(), number.ok_or(Missed::Lost)?));
        self.relays.keep(shard, &following);
        self.read(shard, &following, Upstream::new(answer.into_body()));
        Ok(following)
    }

    fn read(self: &Arc<Self>, shard: ShardId, following: &Arc<Following>, upstream: Upstream) {
        let (node, following) = (Arc::clone(self), Arc::clone(following));
        self.runtime.spawn(async move {
            let unfollow = |name: Name| {
                let (node, following) = (Arc::clone(&node), Arc::clone(&following));
                let runtime = node.runtime.clone();
                runtime.spawn(async move { node.unfollow(shard, &following, &name).await });
            };
            following.read(upstream, unfollow).await;
            node.relays.forget(shard, &following);
        });
    }

    async fn ask_to_tell(
        &self,
        method: Method,
        shard: ShardId,
        following: &Following,
        name: &Name,
    ) -> Result<(), Missed> {
        let number = following.number;
        let path = format!("/v1/cluster/shards/{shard}/stream/{number}/{name}");
        match self.ask_owner(method, shard, &following.owner, &path).await {
            Err(Missed::Refused(answer)) if answer.status() == NO_SUCH_STREAM => {
                // The owner knows that it has ended, and this node doesn't yet.
                following.end();
                Err(Missed::Moved)
            }
            answered => answered.map(drop),
        }
    }

    async fn ask_owner(
        &self,
        method: Method,
        shard: ShardId,
        owner: &Owner,
        path: &str,
    ) -> Result<Response, Missed> {
        let errand = Errand::own(method, path).ok_or(Missed::Lost)?;
        let answer = self.peers.ask(owner, &errand, Body::empty()).await;
        let answer = answer.map_err(|_lost| {
            self.look_again.notify_one();
            Missed::Lost
        })?;
        match answer.status() {
            StatusCode::OK => Ok(answer),
            StatusCode::MISDIRECTED_REQUEST => {
                self.heard_of(shard, owner, hop::named_owner(answer.headers()));
                Err(Missed::Moved)
            }
            _ => Err(Missed::Refused(answer)),
        }
    }
}

/// The event that the path of a stream names. What is no name is none.
fn event_of(path: &str) -> Option<Name> {
    Name::new(&target::plain(path.split('/').nth(3)?)).ok()
}

impl Relays {
    /// How many streams there are.
    pub(super) fn count(&self) -> usize {
        self.all().len()
    }

    /// How many events are followed through them.
    pub(super) fn events(&self) -> usize {
        self.all().iter().map(|open| open.count()).sum()
    }

    /// The stream of a shard to this owner.
    fn open(&self, shard: ShardId, owner: &Owner) -> Option<Arc<Following>> {
        let lanes = self.lanes();
        let open = lanes.get(&shard)?.open.as_ref();
        open.filter(|open| open.owner.lease == owner.lease && !open.has_ended())
            .map(Arc::clone)
    }

    fn turn(&self, shard: ShardId) -> Arc<AsyncMutex<()>> {
        Arc::clone(&self.lanes().entry(shard).or_default().turn)
    }

    /// Keeps the stream of a shard. One to an earlier owner ends.
    fn keep(&self, shard: ShardId, following: &Arc<Following>) {
        let kept = Some(Arc::clone(following));
        let before = std::mem::replace(&mut self.lanes().entry(shard).or_default().open, kept);
        if let Some(before) = before {
            before.end();
        }
    }

    fn forget(&self, shard: ShardId, following: &Arc<Following>) {
        if let Some(lane) = self.lanes().get_mut(&shard) {
            lane.open.take_if(|open| Arc::ptr_eq(open, following));
        }
    }

    fn all(&self) -> Vec<Arc<Following>> {
        let lanes = self.lanes();
        let open = lanes.values().filter_map(|lane| lane.open.as_ref());
        open.map(Arc::clone).collect()
    }

    fn lanes(&self) -> MutexGuard<'_, HashMap<ShardId, Lane>> {
        // Nothing panics while this is locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
