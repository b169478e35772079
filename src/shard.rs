//! What all seats of a shard share: one tape and one wheel.

use crate::{
    ids::{Lsn, SeatId},
    seat::{Change, Trail},
    tape::Tape,
    tick::{Moment, Tick},
    wheel::Wheel,
};

/// A tape and a wheel. As a [`Trail`] it takes numbers from the one and sets marks on the other.
#[derive(Debug)]
pub struct Shard {
    /// The order of all changes.
    pub tape: Tape,
    /// The reminders of all deadlines.
    pub wheel: Wheel,
}

impl Shard {
    /// A shard for `seats`, with a tape and a wheel of the usual size. Deadlines that pass from `now` on are the
    /// wheel's to remind of.
    pub fn new(seats: u32, now: Moment) -> Self {
        Self {
            tape: Tape::new(),
            wheel: Wheel::new(seats, now),
        }
    }
}

impl Trail for Shard {
    #[inline]
    fn take(&self, count: u32) -> Option<Lsn> {
        self.tape.take(count)
    }

    #[inline]
    fn publish(&self, lsn: Lsn, change: Change) {
        self.tape.publish(lsn, change);
    }

    #[inline]
    fn void(&self, lsn: Lsn) {
        self.tape.void(lsn);
    }

    #[inline]
    fn mark(&self, seat: SeatId, until: Tick) {
        self.wheel.mark(seat, until);
    }
}
