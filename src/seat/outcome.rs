//! How changes of one seat end, and which maps there cannot be.

use std::fmt;

use super::{step::Refusal, word::SeatWord};
use crate::{ids::Lsn, limits};

/// How a change of one seat ended.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The seat went from one word to the other.
    Done {
        /// What it was.
        before: SeatWord,
        /// What it is.
        after: SeatWord,
        /// The change's place in the order of all changes.
        lsn: Lsn,
    },
    /// The seat was as asked for; nothing changed.
    Already {
        /// What it was.
        saw: SeatWord,
    },
    /// The seat was in no state for this; nothing changed. True at the load that saw the word.
    Refused {
        /// What it was.
        saw: SeatWord,
        /// What stood in the way.
        why: Refusal,
    },
    /// There was no room for the change's record; nothing changed. Worth trying again a little later.
    Busy {
        /// What the seat was.
        saw: SeatWord,
    },
}

/// A number of seats that a map cannot have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatCountError {
    /// The number that was asked for.
    pub asked: u32,
}

impl fmt::Display for SeatCountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a map has 1 to {} seats, not {}",
            limits::SEATS_MAX,
            self.asked
        )
    }
}

impl std::error::Error for SeatCountError {}
