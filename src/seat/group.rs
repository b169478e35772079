//! Changes of several seats at one instant: what is asked for and how it ends. How it is done is in `protocol`.

mod protocol;

use std::fmt;

use super::{
    step::{Refusal, Step},
    word::SeatWord,
};
use crate::{
    ids::{Lsn, SeatId},
    limits,
};

/// Steps for 1 to [`limits::GROUP_SEATS_MAX`] different seats, in ascending order: to be taken all or none.
#[derive(Debug, Clone, Copy)]
pub struct Group<'s> {
    steps: &'s [(SeatId, Step)],
}

/// Why steps do not make a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupError {
    /// There are none.
    Empty,
    /// There are more than [`limits::GROUP_SEATS_MAX`].
    TooMany,
    /// This seat is named twice.
    Twice(SeatId),
    /// This seat comes after one with a greater number.
    Unsorted(SeatId),
}

/// How a group change ended.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupOutcome {
    /// All seats changed, at one instant.
    Done {
        /// The LSN of the first seat's change; the others follow one by one.
        first: Lsn,
    },
    /// All seats were as asked for, at one instant; nothing changed.
    Already,
    /// At least one seat was in the way; nothing changed.
    Refused {
        /// Each seat that was in the way when it was looked at, in ascending order. Never empty.
        in_the_way: Vec<InTheWay>,
    },
    /// There was no room for the records, no descriptor left, or too many lost races; nothing changed.
    Busy,
}

/// A seat that kept a group from changing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InTheWay {
    /// Which seat.
    pub seat: SeatId,
    /// What it was.
    pub saw: SeatWord,
    /// Why that was in the way.
    pub why: Refusal,
}

impl<'s> Group<'s> {
    /// Checks steps that are in order.
    ///
    /// # Errors
    /// [`GroupError`] names the first thing that is wrong.
    pub fn new(steps: &'s [(SeatId, Step)]) -> Result<Self, GroupError> {
        if steps.is_empty() {
            return Err(GroupError::Empty);
        }
        if steps.len() > limits::GROUP_SEATS_MAX as usize {
            return Err(GroupError::TooMany);
        }
        for pair in steps.windows(2) {
            let (before, seat) = (pair[0].0, pair[1].0);
            if before == seat {
                return Err(GroupError::Twice(seat));
            }
            if before > seat {
                return Err(GroupError::Unsorted(seat));
            }
        }
        Ok(Self { steps })
    }

    /// Sorts steps by seat, then checks them.
    ///
    /// # Errors
    /// [`GroupError`], never `Unsorted`.
    pub fn sort(steps: &'s mut [(SeatId, Step)]) -> Result<Self, GroupError> {
        steps.sort_unstable_by_key(|&(seat, _)| seat);
        Self::new(steps)
    }

    /// How many seats there are: 1 to 64.
    pub fn seat_count(&self) -> u32 {
        u32::try_from(self.steps.len()).expect("a group has at most 64 seats")
    }
}

impl fmt::Display for GroupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a group has at least one seat"),
            Self::TooMany => write!(f, "a group has at most {} seats", limits::GROUP_SEATS_MAX),
            Self::Twice(seat) => write!(f, "{seat} is named twice"),
            Self::Unsorted(seat) => write!(f, "{seat} is out of order"),
        }
    }
}

impl std::error::Error for GroupError {}
