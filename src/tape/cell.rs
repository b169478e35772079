//! One cell of the tape: a record and the stamp that says whose it is.
//!
//! ```text
//!  stamp   63 | 62 ........... 0        head   63 ... 40 | 39 .. 32 | 31 .......... 0
//!         void|      LSN                         zero    |   rest   |      seat
//! ```

use super::record::{Entry, Record};
use crate::{
    ids::{Lsn, SeatId},
    mutation::{self, Mutation},
    seat::{Change, SeatWord},
    sync::atomic::{AtomicU64, Ordering},
};

const VOID: u64 = 1 << 63;
const REST_SHIFT: u32 = 32;

/// A place on the tape that is used once a lap.
#[derive(Debug)]
pub(super) struct Cell {
    stamp: AtomicU64,
    head: AtomicU64,
    before: AtomicU64,
    after: AtomicU64,
}

impl Cell {
    pub(super) fn new() -> Self {
        let zero = || AtomicU64::new(0);
        Self {
            stamp: zero(),
            head: zero(),
            before: zero(),
            after: zero(),
        }
    }

    /// Writes a change down.
    #[inline]
    pub(super) fn publish(&self, lsn: Lsn, change: Change) {
        // Relaxed: the stamp's Release, below, makes all three visible to the reader. That the reader is done with
        // the cell's last lap, the writer knows from the room that it saw with Acquire.
        self.head.store(
            u64::from(change.rest) << REST_SHIFT | u64::from(change.seat.get()),
            Ordering::Relaxed,
        );
        self.before.store(change.before.bits(), Ordering::Relaxed);
        self.after.store(change.after.bits(), Ordering::Relaxed);
        // Release, with the Acquire of `read`.
        let release = mutation::ordering(Ordering::Release, Mutation::StampRelaxed);
        self.stamp.store(lsn.get(), release);
    }

    /// Writes down that nothing happened.
    #[inline]
    pub(super) fn void(&self, lsn: Lsn) {
        // Release: as a change's stamp. There is nothing beside it to make visible, but the void orders what its
        // writer did before it, the lost CAS, before what the reader does after it.
        self.stamp.store(lsn.get() | VOID, Ordering::Release);
    }

    /// The record with this LSN, once it is there.
    #[inline]
    pub(super) fn read(&self, lsn: Lsn) -> Option<Record> {
        // Acquire, with the Release of `publish` and `void`.
        let stamp = self.stamp.load(Ordering::Acquire);
        if stamp & !VOID != lsn.get() {
            return None;
        }
        let entry = if stamp & VOID == 0 {
            Entry::Change(self.change())
        } else {
            Entry::Void
        };
        Some(Record { lsn, entry })
    }

    fn change(&self) -> Change {
        // Relaxed: ordered by the stamp's Acquire, which came before.
        let [head, before, after] =
            [&self.head, &self.before, &self.after].map(|field| field.load(Ordering::Relaxed));
        let seat = u32::try_from(head & u64::from(u32::MAX)).expect("masked to 32 bits");
        let rest = u8::try_from(head >> REST_SHIFT & u64::from(u8::MAX)).expect("masked to 8 bits");
        Change {
            seat: SeatId::new(seat),
            before: SeatWord::from_bits(before),
            after: SeatWord::from_bits(after),
            rest,
        }
    }
}
