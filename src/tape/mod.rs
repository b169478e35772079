//! The tape: every change of a shard's seats in the order of its LSN.
//!
//! A ring of cells. Taking a number by `fetch_add` is taking the place in the queue: number `n` belongs to cell
//! `n mod cells` and to nobody else. A change that loses its race publishes a void, so every number is answered
//! for, and the one reader goes on in contiguous order. Hence, per seat, per group and for whoever waited for an
//! answer, the order on the tape is the order of the changes. There is no lock and no allocation.
//!
//! **The price:** a thread that is stopped between taking and publishing holds up the reader, and so whatever waits
//! for it; it never holds up a seat.
//!
//! **Room:** a thread looks whether there is room, then takes its number. Between the two others may do the same, so
//! a margin of cells is kept back: the numbers of one group for each of [`limits::THREADS_MAX`] threads. No room:
//! the change answers 'busy' and nothing has happened. Should more threads than that race for the last cells, the
//! late ones wait for the reader before they write, which costs them time and nobody correctness.
//!
//! The ring with stamps is that of Dmitry Vyukov's bounded queue, with one difference: the producers' claim cannot
//! fail once it is made, so it is a `fetch_add` and not a CAS loop.

mod cell;
mod record;

pub use record::{Entry, Record};

use crossbeam::utils::CachePadded;

use crate::{
    ids::{Lsn, SeatId},
    limits,
    mutation::{self, Mutation},
    seat::{Change, Trail},
    sync::{
        self,
        atomic::{AtomicU64, Ordering},
    },
    tick::Tick,
};
use cell::Cell;

/// Everything that happened and was not read yet.
#[derive(Debug)]
pub struct Tape {
    /// The next number to be taken.
    taken: CachePadded<AtomicU64>,
    /// The next number to be read: all cells of smaller ones may be used again.
    read: CachePadded<AtomicU64>,
    /// 1 while there is a reader.
    reader: AtomicU64,
    cells: Box<[Cell]>,
    margin: u64,
}

/// The one who reads the tape. When it is dropped another can be had, which goes on where this one stopped.
#[derive(Debug)]
pub struct TapeReader<'t> {
    tape: &'t Tape,
    next: Lsn,
}

impl Tape {
    /// A tape of [`limits::TAPE_CELLS`].
    pub fn new() -> Self {
        Self::with_cells(limits::TAPE_CELLS, limits::TAPE_MARGIN)
    }

    /// A tape of `cells`, of which `margin` are kept back for threads between their look at the room and their
    /// number.
    ///
    /// # Panics
    /// Unless `cells` is a power of two and greater than `margin`.
    pub fn with_cells(cells: u32, margin: u32) -> Self {
        Self::after(Lsn::NONE, cells, margin)
    }

    /// As [`Tape::with_cells`], going on behind the changes up to `last`.
    ///
    /// # Panics
    /// As [`Tape::with_cells`].
    pub fn after(last: Lsn, cells: u32, margin: u32) -> Self {
        assert!(
            cells.is_power_of_two() && cells > margin,
            "a tape needs a power of two of cells, more than {margin}"
        );
        let first = last.plus(1).get();
        Self {
            taken: CachePadded::new(AtomicU64::new(first)),
            read: CachePadded::new(AtomicU64::new(first)),
            reader: AtomicU64::new(0),
            cells: (0..cells).map(|_| Cell::new()).collect(),
            margin: u64::from(margin),
        }
    }

    /// The number that the next change will get: all smaller ones are taken.
    pub fn next(&self) -> Lsn {
        // Relaxed: the number alone, nothing that was written before it was taken.
        Lsn::new(self.taken.load(Ordering::Relaxed))
    }

    /// How many changes were taken down and not read yet.
    pub fn depth(&self) -> u64 {
        // Relaxed: a figure for people; either may be older than the other.
        self.taken
            .load(Ordering::Relaxed)
            .saturating_sub(self.read.load(Ordering::Relaxed))
    }

    /// How many changes the tape holds before it answers 'busy'.
    pub fn room(&self) -> u64 {
        self.cells.len() as u64 - self.margin
    }

    /// The right to read, or `None` while somebody has it.
    pub fn reader(&self) -> Option<TapeReader<'_>> {
        // Acquire, with the Release in the last reader's drop: its `read` is where this one begins.
        let free = self
            .reader
            .compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed)
            .is_ok();
        // Relaxed: written by readers alone, and ordered by the line above.
        free.then(|| TapeReader {
            tape: self,
            next: Lsn::new(self.read.load(Ordering::Relaxed)),
        })
    }

    #[inline]
    fn cell(&self, lsn: Lsn) -> &Cell {
        let place = usize::try_from(lsn.get()).expect("seatlock runs on 64-bit machines");
        &self.cells[place & (self.cells.len() - 1)]
    }

    /// Waits until the reader has left the cells below `end` one lap ago.
    #[cold]
    fn wait_for_reader(&self, end: u64) {
        // Acquire: as in `take`.
        while self.read.load(Ordering::Acquire) + (self.cells.len() as u64) < end {
            sync::back_off(u32::MAX);
        }
    }
}

impl Default for Tape {
    fn default() -> Self {
        Self::new()
    }
}

impl Trail for Tape {
    #[inline]
    fn take(&self, count: u32) -> Option<Lsn> {
        let count = u64::from(count);
        // Acquire, with the Release of `TapeReader::give_back`: the reader has left the cells that are written next.
        let read = self.read.load(Ordering::Acquire);
        // Relaxed: a look. The margin makes up for what happens between it and the next line.
        if self.taken.load(Ordering::Relaxed) + count > read + self.room() {
            return None;
        }
        // Relaxed: what orders the numbers of two changes of one seat is that seat's word. The second has loaded, with
        // Acquire, what the first wrote, with Release, after taking its own number; so by coherence of this counter
        // the second's is greater.
        let first = self.taken.fetch_add(count, Ordering::Relaxed);
        if first + count > read + self.cells.len() as u64
            && !mutation::is(Mutation::ReaderNotWaitedFor)
        {
            self.wait_for_reader(first + count);
        }
        Some(Lsn::new(first))
    }

    #[inline]
    fn publish(&self, lsn: Lsn, change: Change) {
        self.cell(lsn).publish(lsn, change);
    }

    #[inline]
    fn void(&self, lsn: Lsn) {
        self.cell(lsn).void(lsn);
    }

    /// A tape keeps no marks.
    #[inline]
    fn mark(&self, _seat: SeatId, _until: Tick) {}
}

impl TapeReader<'_> {
    /// The number that is read next.
    pub fn position(&self) -> Lsn {
        self.next
    }

    /// Appends what is there to `batch`, up to `records_max` of them and in whole groups, and gives their cells back
    /// to the writers. Answers with how many there were; zero when there is nothing, or only part of a group, yet.
    pub fn read(&mut self, batch: &mut Vec<Record>, records_max: usize) -> usize {
        let start = batch.len();
        let mut whole = start;
        while let Some(record) = self.tape.cell(self.next).read(self.next) {
            if record.ends_group() {
                whole = batch.len() + 1;
            }
            batch.push(record);
            self.next = self.next.plus(1);
            if whole - start >= records_max {
                break;
            }
        }
        // What is left of a group that is not all there is read again the next time.
        if let Some(half) = batch.get(whole) {
            self.next = half.lsn;
        }
        batch.truncate(whole);
        if whole > start {
            self.give_back();
        }
        whole - start
    }

    fn give_back(&self) {
        // Release, with the Acquire of `Tape::take`: our loads of the cells come before anybody's new stores to them.
        self.tape.read.store(self.next.get(), Ordering::Release);
    }
}

impl Drop for TapeReader<'_> {
    fn drop(&mut self) {
        // Release, with the Acquire of `Tape::reader`.
        self.tape.reader.store(0, Ordering::Release);
    }
}

#[cfg(test)]
mod tests;
