//! `GET /seats` for many readers: the text is kept, and what is read anew is two bits a seat.
//!
//! The text is kept in pages of [`PAGE_SEATS`](crate::limits::PAGE_SEATS) seats. A read takes a snapshot of the
//! live words (0.5 ns a seat), compares it page by page with the statuses that the pages were made from, and
//! rewrites only those that differ. Its answer streams the kept pages without copying them. A map of one page is
//! answered with its length, a longer one in chunks.
//!
//! **How true it is.** Each seat is shown as it was at some moment between the request's arrival and the sending
//! of its page: expired holds are available, and whoever was told that his change is done sees it, or something
//! later. Readers that arrive while a snapshot is being taken wait and then share the next one; nobody is
//! answered from a snapshot that began before his request.
//!
//! **How much it holds.** One text of the map, about 34 bytes a seat once somebody has read it, and for each slow
//! reader the pages on their way to him. A body looks its pages up one by one, so that thousands of slow readers
//! don't keep thousands of old maps.

use std::{
    convert::Infallible,
    mem,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame};
use tokio::sync;

use super::page::Page;
use crate::{engine::Engine, seat::StatusMap};

/// The text of the seat map.
#[derive(Clone)]
pub(super) struct Listing(Arc<Shared>);

struct Shared {
    engine: Arc<Engine>,
    /// How many reads have begun.
    arrivals: AtomicU64,
    refresher: sync::Mutex<Refresher>,
    pages: Box<[(Page, Mutex<Bytes>)]>,
}

struct Refresher {
    /// Reads that had begun when the last snapshot began; all of these may share it.
    covers: u64,
    /// What the pages were made from, once there are any.
    shown: Option<StatusMap>,
    snapshot: StatusMap,
    scratch: Vec<u8>,
}

/// The pages of one answer that are still to be sent.
struct Pages {
    shared: Arc<Shared>,
    next: usize,
}

impl Listing {
    pub(super) fn new(engine: Arc<Engine>) -> Self {
        let seats = engine.seat_count();
        let refresher = Refresher {
            covers: 0,
            shown: None,
            snapshot: StatusMap::new(seats),
            scratch: Vec::new(),
        };
        Self(Arc::new(Shared {
            engine,
            arrivals: AtomicU64::new(0),
            refresher: sync::Mutex::new(refresher),
            pages: Page::all(seats)
                .map(|page| (page, Mutex::default()))
                .collect(),
        }))
    }

    /// The map as it is now, or became while this was waiting.
    pub(super) async fn read(&self) -> Body {
        // Release: with the Acquire in `refresh` whoever begins a snapshot after this sees what we saw before it,
        // our own change included. An RMW, because only what continues the release sequence carries that on.
        let ticket = self.0.arrivals.fetch_add(1, Ordering::Release);
        let mut refresher = self.0.refresher.lock().await;
        if refresher.covers <= ticket {
            self.0.refresh(&mut refresher);
        }
        drop(refresher);
        if self.0.pages.len() == 1 {
            Body::from(self.0.page(0))
        } else {
            Body::new(self.pages())
        }
    }

    fn pages(&self) -> Pages {
        Pages {
            shared: Arc::clone(&self.0),
            next: 0,
        }
    }
}

impl Shared {
    fn refresh(&self, refresher: &mut Refresher) {
        // Acquire: see `Listing::read`. It stands before the snapshot, so a later arrival is not counted in.
        refresher.covers = self.arrivals.load(Ordering::Acquire);
        let Refresher {
            shown,
            snapshot,
            scratch,
            ..
        } = refresher;
        self.engine.snapshot(snapshot);
        for (page, text) in &self.pages {
            if shown
                .as_ref()
                .is_none_or(|shown| !page.is_same(shown, snapshot))
            {
                let fresh = page.write(snapshot, scratch);
                *text.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
            }
        }
        match shown {
            Some(shown) => mem::swap(shown, snapshot),
            None => *shown = Some(snapshot.clone()),
        }
    }

    fn page(&self, index: usize) -> Bytes {
        self.pages[index]
            .1
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl HttpBody for Pages {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.is_end_stream() {
            return Poll::Ready(None);
        }
        let page = self.shared.page(self.next);
        self.next += 1;
        Poll::Ready(Some(Ok(Frame::data(page))))
    }

    fn is_end_stream(&self) -> bool {
        self.next == self.shared.pages.len()
    }
}
