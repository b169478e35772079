//! Makes batches that follow from one another, and knows what they come to.

use std::time::Duration;

use bytes::Bytes;
use rand::{Rng, RngExt};
use seatlock::{
    ids::{Lsn, SeatId, TakingId},
    ledger::{Batch, Key, Note, State},
    seat::{Change, Seat, SeatWord},
    tape::{Entry, Record},
    tick::{Date, Moment, Tick},
};

const SEATS: u32 = 96;
const KEYS: u128 = 24;

/// A batch that owns what it has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Owned {
    clock: Moment,
    date: Date,
    through: Lsn,
    takings: u64,
    pub(crate) notes: Vec<Note>,
    pub(crate) records: Vec<Record>,
}

/// Writes one batch after the other. Cloned, it goes on in the same way from the same state.
#[derive(Debug, Clone, Default)]
pub(crate) struct Author {
    pub(crate) state: State,
}

impl Owned {
    pub(crate) fn batch(&self) -> Batch<'_> {
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

impl Author {
    /// The next batch: of one change or of many, of notes alone, of nothing but a void.
    pub(crate) fn next(&mut self, chance: &mut impl Rng) -> Owned {
        let clock = self.state.clock().plus(Duration::from_millis(7));
        let mut batch = Owned {
            clock,
            date: self.state.date().plus(Duration::from_millis(8)),
            through: self.state.through(),
            takings: self.state.takings(),
            ..Owned::default()
        };
        let mut after = self.state.clone();
        for _ in 0..chance.random_range(0..4) {
            let note = note(chance);
            after.take(&note);
            batch.notes.push(note);
        }
        let changes = match chance.random_range(0..10) {
            0 => 0,
            1 => chance.random_range(1..120),
            _ => chance.random_range(1..8),
        };
        for _ in 0..changes {
            batch.through = batch.through.plus(1);
            let entry = if chance.random_ratio(1, 8) {
                Entry::Void
            } else {
                let change = change(&after, &mut batch, chance);
                after.put_word(change.seat, change.after);
                Entry::Change(change)
            };
            batch.records.push(Record {
                lsn: batch.through,
                entry,
            });
        }
        self.state = self.applied(&batch);
        batch
    }

    fn applied(&self, batch: &Owned) -> State {
        let mut state = self.state.clone();
        state.apply(&batch.batch()).expect("it follows");
        state
    }
}

fn change(state: &State, batch: &mut Owned, chance: &mut impl Rng) -> Change {
    let seat = SeatId::new(chance.random_range(0..SEATS));
    let before = state.word(seat);
    let after = match before.view() {
        Seat::Held { taking, .. } if chance.random() => SeatWord::booked(taking, batch.through),
        Seat::Available { .. } => {
            batch.takings += 1;
            let taking = u32::try_from(batch.takings).ok().and_then(TakingId::new);
            let until = Tick::new(chance.random());
            SeatWord::held(taking.expect("a short test"), until)
        }
        _ => SeatWord::available(batch.through),
    };
    Change {
        seat,
        before,
        after,
        rest: 0,
    }
}

fn note(chance: &mut impl Rng) -> Note {
    let key = Key {
        kind: chance.random_range(1..4),
        id: chance.random_range(0..KEYS),
    };
    match chance.random_range(0..12) {
        0 => {
            let start = chance.random_range(0..SEATS);
            let end = chance.random_range(start..SEATS) + 1;
            Note::Fresh {
                seats: SeatId::new(start)..SeatId::new(end),
            }
        }
        1..4 => Note::Forget { key },
        _ => {
            let bytes_max = if chance.random_ratio(1, 20) {
                6_000
            } else {
                120
            };
            let mut value = vec![0; chance.random_range(0..bytes_max)];
            chance.fill_bytes(&mut value);
            let value = Bytes::from(value);
            Note::Put { key, value }
        }
    }
}

/// All that a state says.
pub(crate) type Said = (u64, u64, u64, u64, Vec<(u32, u64)>, Vec<(Key, Bytes)>);

pub(crate) fn said(state: &State) -> Said {
    let mut notes: Vec<(Key, Bytes)> = state.notes().map(|(key, v)| (key, v.clone())).collect();
    notes.sort_unstable();
    (
        state.clock().nanos(),
        state.date().unix_nanos(),
        state.through().get(),
        state.takings(),
        state
            .words()
            .map(|(seat, word)| (seat.get(), word.bits()))
            .collect(),
        notes,
    )
}
