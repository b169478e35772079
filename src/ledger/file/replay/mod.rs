//! Makes the state, and the index, of the batches that are read.
//!
//! Words are taken down where they are read, notes on a thread of their own: most of a start is looking keys up, and the
//! two never meet.

mod notes;

use std::io;

use super::{
    Progress,
    fault::{Flaw, OpenError},
    header,
    index::{Index, Totals, WordReplay},
    payload::Payload,
    segment::{Place, Segment},
    walk::{Reader, Walked},
};
use crate::{ids::SeatId, ledger::State, seat::SeatWord};
use notes::NoteThread;

/// What the batches that were read come to.
pub(super) struct Replay<'p> {
    /// The state, but for its notes.
    state: State,
    /// Where its words are.
    words: WordReplay,
    notes: NoteThread,
    /// The oldest segment that the last batch needs.
    oldest: Option<u32>,
    /// Bytes that were read, and that will be.
    progress: Progress,
    tell: &'p mut dyn FnMut(Progress),
}

impl<'p> Replay<'p> {
    /// Nothing was read yet, of so many bytes.
    ///
    /// # Errors
    /// The machine gives no thread.
    pub(super) fn new(bytes_total: u64, tell: &'p mut dyn FnMut(Progress)) -> io::Result<Self> {
        Ok(Self {
            state: State::new(),
            words: WordReplay::default(),
            notes: NoteThread::start()?,
            oldest: None,
            progress: Progress {
                bytes_read: 0,
                bytes_total,
            },
            tell,
        })
    }

    /// What it all comes to. The oldest segment that the last batch needs must be there.
    ///
    /// The notes' values share the memory of the files that they were read from.
    pub(super) fn end(self, walked: &Walked) -> Result<(State, Index), OpenError> {
        let mut segments = self.words.segments().iter();
        if let Some(oldest) = self.oldest
            && !segments.any(|segment| segment.number == oldest)
        {
            return Err(OpenError::Missing {
                file: header::name(oldest),
                batch: walked.last.as_ref().map_or(0, |(number, _)| *number),
            });
        }
        let (index, notes) = self.words.join(self.notes.end());
        let mut state = self.state;
        state.put_notes(notes);
        Ok((state, index))
    }

    /// A word that is there must be the one that the log says was there, as far as the log goes back.
    fn follows(&self, seat: SeatId, found: SeatWord, expected: SeatWord) -> Result<(), Flaw> {
        let follows = found == expected || !self.words.knows(seat);
        follows.then_some(()).ok_or(Flaw::Change(seat))
    }
}

impl Reader for Replay<'_> {
    fn segment(&mut self, segment: &Segment) {
        let totals = Totals {
            number: segment.number,
            bytes: segment.len(),
            first: segment.first.unwrap_or(0),
            live: 0,
        };
        self.words.begin(totals);
        self.notes.segment(totals);
    }

    fn batch(&mut self, place: Place<'_>, batch: &Payload<'_>) -> Result<(), Flaw> {
        for list in batch.note_lists() {
            if !list.is_empty() {
                self.notes.list(place.share(list));
            }
        }
        for (seat, word) in batch.words() {
            let found = self.state.put_word(seat, word);
            self.follows(seat, found, word)?;
        }
        batch.fresh().for_each(|seats| self.state.freshen(&seats));
        // Whether a seat is known has to be taken down change by change: a seat may change twice in a batch.
        self.words.take_before_changes(batch);
        for (_, change) in batch.changes() {
            let found = self.state.put_word(change.seat, change.after);
            self.follows(change.seat, found, change.before)?;
            self.words.take_change(change.seat);
        }
        let fixed = &batch.fixed;
        self.state
            .reach(fixed.clock, fixed.date, fixed.through, fixed.takings);
        self.oldest = Some(fixed.oldest);
        Ok(())
    }

    fn progress(&mut self, bytes: u64) {
        self.progress.bytes_read += bytes;
        (self.tell)(self.progress);
    }
}
