//! Makes batches that follow from one another.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use rand::{
    Rng, RngExt,
    seq::{IndexedRandom, IteratorRandom},
};
use seatlock::{
    ids::{SeatId, TakingId},
    ledger::{Key, Note, NoteList, NoteRef, OwnedBatch, State, file},
    seat::{Change, Seat, SeatWord},
    tape::{Entry, Record},
    tick::Tick,
};

/// The first seats of some rows: words are kept in pages of 4,096 seats, and one row goes over from one to the next.
const ROWS: [u32; 3] = [0, 1_000, 4_080];
const ROW_SEATS: u32 = 32;
const GROUP_MAX: u8 = 6;
const KEYS: u128 = 24;

/// Whether a ledger has a batch as it was written. Voids leave nothing.
pub(crate) fn is_written(batch: &OwnedBatch, entry: &file::Entry<'_>) -> bool {
    let changes = batch.records.iter();
    let changes = changes.filter_map(|record| Some((record.lsn, record.change()?)));
    (batch.clock, batch.date) == (entry.clock, entry.date)
        && (batch.through, batch.takings) == (entry.through, entry.takings)
        && batch.notes == entry.notes.iter().collect()
        && changes.eq(entry.changes.iter().copied())
}

/// Writes one batch.
struct Author<'s, R> {
    /// What it follows from.
    state: &'s State,
    /// The words that are others after what was written so far.
    words: BTreeMap<SeatId, SeatWord>,
    batch: OwnedBatch,
    chance: &'s mut R,
}

/// The batch after a state: of one change or of many, of groups, of notes alone, or of nothing at all.
pub(crate) fn next(state: &State, chance: &mut impl Rng) -> OwnedBatch {
    let batch = OwnedBatch {
        clock: state.clock().plus(Duration::from_millis(7)),
        date: state.date().plus(Duration::from_millis(8)),
        through: state.through(),
        takings: state.takings(),
        notes: NoteList::new(),
        records: Vec::new(),
    };
    let mut author = Author {
        state,
        words: BTreeMap::new(),
        batch,
        chance,
    };
    author.write();
    author.batch
}

impl<R: Rng> Author<'_, R> {
    fn write(&mut self) {
        for _ in 0..self.chance.random_range(0..4) {
            let note = self.note();
            self.batch.notes.push(&note);
        }
        let groups = match self.chance.random_range(0..10) {
            0 => 0,
            1 => self.chance.random_range(1..60),
            _ => self.chance.random_range(1..5),
        };
        for _ in 0..groups {
            match self.chance.random_range(0..8) {
                0 => self.record(Entry::Void),
                1..4 => self.group(),
                _ => self.single(),
            }
        }
    }

    fn record(&mut self, entry: Entry) {
        self.batch.through = self.batch.through.plus(1);
        let lsn = self.batch.through;
        self.batch.records.push(Record { lsn, entry });
    }

    fn single(&mut self) {
        let seat = self.seats().choose(self.chance).expect("there are seats");
        self.change(seat, 0);
    }

    /// Several seats at one instant.
    fn group(&mut self) {
        let count = self.chance.random_range(2..=GROUP_MAX);
        let seats = self.seats().sample(self.chance, usize::from(count));
        for (rest, seat) in (0..count).rev().zip(seats) {
            self.change(seat, rest);
        }
    }

    fn change(&mut self, seat: SeatId, rest: u8) {
        let before = self.word(seat);
        let lsn = self.batch.through.plus(1);
        let after = match before.view() {
            Seat::Held { taking, .. } if self.chance.random() => SeatWord::booked(taking, lsn),
            Seat::Available { .. } => {
                self.batch.takings += 1;
                let taking = u32::try_from(self.batch.takings)
                    .ok()
                    .and_then(TakingId::new);
                let until = Tick::new(self.chance.random());
                SeatWord::held(taking.expect("a short test"), until)
            }
            _ => SeatWord::available(lsn),
        };
        self.words.insert(seat, after);
        self.record(Entry::Change(Change {
            seat,
            before,
            after,
            rest,
        }));
    }

    /// What the seat's word is after all that was written.
    fn word(&self, seat: SeatId) -> SeatWord {
        let is_fresh =
            |note: NoteRef<'_>| matches!(note, NoteRef::Fresh(seats) if seats.contains(&seat));
        match self.words.get(&seat) {
            Some(word) => *word,
            None if self.batch.notes.iter().any(is_fresh) => SeatWord::FRESH,
            None => self.state.word(seat),
        }
    }

    fn seats(&self) -> impl Iterator<Item = SeatId> + use<R> {
        let rows = ROWS.into_iter().flat_map(|first| first..first + ROW_SEATS);
        rows.map(SeatId::new)
    }

    fn note(&mut self) -> Note {
        let key = Key {
            kind: self.chance.random_range(1..4),
            id: self.chance.random_range(0..KEYS),
        };
        match self.chance.random_range(0..12) {
            0 => self.fresh(),
            1..4 => Note::Forget { key },
            _ => {
                let bytes_max = *[1, 120, 120, 120, 6_000]
                    .choose(self.chance)
                    .expect("there are some");
                let mut value = vec![0; self.chance.random_range(0..bytes_max)];
                self.chance.fill_bytes(&mut value);
                let value = Bytes::from(value);
                Note::Put { key, value }
            }
        }
    }

    /// A part of a row, or seats of several rows.
    fn fresh(&mut self) -> Note {
        let mut ends = [0, 0].map(|_| {
            let row = ROWS.choose(self.chance).expect("there are rows");
            SeatId::new(row + self.chance.random_range(0..=ROW_SEATS))
        });
        ends.sort_unstable();
        if self.chance.random() {
            let part = self.chance.random_range(0..8);
            ends[1] = ends[1].min(SeatId::new(ends[0].get() + part));
        }
        Note::Fresh {
            seats: ends[0]..ends[1],
        }
    }
}

/// Whether two states say the same.
pub(crate) fn is_same(one: &State, other: &State) -> bool {
    let heads = [one, other].map(|state| {
        let (clock, date) = (state.clock(), state.date());
        (clock, date, state.through(), state.takings())
    });
    heads[0] == heads[1]
        && one.notes().count() == other.notes().count()
        && one
            .notes()
            .all(|(key, value)| other.note(key) == Some(value))
        && one.words().eq(other.words())
}
