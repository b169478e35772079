//! What is appended at once.

use super::NoteList;
use crate::{
    ids::Lsn,
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
    pub notes: &'b NoteList,
    /// The tape, in order and in whole groups. Seats are numbered over all events.
    pub records: &'b [Record],
}

/// A batch that has what it says for itself.
#[derive(Debug, Clone, Default)]
pub struct OwnedBatch {
    /// See [`Batch`], as for all of them.
    pub clock: Moment,
    /// The calendar.
    pub date: Date,
    /// The last LSN that is answered for.
    pub through: Lsn,
    /// How many takings were numbered.
    pub takings: u64,
    /// Notes.
    pub notes: NoteList,
    /// The tape.
    pub records: Vec<Record>,
}

impl Batch<'_> {
    /// One that outlives what this was made of.
    pub fn to_owned(&self) -> OwnedBatch {
        OwnedBatch {
            clock: self.clock,
            date: self.date,
            through: self.through,
            takings: self.takings,
            notes: self.notes.clone(),
            records: self.records.to_vec(),
        }
    }
}

impl OwnedBatch {
    /// As it is appended.
    pub fn borrow(&self) -> Batch<'_> {
        Batch {
            clock: self.clock,
            date: self.date,
            through: self.through,
            takings: self.takings,
            notes: &self.notes,
            records: &self.records,
        }
    }
}
