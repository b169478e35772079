//! The JSON of an event's seats, kept page by page, plain and compressed, and made anew where a seat differs.
//!
//! An answer holds a snapshot, two bits a seat, and makes or finds its pages as they are sent. So it is true for one
//! position from its first byte to its last, and a slow reader holds no text.

use std::{
    convert::Infallible,
    fmt::Display,
    mem,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame};
use serde::{Serialize, Serializer};

use super::gzip::{Packed, Sum};
use crate::{
    chart::Chart,
    feed::{Row, Shown, Snapshot},
    ids::SeatId,
    limits::PAGE_SEATS,
};

/// The text of an event's seats, as far as it has been asked for.
#[derive(Debug)]
pub struct SeatText {
    event: Box<str>,
    chart: Arc<Chart>,
    pages: Box<[Mutex<Page>]>,
}

/// How a text is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Coding {
    Identity,
    Gzip,
}

#[derive(Debug, Default)]
struct Page {
    /// What the texts are of.
    rows: Box<[Row]>,
    plain: Option<Bytes>,
    packed: Option<Arc<Packed>>,
}

impl SeatText {
    /// The text of the event's seats. Nothing is made before it is asked for.
    pub fn new(event: &str, chart: Arc<Chart>) -> Self {
        let pages = chart.numbered_count().div_ceil(PAGE_SEATS);
        Self {
            event: event.into(),
            pages: (0..pages).map(|_| Mutex::default()).collect(),
            chart,
        }
    }

    /// The text for a snapshot. One of a single page comes with its length, a longer one in chunks.
    pub(super) fn body(self: &Arc<Self>, snapshot: Snapshot, coding: Coding) -> Body {
        let mut pages = Pages {
            text: Arc::clone(self),
            snapshot,
            sum: (coding == Coding::Gzip).then(Sum::default),
            next: Next::Head,
        };
        if self.pages.len() > 1 {
            return Body::new(pages);
        }
        let mut whole = Vec::new();
        while let Some(part) = pages.advance() {
            whole.extend_from_slice(&part);
        }
        Body::from(whole)
    }

    fn head(&self, snapshot: &Snapshot) -> Vec<u8> {
        let position = snapshot.position();
        let mut text = b"{\"event\":".to_vec();
        put(&mut text, &*self.event);
        text.extend_from_slice(b",\"position\":");
        put(&mut text, &position.lsn.get());
        text.extend_from_slice(b",\"resume\":");
        put(&mut text, &Text(position));
        text.extend_from_slice(b",\"counts\":");
        let counts = snapshot.counts();
        put_counts(&mut text, |shown| counts.of(shown));
        text.extend_from_slice(b",\"areas\":{");
        for (nth, area) in self.chart.areas().iter().enumerate() {
            if nth > 0 {
                text.push(b',');
            }
            put(&mut text, &*area.name);
            text.push(b':');
            let mut counts = [0; Shown::ALL.len()];
            let first = area.first.get();
            for place in (first..first + area.capacity).map(SeatId::new) {
                if let Some(shown) = snapshot.shown(place) {
                    counts[shown as usize] += 1;
                }
            }
            put_counts(&mut text, |shown| counts[shown as usize]);
        }
        text.extend_from_slice(b"},\"seats\":{");
        text
    }

    fn plain(&self, snapshot: &Snapshot, index: usize) -> Bytes {
        let page = &mut *self.page(snapshot, index);
        let text = || Bytes::from(self.write(snapshot, index));
        page.plain.get_or_insert_with(text).clone()
    }

    fn packed(&self, snapshot: &Snapshot, index: usize) -> Arc<Packed> {
        let page = &mut *self.page(snapshot, index);
        let packed = || {
            let text = page.plain.clone();
            Arc::new(Packed::of(
                &text.unwrap_or_else(|| self.write(snapshot, index).into()),
            ))
        };
        Arc::clone(page.packed.get_or_insert_with(packed))
    }

    /// The page, emptied of texts that are not of this snapshot.
    fn page(&self, snapshot: &Snapshot, index: usize) -> std::sync::MutexGuard<'_, Page> {
        let mut page = self.pages[index]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let rows = snapshot.page(index);
        if *page.rows != *rows {
            *page = Page {
                rows: rows.into(),
                ..Page::default()
            };
        }
        page
    }

    fn write(&self, snapshot: &Snapshot, index: usize) -> Vec<u8> {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let first = index * PAGE_SEATS;
        let last = self.chart.numbered_count().min(first + PAGE_SEATS);
        let mut text = Vec::new();
        for seat in (first..last).map(SeatId::new) {
            if seat.get() > 0 {
                text.push(b',');
            }
            put(&mut text, &Text(self.chart.label(seat)));
            text.push(b':');
            let shown = snapshot.shown(seat).map_or("", Shown::name);
            put(&mut text, shown);
        }
        text.shrink_to_fit();
        text
    }
}

/// An answer on its way.
struct Pages {
    text: Arc<SeatText>,
    snapshot: Snapshot,
    /// The checksum of what was sent, if it is sent compressed.
    sum: Option<Sum>,
    next: Next,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Head,
    Page(usize),
    Tail,
    Nothing,
}

impl Pages {
    fn advance(&mut self) -> Option<Bytes> {
        let after = |page| {
            if page < self.text.pages.len() {
                Next::Page(page)
            } else {
                Next::Tail
            }
        };
        let next = match self.next {
            Next::Head => after(0),
            Next::Page(page) => after(page + 1),
            Next::Tail | Next::Nothing => Next::Nothing,
        };
        let now = mem::replace(&mut self.next, next);
        match &mut self.sum {
            None => self.plain(now),
            Some(sum) => packed(&self.text, &self.snapshot, sum, now),
        }
    }

    fn plain(&self, now: Next) -> Option<Bytes> {
        match now {
            Next::Head => Some(self.text.head(&self.snapshot).into()),
            Next::Page(page) => Some(self.text.plain(&self.snapshot, page)),
            Next::Tail => Some(Bytes::from_static(TAIL)),
            Next::Nothing => None,
        }
    }
}

const TAIL: &[u8] = b"}}";

fn packed(text: &SeatText, snapshot: &Snapshot, sum: &mut Sum, now: Next) -> Option<Bytes> {
    match now {
        Next::Head => Some(sum.begin(&Packed::of(&text.head(snapshot)))),
        Next::Page(page) => Some(sum.go_on(&text.packed(snapshot, page))),
        Next::Tail => Some(sum.end(&Packed::of(TAIL))),
        Next::Nothing => None,
    }
}

impl HttpBody for Pages {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.advance().map(|part| Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.next == Next::Nothing
    }
}

/// Something as the JSON string of what it displays.
struct Text<T>(T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

fn put(text: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    // Neither strings nor numbers nor a vector can fail.
    let _ = serde_json::to_writer(text, value);
}

fn put_counts(text: &mut Vec<u8>, of: impl Fn(Shown) -> u32) {
    for (nth, shown) in Shown::ALL.into_iter().enumerate() {
        text.push(if nth == 0 { b'{' } else { b',' });
        put(text, shown.name());
        text.push(b':');
        put(text, &of(shown));
    }
    text.push(b'}');
}
