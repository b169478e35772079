//! What all batches together come to.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;

use super::{Batch, Key, Note};
use crate::{
    ids::{Lsn, SeatId},
    seat::{Change, SeatWord},
    tape::Record,
    tick::{Date, Moment},
};

/// Seats whose words are kept together.
const PAGE_SEATS: u32 = 4_096;

/// Every seat's last word, and the last note under each key.
#[derive(Debug, Clone, Default)]
pub struct State {
    clock: Moment,
    date: Date,
    through: Lsn,
    takings: u64,
    pages: BTreeMap<u32, Box<[SeatWord]>>,
    notes: HashMap<Key, Bytes>,
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
        let page = self.pages.get(&(seat.get() / PAGE_SEATS));
        page.map_or(SeatWord::FRESH, |page| {
            page[(seat.get() % PAGE_SEATS) as usize]
        })
    }

    /// The seats that are not as if never taken, in ascending order.
    pub fn words(&self) -> impl Iterator<Item = (SeatId, SeatWord)> {
        self.pages.iter().flat_map(|(page, words)| {
            let seats = (page * PAGE_SEATS..).map(SeatId::new);
            let words = seats.zip(words.iter().copied());
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
        self.clock = batch.clock;
        self.date = batch.date;
        self.through = batch.through;
        self.takings = batch.takings;
        batch.notes.iter().for_each(|note| self.take(note));
        for change in batch.records.iter().filter_map(Record::change) {
            if self.word(change.seat) != change.before {
                return Err(change);
            }
            self.put_word(change.seat, change.after);
        }
        Ok(())
    }

    /// Takes a note down.
    pub fn take(&mut self, note: &Note) {
        match note {
            Note::Put { key, value } => {
                self.notes.insert(*key, value.clone());
            }
            Note::Forget { key } => {
                self.notes.remove(key);
            }
            Note::Fresh { seats } => {
                for seat in (seats.start.get()..seats.end.get()).map(SeatId::new) {
                    if self.word(seat) != SeatWord::FRESH {
                        self.put_word(seat, SeatWord::FRESH);
                    }
                }
            }
        }
    }

    /// Takes a seat's word down.
    pub fn put_word(&mut self, seat: SeatId, word: SeatWord) {
        let fresh = || vec![SeatWord::FRESH; PAGE_SEATS as usize].into();
        let page = self.pages.entry(seat.get() / PAGE_SEATS);
        page.or_insert_with(fresh)[(seat.get() % PAGE_SEATS) as usize] = word;
    }
}
