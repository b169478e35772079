//! What clerks write down: of each call what it says about each seat, and how long it took.

use crate::{
    latency::{Book, Ended},
    linear::Span,
};

use super::seat::{Call, HoldNumber};

/// The kinds of calls, in the order of the book.
pub(super) const KINDS: &[&str] = &["hold", "confirm", "release", "cancel", "map", "look"];

/// A call, as far as it is about one seat.
#[derive(Debug, Clone)]
pub(super) struct Noted {
    pub(super) event: usize,
    pub(super) seat: usize,
    pub(super) span: Span<Call>,
}

/// An attempt at a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tried {
    pub(super) event: usize,
    pub(super) sent: u64,
    pub(super) answered: u64,
    pub(super) went: Went,
}

/// How an attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Went {
    /// The change was acknowledged.
    Well,
    /// It was refused, as changes are.
    Refused,
    /// There was no service.
    Badly,
}

/// What somebody has paid for, as far as he knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Booking {
    pub(super) event: String,
    pub(super) id: String,
    pub(super) by: HoldNumber,
}

/// The notes of one clerk, or of all of them.
#[derive(Debug)]
pub(super) struct Notes {
    pub(super) noted: Vec<Noted>,
    pub(super) tried: Vec<Tried>,
    pub(super) bookings: Vec<Booking>,
    pub(super) book: Book,
    /// Answers that were looked at.
    pub(super) answers: usize,
    /// Changes that were acknowledged, those among them that took a second attempt under their key, and those of which
    /// nobody knows whether they were made.
    pub(super) told: u64,
    pub(super) told_late: u64,
    pub(super) unknown: u64,
}

impl Notes {
    pub(super) fn new() -> Self {
        Self {
            noted: Vec::new(),
            tried: Vec::new(),
            bookings: Vec::new(),
            book: Book::new(KINDS),
            answers: 0,
            told: 0,
            told_late: 0,
            unknown: 0,
        }
    }

    /// Notes what a call says about these seats.
    pub(super) fn note(
        &mut self,
        event: usize,
        seats: impl IntoIterator<Item = usize>,
        span: &Span<Call>,
    ) {
        let noted = seats.into_iter().map(|seat| Noted {
            event,
            seat,
            span: span.clone(),
        });
        self.noted.extend(noted);
    }

    pub(super) fn time(&mut self, kind: usize, ended: Ended, nanos: u64) {
        self.book.record(kind, ended, Some(nanos));
    }

    /// Adds somebody else's.
    pub(super) fn add(&mut self, other: Self) {
        self.noted.extend(other.noted);
        self.tried.extend(other.tried);
        self.bookings.extend(other.bookings);
        self.book.add(&other.book);
        self.answers += other.answers;
        self.told += other.told;
        self.told_late += other.told_late;
        self.unknown += other.unknown;
    }
}
