//! What the owner of a shard tells other nodes of its events: one stream to each, however many events its clients follow.
//!
//! | who | asks | what |
//! |---|---|---|
//! | a node | `GET /v1/cluster/shards/{shard}/stream` | the stream; `seatlock-stream` is its number |
//! | the same | `PUT /v1/cluster/shards/{shard}/stream/{number}/{event}` | to be told of this event in it |
//! | the same | `DELETE` the same | to be told no more of it |
//!
//! ```text
//! of: hamlet                                     whose the event is that follows, as clients have it
//! id: 9f31c2aa-1200
//! event: start
//! data: {"position":1200}
//!
//! of: hamlet                                     nothing more of it: it may be served elsewhere, or that was asked for
//! event: cut
//! data: {}
//!
//! :                                              a heartbeat
//! ```
//! The calls only ask. What is told of an event begins and ends with what the stream says, `start` to `cut` or `closed`, so
//! whoever reads it is right about that even if an answer was lost or came late.

use std::{
    collections::HashMap,
    convert::Infallible,
    future::poll_fn,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderName, HeaderValue, Method, StatusCode, Uri},
    response::Response,
};
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame};
use tokio::{
    runtime::Handle,
    sync::{Mutex as AsyncMutex, mpsc},
    task::JoinHandle,
    time::{Instant, Interval, MissedTickBehavior, interval},
};

use super::{Node, answering::Whose, hop::From, served::Served};
use crate::{
    cluster::{placement::ShardId, store::Store},
    entropy::{Entropy, SystemEntropy},
    event::Name,
    feed::{Feed, HEARTBEAT, Since, Subscription, Update},
    http::{
        self, Refusal,
        v1::{self, stream},
    },
    limits,
};

/// In an answer: the number of the stream that it is.
pub(super) const STREAM: HeaderName = HeaderName::from_static("seatlock-stream");

/// The answer to who names a stream that there is not.
pub(super) const NO_SUCH_STREAM: StatusCode = StatusCode::PRECONDITION_FAILED;

const CUT: Bytes = Bytes::from_static(b"event: cut\ndata: {}\n\n");

/// The streams that other nodes have of shards here, by number.
#[derive(Default, Clone)]
pub(super) struct Tellings(Arc<Mutex<HashMap<u64, Arc<Telling>>>>);

/// What is put into one of them.
struct Telling {
    shard: ShardId,
    to: mpsc::Sender<News>,
    /// For each event that is told of a task that does so. They end with the stream.
    tasks: AsyncMutex<HashMap<Name, JoinHandle<()>>>,
}

/// Something about an event. The text is the feed's own, which all who follow share.
struct News {
    of: Bytes,
    text: Bytes,
}

/// The body of a stream, which is forgotten with it.
struct Listening {
    news: mpsc::Receiver<News>,
    text: Option<Bytes>,
    heartbeat: Interval,
    number: u64,
    tellings: Tellings,
}

impl<S: Store> Node<S> {
    /// The first row of the table.
    pub(super) async fn stream_of_shard(
        &self,
        shard: ShardId,
        request: Request,
        from: From,
    ) -> Response {
        let uri = request.uri().clone();
        if from != From::Node {
            return http::refuse(Refusal::NoSuchPath, &uri);
        }
        if let Err(refused) = self.served_here(shard, &uri).await {
            return refused;
        }
        // By chance, so that none from before this node was started anew is taken for one of now.
        let number = SystemEntropy.number();
        let mut answer = stream::endless(Body::new(self.tellings.begin(shard, number)));
        let value = HeaderValue::from(number);
        answer.headers_mut().insert(STREAM, value);
        self.sign(answer)
    }

    /// The other two rows.
    pub(super) async fn tell(
        &self,
        shard: ShardId,
        number: u64,
        request: Request,
        from: From,
    ) -> Response {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let name = uri.path().rsplit('/').next().map(Name::new);
        let Some(Ok(name)) = name.filter(|_| from == From::Node) else {
            return http::refuse(Refusal::NoSuchPath, &uri);
        };
        let telling = self.tellings.find(number);
        let Some(telling) = telling.filter(|telling| telling.shard == shard) else {
            let mut answer = Response::new(Body::empty());
            *answer.status_mut() = NO_SUCH_STREAM;
            return self.sign(answer);
        };
        if method == Method::DELETE {
            telling.end(&name).await;
        } else {
            match self.certain_feed(shard, &name, &uri).await {
                Ok(feed) => telling.begin(&self.runtime, name, &feed).await,
                Err(refused) => return refused,
            }
        }
        self.sign(Response::new(Body::empty()))
    }

    /// The feed of an event of which this node may tell. What is told once it may no more, the feed itself ends.
    async fn certain_feed(
        &self,
        shard: ShardId,
        name: &Name,
        uri: &Uri,
    ) -> Result<Arc<Feed>, Response> {
        let served = self.served_here(shard, uri).await?;
        if self.roster().placement().shard_of(name.as_str()) != shard {
            // It was pinned, and who asks does not know it yet.
            return Err(self.sign(http::refuse(Refusal::Misdirected, uri)));
        }
        let found = v1::feed_of(&served.engine, name);
        if !self.may_be_told(&served, false).await {
            return Err(http::refuse(Refusal::NoOwner, uri));
        }
        found.map_err(|refused| self.sign(*refused))
    }

    async fn served_here(&self, shard: ShardId, uri: &Uri) -> Result<Arc<Served<S>>, Response> {
        let deadline = Instant::now() + limits::OWNER_PATIENCE;
        match self.whose_by(shard, deadline).await {
            Whose::Ours(served) => Ok(served),
            Whose::Theirs(owner) => Err(self.misdirected(&owner, shard, uri)),
            Whose::Nobodys => Err(http::refuse(Refusal::NoOwner, uri)),
        }
    }
}

impl Tellings {
    fn begin(&self, shard: ShardId, number: u64) -> Listening {
        let (to, news) = mpsc::channel(limits::TOLD_WAITING_MAX);
        let telling = Telling {
            shard,
            to,
            tasks: AsyncMutex::default(),
        };
        self.table().insert(number, Arc::new(telling));
        // The first heartbeat comes at once, so that the answer is on its way.
        let mut heartbeat = interval(limits::HEARTBEAT_INTERVAL);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Listening {
            news,
            text: None,
            heartbeat,
            number,
            tellings: self.clone(),
        }
    }

    fn find(&self, number: u64) -> Option<Arc<Telling>> {
        self.table().get(&number).map(Arc::clone)
    }

    fn table(&self) -> MutexGuard<'_, HashMap<u64, Arc<Telling>>> {
        // Nothing panics while this is locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Telling {
    /// Tells of an event from now on; anew, if it was told of already.
    async fn begin(&self, runtime: &Handle, name: Name, feed: &Arc<Feed>) {
        let mut tasks = self.tasks.lock().await;
        tasks.retain(|_, task| !task.is_finished());
        if let Some(before) = tasks.get_mut(&name) {
            stopped(before).await;
        }
        let of = Bytes::from(format!("of: {name}\n"));
        let task = tell_of(of, feed.subscribe(Since::Now), self.to.clone());
        tasks.insert(name, runtime.spawn(task));
    }

    /// Tells of it no more. That is said in any case: whoever asks believes that he was told until now.
    async fn end(&self, name: &Name) {
        let mut tasks = self.tasks.lock().await;
        if let Some(task) = tasks.get_mut(name) {
            stopped(task).await;
            tasks.remove(name);
        }
        let of = Bytes::from(format!("of: {name}\n"));
        // If nobody reads it any more, that is well, too.
        let _ = self.to.send(News { of, text: CUT }).await;
    }
}

/// Nothing comes of a task after this. If it isn't waited for, it can be called again.
async fn stopped(task: &mut JoinHandle<()>) {
    task.abort();
    let _ = task.await;
}

/// Tells of one event until it ends, or until nobody listens. While the stream takes nothing the feed goes on without this, and
/// says so afterwards.
async fn tell_of(of: Bytes, mut subscription: Subscription, to: mpsc::Sender<News>) {
    loop {
        let update = tokio::select! {
            update = poll_fn(|cx| subscription.poll_next(cx)) => update,
            () = to.closed() => return,
        };
        let is_last = matches!(update, None | Some(Update::Closed));
        let text = update.map_or(CUT, Update::into_event);
        let of = of.clone();
        if to.send(News { of, text }).await.is_err() || is_last {
            return;
        }
    }
}

impl HttpBody for Listening {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(text) = self.text.take() {
            return Poll::Ready(Some(Ok(Frame::data(text))));
        }
        if let Poll::Ready(news) = self.news.poll_recv(cx) {
            return Poll::Ready(news.map(|News { of, text }| {
                self.text = Some(text);
                Ok(Frame::data(of))
            }));
        }
        ready!(self.heartbeat.poll_tick(cx));
        Poll::Ready(Some(Ok(Frame::data(HEARTBEAT))))
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.tellings.table().remove(&self.number);
    }
}

#[cfg(test)]
mod tests;
