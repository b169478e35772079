//! Where the last word of each seat and the last note of each key are, so that the cleaner knows what is still live.
//!
//! A start takes words and notes down apart ([`WordReplay`], [`NoteReplay`]), so that two threads can: neither needs the
//! other, and what is live in a segment is counted by both and added up.

mod notes;
mod segments;
mod words;

use std::{collections::VecDeque, iter};

use bytes::Bytes;

use super::payload::Payload;
use crate::{
    ids::SeatId,
    ledger::{Key, key_hash::ByKey, note},
};
use notes::Notes;
use segments::Segments;
pub(super) use segments::{Ordinal, Totals};
use words::Words;

/// The index.
#[derive(Debug, Default)]
pub(super) struct Index {
    words: Words,
    notes: Notes,
    segments: Segments,
}

/// The part of an index that knows of words, while a start reads them.
#[derive(Debug, Default)]
pub(super) struct WordReplay {
    words: Words,
    segments: Segments,
}

/// The part of an index that knows of notes, and their values, while a start reads them.
#[derive(Debug, Default)]
pub(super) struct NoteReplay {
    notes: Notes<Bytes>,
    segments: Segments,
}

/// What a start has read of notes.
#[derive(Debug)]
pub(super) struct NotesRead {
    notes: Notes,
    values: ByKey<Bytes>,
    segments: Segments,
}

impl Index {
    /// Begins with the next segment, into which the last batch is written again. Answers with the segments that nothing
    /// needs any more then.
    ///
    /// If the last segment has nothing but that batch, the next one takes its place, wherever it stands in the order.
    pub(super) fn begin_again(&mut self, mut next: Totals, last_batch: &[u8]) -> Vec<Totals> {
        let mut needless = Vec::new();
        match self.segments().back() {
            Some(last) if last.first == next.first => {
                next.live = last.live;
                needless.extend(self.replace_last(next));
            }
            _ => {
                self.begin(next);
                if let Some(batch) = Payload::read(last_batch) {
                    self.take(&batch);
                }
            }
        }
        needless.extend(iter::from_fn(|| self.drop_oldest_if_dead()));
        needless
    }

    /// Takes a batch down, which is in the last segment.
    pub(super) fn take(&mut self, batch: &Payload<'_>) {
        let Self {
            words,
            notes,
            segments,
        } = self;
        for note in batch.kept().chain(batch.notes()) {
            notes.take(&note, segments, |_value| ());
        }
        take_before_changes(words, segments, batch);
        batch
            .changes()
            .for_each(|(_, change)| words.take(change.seat, segments));
    }

    /// All segments that are needed, the oldest first.
    pub(super) fn segments(&self) -> &VecDeque<Totals> {
        self.segments.totals()
    }

    /// Bytes that it would take to carry along all that is live.
    pub(super) fn live(&self) -> u64 {
        self.segments.live()
    }

    /// Bytes of the files of all segments.
    pub(super) fn bytes(&self) -> u64 {
        self.segments.bytes()
    }

    /// The oldest segment's place.
    pub(super) fn oldest(&self) -> Ordinal {
        self.segments.oldest()
    }

    /// Begins with the next segment: what is taken down from now on is in this one.
    pub(super) fn begin(&mut self, segment: Totals) {
        self.segments.begin(segment);
    }

    /// Begins with the next segment in the place of the last one, which it answers with.
    pub(super) fn replace_last(&mut self, next: Totals) -> Option<Totals> {
        self.segments.replace_last(next)
    }

    /// Drops the oldest segment if nothing in it is live and it is not the last.
    pub(super) fn drop_oldest_if_dead(&mut self) -> Option<Totals> {
        self.segments.drop_oldest_if_dead()
    }

    /// Whether the last word of the seat is in this segment.
    pub(super) fn word_is_in(&self, seat: SeatId, segment: Ordinal) -> bool {
        self.words.at(seat) == segment
    }

    /// Whether the last note under the key is in this segment.
    pub(super) fn note_is_in(&self, key: &Key, segment: Ordinal) -> bool {
        self.notes.is_in(key, segment)
    }
}

impl WordReplay {
    /// See [`Index::segments`].
    pub(super) fn segments(&self) -> &VecDeque<Totals> {
        self.segments.totals()
    }

    /// See [`Index::begin`].
    pub(super) fn begin(&mut self, segment: Totals) {
        self.segments.begin(segment);
    }

    /// Whether the log that is left says what the seat's word is.
    pub(super) fn knows(&self, seat: SeatId) -> bool {
        self.words.at(seat) != Ordinal::UNKNOWN
    }

    /// Takes down what a batch says of seats before its changes: the words that it carries along, and which are fresh.
    pub(super) fn take_before_changes(&mut self, batch: &Payload<'_>) {
        take_before_changes(&mut self.words, &mut self.segments, batch);
    }

    /// The last word of the seat is in the last segment.
    pub(super) fn take_change(&mut self, seat: SeatId) {
        self.words.take(seat, &mut self.segments);
    }

    /// The index, with what is known of notes.
    pub(super) fn join(mut self, read: NotesRead) -> (Index, ByKey<Bytes>) {
        self.segments.add(&read.segments);
        let index = Index {
            words: self.words,
            notes: read.notes,
            segments: self.segments,
        };
        (index, read.values)
    }
}

impl NoteReplay {
    /// See [`Index::begin`].
    pub(super) fn begin(&mut self, segment: Totals) {
        self.segments.begin(segment);
    }

    /// Takes down the notes of a packed list. Their values share its memory.
    pub(super) fn take(&mut self, list: &Bytes) {
        for note in note::notes(list) {
            let share = |value: &[u8]| list.slice_ref(value);
            self.notes.take(&note, &mut self.segments, share);
        }
    }

    /// All were taken down.
    pub(super) fn end(self) -> NotesRead {
        let (notes, values) = self.notes.part();
        NotesRead {
            notes,
            values,
            segments: self.segments,
        }
    }
}

fn take_before_changes(words: &mut Words, segments: &mut Segments, batch: &Payload<'_>) {
    batch
        .words()
        .for_each(|(seat, _)| words.take(seat, segments));
    batch
        .fresh()
        .for_each(|seats| words.freshen(&seats, segments));
}
