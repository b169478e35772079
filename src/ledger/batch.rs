//! What is appended at once.

use std::ops::Range;

use bytes::Bytes;

use crate::{
    ids::{Lsn, SeatId},
    tape::Record,
    tick::{Date, Moment},
};

/// Everything that has happened since the batch before: all of it is durable, or nothing.
///
/// Notes come first: an event's note is there before the first change of its seats.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'b> {
    /// The engine's clock when it was gathered.
    pub clock: Moment,
    /// The calendar at the same time.
    pub date: Date,
    /// The last LSN that is answered for, by a change or a void.
    pub through: Lsn,
    /// How many takings were numbered until then, or later.
    pub takings: u64,
    /// What is written down beside the changes, in order.
    pub notes: &'b [Note],
    /// The tape, in order and in whole groups. Seats are numbered over all events.
    pub records: &'b [Record],
}

/// A key under which something is written down, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// From now on this is what the key stands for.
    Put {
        /// The key.
        key: Key,
        /// What is written down.
        value: Bytes,
    },
    /// The key stands for nothing any more.
    Forget {
        /// The key.
        key: Key,
    },
    /// These seats are nobody's: whatever their words were, they are as if never taken.
    Fresh {
        /// The first, and the first that is not meant any more.
        seats: Range<SeatId>,
    },
}

/// What a note is found by. Ordered by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// What kind of thing it is.
    pub kind: u8,
    /// Which of them.
    pub id: u128,
}
