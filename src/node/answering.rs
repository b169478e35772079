//! A request that has come to this node: answered here, handed on, or sent to whom it is for.

use std::{net::IpAddr, sync::Arc};

use axum::{
    body::{self, Body, Bytes},
    extract::Request,
    http::{HeaderValue, Method, StatusCode, Uri, header::LOCATION, uri::PathAndQuery},
    response::Response,
};
use tokio::time::{Instant, timeout_at};

use super::{
    Node,
    hop::{self, From},
    peers::{self, Errand, Lost},
    served::Served,
    shards::Here,
    target::{Asked, Target},
    view::Drain,
};
use crate::{
    cluster::{owner::Node as Owner, placement::ShardId, store::Store},
    http::{self, Peer, Refusal},
    ids::Lsn,
    limits,
};

/// Times that a request is handed to whoever is said to serve a shard. Twice is enough unless the shard moves all the time.
pub(super) const HOPS_MAX: u32 = 4;

/// A request, as it can be handed on more than once.
pub(super) struct Whole {
    errand: Errand,
    body: Bytes,
    from: From,
    /// The client wants to ask the owner himself.
    wants_to_be_sent: bool,
    does: Does,
    uri: Uri,
    peer: Option<Peer>,
}

/// What a request does at the node that serves its shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    /// What the shard's calls say.
    AsItSays,
    /// It may make an event, for which the shard needs the chart.
    MakesAnEvent,
    /// It pins an event.
    PinsAnEvent,
}

impl<S: Store> Node<S> {
    /// Answers a request.
    pub(super) async fn answer(self: Arc<Self>, mut request: Request) -> Response {
        let roster = self.roster();
        let from = hop::receive(&mut request, roster.watchword());
        let path = request.uri().path();
        match Target::of(request.method(), path, roster.placement()) {
            Target::Nothing => self.elsewhere.call(request).await,
            Target::Events if request.method() == Method::GET => {
                self.all_events(request, from).await
            }
            Target::Events => self.elsewhere.call(request).await,
            Target::Cluster(Asked::View) => self.view(request, from).await,
            Target::Cluster(Asked::Drain) => self.drain(request, Drain::Begin).await,
            Target::Cluster(Asked::Undrain) => self.drain(request, Drain::Undo).await,
            Target::Cluster(Asked::Look(shard)) => self.asked_to_look(shard, request, from),
            Target::Cluster(Asked::Expect(shard)) => self.expect(shard, request, from).await,
            Target::Cluster(Asked::Charts(shard, one)) => {
                self.charts(shard, one, request, from).await
            }
            Target::Cluster(Asked::Stream(shard)) => {
                self.stream_of_shard(shard, request, from).await
            }
            Target::Cluster(Asked::Tell(shard, stream)) => {
                self.tell(shard, stream, request, from).await
            }
            Target::Stream(shard) => self.stream(shard, request, from).await,
            Target::Pin(shard) => self.pin(shard, request, from).await,
            Target::PutChart => self.put_chart(request, from).await,
            Target::PutEvent(shard) => match Whole::of(request, from).await {
                Ok(whole) => self.at(shard, whole.that(Does::MakesAnEvent)).await,
                Err(refused) => refused,
            },
            Target::Shard(shard) => match Whole::of(request, from).await {
                Ok(whole) => self.at(shard, whole).await,
                Err(refused) => refused,
            },
        }
    }

    /// The answer of whoever serves a shard.
    pub(super) async fn at(self: &Arc<Self>, shard: ShardId, whole: Whole) -> Response {
        let deadline = Instant::now() + limits::OWNER_PATIENCE;
        for _ in 0..HOPS_MAX {
            let owner = match self.whose_by(shard, deadline).await {
                Whose::Ours(served) => return self.at_ours(&served, &whole).await,
                Whose::Theirs(owner) => owner,
                Whose::Nobodys => break,
            };
            if let Some(answer) = self.at_theirs(shard, &owner, &whole).await {
                return answer;
            }
        }
        http::refuse(Refusal::NoOwner, &whole.uri)
    }

    async fn at_ours(self: &Arc<Self>, served: &Arc<Served<S>>, whole: &Whole) -> Response {
        match whole.does {
            Does::AsItSays => self.here(served, whole.request()).await,
            Does::MakesAnEvent => self.make_here(served, whole).await,
            Does::PinsAnEvent => self.pin_here(served, whole).await,
        }
    }

    /// Answers what is for a shard that is served here.
    pub(super) async fn here(&self, served: &Arc<Served<S>>, request: Request) -> Response {
        let uri = request.uri().clone();
        let is_change = request.method() != Method::GET && request.method() != Method::HEAD;
        let mut answer = served.app.call(request).await;
        // A change that was answered well is in the store by now, and an event's feed shows only what is: so availability is
        // shown also while nothing can be written.
        let is_of_feed =
            !is_change && uri.path().starts_with("/v1/") && uri.path().ends_with("/seats");
        let is_stored = is_of_feed || is_change && answer.status().is_success();
        if !self.may_be_told(served, is_stored).await {
            let refusal = if is_change {
                Refusal::TookTooLong
            } else {
                Refusal::NoOwner
            };
            answer = http::refuse(refusal, &uri);
        }
        self.sign(answer)
    }

    /// Whether an answer is true of the shard and not only of this node's memory.
    ///
    /// What was read, be it for a refusal, may be of changes that are still on their way to the store: they have to arrive first.
    /// And it was the newest if nobody else can have become the owner by now.
    pub(super) async fn may_be_told(&self, served: &Served<S>, is_stored: bool) -> bool {
        if !is_stored && served.engine.durable(Lsn::NONE).await.is_err() {
            return false;
        }
        served.is_certain(self.config.clock.now())
    }

    /// Says in an answer who has given it.
    pub(super) fn sign(&self, mut answer: Response) -> Response {
        if let Ok(name) = HeaderValue::from_str(&self.config.name) {
            answer.headers_mut().insert(hop::NODE, name);
        }
        answer
    }

    /// Who serves a shard, as far as this node knows.
    pub(super) fn whose(&self, shard: ShardId) -> Whose<S> {
        match self.shards.look(shard) {
            Here::Serving(served) => Whose::Ours(served),
            Here::Changing => Whose::Nobodys,
            Here::Elsewhere(Some(owner)) if !self.is_me(&owner) => Whose::Theirs(owner),
            Here::Elsewhere(_) => match self.roster().present_owner(shard) {
                Some(owner) if !self.is_me(owner) => Whose::Theirs(owner.clone()),
                _ => Whose::Nobodys,
            },
        }
    }

    /// The same, once somebody serves it, or at the deadline.
    pub(super) async fn whose_by(&self, shard: ShardId, deadline: Instant) -> Whose<S> {
        let mut changes = self.shards.changes();
        loop {
            changes.mark_unchanged();
            match self.whose(shard) {
                Whose::Nobodys if timeout_at(deadline, changes.changed()).await.is_ok() => {}
                whose => return whose,
            }
        }
    }

    /// `None`: the one who was asked serves it no more, or never did; nothing was done.
    async fn at_theirs(&self, shard: ShardId, owner: &Owner, whole: &Whole) -> Option<Response> {
        if whole.from == From::Node {
            return Some(self.misdirected(owner, shard, &whole.uri));
        }
        if whole.wants_to_be_sent {
            return Some(sent_to(owner, &whole.errand.path, &whole.uri));
        }
        self.counts.forwarded.add();
        let body = Body::from(whole.body.clone());
        match self.peers.ask(owner, &whole.errand, body).await {
            Ok(answer) if answer.status() == StatusCode::MISDIRECTED_REQUEST => {
                let by = hop::named_owner(answer.headers());
                self.heard_of(shard, owner, by);
                None
            }
            Ok(answer) => Some(answer),
            Err(Lost::Unreached) => {
                self.look_again.notify_one();
                Some(http::refuse(Refusal::NoOwner, &whole.uri))
            }
            Err(Lost::Unanswered) => Some(http::refuse(Refusal::TookTooLong, &whole.uri)),
        }
    }

    /// The node that was asked has named another one, or nobody.
    pub(super) fn heard_of(&self, shard: ShardId, asked: &Owner, by: Option<(Owner, ShardId)>) {
        match by {
            // It may know that the event is in another shard, which this node does not.
            Some((owner, of)) if of == shard && owner != *asked => self.shards.hint(shard, owner),
            _ => self.look_again.notify_one(),
        }
    }

    pub(super) fn misdirected(&self, owner: &Owner, shard: ShardId, uri: &Uri) -> Response {
        let mut answer = http::refuse(Refusal::Misdirected, uri);
        hop::name_owner(answer.headers_mut(), owner, shard);
        self.sign(answer)
    }

    fn is_me(&self, node: &Owner) -> bool {
        node.lease == self.membership.living().lease()
    }
}

/// Who serves a shard.
pub(super) enum Whose<S: Store> {
    Ours(Arc<Served<S>>),
    Theirs(Owner),
    Nobodys,
}

impl Whole {
    /// Takes a request in.
    ///
    /// # Errors
    /// The answer to one whose body is too long.
    pub(super) async fn of(request: Request, from: From) -> Result<Self, Response> {
        let (head, body) = request.into_parts();
        // The server bounds it, but for charts, which may be long.
        let body = body::to_bytes(body, limits::CHART_BYTES_MAX).await;
        let body = body.map_err(|_broken| http::refuse(Refusal::BodyTooLong, &head.uri))?;
        let peer = head.extensions.get::<Peer>().copied();
        let path = head.uri.path_and_query().cloned();
        let wants_to_be_sent = http::prefers(&head.headers, "redirect");
        Ok(Self {
            errand: Errand {
                method: head.method,
                path: path.unwrap_or_else(|| PathAndQuery::from_static("/")),
                headers: head.headers,
                client: peer.map(|Peer(address)| address.ip()),
            },
            body,
            from,
            wants_to_be_sent,
            does: Does::AsItSays,
            uri: head.uri,
            peer,
        })
    }

    pub(super) fn that(mut self, does: Does) -> Self {
        self.does = does;
        self
    }

    /// The request, for the calls of this node.
    pub(super) fn request(&self) -> Request {
        let mut request = Request::new(Body::from(self.body.clone()));
        *request.method_mut() = self.errand.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.errand.headers.clone();
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(peer);
        }
        request
    }

    pub(super) fn errand(&self) -> &Errand {
        &self.errand
    }

    pub(super) fn body(&self) -> &Bytes {
        &self.body
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    pub(super) fn is_from_a_node(&self) -> bool {
        self.from == From::Node
    }

    pub(super) fn is_to_be_sent(&self) -> bool {
        self.wants_to_be_sent
    }

    pub(super) fn client(&self) -> Option<IpAddr> {
        self.errand.client
    }

    /// The same asker asks for something else.
    pub(super) fn asks_for(&self, method: Method, path: PathAndQuery) -> Self {
        let mut headers = self.errand.headers.clone();
        for name in OF_THE_BODY {
            headers.remove(name);
        }
        Self {
            uri: Uri::from(path.clone()),
            errand: Errand {
                method,
                path,
                headers,
                client: self.errand.client,
            },
            body: Bytes::new(),
            from: From::Client,
            wants_to_be_sent: false,
            does: Does::AsItSays,
            peer: self.peer,
        }
    }
}

/// Headers that say something about a body, or hang on the request itself.
const OF_THE_BODY: [&str; 7] = [
    "content-type",
    "content-length",
    "content-encoding",
    "idempotency-key",
    "accept",
    "accept-encoding",
    "if-none-match",
];

fn sent_to(owner: &Owner, path: &PathAndQuery, uri: &Uri) -> Response {
    let there = peers::uri(&owner.address, path);
    let location = there.and_then(|there| HeaderValue::try_from(there.to_string()).ok());
    let Some(location) = location else {
        return http::refuse(Refusal::NoOwner, uri);
    };
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    answer.headers_mut().insert(LOCATION, location);
    answer
}
