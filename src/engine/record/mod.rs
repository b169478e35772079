//! What the engine writes down beside the changes of seats, and under which keys.
//!
//! | kind | what | its key | its value |
//! |---|---|---|---|
//! | 1 | counters | 0 | the next event's and chart's numbers |
//! | 2 | chart | its number | its JSON, compressed |
//! | 3 | name of a chart | the chart's number | the text |
//! | 4 | event | its number | see `event` |
//! | 5 | hold | its id | see [`crate::event::Hold`] |
//! | 7 | reason why a seat is withheld | the seat's number over all events | the text |
//! | 8 | kept answer | half of its id | see `answer` |
//! | 64 | clock | 0 | see `clock` |
//!
//! Numbers of kinds never change their meaning, and 6 had one once; a kind that is not known is left as it is.

mod answer;
mod chart;
mod clock;
mod describe;
mod event;

use bytes::Bytes;

pub use describe::{Described, describe, recorded_seats};
pub(super) use event::{Closed, Seated, read as read_event};
pub(super) use {
    answer::read as read_answer,
    chart::read as read_chart,
    clock::{note as clock, resume as resume_clock},
};

use super::event::Event;
use crate::{
    event::Hold,
    ids::{EventId, HoldId, SeatId},
    ledger::{Fields, Key, Note, NoteList, Reading, Unreadable},
    repeat::{Kept, RepeatId},
};

/// What kinds of notes there are.
pub(super) mod kind {
    pub(crate) const COUNTERS: u8 = 1;
    pub(crate) const CHART: u8 = 2;
    pub(crate) const CHART_NAME: u8 = 3;
    pub(crate) const EVENT: u8 = 4;
    pub(crate) const HOLD: u8 = 5;
    pub(crate) const REASON: u8 = 7;
    pub(crate) const ANSWER: u8 = 8;
    pub(crate) const CLOCK: u8 = 64;
}

/// How many events and charts have had a number so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counters {
    pub(super) events: u32,
    pub(super) charts: u32,
}

impl Counters {
    const VERSION: u8 = 1;

    pub(super) const KEY: Key = Key {
        kind: kind::COUNTERS,
        id: 0,
    };

    pub(super) fn note(self) -> Note {
        let value = Fields::of_version(Self::VERSION).number(self.events);
        put(Self::KEY, value.number(self.charts).end())
    }

    pub(super) fn read(value: &[u8]) -> Result<Self, Unreadable> {
        let mut reading = Reading::of_version(value, Self::VERSION)?;
        Ok(Self {
            events: reading.number()?,
            charts: reading.number()?,
        })
    }
}

pub(super) fn put(key: Key, value: Bytes) -> Note {
    Note::Put { key, value }
}

pub(super) fn key(kind: u8, id: impl Into<u128>) -> Key {
    Key {
        kind,
        id: id.into(),
    }
}

/// A chart of this number, and what it is called.
pub(super) fn chart(number: u32, name: &str, packed: Bytes) -> [Note; 2] {
    [
        put(key(kind::CHART, number), packed),
        put(
            key(kind::CHART_NAME, number),
            Bytes::copy_from_slice(name.as_bytes()),
        ),
    ]
}

pub(super) use chart::pack as pack_chart;

/// A chart that no name stands for any more, and that no event needs if it is not `needed`.
pub(super) fn chart_gone(number: u32, needed: bool) -> Vec<Note> {
    let kinds = [kind::CHART_NAME, kind::CHART];
    let kinds = if needed { &kinds[..1] } else { &kinds[..] };
    let forget = |kind: &u8| Note::Forget {
        key: key(*kind, number),
    };
    kinds.iter().map(forget).collect()
}

pub(super) fn event(event: &Event) -> Note {
    put(key(kind::EVENT, event.id.get()), event::write(event))
}

pub(super) fn event_key(id: EventId) -> Key {
    key(kind::EVENT, id.get())
}

/// Writes down a hold of which something has changed.
pub(super) fn hold(hold: &Hold, list: &mut NoteList) {
    list.put(hold_key(hold.id()), |fields| hold.record(fields));
}

pub(super) fn hold_key(id: HoldId) -> Key {
    key(kind::HOLD, id.get())
}

/// Why a seat of an event is withheld.
pub(super) fn reason(event: &Event, seat: SeatId, reason: Option<&str>) -> Note {
    let seat = event.seats.trail().first().get() + seat.get();
    let key = key(kind::REASON, seat);
    match reason {
        Some(reason) => put(key, Bytes::copy_from_slice(reason.as_bytes())),
        None => Note::Forget { key },
    }
}

/// A kept answer, sealed.
pub(super) fn kept(kept: &Kept) -> Note {
    debug_assert!(
        kept.answer.is_sealed(),
        "a token must not be found in a ledger"
    );
    put(answer_key(kept.id), answer::write(kept))
}

pub(super) fn answer_key(id: RepeatId) -> Key {
    let mut half = [0; 16];
    half.copy_from_slice(&id.bytes()[..16]);
    key(kind::ANSWER, u128::from_le_bytes(half))
}
