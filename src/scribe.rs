//! The scribe: reads the tape and keeps the mirrors.
//!
//! One thread. It gathers whatever whole groups are on the tape into one batch, applies them to the mirrors of their
//! maps and shows them to whoever else wants to know, in the one order that there is. A mirror is a plain array that
//! this thread alone looks at: the state of all seats of a map at one instant, namely after the change
//! [`Mirror::applied`].

use std::fmt;

use crate::{
    ids::{Lsn, SeatId},
    limits,
    seat::{Change, SeatWord},
    tape::{Record, TapeReader},
};

/// All seats as the changes up to one LSN have left them.
#[derive(Debug)]
pub struct Mirror {
    seats: Vec<Mirrored>,
    applied: Lsn,
}

/// A seat's word and the last change of it: side by side, as one is never asked for without the other where it matters.
#[derive(Debug, Clone, Copy)]
struct Mirrored {
    word: SeatWord,
    lsn: Lsn,
}

/// A change on the tape that does not follow from the ones before it. It means that the core is broken or the memory
/// is: nothing that was answered since can be relied on, so whoever sees it must stop serving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfOrder {
    /// Its number.
    pub lsn: Lsn,
    /// What it says.
    pub change: Change,
    /// What the seat was by then.
    pub found: SeatWord,
    /// The change that made it so.
    pub since: Lsn,
}

/// Reads the tape batch by batch.
#[derive(Debug)]
pub struct Scribe<'t> {
    reader: TapeReader<'t>,
    batch: Vec<Record>,
}

impl Mirror {
    /// The mirror of `seats` that were never taken.
    pub fn new(seats: u32) -> Self {
        let fresh = Mirrored {
            word: SeatWord::FRESH,
            lsn: Lsn::NONE,
        };
        Self {
            seats: vec![fresh; seats as usize],
            applied: Lsn::NONE,
        }
    }

    /// The mirror of seats of which these were something after the change `applied`.
    #[must_use]
    pub fn restored(
        mut self,
        words: impl IntoIterator<Item = (SeatId, SeatWord)>,
        applied: Lsn,
    ) -> Self {
        for (seat, word) in words {
            self.seats[seat.index()] = Mirrored { word, lsn: applied };
        }
        self.applied = applied;
        self
    }

    /// What the seat was after the last change that was applied.
    pub fn word(&self, seat: SeatId) -> SeatWord {
        self.seats[seat.index()].word
    }

    /// The last change of the seat.
    pub fn lsn(&self, seat: SeatId) -> Lsn {
        self.seats[seat.index()].lsn
    }

    /// The last change that was applied.
    pub fn applied(&self) -> Lsn {
        self.applied
    }

    /// Applies the next record.
    ///
    /// # Errors
    /// If it does not follow from what was applied before; the mirror is then as it was.
    pub fn apply(&mut self, record: &Record) -> Result<(), OutOfOrder> {
        if let Some(change) = record.change() {
            let seat = &mut self.seats[change.seat.index()];
            if seat.word != change.before {
                return Err(OutOfOrder {
                    lsn: record.lsn,
                    change,
                    found: seat.word,
                    since: seat.lsn,
                });
            }
            *seat = Mirrored {
                word: change.after,
                lsn: record.lsn,
            };
        }
        self.applied = record.lsn;
        Ok(())
    }
}

impl<'t> Scribe<'t> {
    /// A scribe for what the reader has yet to read.
    pub fn new(reader: TapeReader<'t>) -> Self {
        let batch =
            Vec::with_capacity((limits::BATCH_CHANGES_MAX + limits::GROUP_SEATS_MAX) as usize);
        Self { reader, batch }
    }

    /// The number that is read next.
    pub fn position(&self) -> Lsn {
        self.reader.position()
    }

    /// The next records, in whole groups; none when there is nothing to read for now.
    pub fn next_batch(&mut self) -> &[Record] {
        self.batch.clear();
        self.reader
            .read(&mut self.batch, limits::BATCH_CHANGES_MAX as usize);
        &self.batch
    }
}

impl fmt::Display for OutOfOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            lsn,
            change,
            found,
            since,
        } = self;
        write!(
            f,
            "{lsn} says that {} was {:?}, but since {since} it was {found:?}",
            change.seat, change.before
        )
    }
}

impl std::error::Error for OutOfOrder {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::TakingId,
        seat::{Seats, Trail},
        tape::Tape,
        tick::Tick,
    };

    #[test]
    fn the_mirror_ends_as_the_seats_are() {
        let tape = Tape::with_cells(64, 0);
        let seats = Seats::new(3, &tape).expect("a valid count");
        let (now, until) = (Tick::new(0), Tick::new(5));
        let mut taking = TakingId::FIRST;
        for seat in (0..3).map(SeatId::new) {
            let _ = seats.hold(seat, taking, until, now);
            taking = taking.next();
        }
        let _ = seats.confirm(SeatId::new(1), TakingId::FIRST.next(), now);
        let _ = seats.release(SeatId::new(0), TakingId::FIRST, now);

        let mut scribe = Scribe::new(tape.reader().expect("the first reader"));
        let mut mirror = Mirror::new(3);
        let batch = scribe.next_batch();
        assert_eq!(batch.len(), 5);
        assert_eq!(
            batch.iter().try_for_each(|record| mirror.apply(record)),
            Ok(())
        );
        assert_eq!(mirror.applied(), Lsn::new(5));
        for seat in (0..3).map(SeatId::new) {
            assert_eq!(mirror.word(seat), seats.read(seat));
        }
    }

    #[test]
    fn a_record_that_does_not_follow_is_refused() {
        let tape = Tape::with_cells(64, 0);
        let lsn = tape.take(1).expect("room");
        let before = SeatWord::withheld(Lsn::new(9));
        let change = Change {
            seat: SeatId::new(0),
            before,
            after: SeatWord::FRESH,
            rest: 0,
        };
        tape.publish(lsn, change);
        let mut scribe = Scribe::new(tape.reader().expect("the first reader"));
        let expected = OutOfOrder {
            lsn,
            change,
            found: SeatWord::FRESH,
            since: Lsn::NONE,
        };
        assert_eq!(Mirror::new(1).apply(&scribe.next_batch()[0]), Err(expected));
    }
}
