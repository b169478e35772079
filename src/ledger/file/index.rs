//! Where the last word of each seat and the last note of each key are, so that the cleaner knows what is still live.

use std::{collections::VecDeque, iter, mem, ops::Range};

use hashbrown::HashMap;

use super::payload::{self, Payload};
use crate::{
    ids::SeatId,
    ledger::{Key, NoteRef, note::note_bytes, state::PAGE_SEATS},
    limits,
};

/// A segment within an index: they are counted, as their numbers may have gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ordinal(u32);

impl Ordinal {
    /// The log that is left says nothing of the seat.
    const UNKNOWN: Self = Self(0);

    /// The seat was made fresh by a note. Nothing has to be kept for it, see [`super`].
    const FRESH: Self = Self(u32::MAX);
}

/// What is known of a segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Totals {
    /// Its number.
    pub(super) number: u32,
    /// Bytes of its file.
    pub(super) bytes: u64,
    /// The number of its first batch.
    pub(super) first: u64,
    /// Bytes that it would take to carry along what is live in it.
    pub(super) live: u64,
}

/// A note: where it is, how many bytes it takes there, and whatever else is kept of it.
#[derive(Debug, Clone, Copy)]
struct Noted<V> {
    at: Ordinal,
    bytes: u32,
    value: V,
}

/// The index. A start keeps the notes' values in it until all is read, so that each key is looked up but once.
#[derive(Debug)]
pub(super) struct Index<V = ()> {
    pages: Vec<Option<Box<[Ordinal]>>>,
    notes: HashMap<Key, Noted<V>>,
    segments: VecDeque<Totals>,
    /// Segments that have left at the front.
    gone: u32,
    live: u64,
    bytes: u64,
}

impl<V> Default for Index<V> {
    fn default() -> Self {
        Self {
            pages: Vec::new(),
            notes: HashMap::new(),
            segments: VecDeque::new(),
            gone: 0,
            live: 0,
            bytes: 0,
        }
    }
}

impl Index {
    /// Begins with the next segment, into which the last batch is written again. Answers with the segments that nothing
    /// needs any more then.
    ///
    /// If the last segment has nothing but that batch, the next one takes its place, wherever it stands in the order.
    pub(super) fn begin_again(&mut self, mut next: Totals, last_batch: &[u8]) -> Vec<Totals> {
        let mut needless = Vec::new();
        match self.segments.back() {
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
        self.take_before_changes(batch, |_value| ());
        batch
            .changes()
            .for_each(|(_, change)| self.take_change(change.seat));
    }
}

impl<V> Index<V> {
    /// The index without the values, and the values.
    pub(super) fn part(self) -> (Index, HashMap<Key, V>) {
        let mut notes = HashMap::with_capacity(self.notes.len());
        let mut values = HashMap::with_capacity(self.notes.len());
        for (key, Noted { at, bytes, value }) in self.notes {
            values.insert(key, value);
            let value = ();
            notes.insert(key, Noted { at, bytes, value });
        }
        let index = Index {
            pages: self.pages,
            notes,
            segments: self.segments,
            gone: self.gone,
            live: self.live,
            bytes: self.bytes,
        };
        (index, values)
    }

    /// All segments that are needed, the oldest first.
    pub(super) fn segments(&self) -> &VecDeque<Totals> {
        &self.segments
    }

    /// Bytes that it would take to carry along all that is live.
    pub(super) fn live(&self) -> u64 {
        self.live
    }

    /// Bytes of the files of all segments.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The oldest segment's place.
    pub(super) fn oldest(&self) -> Ordinal {
        Ordinal(self.gone + 1)
    }

    /// Begins with the next segment: what is taken down from now on is in this one.
    pub(super) fn begin(&mut self, segment: Totals) {
        self.bytes += segment.bytes;
        self.segments.push_back(segment);
    }

    /// Begins with the next segment in the place of the last one, which it answers with.
    pub(super) fn replace_last(&mut self, next: Totals) -> Option<Totals> {
        let last = self.segments.back_mut()?;
        self.bytes = self.bytes - last.bytes + next.bytes;
        Some(mem::replace(last, next))
    }

    /// Drops the oldest segment if nothing in it is live and it is not the last.
    pub(super) fn drop_oldest_if_dead(&mut self) -> Option<Totals> {
        if self.segments.len() < 2 || self.segments.front()?.live > 0 {
            return None;
        }
        let segment = self.segments.pop_front()?;
        self.gone += 1;
        self.bytes -= segment.bytes;
        Some(segment)
    }

    /// Whether the log that is left says what the seat's word is.
    pub(super) fn knows(&self, seat: SeatId) -> bool {
        self.seat(seat) != Ordinal::UNKNOWN
    }

    /// Whether the last word of the seat is in this segment.
    pub(super) fn word_is_in(&self, seat: SeatId, segment: Ordinal) -> bool {
        self.seat(seat) == segment
    }

    /// Whether the last note under the key is in this segment.
    pub(super) fn note_is_in(&self, key: &Key, segment: Ordinal) -> bool {
        self.notes.get(key).is_some_and(|noted| noted.at == segment)
    }

    /// Takes down the words that a batch carries along, and all of its notes, with what is to be kept of each.
    pub(super) fn take_before_changes(
        &mut self,
        batch: &Payload<'_>,
        mut value: impl FnMut(&[u8]) -> V,
    ) {
        batch.kept().for_each(|note| self.note(&note, &mut value));
        batch.words().for_each(|(seat, _)| self.take_change(seat));
        batch.notes().for_each(|note| self.note(&note, &mut value));
    }

    fn seat(&self, seat: SeatId) -> Ordinal {
        let page = self.pages.get((seat.get() / PAGE_SEATS) as usize);
        page.and_then(Option::as_ref)
            .map_or(Ordinal::UNKNOWN, |page| {
                page[(seat.get() % PAGE_SEATS) as usize]
            })
    }

    fn newest(&self) -> Ordinal {
        Ordinal(self.gone + u32::try_from(self.segments.len()).unwrap_or(u32::MAX))
    }

    /// The last word of the seat is in the last segment.
    pub(super) fn take_change(&mut self, seat: SeatId) {
        let newest = self.newest();
        let page = (seat.get() / PAGE_SEATS) as usize;
        if page >= self.pages.len() {
            self.pages.resize(page + 1, None);
        }
        let fresh = || vec![Ordinal::UNKNOWN; PAGE_SEATS as usize].into();
        let place =
            &mut self.pages[page].get_or_insert_with(fresh)[(seat.get() % PAGE_SEATS) as usize];
        let before = mem::replace(place, newest);
        if before != newest {
            self.dies(before, payload::WORD_BYTES as u64);
            self.lives(newest, payload::WORD_BYTES as u64);
        }
    }

    fn note(&mut self, note: &NoteRef<'_>, value: &mut impl FnMut(&[u8]) -> V) {
        match note {
            NoteRef::Put(key, put) => {
                let noted = Noted {
                    at: self.newest(),
                    // A frame is far shorter than 4 GiB.
                    bytes: u32::try_from(note_bytes(put.len())).unwrap_or(u32::MAX),
                    value: value(put),
                };
                self.lives(noted.at, noted.bytes.into());
                let before = self.notes.insert(*key, noted);
                self.forget(before);
            }
            NoteRef::Forget(key) => {
                let before = self.notes.remove(key);
                self.forget(before);
            }
            NoteRef::Fresh(seats) => self.freshen(seats),
        }
    }

    fn forget(&mut self, noted: Option<Noted<V>>) {
        if let Some(noted) = noted {
            self.dies(noted.at, noted.bytes.into());
        }
    }

    /// Seats of which nothing is known stay so: there is nothing to be forgotten.
    fn freshen(&mut self, seats: &Range<SeatId>) {
        let end = seats.end.get().min(limits::SEATS_MAX);
        let mut start = seats.start.get();
        while start < end {
            let next = (start / PAGE_SEATS + 1) * PAGE_SEATS;
            let page = (start / PAGE_SEATS) as usize;
            let places =
                (start % PAGE_SEATS) as usize..=((next.min(end) - 1) % PAGE_SEATS) as usize;
            // Taken out, as what dies is counted elsewhere in here.
            if let Some(mut taken) = self.pages.get_mut(page).and_then(Option::take) {
                for place in &mut taken[places] {
                    if *place != Ordinal::UNKNOWN {
                        self.dies(*place, payload::WORD_BYTES as u64);
                        *place = Ordinal::FRESH;
                    }
                }
                self.pages[page] = Some(taken);
            }
            start = next;
        }
    }

    fn lives(&mut self, at: Ordinal, bytes: u64) {
        self.live += bytes;
        if let Some(segment) = self.segment(at) {
            segment.live += bytes;
        }
    }

    fn dies(&mut self, at: Ordinal, bytes: u64) {
        if let Some(segment) = self.segment(at) {
            segment.live -= bytes;
            self.live -= bytes;
        }
    }

    fn segment(&mut self, at: Ordinal) -> Option<&mut Totals> {
        let place = at.0.checked_sub(self.gone + 1)?;
        self.segments.get_mut(place as usize)
    }
}
