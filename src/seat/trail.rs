//! What a change leaves behind it: its number, its record and its mark.
//!
//! The map does not know the tape or the wheel, which stand on higher floors; it knows this trait. [`NoTrail`] is
//! zero-sized and leaves nothing, so that a map without a tape pays for none.

use std::ops::Deref;

use super::word::SeatWord;
use crate::{
    ids::{Lsn, SeatId},
    tick::Tick,
};

/// A seat's step from one word to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Which seat.
    pub seat: SeatId,
    /// Its word before; never one in change.
    pub before: SeatWord,
    /// Its word after; never one in change.
    pub after: SeatWord,
    /// How many changes of the same group follow in the next LSNs.
    pub rest: u8,
}

/// Takes down what happens to seats.
///
/// From [`Trail::take`] to [`Trail::publish`] or [`Trail::void`] a caller does nothing that can wait, allocate or
/// panic: a number that is never answered for holds up everybody who waits for a later one.
pub trait Trail {
    /// Takes `count` consecutive LSNs and answers with the first, or with `None` when there is no room for the
    /// records, in which case nothing was taken.
    fn take(&self, count: u32) -> Option<Lsn>;

    /// Says what the change with this LSN was.
    fn publish(&self, lsn: Lsn, change: Change);

    /// Says that nothing was changed under this LSN.
    fn void(&self, lsn: Lsn);

    /// Has the wheel look at this seat when its hold's deadline comes. To be called after the seat has become
    /// Held, by whoever made it so.
    fn mark(&self, seat: SeatId, until: Tick);
}

/// No numbers, no records, no marks: for a map that stands alone.
///
/// Freed and withheld seats then carry [`Lsn::NONE`], so their words do come back. Each change is still one CAS from
/// a word that allowed it; what suffers is the order of a tape that does not exist, and the one instant of a group
/// that finds seats as asked for, if one of them was changed and changed back while it looked.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoTrail;

impl Trail for NoTrail {
    #[inline]
    fn take(&self, _count: u32) -> Option<Lsn> {
        Some(Lsn::NONE)
    }

    #[inline]
    fn publish(&self, _lsn: Lsn, _change: Change) {}

    #[inline]
    fn void(&self, _lsn: Lsn) {}

    #[inline]
    fn mark(&self, _seat: SeatId, _until: Tick) {}
}

/// Whatever points to a trail is one: `&Tape`, `Arc<Shard>`.
impl<P> Trail for P
where
    P: Deref,
    P::Target: Trail,
{
    #[inline]
    fn take(&self, count: u32) -> Option<Lsn> {
        (**self).take(count)
    }

    #[inline]
    fn publish(&self, lsn: Lsn, change: Change) {
        (**self).publish(lsn, change);
    }

    #[inline]
    fn void(&self, lsn: Lsn) {
        (**self).void(lsn);
    }

    #[inline]
    fn mark(&self, seat: SeatId, until: Tick) {
        (**self).mark(seat, until);
    }
}
