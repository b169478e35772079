//! The wheel: reminds the reaper of seats whose holds may have expired.
//!
//! A hashed timing wheel (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", 1987, scheme 6), one slot a
//! tick, with bits for entries: slot `t mod slots` has a bit for each block of [`limits::BLOCK_SEATS`] seats, which
//! is set when one of them is held until `t`. Setting a bit that is set costs a load; nothing is allocated for a
//! hold and nothing is cancelled when it ends.
//!
//! **A mark is a reminder and carries no state.** Whether a hold has expired stands in the seat's word alone. A mark
//! that is lost, repeated or late can therefore free no live hold and sell no seat twice: it can only leave an
//! expired hold lying about for longer, where the next who wants the seat takes it anyway.
//!
//! **No mark is lost** all the same, and here is why. Two pairs of accesses, all of them sequentially consistent:
//!
//! - *Seat CAS, then mark load* against *mark swap, then seat load*. A holder that finds its block's bit set writes
//!   nothing. Either the bit was taken before, and then it is not found set; or it is taken after, and then the
//!   sweep's look at the seat comes after the hold.
//! - *Mark, then cursor load* against *cursor store, then mark swap*. A holder works out its slot from a cursor that
//!   may be old by the time it sets the bit. It looks at the cursor once more afterwards: if that has reached its
//!   tick, the sweep may have passed the slot already, and it marks the next one too; if not, the sweep is still to
//!   come.
//!
//! The second pair alone would do for deadlines within a rotation. The first one is for those beyond it: their slot
//! is swept a rotation early, and looking at the cursor then tells the holder nothing.

mod marks;

use crossbeam::utils::CachePadded;

use crate::{
    ids::{Lsn, SeatId},
    limits,
    mutation::{self, Mutation},
    seat::{Change, Trail},
    sync::atomic::{AtomicU64, Ordering},
    tick::{Moment, Tick},
};
use marks::Marks;

/// Marks for the seats of one shard.
#[derive(Debug)]
pub struct Wheel {
    marks: Marks,
    slots: u64,
    /// The last tick whose slot was swept or is being swept, in full width.
    cursor: CachePadded<AtomicU64>,
}

impl Wheel {
    /// A wheel for `seats`, with [`limits::WHEEL_SLOTS`] slots, which has swept everything up to `now`.
    pub fn new(seats: u32, now: Moment) -> Self {
        Self::with_slots(seats, limits::WHEEL_SLOTS, now)
    }

    /// A wheel with another number of slots.
    ///
    /// # Panics
    /// Unless `slots` is a power of two.
    pub fn with_slots(seats: u32, slots: u32, now: Moment) -> Self {
        assert!(
            slots.is_power_of_two(),
            "the number of slots divides that of the ticks"
        );
        Self {
            marks: Marks::new(slots, seats.div_ceil(limits::BLOCK_SEATS)),
            slots: u64::from(slots),
            cursor: CachePadded::new(AtomicU64::new(now.ticks())),
        }
    }

    /// The last tick that was swept, in full width.
    pub fn cursor(&self) -> u64 {
        // Relaxed: a figure for people.
        self.cursor.load(Ordering::Relaxed)
    }

    /// Whether a deadline falls into the slot of `tick`, in whichever rotation.
    #[inline]
    pub fn falls_into_slot(&self, tick: u64, until: Tick) -> bool {
        (u64::from(until.get()) ^ tick) & (self.slots - 1) == 0
    }

    /// Whether a look at a slot comes around for this deadline again: it falls into the slot, and a rotation or more
    /// after `tick`.
    #[inline]
    pub fn comes_around(&self, tick: u64, until: Tick) -> bool {
        !until.reached_at(Tick::of(tick)) && self.falls_into_slot(tick, until)
    }

    /// Goes through the slots of all ticks up to `now` that were not swept yet, takes their marks, and calls `visit`
    /// with the tick of the slot and each marked block. One thread at a time.
    ///
    /// A wheel that was stopped for longer than a rotation sweeps each slot once.
    pub fn sweep(&self, now: Moment, mut visit: impl FnMut(u64, u32)) {
        // Relaxed: only sweeps write the cursor, and there is one at a time.
        let swept = self
            .cursor
            .load(Ordering::Relaxed)
            .max(now.ticks().saturating_sub(self.slots));
        for tick in swept + 1..=now.ticks() {
            // SeqCst, before the swaps: the first half of the sweep's side of the second pair (see above).
            self.cursor.store(tick, Ordering::SeqCst);
            mutation::fence(Mutation::NoFenceAfterCursor);
            self.marks.take(self.slot(tick), |block| visit(tick, block));
        }
    }

    /// The full tick of the slot to be marked for a deadline: not one that was swept already.
    #[inline]
    fn due(cursor: u64, until: Tick) -> u64 {
        let ahead = until.since(Tick::of(cursor));
        cursor + u64::try_from(ahead).unwrap_or(0).max(1)
    }

    #[inline]
    fn slot(&self, tick: u64) -> usize {
        // A mask, because a remainder by a number that the compiler does not know costs as much as the whole hold.
        usize::try_from(tick & (self.slots - 1)).expect("fewer slots than addresses")
    }
}

impl Trail for Wheel {
    /// A wheel gives out no numbers.
    #[inline]
    fn take(&self, _count: u32) -> Option<Lsn> {
        Some(Lsn::NONE)
    }

    #[inline]
    fn publish(&self, _lsn: Lsn, _change: Change) {}

    #[inline]
    fn void(&self, _lsn: Lsn) {}

    #[inline]
    fn mark(&self, seat: SeatId, until: Tick) {
        // Relaxed: however old it is, the last line sees to it.
        let mut due = Self::due(self.cursor.load(Ordering::Relaxed), until);
        // Between making the seat Held and looking at the mark.
        mutation::fence(Mutation::NoFenceBeforeMark);
        loop {
            self.marks.set(self.slot(due), seat.block());
            mutation::fence(Mutation::NoFenceAfterMark);
            // SeqCst: the second half of the holder's side of the second pair.
            let cursor = self.cursor.load(Ordering::SeqCst);
            if cursor < due || mutation::is(Mutation::CursorNotLookedAtAgain) {
                return;
            }
            due = cursor + 1;
        }
    }
}

#[cfg(test)]
mod tests;
