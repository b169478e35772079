//! What a seat is shown as, and 32 of these in one machine word.

use crate::seat::Seat;

const SHOWN_BITS: u32 = 2;
const SHOWN_MASK: u64 = (1 << SHOWN_BITS) - 1;

/// What the world is shown of a seat. The numbers are part of the binary seat map and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Shown {
    /// Free to be held.
    Available = 0,
    /// Held until a deadline. It stays so until the hold is ended: by its owner, by the reaper, or by who steals it.
    Held = 1,
    /// Sold.
    Booked = 2,
    /// Kept from sale.
    Withheld = 3,
}

/// 32 statuses: two bits a seat, the first seat in the lowest bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Row(u64);

impl Shown {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Available, Self::Held, Self::Booked, Self::Withheld];

    /// What a seat is shown as after a change.
    ///
    /// # Panics
    /// For a seat in change, which is never on the tape.
    pub fn of(seat: Seat) -> Self {
        match seat {
            Seat::Available { .. } => Self::Available,
            Seat::Held { .. } => Self::Held,
            Seat::Booked { .. } => Self::Booked,
            Seat::Withheld { .. } => Self::Withheld,
            Seat::InChange(_) => unreachable!("a change ends in no seat in change"),
        }
    }

    /// Its word in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Held => "held",
            Self::Booked => "booked",
            Self::Withheld => "withheld",
        }
    }

    const fn from_low_bits(bits: u64) -> Self {
        match bits & SHOWN_MASK {
            0 => Self::Available,
            1 => Self::Held,
            2 => Self::Booked,
            _ => Self::Withheld,
        }
    }
}

impl Row {
    /// Seats in a row.
    pub const SEATS: u32 = u64::BITS / SHOWN_BITS;

    /// What the seat at `place` is.
    pub const fn shown(self, place: u32) -> Shown {
        Shown::from_low_bits(self.0 >> (SHOWN_BITS * place))
    }

    /// The row with another status at `place`.
    #[must_use]
    pub const fn with(self, place: u32, shown: Shown) -> Self {
        let shift = SHOWN_BITS * place;
        Self(self.0 & !(SHOWN_MASK << shift) | (shown as u64) << shift)
    }

    /// A row as it was sent.
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(u64::from_le_bytes(bytes))
    }

    /// The row as it is sent: four seats a byte, the first in the lowest bits of the first byte.
    pub const fn to_bytes(self) -> [u8; 8] {
        self.0.to_le_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_is_its_own() {
        for place in 0..Row::SEATS {
            for shown in Shown::ALL {
                let full = (0..Row::SEATS).fold(Row::default(), |row, other| {
                    row.with(other, Shown::Withheld)
                });
                let row = full.with(place, shown);
                for other in 0..Row::SEATS {
                    let expected = if other == place {
                        shown
                    } else {
                        Shown::Withheld
                    };
                    assert_eq!(row.shown(other), expected, "{place} {other}");
                }
            }
        }
    }

    #[test]
    fn the_first_four_seats_share_the_first_byte() {
        let row = Row::default()
            .with(1, Shown::Held)
            .with(3, Shown::Withheld)
            .with(4, Shown::Booked);
        assert_eq!(row.to_bytes(), [0b11_00_01_00, 0b10, 0, 0, 0, 0, 0, 0]);
        assert_eq!(Row::from_bytes(row.to_bytes()), row);
    }

    #[test]
    fn the_numbers_are_those_of_the_binary_map() {
        assert_eq!(Shown::ALL.map(|shown| shown as u8), [0, 1, 2, 3]);
    }
}
