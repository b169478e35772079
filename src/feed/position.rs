//! Places in an event's history, as clients keep them.

use std::{fmt, str::FromStr};

use crate::ids::Lsn;

/// What LSNs are counted in: as long as they go on, over one process or over all that share a ledger, it stays.
///
/// Without a ledger a restarted server counts from one again. Its positions must not be taken for those of the
/// process before it, so each process draws a life at random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Life(u32);

/// The state of an event after a change, as text `9f31c2aa-1234`: the life in hexadecimal, the LSN in decimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    /// What the LSN is counted in.
    pub life: Life,
    /// The last change that is in it.
    pub lsn: Lsn,
}

/// The text is no position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoPosition;

impl Life {
    /// A life from its number.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{}", self.life.0, self.lsn.get())
    }
}

impl FromStr for Position {
    type Err = NoPosition;

    /// Takes only what [`Position`]'s `Display` gives: there is one text for each position.
    fn from_str(text: &str) -> Result<Self, NoPosition> {
        let (life, number) = text.split_once('-').ok_or(NoPosition)?;
        let life = u32::from_str_radix(life, 16).map_err(|_| NoPosition)?;
        let number: u64 = number.parse().map_err(|_| NoPosition)?;
        if number.leading_zeros() < u64::BITS - Lsn::BITS {
            return Err(NoPosition);
        }
        let position = Self {
            life: Life(life),
            lsn: Lsn::new(number),
        };
        if position.to_string() == text {
            Ok(position)
        } else {
            Err(NoPosition)
        }
    }
}

impl fmt::Display for NoPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a position looks like 9f31c2aa-1234")
    }
}

impl std::error::Error for NoPosition {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_back_from_its_text() {
        for (life, lsn) in [(0, 0), (1, 1), (u32::MAX, (1 << Lsn::BITS) - 1)] {
            let position = Position {
                life: Life::new(life),
                lsn: Lsn::new(lsn),
            };
            assert_eq!(position.to_string().parse(), Ok(position));
        }
    }

    #[test]
    fn other_texts_are_no_positions() {
        for text in [
            "",
            "-",
            "12",
            "0000000a",
            "0000000a-",
            "-1",
            "0000000A-1",
            "a-1",
            "0000000a-01",
            "0000000a-+1",
            "0000000a--1",
            "0000000a-1 ",
            "0000000a-4611686018427387904",
            "0000000a-18446744073709551616",
        ] {
            assert_eq!(text.parse::<Position>(), Err(NoPosition), "{text:?}");
        }
    }
}
