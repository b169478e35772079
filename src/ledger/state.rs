//! What all batches together come to.

use std::{mem, ops::Range};

use bytes::Bytes;

use super::{Batch, Key, NoteRef, key_hash::ByKey};
use crate::{
    ids::{Lsn, SeatId},
    seat::{Change, SeatWord},
    tape::Record,
    tick::{Date, Moment},
};

/// Seats whose words are kept together.
pub(super) const PAGE_SEATS: u32 = 4_096;

/// Every seat's last word, and the last note under each key.
#[derive(Debug, Clone, Default)]
pub struct State {
    clock: Moment,
    date: Date,
    through: Lsn,
    takings: u64,
    pages: Vec<Option<Box<[SeatWord]>>>,
    notes: ByKey<Bytes>,
}

impl State {
    /// Before the first batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// The engine's clock in the last batch.
    pub fn clock(&self) -> Moment {
        self.clock
    }

    /// The calendar in the last batch.
    pub fn date(&self) -> Date {
        self.date
    }

    /// The last LSN that is answered for.
    pub fn through(&self) -> Lsn {
        self.through
    }

    /// How many takings were numbered.
    pub fn takings(&self) -> u64 {
        self.takings
    }

    /// A seat's last word, by its number over all events.
    pub fn word(&self, seat: SeatId) -> SeatWord {
        let page = self.pages.get((seat.get() / PAGE_SEATS) as usize);
        page.and_then(Option::as_ref)
            .map_or(SeatWord::FRESH, |page| {
                page[(seat.get() % PAGE_SEATS) as usize]
            })
    }

    /// The seats that are not as if never taken, in ascending order.
    pub fn words(&self) -> impl Iterator<Item = (SeatId, SeatWord)> {
        let pages = (0..).step_by(PAGE_SEATS as usize).zip(&self.pages);
        pages.flat_map(|(first, page)| {
            let words = page.iter().flat_map(|words| words.iter().copied());
            let words = (first..).map(SeatId::new).zip(words);
            words.filter(|(_, word)| *word != SeatWord::FRESH)
        })
    }

    /// What is written down under a key.
    pub fn note(&self, key: Key) -> Option<&Bytes> {
        self.notes.get(&key)
    }

    /// All notes, in no order.
    pub fn notes(&self) -> impl Iterator<Item = (Key, &Bytes)> {
        self.notes.iter().map(|(key, value)| (*key, value))
    }

    /// What the state is after a batch.
    ///
    /// # Errors
    /// With the first change that does not follow from what there was; the state is then of no use any more.
    pub fn apply(&mut self, batch: &Batch<'_>) -> Result<(), Change> {
        self.reach(batch.clock, batch.date, batch.through, batch.takings);
        batch.notes.iter().for_each(|note| self.take(&note));
        for change in batch.records.iter().filter_map(Record::change) {
            if self.word(change.seat) != change.before {
                return Err(change);
            }
            self.put_word(change.seat, change.after);
        }
        Ok(())
    }

    /// Takes a note down.
    pub fn take(&mut self, note: &NoteRef<'_>) {
        match note {
            NoteRef::Put(key, value) => {
                self.notes.insert(*key, Bytes::copy_from_slice(value));
            }
            NoteRef::Forget(key) => {
                self.notes.remove(key);
            }
            NoteRef::Fresh(seats) => self.freshen(seats),
        }
    }

    /// Takes a seat's word down. Answers with the one before.
    pub fn put_word(&mut self, seat: SeatId, word: SeatWord) -> SeatWord {
        let page = (seat.get() / PAGE_SEATS) as usize;
        if page >= self.pages.len() {
            self.pages.resize(page + 1, None);
        }
        let fresh = || vec![SeatWord::FRESH; PAGE_SEATS as usize].into();
        let words = self.pages[page].get_or_insert_with(fresh);
        mem::replace(&mut words[(seat.get() % PAGE_SEATS) as usize], word)
    }

    /// Takes down how far it has come.
    pub(super) fn reach(&mut self, clock: Moment, date: Date, through: Lsn, takings: u64) {
        self.clock = clock;
        self.date = date;
        self.through = through;
        self.takings = takings;
    }

    /// These notes and no others are there.
    pub(super) fn put_notes(&mut self, notes: ByKey<Bytes>) {
        self.notes = notes;
    }

    /// These seats are as if never taken.
    pub(super) fn freshen(&mut self, seats: &Range<SeatId>) {
        let (start, end) = (seats.start.get(), seats.end.get());
        let (first, last) = (start / PAGE_SEATS, end.div_ceil(PAGE_SEATS));
        let pages = (0..).zip(&mut self.pages).take(last as usize);
        for (page, words) in pages.skip(first as usize) {
            let within = |seat: u32| seat.saturating_sub(page * PAGE_SEATS).min(PAGE_SEATS);
            let (from, to) = (within(start) as usize, within(end) as usize);
            if let Some(words) = words
                && from < to
            {
                words[from..to].fill(SeatWord::FRESH);
            }
        }
    }
}
