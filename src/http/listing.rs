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
        let covers = self.arrivals.load(Ordering::Acquire);
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
        refresher.covers = covers;
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

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, pin::pin};

    use super::*;
    use crate::{
        clock::ManualClock,
        engine::{EngineConfig, HoldAnswer},
        event::User,
        limits::PAGE_SEATS,
    };

    fn listing(seats: u32) -> Listing {
        let config = EngineConfig {
            seats,
            ..EngineConfig::default()
        };
        let engine = Engine::start(config, ManualClock::new()).expect("started");
        Listing::new(Arc::new(engine))
    }

    fn hold(listing: &Listing, seat_number: u32) {
        let answer = listing.0.engine.hold_seat(seat_number, &User::new("ada"));
        assert!(matches!(answer, HoldAnswer::Held { .. }));
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime").block_on(work)
    }

    /// Polls once.
    async fn begin<T>(work: Pin<&mut impl Future<Output = T>>) -> Option<T> {
        let mut work = Some(work);
        poll_fn(|cx| {
            let polled = work.take().map(|work| work.poll(cx));
            Poll::Ready(polled.and_then(|polled| match polled {
                Poll::Ready(value) => Some(value),
                Poll::Pending => None,
            }))
        })
        .await
    }

    async fn text(body: Body) -> String {
        let mut body = pin!(body);
        let mut text = Vec::new();
        while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
            let frame = frame.expect("a listing does not break");
            text.extend_from_slice(&frame.into_data().expect("data alone"));
        }
        String::from_utf8(text).expect("JSON is UTF-8")
    }

    /// How many snapshots there were: each covers a number of arrivals that no other one does.
    async fn covered(listing: &Listing) -> u64 {
        listing.0.refresher.lock().await.covers
    }

    #[test]
    fn who_arrives_during_a_snapshot_waits_for_the_next_and_shares_it() {
        run(async {
            let listing = listing(10);
            // A snapshot is under way as long as this is held.
            let snapshot = listing.0.refresher.lock().await;
            let mut readers: Vec<_> = (0..100).map(|_| Box::pin(listing.read())).collect();
            for reader in &mut readers {
                assert!(begin(reader.as_mut()).await.is_none());
            }
            drop(snapshot);
            let mut readers = readers.into_iter();
            let first = text(readers.next().expect("a hundred").await).await;
            assert!(!first.contains("locked"));
            // What happens now is after that snapshot: those who share it need not see it, and do not.
            hold(&listing, 1);
            for reader in readers {
                assert_eq!(text(reader.await).await, first);
            }
            assert_eq!(covered(&listing).await, 100, "one snapshot for all");
            assert!(text(listing.read().await).await.contains("locked"));
            assert_eq!(
                covered(&listing).await,
                101,
                "who comes later has a snapshot of his own"
            );
        });
    }

    #[test]
    fn only_pages_with_a_changed_seat_are_written_anew() {
        run(async {
            let listing = listing(3 * PAGE_SEATS);
            let pages = || [0, 1, 2].map(|page| listing.0.page(page).as_ptr());
            drop(listing.read().await);
            let before = pages();
            drop(listing.read().await);
            assert_eq!(pages(), before);
            hold(&listing, PAGE_SEATS + 1);
            drop(listing.read().await);
            let after = pages();
            assert_eq!((after[0], after[2]), (before[0], before[2]));
            assert_ne!(after[1], before[1]);
        });
    }

    #[test]
    fn a_slow_reader_holds_no_old_map() {
        run(async {
            let listing = listing(2 * PAGE_SEATS);
            let mut slow = pin!(listing.read().await);
            let first = poll_fn(|cx| slow.as_mut().poll_frame(cx)).await;
            assert!(first.is_some());
            hold(&listing, PAGE_SEATS + 1);
            drop(listing.read().await);
            let second = poll_fn(|cx| slow.as_mut().poll_frame(cx))
                .await
                .expect("a page");
            let second = second.expect("unbroken").into_data().expect("data");
            assert_eq!(
                second.as_ptr(),
                listing.0.page(1).as_ptr(),
                "the page of now"
            );
        });
    }
}
