//! Carries along what is still live in the oldest segment, a little with each append, until it can be removed.

use bytes::Bytes;

use super::{
    index::{Index, Ordinal},
    payload::{self, Carried},
};
use crate::{
    ids::SeatId,
    ledger::{Key, NoteRef, note::note_bytes},
    limits,
    seat::SeatWord,
};

/// How far the oldest segment was looked through.
#[derive(Debug, Default)]
pub(super) enum Cleaner {
    /// Nothing is being cleaned.
    #[default]
    Idle,
    /// The segment is being read.
    Asked,
    /// The segment is looked through.
    At(Gleaning),
    /// It could not be read again: nothing is cleaned any more.
    Broken,
}

/// The last word of each seat and the last note of each key in a segment.
#[derive(Debug, Default)]
pub(super) struct Gleaned {
    /// Words of seats.
    pub(super) words: Vec<(SeatId, SeatWord)>,
    /// Notes.
    pub(super) notes: Vec<(Key, Bytes)>,
}

/// What there was in the segment, and how much of it was looked at.
#[derive(Debug)]
pub(super) struct Gleaning {
    segment: Ordinal,
    found: Gleaned,
    position: Position,
}

/// Notes and words that were looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Position {
    notes: usize,
    words: usize,
}

impl Gleaning {
    /// Begins with what was found in the oldest segment.
    pub(super) fn new(found: Gleaned, index: &Index) -> Self {
        Self {
            segment: index.oldest(),
            found,
            position: Position::default(),
        }
    }

    /// What an append with so many bytes and changes takes along, and where the next one goes on once it is durable.
    pub(super) fn carry(&self, index: &Index, bytes: usize, changes: usize) -> (Carried, Position) {
        let (mut carried, mut at) = (Carried::default(), self.position);
        let mut room = limits::LEDGER_CARRY_BYTES + 2 * bytes;
        let mut looks = limits::LEDGER_SCAN_ENTRIES + 8 * changes;
        while let Some((key, value)) = self.found.notes.get(at.notes) {
            if room == 0 || looks == 0 {
                return (carried, at);
            }
            if index.note_is_in(key, self.segment) {
                room = room.saturating_sub(note_bytes(value.len()));
                carried.notes.push_ref(&NoteRef::Put(*key, value));
            }
            (at.notes, looks) = (at.notes + 1, looks - 1);
        }
        while let Some((seat, word)) = self.found.words.get(at.words) {
            if room == 0 || looks == 0 {
                break;
            }
            if index.word_is_in(*seat, self.segment) {
                room = room.saturating_sub(payload::WORD_BYTES);
                carried.words.push((*seat, *word));
            }
            (at.words, looks) = (at.words + 1, looks - 1);
        }
        (carried, at)
    }

    /// What was carried up to here is durable.
    pub(super) fn advance(&mut self, to: Position) {
        self.position = to;
    }

    /// Whether all of it was looked at.
    pub(super) fn is_through(&self) -> bool {
        self.position.notes == self.found.notes.len()
            && self.position.words == self.found.words.len()
    }
}
