//! The ledger as a whole, on a storage in memory: what is appended is read again, whatever happened in between.

mod bounds;
mod damage;
mod model;
mod regressions;
mod shelf;
mod watched;

use bytes::Bytes;

use super::*;
use crate::{
    ids::{Lsn, SeatId, TakingId},
    ledger::{
        AppendError, Batch, Key, Ledger, Note, NoteList, NoteRef, State,
        storage::{Disk, DiskError, Storage},
    },
    seat::{Change, SeatWord},
    tape::{Entry as TapeEntry, Record},
    tick::{Date, Moment, Tick},
};
use shelf::Shelf;

/// Small enough that everything happens often.
const SMALL: Options = Options {
    budget_bytes: 8 << 10,
    segment_bytes_max: 4 << 10,
    own_thread: false,
    id: Some([7; 16]),
};

fn open(shelf: &Shelf, options: Options) -> Result<(FileLedger, State), OpenError> {
    FileLedger::open(Box::new(shelf.clone()), options, &mut |_| {})
}

fn opened(shelf: &Shelf, options: Options) -> (FileLedger, State) {
    open(shelf, options).unwrap_or_else(|error| panic!("{error}"))
}

/// Makes batches that follow from one another.
#[derive(Debug, Default)]
struct Author {
    state: State,
    lsn: u64,
    records: Vec<Record>,
    notes: NoteList,
}

impl Author {
    /// The next change of a seat, or a void.
    fn change(&mut self, seat: u32, is_void: bool) {
        self.lsn += 1;
        let lsn = Lsn::new(self.lsn);
        let seat = SeatId::new(seat);
        let mut of_seat = self.records.iter().rev().filter_map(Record::change);
        let last = of_seat.find(|change| change.seat == seat);
        let fresh = self
            .notes
            .iter()
            .any(|note| matches!(note, NoteRef::Fresh(seats) if seats.contains(&seat)));
        let before = last.map_or_else(
            || {
                if fresh {
                    SeatWord::FRESH
                } else {
                    self.state.word(seat)
                }
            },
            |last| last.after,
        );
        let after = SeatWord::held(
            TakingId::FIRST,
            Tick::new(u32::try_from(self.lsn).expect("a short test")),
        );
        let change = Change {
            seat,
            before,
            after,
            rest: 0,
        };
        let entry = if is_void {
            TapeEntry::Void
        } else {
            TapeEntry::Change(change)
        };
        self.records.push(Record { lsn, entry });
    }

    fn put(&mut self, id: u128, value: &[u8]) {
        let (key, value) = (Key { kind: 1, id }, Bytes::copy_from_slice(value));
        self.notes.push(&Note::Put { key, value });
    }

    fn forget(&mut self, id: u128) {
        self.notes.push(&Note::Forget {
            key: Key { kind: 1, id },
        });
    }

    fn fresh(&mut self, start: u32, end: u32) {
        let seats = SeatId::new(start)..SeatId::new(end);
        self.notes.push(&Note::Fresh { seats });
    }

    fn batch(&self) -> Batch<'_> {
        Batch {
            clock: Moment::from_nanos(self.lsn * 3),
            date: Date::from_unix_nanos(self.lsn * 5),
            through: Lsn::new(self.lsn),
            takings: self.lsn * 7,
            notes: &self.notes,
            records: &self.records,
        }
    }

    fn try_append(&mut self, to: &mut FileLedger) -> Result<(), AppendError> {
        to.append(&self.batch())?;
        let mut state = std::mem::take(&mut self.state);
        state.apply(&self.batch()).expect("it follows");
        self.state = state;
        self.records.clear();
        self.notes.clear();
        Ok(())
    }

    fn append(&mut self, to: &mut FileLedger) {
        self.try_append(to)
            .unwrap_or_else(|error| panic!("{error}"));
    }
}

#[track_caller]
fn assert_same(found: &State, expected: &State) {
    let heads = [found, expected].map(|state| {
        (
            state.clock(),
            state.date(),
            state.through(),
            state.takings(),
        )
    });
    assert_eq!(heads[0], heads[1]);
    assert!(found.words().eq(expected.words()), "the words differ");
    let notes = [found, expected].map(|state| {
        let mut notes: Vec<_> = state.notes().collect();
        notes.sort_unstable();
        notes
    });
    assert_eq!(notes[0], notes[1]);
}

#[test]
fn an_empty_folder_becomes_a_ledger_of_nothing() {
    let shelf = Shelf::default();
    let (_, state) = opened(&shelf, SMALL);
    assert_same(&state, &State::new());
    let (_, state) = opened(&shelf, SMALL);
    assert_same(&state, &State::new());
}

#[test]
fn what_was_appended_is_there_after_a_stop_and_after_a_crash() {
    for crash in [false, true] {
        let (shelf, mut author) = (Shelf::default(), Author::default());
        for _ in 0..5 {
            let (mut ledger, state) = opened(&shelf, SMALL);
            assert_same(&state, &author.state);
            for seat in 0..3 {
                author.change(seat, false);
                author.change(seat, true);
                author.put(u128::from(seat), b"note");
                author.append(&mut ledger);
                ledger.idle().expect("the disk is sound");
            }
            if crash {
                std::mem::forget(ledger);
            }
        }
    }
}

#[test]
fn a_batch_that_is_longer_than_a_segment_has_one_of_its_own() {
    let (shelf, mut author) = (Shelf::default(), Author::default());
    let (mut ledger, _) = opened(&shelf, SMALL);
    for len in [10, 50_000, 10, 4_096, 100_000] {
        author.put(1, &vec![1; len]);
        author.append(&mut ledger);
    }
    drop(ledger);
    assert_same(&opened(&shelf, SMALL).1, &author.state);
}

#[test]
fn what_this_format_has_no_room_for_is_refused() {
    let (shelf, mut author) = (Shelf::default(), Author::default());
    let (mut ledger, _) = opened(&shelf, SMALL);
    author.change(u32::MAX, false);
    for _ in 0..2 {
        let refused = author.try_append(&mut ledger);
        assert!(
            matches!(refused, Err(AppendError::Failed(_))),
            "and it stays so"
        );
    }
    drop(ledger);
    assert_same(&opened(&shelf, SMALL).1, &State::new());
}

#[test]
fn a_thread_of_its_own_makes_the_segments_on_a_disk() {
    let folder = std::env::temp_dir().join(format!("seatlock-ledger-{}", std::process::id()));
    let options = Options {
        own_thread: true,
        ..SMALL
    };
    let mut author = Author::default();
    let disk = || Box::new(Disk::open(&folder).expect("a folder"));
    for _ in 0..3 {
        let (mut ledger, state) = FileLedger::open(disk(), options, &mut |_| {}).expect("a ledger");
        assert_same(&state, &author.state);
        for turn in 0..300 {
            author.change(turn % 50, false);
            author.append(&mut ledger);
        }
        let stats = ledger.stats();
        assert_eq!(stats.appends(), 300);
        assert!(
            stats.segments_removed() > 0 && stats.bytes_on_disk() < 100_000,
            "{stats:?}"
        );
    }
    std::fs::remove_dir_all(&folder).expect("it was there");
}

#[test]
fn one_process_at_a_time_has_the_folder_and_others_may_look() {
    let folder = std::env::temp_dir().join(format!("seatlock-lock-{}", std::process::id()));
    let disk = Disk::open(&folder).expect("a folder");
    assert!(matches!(Disk::open(&folder), Err(DiskError::InUse(_))));
    let (mut ledger, _) = FileLedger::open(Box::new(disk), SMALL, &mut |_| {}).expect("a ledger");
    let mut author = Author::default();
    author.change(3, false);
    author.append(&mut ledger);
    let look = Disk::look(&folder);
    assert_same(
        &inspect(&look, &mut |_| {}).expect("whole").state,
        &author.state,
    );
    assert!(look.create("something").is_err() && look.remove("lock").is_err());
    drop(ledger);
    assert!(Disk::open(&folder).is_ok(), "it is free again");
    std::fs::remove_dir_all(&folder).expect("it was there");
}
