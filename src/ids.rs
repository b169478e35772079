//! The numbers that name things: a seat, a taking of seats, a change.

use std::fmt;

use crate::limits;

/// A seat's place in its map, counted from zero. Labels are for people and live on a higher floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeatId(u32);

impl SeatId {
    /// Names seat number `index` of a map. Whether the map has such a seat is the map's to say
    /// ([`crate::seat::Seats::seat`]).
    pub const fn new(index: u32) -> Self {
        Self(index)
    }

    /// The seat's number, counted from zero.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The seat's number as an index into an array.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The block of [`limits::BLOCK_SEATS`] seats that this one belongs to.
    pub const fn block(self) -> u32 {
        self.0 / limits::BLOCK_SEATS
    }
}

/// One taking of seats by a user: 30 bits, never zero.
///
/// It does not name a person. Every request that takes seats gets a fresh one, so a word that says "held by
/// this taking until then" is never written twice (see [`crate::seat`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TakingId(u32);

impl TakingId {
    /// The smallest id.
    pub const FIRST: Self = Self(1);

    /// An id from its number, or `None` for zero and beyond 30 bits.
    pub const fn new(number: u32) -> Option<Self> {
        if number == 0 || number > limits::TAKINGS_MAX {
            None
        } else {
            Some(Self(number))
        }
    }

    /// The id's number.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The id after this one; after the largest comes [`TakingId::FIRST`].
    #[must_use]
    pub const fn next(self) -> Self {
        if self.0 == limits::TAKINGS_MAX {
            Self::FIRST
        } else {
            Self(self.0 + 1)
        }
    }
}

/// Log sequence number: a change's place in the order of all changes of a shard. 62 bits, counted from one.
///
/// At 26 million changes a second the numbers last for 5,600 years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lsn(u64);

impl Lsn {
    /// 'No change': what a seat carries that was never taken, and what a map without a tape gives out.
    pub const NONE: Self = Self(0);

    /// Bits of a number.
    pub const BITS: u32 = 62;

    /// A number from its value.
    ///
    /// # Panics
    /// Beyond 62 bits, which no counter here can reach.
    pub const fn new(value: u64) -> Self {
        assert!(value >> Self::BITS == 0, "an LSN has 62 bits");
        Self(value)
    }

    /// The number's value.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The number `count` places later.
    #[must_use]
    pub const fn plus(self, count: u32) -> Self {
        Self::new(self.0 + count as u64)
    }
}

impl fmt::Display for SeatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seat {}", self.0)
    }
}

impl fmt::Display for TakingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "taking {}", self.0)
    }
}

impl fmt::Display for Lsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LSN {}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taking_is_never_zero_and_wraps_to_the_first() {
        assert_eq!(TakingId::new(0), None);
        assert_eq!(TakingId::new(limits::TAKINGS_MAX + 1), None);
        let last = TakingId::new(limits::TAKINGS_MAX).expect("the largest id");
        assert_eq!(last.next(), TakingId::FIRST);
        assert_eq!(TakingId::FIRST.next().get(), 2);
    }

    #[test]
    fn blocks_are_sixty_four_seats() {
        assert_eq!(SeatId::new(63).block(), 0);
        assert_eq!(SeatId::new(64).block(), 1);
    }
}
