//! `GET /v1/events/{event}/stream`: server-sent events (HTML standard, section 9.2).
//!
//! ```text
//! retry: 2000
//!
//! id: 9f31c2aa-1200
//! event: start                                   every change after this position follows
//! data: {"position":1200}
//!
//! id: 9f31c2aa-1234
//! event: seats                                   what changed after 1200 and up to 1234
//! data: {"from":1200,"to":1234,"held":[7,[12,15]],"available":[3]}
//!
//! event: reset                                   changes were left out: take a new snapshot and go on from here
//! event: closed                                  the event is closed: nothing follows
//! :                                              a heartbeat
//! ```
//! Seats are numbers, counted from 0 in the chart's order; `[12,15]` are four of them.
//!
//! **What a client does.** Open the stream. At `start` and at `reset` take a snapshot (`GET seats`); should its position
//! be smaller than the event's, some cache in between is to blame: take another. Apply each `seats` whose `to` is
//! greater than your position, in order; its `to` is your position then. A connection that breaks is opened again with
//! the last `id` in `Last-Event-ID`, as browsers do by themselves, or in `?after=`, and goes on without a new snapshot.
//!
//! **What it costs.** A stream holds its connection and a number. A client that doesn't read loses its connection as
//! any slow reader does, and one that reads too slowly is sent `reset`.

use std::{
    collections::HashMap,
    convert::Infallible,
    hash::Hash,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderValue,
        header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE},
    },
    response::Response,
};
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::{
    feed::{Feed, HEARTBEAT, Since, Subscription},
    http::sending::Endless,
    limits,
};

/// The bounds of all streams together. [`Default`] takes each from [`crate::limits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each field is the constant of the same name in `limits`"
)]
pub struct StreamLimits {
    pub streams_max: u32,
    pub streams_per_client_max: u32,
    pub heartbeat_interval: Duration,
}

/// The streams that are open, and whose they are. `C` names a client as other limits do.
#[derive(Debug)]
pub struct Streams<C>(Arc<Shared<C>>);

#[derive(Debug)]
struct Shared<C> {
    limits: StreamLimits,
    open: Mutex<Open<C>>,
}

#[derive(Debug)]
struct Open<C> {
    all: u32,
    /// Clients that have at least one.
    by_client: HashMap<C, u32>,
}

/// Why a stream was not opened.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// There are [`StreamLimits::streams_max`]: 503.
    Server,
    /// This client has [`StreamLimits::streams_per_client_max`]: 429.
    Client,
}

impl<C: Copy + Eq + Hash + Send + Unpin + 'static> Streams<C> {
    /// No streams yet.
    pub fn new(limits: StreamLimits) -> Self {
        Self(Arc::new(Shared {
            limits,
            open: Mutex::new(Open {
                all: 0,
                by_client: HashMap::new(),
            }),
        }))
    }

    /// How many are open.
    pub fn count(&self) -> u32 {
        self.0.open().all
    }

    /// The answer that streams `feed` to `client`. It goes on after the position
    /// in `Last-Event-ID`, or else after that in the query's `after`.
    ///
    /// A text that is no position is answered like one that is too old: by a `reset`.
    ///
    /// # Errors
    /// [`Full`]. Nothing was opened then.
    pub fn open(
        &self,
        feed: &Arc<Feed>,
        client: C,
        headers: &HeaderMap,
        query: Option<&str>,
    ) -> Result<Response, Full> {
        let place = self.admit(client)?;
        let last_seen = headers.get("last-event-id");
        // No character of a position is ever percent-encoded.
        let in_query = || {
            query?
                .split('&')
                .find_map(|part| part.strip_prefix("after="))
        };
        let after = last_seen
            .map(|text| text.to_str().unwrap_or_default())
            .or_else(in_query);
        let follow = Follow {
            opening: Some(retry()),
            subscription: feed.subscribe(since(after)),
            alarm: Box::pin(sleep_until(place.next_heartbeat())),
            said_at: Instant::now(),
            place,
        };
        Ok(answer(Body::new(follow)))
    }

    fn admit(&self, client: C) -> Result<Place<C>, Full> {
        let StreamLimits {
            streams_max,
            streams_per_client_max,
            ..
        } = self.0.limits;
        let mut open = self.0.open();
        if open.all >= streams_max {
            return Err(Full::Server);
        }
        let of_client = open.by_client.get(&client).copied().unwrap_or_default();
        if of_client >= streams_per_client_max {
            return Err(Full::Client);
        }
        open.all += 1;
        open.by_client.insert(client, of_client + 1);
        Ok(Place {
            streams: self.clone(),
            client,
        })
    }
}

impl<C> Clone for Streams<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self {
            streams_max: limits::STREAMS_MAX,
            streams_per_client_max: limits::STREAMS_PER_CLIENT_MAX,
            heartbeat_interval: limits::HEARTBEAT_INTERVAL,
        }
    }
}

impl<C> Shared<C> {
    fn open(&self) -> MutexGuard<'_, Open<C>> {
        // Nothing under this lock can panic half-way.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the streams that may be open. Dropping it makes room for another.
#[derive(Debug)]
struct Place<C: Eq + Hash> {
    streams: Streams<C>,
    client: C,
}

impl<C: Eq + Hash> Place<C> {
    fn next_heartbeat(&self) -> Instant {
        Instant::now() + self.streams.0.limits.heartbeat_interval
    }
}

impl<C: Eq + Hash> Drop for Place<C> {
    fn drop(&mut self) {
        let mut open = self.streams.0.open();
        open.all -= 1;
        if let Some(count) = open.by_client.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                open.by_client.remove(&self.client);
            }
        }
    }
}

/// The body of a stream.
struct Follow<C: Eq + Hash> {
    opening: Option<Bytes>,
    subscription: Subscription,
    /// Rings at the earliest when a heartbeat may be due. It is not moved for each delta, which would cost more than
    /// the delta, but when it rings.
    alarm: Pin<Box<Sleep>>,
    said_at: Instant,
    place: Place<C>,
}

impl<C: Eq + Hash> Follow<C> {
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if let Some(opening) = self.opening.take() {
            return Poll::Ready(Some(opening));
        }
        if let Poll::Ready(update) = self.subscription.poll_next(cx) {
            self.said_at = Instant::now();
            return Poll::Ready(update.map(|update| update.into_event()));
        }
        ready!(self.poll_heartbeat(cx));
        Poll::Ready(Some(HEARTBEAT))
    }

    fn poll_heartbeat(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let interval = self.place.streams.0.limits.heartbeat_interval;
        loop {
            ready!(self.alarm.as_mut().poll(cx));
            let due = self.said_at + interval;
            let now = Instant::now();
            if due <= now {
                self.said_at = now;
                self.alarm.as_mut().reset(now + interval);
                return Poll::Ready(());
            }
            self.alarm.as_mut().reset(due);
        }
    }
}

impl<C: Eq + Hash + Unpin> HttpBody for Follow<C> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.poll_event(cx)
            .map(|event| event.map(|text| Ok(Frame::data(text))))
    }
}

fn answer(body: Body) -> Response {
    let mut answer = Response::new(body);
    answer.extensions_mut().insert(Endless);
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Its socket is set up for a stream, and is no good for anything else afterwards.
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    // Asks nginx, which would gather events until it has a page of them, to pass each on.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    answer
}

fn retry() -> Bytes {
    Bytes::from(format!("retry: {}\n\n", limits::STREAM_RETRY.as_millis()))
}

fn since(after: Option<&str>) -> Since {
    after.map_or(Since::Now, |text| {
        text.parse().map_or(Since::Unknown, Since::After)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn streams(streams_max: u32, streams_per_client_max: u32) -> Streams<char> {
        Streams::new(StreamLimits {
            streams_max,
            streams_per_client_max,
            ..StreamLimits::default()
        })
    }

    #[test]
    fn a_stream_too_many_is_refused_until_another_ends() {
        let streams = streams(3, 2);
        let first = streams.admit('a').expect("room");
        let second = streams.admit('a').expect("room");
        assert_eq!(streams.admit('a').err(), Some(Full::Client));
        let third = streams.admit('b').expect("room");
        assert_eq!(streams.admit('c').err(), Some(Full::Server));
        assert_eq!(streams.count(), 3);
        drop(first);
        assert!(streams.admit('a').is_ok());
        drop((second, third));
        assert_eq!(streams.count(), 0);
        assert!(
            streams.0.open().by_client.is_empty(),
            "nobody is remembered"
        );
    }

    #[test]
    fn a_text_that_is_no_position_begins_with_a_reset() {
        assert_eq!(since(None), Since::Now);
        assert_eq!(since(Some("17")), Since::Unknown);
        assert!(matches!(since(Some("0000000a-17")), Since::After(_)));
    }
}
