//! A seat's state as a value: 64 bits that say everything.
//!
//! ```text
//!   63 62 | 61 ............ 32 | 31 ............. 0
//!  status |       user         |       tick
//! ```
//!
//! | status | user field, 30 bits | tick field, 32 bits | meaning |
//! |---|---|---|---|
//! | 0 Available | upper part of the LSN | lower part of the LSN | free; the LSN is that of the change that freed it, 0 if none did |
//! | 1 Held | the taking, never 0 | the deadline's tick | held until that tick |
//! | 2 Booked | the taking, never 0 | low half of the LSN | sold to that taking |
//! | 2 Booked | 0 | low half of the LSN | withheld from sale |
//! | 3 InChange | descriptor slot 10, entry 6, upper 14 of the generation | lower 32 of the generation | a group change is passing through |
//!
//! Every combination of bits has one of these meanings, except Held by taking 0, which nothing here can make.
//!
//! **No word ever comes back.** An Available word carries an LSN, which is used once. A Held word names a taking,
//! which is used once, and a taking's deadline only grows. A Booked word names a taking and the change that
//! booked it. A CAS from a word that was seen before is therefore a CAS from the very state that was seen, and
//! the order of the changes is the order of their LSNs (see [`crate::tape`]).
//!
//! This file, and `free` and `row` below it, are the only ones that shift and mask these bits.

mod free;
mod row;

use std::fmt;

pub use free::FreeSeats;
pub(crate) use row::StatusRow;

use crate::{
    ids::{Lsn, TakingId},
    tick::Tick,
};

const STATUS_BITS: u32 = 2;
const USER_BITS: u32 = 30;
const TICK_BITS: u32 = 32;
const SLOT_BITS: u32 = 10;
const ENTRY_BITS: u32 = 6;
const GENERATION_BITS: u32 = 46;

const USER_SHIFT: u32 = TICK_BITS;
const STATUS_SHIFT: u32 = USER_SHIFT + USER_BITS;
const ENTRY_SHIFT: u32 = GENERATION_BITS;
const SLOT_SHIFT: u32 = ENTRY_SHIFT + ENTRY_BITS;

const USER_MASK: u64 = (1 << USER_BITS) - 1;
const TICK_MASK: u64 = (1 << TICK_BITS) - 1;
const PAYLOAD_MASK: u64 = (1 << STATUS_SHIFT) - 1;
const SLOT_MASK: u64 = (1 << SLOT_BITS) - 1;
const ENTRY_MASK: u64 = (1 << ENTRY_BITS) - 1;
const GENERATION_MASK: u64 = (1 << GENERATION_BITS) - 1;

const _: () = {
    assert!(STATUS_BITS + USER_BITS + TICK_BITS == u64::BITS);
    assert!(SLOT_BITS + ENTRY_BITS + GENERATION_BITS == USER_BITS + TICK_BITS);
    assert!(Lsn::BITS == USER_BITS + TICK_BITS);
    assert!(crate::limits::TAKINGS_MAX as u64 == USER_MASK);
    assert!(crate::limits::DESCRIPTORS_MAX as u64 == SLOT_MASK + 1);
    assert!(crate::limits::GROUP_SEATS_MAX as u64 == ENTRY_MASK + 1);
};

/// What a seat is, in two bits. The numbers are part of the binary seat map and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Status {
    /// Free to be held.
    Available = 0,
    /// Held by a taking until a deadline.
    Held = 1,
    /// Sold, or withheld from sale.
    Booked = 2,
    /// A group change is passing through. No reader is ever shown this.
    InChange = 3,
}

impl Status {
    /// The status that the lowest two bits stand for.
    const fn from_low_bits(bits: u64) -> Self {
        match bits & ((1 << STATUS_BITS) - 1) {
            0 => Self::Available,
            1 => Self::Held,
            2 => Self::Booked,
            _ => Self::InChange,
        }
    }
}

/// A seat's state, packed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SeatWord(u64);

/// A seat's state, unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Seat {
    /// Free.
    Available {
        /// The change that freed it; [`Lsn::NONE`] if it was never taken.
        freed_by: Lsn,
    },
    /// Held until a deadline.
    Held {
        /// Who holds it.
        taking: TakingId,
        /// The first tick at which the hold has expired.
        until: Tick,
    },
    /// Sold.
    Booked {
        /// Who bought it.
        taking: TakingId,
        /// The low half of the LSN of the change that booked it.
        lsn_low: u32,
    },
    /// Taken off sale by the operator.
    Withheld {
        /// The low half of the LSN of the change that withheld it.
        lsn_low: u32,
    },
    /// A group change is passing through.
    InChange(EntryRef),
}

/// Points from a seat in change to its entry in a group's descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EntryRef {
    /// Which descriptor.
    pub slot: u16,
    /// Which of its entries.
    pub entry: u8,
    /// Which use of the descriptor; modulo 2^46, as [`EntryRef::generation`] cuts it.
    pub generation: u64,
}

impl EntryRef {
    /// A generation cut to the width that a word has for it. It wraps after 70 trillion uses of one descriptor.
    pub const fn generation(uses: u64) -> u64 {
        uses & GENERATION_MASK
    }
}

impl SeatWord {
    /// A seat that was never taken: all bits zero.
    pub const FRESH: Self = Self::available(Lsn::NONE);

    /// A free seat.
    pub const fn available(freed_by: Lsn) -> Self {
        Self::pack(Status::Available, freed_by.get())
    }

    /// A held seat.
    pub const fn held(taking: TakingId, until: Tick) -> Self {
        Self::pack(
            Status::Held,
            (taking.get() as u64) << USER_SHIFT | until.get() as u64,
        )
    }

    /// A sold seat.
    pub const fn booked(taking: TakingId, lsn: Lsn) -> Self {
        Self::pack(
            Status::Booked,
            (taking.get() as u64) << USER_SHIFT | lsn.get() & TICK_MASK,
        )
    }

    /// A seat that is not for sale.
    pub const fn withheld(lsn: Lsn) -> Self {
        Self::pack(Status::Booked, lsn.get() & TICK_MASK)
    }

    /// A seat that a group change is passing through.
    pub const fn in_change(at: EntryRef) -> Self {
        let place = (at.slot as u64 & SLOT_MASK) << SLOT_SHIFT
            | (at.entry as u64 & ENTRY_MASK) << ENTRY_SHIFT;
        Self::pack(Status::InChange, place | at.generation & GENERATION_MASK)
    }

    /// The word as it is stored.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// A word as it was stored by [`SeatWord::bits`].
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The status alone.
    #[inline]
    pub const fn status(self) -> Status {
        Status::from_low_bits(self.0 >> STATUS_SHIFT)
    }

    /// Everything the word says.
    #[inline]
    pub const fn view(self) -> Seat {
        match self.status() {
            Status::Available => Seat::Available {
                freed_by: Lsn::new(self.0 & PAYLOAD_MASK),
            },
            Status::Held => match self.user() {
                Some(taking) => Seat::Held {
                    taking,
                    until: self.tick(),
                },
                // Nothing makes such a word. Read as withheld, a damaged one can at least not be sold.
                None => Seat::Withheld {
                    lsn_low: self.tick().get(),
                },
            },
            Status::Booked => match self.user() {
                Some(taking) => Seat::Booked {
                    taking,
                    lsn_low: self.tick().get(),
                },
                None => Seat::Withheld {
                    lsn_low: self.tick().get(),
                },
            },
            Status::InChange => Seat::InChange(EntryRef {
                slot: low_u16(self.0 >> SLOT_SHIFT & SLOT_MASK),
                entry: low_u8(self.0 >> ENTRY_SHIFT & ENTRY_MASK),
                generation: self.0 & GENERATION_MASK,
            }),
        }
    }

    /// Whether the seat is held and its deadline has come.
    #[inline]
    pub const fn is_expired(self, now: Tick) -> bool {
        matches!(self.status(), Status::Held) && self.tick().reached_at(now)
    }

    /// The deadline, if the seat is held.
    #[inline]
    pub const fn held_until(self) -> Option<Tick> {
        if matches!(self.status(), Status::Held) {
            Some(self.tick())
        } else {
            None
        }
    }

    /// Whether the seat is held until a tick that `matters`. Both are worked out, for sweeps over seats of which no
    /// branch could be foreseen.
    #[inline(always)]
    pub(crate) fn is_held_until(self, matters: impl FnOnce(Tick) -> bool) -> bool {
        matches!(self.status(), Status::Held) & matters(self.tick())
    }

    const fn pack(status: Status, payload: u64) -> Self {
        Self((status as u64) << STATUS_SHIFT | payload)
    }

    const fn status_bits(self) -> u32 {
        low_u32(self.0 >> STATUS_SHIFT)
    }

    const fn user(self) -> Option<TakingId> {
        TakingId::new(low_u32(self.0 >> USER_SHIFT & USER_MASK))
    }

    const fn tick(self) -> Tick {
        Tick::new(low_u32(self.0 & TICK_MASK))
    }
}

impl fmt::Debug for SeatWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "callers have masked the value to the width of its field"
)]
const fn low_u32(field: u64) -> u32 {
    field as u32
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "callers have masked the value to the width of its field"
)]
const fn low_u16(field: u64) -> u16 {
    field as u16
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "callers have masked the value to the width of its field"
)]
const fn low_u8(field: u64) -> u8 {
    field as u8
}

#[cfg(test)]
mod tests;
