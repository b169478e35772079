//! One who follows an event.

use std::{
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use tokio::sync::futures::OwnedNotified;

use super::{
    Feed, locked,
    position::Position,
    ring::{Cursor, Ending, Found},
    sse,
};

/// Where a subscription begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// With what changes from now on.
    Now,
    /// With what changed after the state that the follower has.
    After(Position),
    /// The follower has some state and doesn't know which.
    Unknown,
}

/// What a follower is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    /// Every change after this position follows.
    Start(Position),
    /// What changed, as the text of an event.
    Delta(Bytes),
    /// Changes were left out. Every change after this position follows; what was before it is for a snapshot to say.
    Reset(Position),
    /// The event is closed. Nothing follows.
    Closed,
}

/// A place in an event's history that moves on as it is read. It holds a number and no deltas.
#[derive(Debug)]
pub struct Subscription {
    feed: Arc<Feed>,
    cursor: Cursor,
    opening: Option<Update>,
    has_ended: bool,
    /// Made before the ring is looked at, so that it rings for whatever comes after that look.
    news: Pin<Box<OwnedNotified>>,
}

impl Update {
    /// The update as the text of an event.
    pub fn into_event(self) -> Bytes {
        match self {
            Self::Start(position) => sse::start(position),
            Self::Delta(text) => text,
            Self::Reset(position) => sse::reset(position),
            Self::Closed => sse::CLOSED,
        }
    }
}

impl Subscription {
    /// Counts as one of the feed's followers already.
    pub(super) fn new(feed: &Arc<Feed>, cursor: Cursor, opening: Update) -> Self {
        Self {
            cursor,
            opening: Some(opening),
            has_ended: false,
            news: Box::pin(Arc::clone(&feed.news).notified_owned()),
            feed: Arc::clone(feed),
        }
    }

    /// The next update; `None` after [`Update::Closed`], and when the event goes on elsewhere. Wakes one task: the last that asked.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Update>> {
        if let Some(opening) = self.opening.take() {
            return Poll::Ready(Some(opening));
        }
        if self.has_ended {
            return Poll::Ready(None);
        }
        loop {
            if let Some(update) = self.look() {
                return Poll::Ready(Some(update));
            }
            if self.has_ended {
                return Poll::Ready(None);
            }
            ready!(self.news.as_mut().poll(cx));
            self.news.set(Arc::clone(&self.feed.news).notified_owned());
        }
    }

    fn look(&mut self) -> Option<Update> {
        let ring = locked(&self.feed.ring);
        match ring.read(&mut self.cursor) {
            Found::Delta(text) => Some(Update::Delta(text)),
            Found::Nothing => None,
            Found::Lost => {
                self.cursor = ring.end();
                Some(Update::Reset(self.feed.at(ring.newest())))
            }
            Found::End(ending) => {
                self.has_ended = true;
                (ending == Ending::Closed).then_some(Update::Closed)
            }
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        // Relaxed: see `Feed::followers`.
        self.feed.followers.fetch_sub(1, Ordering::Relaxed);
    }
}
