//! Streams of events that another node serves: followed once, whoever asks this node for them, and passed on to all.
//!
//! Each event that somebody follows here has one stream to its owner. What comes is put into a feed as it is
//! ([`Feed::relay`]), which the clients follow as they would follow the owner's. When the stream ends, because the owner has
//! gone or the shard has moved, the clients' streams end as well; they come again, as browsers do by themselves, and are told
//! to take a new snapshot.

use std::{
    collections::HashMap,
    str,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    body::Body,
    extract::Request,
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
};
use bytes::{Bytes, BytesMut};
use tokio::time::{Instant, sleep_until, timeout};

use super::{
    Node,
    answering::{Whole, Whose},
    hop::From,
};
use crate::{
    access::key::Role,
    cluster::{owner::Node as Owner, placement::ShardId, store::Store},
    feed::{Feed, Position},
    http::{self, Refusal},
    limits,
};

/// The streams to other nodes, by the path of the event's stream.
#[derive(Debug, Default)]
pub(super) struct Relays(Mutex<HashMap<Box<str>, Arc<Feed>>>);

/// One event of a stream.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Start(Position),
    Seats(Position, Bytes),
    Reset(Position),
    Closed,
    /// A comment, or something that a later version says.
    Nothing,
}

/// A stream to another node, cut into events.
struct Upstream {
    body: Body,
    rest: BytesMut,
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
        let owner = match self.whose(shard) {
            Whose::Theirs(owner) if !whole.is_from_a_node() && !whole.is_to_be_sent() => owner,
            _ => return self.at(shard, whole).await,
        };
        let entered = self.let_in(&whole, Role::Public);
        let caller = match entered {
            Ok(caller) => caller,
            Err(denied) => return denied.into_response(),
        };
        match self.follow(&owner, &whole).await {
            Ok(feed) => {
                let (streams, headers) = (&self.config.streams, &whole.errand().headers);
                let opened = streams.open(&feed, caller.client(), headers, whole.uri().query());
                let opened = opened.unwrap_or_else(http::v1::too_many_streams);
                self.sign(opened)
            }
            Err(refused) => refused,
        }
    }

    /// The feed of an event that another node serves.
    async fn follow(self: &Arc<Self>, owner: &Owner, whole: &Whole) -> Result<Arc<Feed>, Response> {
        let path = whole.uri().path();
        if let Some(feed) = self.relays.get(path) {
            return Ok(feed);
        }
        let (method, stream) = (Method::GET, path.parse());
        let Ok(stream) = stream else {
            return Err(http::refuse(Refusal::NoSuchPath, whole.uri()));
        };
        let asks = whole.asks_for(method, stream);
        let answer = self.peers.ask(owner, asks.errand(), Body::empty()).await;
        let answer = answer.map_err(|_lost| http::refuse(Refusal::NoOwner, whole.uri()))?;
        if answer.status() != StatusCode::OK {
            let is_misled = answer.status() == StatusCode::MISDIRECTED_REQUEST;
            self.look_again.notify_one();
            return Err(if is_misled {
                http::refuse(Refusal::NoOwner, whole.uri())
            } else {
                answer
            });
        }
        let mut upstream = Upstream::new(answer.into_body());
        let begun = timeout(limits::ANSWER_TIMEOUT, upstream.start()).await;
        let Ok(Some(position)) = begun else {
            return Err(http::refuse(Refusal::NoOwner, whole.uri()));
        };
        let feed = Arc::new(Feed::relaying(position.life, position.lsn));
        let (kept, is_new) = self.relays.keep(path, feed);
        if is_new {
            let (node, path, feed) = (Arc::clone(self), Box::from(path), Arc::clone(&kept));
            self.runtime.spawn(async move {
                upstream.pass_on(&feed).await;
                node.relays.drop(&path, &feed);
            });
        }
        Ok(kept)
    }
}

impl Relays {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.relays().len()
    }

    fn get(&self, path: &str) -> Option<Arc<Feed>> {
        self.relays().get(path).map(Arc::clone)
    }

    /// Keeps a feed, unless somebody was faster: then the one that there is. Whether it is the one that was given.
    fn keep(&self, path: &str, feed: Arc<Feed>) -> (Arc<Feed>, bool) {
        let mut relays = self.relays();
        let kept = relays
            .entry(path.into())
            .or_insert_with(|| Arc::clone(&feed));
        (Arc::clone(kept), Arc::ptr_eq(kept, &feed))
    }

    fn drop(&self, path: &str, feed: &Arc<Feed>) {
        let mut relays = self.relays();
        if relays.get(path).is_some_and(|kept| Arc::ptr_eq(kept, feed)) {
            relays.remove(path);
        }
    }

    fn relays(&self) -> MutexGuard<'_, HashMap<Box<str>, Arc<Feed>>> {
        // Nothing panics while this is locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Upstream {
    fn new(body: Body) -> Self {
        Self {
            body,
            rest: BytesMut::new(),
        }
    }

    /// Where it begins.
    async fn start(&mut self) -> Option<Position> {
        loop {
            match read(&self.next().await?) {
                Said::Start(position) | Said::Reset(position) => return Some(position),
                Said::Nothing => {}
                Said::Seats(..) | Said::Closed => return None,
            }
        }
    }

    /// Passes on what comes, until the end, or until nobody has listened for a while. An owner of whom nothing was heard for
    /// longer than he can be silent is out of reach.
    async fn pass_on(mut self, feed: &Arc<Feed>) {
        let (mut last_followed, mut last_heard) = (Instant::now(), Instant::now());
        loop {
            let next = tokio::select! {
                next = self.next() => next,
                () = sleep_until(Instant::now() + limits::RELAY_LINGER) => Some(Bytes::new()),
            };
            if feed.followers() > 0 {
                last_followed = Instant::now();
            }
            if next.as_ref().is_some_and(|event| !event.is_empty()) {
                last_heard = Instant::now();
            }
            let is_over = last_followed.elapsed() > limits::RELAY_LINGER
                || last_heard.elapsed() > limits::RELAY_SILENCE_MAX;
            let Some(event) = next.filter(|_| !is_over) else {
                return feed.cut();
            };
            match read(&event) {
                Said::Seats(to, event) => feed.relay(to.lsn, event),
                Said::Reset(to) => feed.relay_break(to.lsn),
                Said::Closed => return feed.close(),
                Said::Start(_) | Said::Nothing => {}
            }
        }
    }

    /// The next event, with the empty line that ends it. `None`: the stream has ended. May be dropped while it waits.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(end) = self.rest.windows(2).position(|two| two == b"\n\n") {
                return Some(self.rest.split_to(end + 2).freeze());
            }
            if self.rest.len() > limits::RELAY_EVENT_BYTES_MAX {
                return None;
            }
            let frame = std::future::poll_fn(|cx| {
                let body = std::pin::Pin::new(&mut self.body);
                hyper::body::Body::poll_frame(body, cx)
            });
            let data = frame.await?.ok()?.into_data().ok()?;
            self.rest.extend_from_slice(&data);
        }
    }
}

/// What an event says.
fn read(event: &Bytes) -> Said {
    let text = str::from_utf8(event).unwrap_or_default();
    let field = |name: &str| {
        let mut lines = text.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    };
    let position = field("id").and_then(|id| id.parse().ok());
    match (field("event"), position) {
        (Some("start"), Some(position)) => Said::Start(position),
        (Some("seats"), Some(position)) => Said::Seats(position, event.clone()),
        (Some("reset"), Some(position)) => Said::Reset(position),
        (Some("closed"), _) => Said::Closed,
        _ => Said::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{feed::Life, ids::Lsn};

    fn at(lsn: u64) -> Position {
        Position {
            life: Life::new(10),
            lsn: Lsn::new(lsn),
        }
    }

    #[test]
    fn each_event_says_what_the_owner_wrote() {
        let seats = "id: 0000000a-9\nevent: seats\ndata: {\"from\":3,\"to\":9,\"held\":[1]}\n\n";
        let table = [
            (
                "id: 0000000a-3\nevent: start\ndata: {\"position\":3}\n\n",
                Said::Start(at(3)),
            ),
            (
                seats,
                Said::Seats(at(9), Bytes::from_static(seats.as_bytes())),
            ),
            (
                "id: 0000000a-3\nevent: reset\ndata: {\"position\":3}\n\n",
                Said::Reset(at(3)),
            ),
            ("event: closed\ndata: {}\n\n", Said::Closed),
            (":\n\n", Said::Nothing),
            ("retry: 2000\n\n", Said::Nothing),
            ("event: seats\n\n", Said::Nothing),
        ];
        for (text, said) in table {
            assert_eq!(read(&Bytes::from_static(text.as_bytes())), said);
        }
    }

    #[tokio::test]
    async fn events_are_cut_wherever_the_bytes_are() {
        let text = "retry: 2000\n\nid: 0000000a-3\nevent: start\ndata: {}\n\n:\n\n";
        let mut upstream = Upstream::new(Body::from(text));
        assert_eq!(upstream.start().await, Some(at(3)));
        assert_eq!(upstream.next().await.as_deref(), Some(&b":\n\n"[..]));
        assert_eq!(upstream.next().await, None);
    }

    /// A wire that was cut.
    struct Silent;

    impl hyper::body::Body for Silent {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
            std::task::Poll::Pending
        }
    }

    /// It says nothing, and nobody says that it was.
    #[tokio::test(start_paused = true)]
    async fn an_owner_out_of_reach_is_followed_no_longer() {
        let feed = Arc::new(Feed::relaying(Life::new(10), Lsn::new(3)));
        let _subscription = feed.subscribe(crate::feed::Since::After(at(3)));
        let begun = Instant::now();
        Upstream::new(Body::new(Silent)).pass_on(&feed).await;
        assert!(begun.elapsed() > limits::RELAY_SILENCE_MAX);
    }

    #[tokio::test]
    async fn who_follows_gets_the_owners_bytes_and_the_end() {
        let seats = "id: 0000000a-9\nevent: seats\ndata: {\"from\":3,\"to\":9}\n\n";
        let feed = Arc::new(Feed::relaying(Life::new(10), Lsn::new(3)));
        let mut subscription = feed.subscribe(crate::feed::Since::After(at(3)));
        Upstream::new(Body::from(seats)).pass_on(&feed).await;
        let mut updates = Vec::new();
        while let Some(update) = std::future::poll_fn(|cx| subscription.poll_next(cx)).await {
            updates.push(update.into_event());
        }
        let start = "id: 0000000a-3\nevent: start\ndata: {\"position\":3}\n\n";
        assert_eq!(updates, [start, seats]);
    }
}
