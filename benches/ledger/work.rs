//! Batches that follow from one another.

use seatlock::{
    ids::{Lsn, SeatId, TakingId},
    ledger::{Batch, NoteList},
    seat::{Change, SeatWord},
    tape::{Entry, Record},
    tick::{Date, Moment, Tick},
};

/// Seats that are changed.
pub(crate) const SEATS: u32 = 1_000_000;

/// Bytes of a change where nothing but it is written.
const CHANGE_BYTES: usize = 24;

/// Holds of one seat after the other.
pub(crate) struct Work {
    words: Vec<SeatWord>,
    lsn: u64,
    seat: u32,
    records: Vec<Record>,
    /// None.
    notes: NoteList,
}

impl Work {
    /// Batches of so many changes.
    pub(crate) fn new(changes: u32) -> Self {
        let none = Change {
            seat: SeatId::new(0),
            before: SeatWord::FRESH,
            after: SeatWord::FRESH,
            rest: 0,
        };
        let record = Record {
            lsn: Lsn::NONE,
            entry: Entry::Change(none),
        };
        Self {
            words: vec![SeatWord::FRESH; SEATS as usize],
            lsn: 0,
            seat: 0,
            records: vec![record; changes as usize],
            notes: NoteList::new(),
        }
    }

    /// Makes the next batch.
    pub(crate) fn next(&mut self) {
        for record in &mut self.records {
            self.lsn += 1;
            self.seat = (self.seat + 7_919) % SEATS;
            let word = &mut self.words[self.seat as usize];
            let tick = u32::try_from(self.lsn).expect("a short run");
            let after = SeatWord::held(TakingId::FIRST, Tick::new(tick));
            *record = Record {
                lsn: Lsn::new(self.lsn),
                entry: Entry::Change(Change {
                    seat: SeatId::new(self.seat),
                    before: std::mem::replace(word, after),
                    after,
                    rest: 0,
                }),
            };
        }
    }

    /// The batch.
    pub(crate) fn batch(&self) -> Batch<'_> {
        Batch {
            clock: Moment::from_nanos(self.lsn),
            date: Date::from_unix_nanos(self.lsn),
            through: Lsn::new(self.lsn),
            takings: self.lsn,
            notes: &self.notes,
            records: &self.records,
        }
    }

    /// As many bytes as a ledger writes for it, and nearly the same ones.
    pub(crate) fn bytes(&self, into: &mut Vec<u8>) {
        into.clear();
        into.resize(88, 1);
        for record in &self.records {
            if let Some(change) = record.change() {
                let [seat, lsn] = [u64::from(change.seat.get()), record.lsn.get()]
                    .map(|number| number.to_le_bytes());
                into.extend_from_slice(&lsn[..4]);
                into.extend_from_slice(&seat[..4]);
                into.extend_from_slice(&change.before.bits().to_le_bytes());
                into.extend_from_slice(&change.after.bits().to_le_bytes());
            }
        }
        debug_assert_eq!(into.len(), 88 + self.records.len() * CHANGE_BYTES);
    }
}
