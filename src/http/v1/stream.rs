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
    convert::Infallible,
    hash::Hash,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
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

use super::places::Place;
pub use super::places::{Full, StreamLimits, Streams};
use crate::{
    feed::{Feed, HEARTBEAT, Since, Subscription},
    http::sending::Endless,
    limits,
};

impl<C: Copy + Eq + Hash + Send + Unpin + 'static> Streams<C> {
    /// The answer that streams `feed` to `client`. It goes on after the position in `Last-Event-ID`, or else after that
    /// in the query's `after`.
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
            alarm: Box::pin(sleep_until(Instant::now() + place.heartbeat_interval())),
            said_at: Instant::now(),
            place,
        };
        Ok(endless(Body::new(follow)))
    }
}

/// The answer that is a stream of events for as long as its body goes on.
pub fn endless(body: Body) -> Response {
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
        let interval = self.place.heartbeat_interval();
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

    #[test]
    fn a_text_that_is_no_position_begins_with_a_reset() {
        assert_eq!(since(None), Since::Now);
        assert_eq!(since(Some("17")), Since::Unknown);
        assert!(matches!(since(Some("0000000a-17")), Since::After(_)));
    }
}
