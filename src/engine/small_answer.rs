//! The engine's answers: a question has its own type, and losing a race is an answer like the others.

use crate::{
    ids::Lsn,
    seat::{SeatWord, Status},
    tick::{Moment, Tick},
};

/// How a hold was answered.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldAnswer {
    /// The seat is held for the user.
    Held {
        /// The change's place in the order of all changes.
        lsn: Lsn,
        /// The first moment at which it has expired.
        deadline: Moment,
    },
    /// There is no seat with this number.
    NoSuchSeat,
    /// Somebody holds it, perhaps the same user.
    AlreadyHeld,
    /// It is sold, or withheld from sale.
    AlreadyBooked,
    /// There was no room to write the change down; nothing changed. Worth trying again.
    Busy,
}

/// How a confirm was answered.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfirmAnswer {
    /// The seat is the user's.
    Booked {
        /// The change's place in the order of all changes.
        lsn: Lsn,
    },
    /// There is no seat with this number.
    NoSuchSeat,
    /// Nobody holds it: it is free or sold.
    NotHeld,
    /// The deadline has come. The seat is free.
    Expired,
    /// Somebody else holds it.
    NotYours,
    /// There was no room to write the change down; nothing changed. Worth trying again.
    Busy,
}

/// How a release was answered.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleaseAnswer {
    /// The seat was held and is free.
    Released {
        /// The change's place in the order of all changes.
        lsn: Lsn,
    },
    /// It was free; nothing changed.
    AlreadyFree,
    /// There is no seat with this number.
    NoSuchSeat,
    /// It is sold, or withheld from sale.
    AlreadyBooked,
    /// There was no room to write the change down; nothing changed. Worth trying again.
    Busy,
}

impl HoldAnswer {
    /// The refusal that a seat's word means for a hold, if it stands in the way of one.
    pub(super) fn in_the_way(word: SeatWord, now: Tick) -> Option<Self> {
        match word.status() {
            Status::Available => None,
            Status::Held => (!word.is_expired(now)).then_some(Self::AlreadyHeld),
            Status::Booked => Some(Self::AlreadyBooked),
            Status::InChange => unreachable!("a map shows no seat in change"),
        }
    }
}
