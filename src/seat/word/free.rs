//! Which of up to 64 seats are free, one bit a seat, the first seat in the lowest bit.

use super::{SeatWord, Status};
use crate::tick::Tick;

/// The free ones among up to 64 seats at one tick, and for how long the others stay taken if nobody frees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreeSeats {
    mask: u64,
    /// Ticks from the look to the next deadline among the held seats; [`FreeSeats::NO_DEADLINE`] without one.
    ticks_left: u32,
}

impl FreeSeats {
    /// Seats in one look.
    pub const SEATS_MAX: u32 = u64::BITS;

    const NO_DEADLINE: u32 = u32::MAX;

    /// None is free, and no deadline frees one.
    pub const NONE: Self = Self {
        mask: 0,
        ticks_left: Self::NO_DEADLINE,
    };

    /// These seats are free, and no deadline frees another.
    pub const fn from_mask(mask: u64) -> Self {
        Self {
            mask,
            ticks_left: Self::NO_DEADLINE,
        }
    }

    /// What the words of up to 64 seats say at `now`. An expired hold counts as free. The second mask has the seats
    /// in change, of which the word says nothing; they are not counted as free.
    ///
    /// Without a branch for a seat: which of them are taken can't be foreseen. And with few steps for each, because a
    /// search for the best seats looks at some hundreds: signs are what is worked with, and the last seat comes first, so
    /// that each moves those after it up by one.
    #[inline(always)]
    pub(crate) fn of(now: Tick, words: impl DoubleEndedIterator<Item = SeatWord>) -> (Self, u64) {
        const SIGN: u32 = u32::BITS - 1;
        let next = now.plus(1);
        let (mut mask, mut in_change, mut soonest) = (0, 0, Self::NO_DEADLINE);
        for word in words.rev() {
            // Ticks from the next one to the deadline: negative once that has come. Without one, the greatest number,
            // which is negative as well.
            let wait = if word.status_bits() == Status::Held as u32 {
                word.tick().since(next).cast_unsigned()
            } else {
                Self::NO_DEADLINE
            };
            soonest = soonest.min(wait);
            mask = mask << 1 | u64::from(wait >> SIGN & !(word.status_bits() >> 1));
            in_change = in_change << 1 | u64::from(word.status_bits() & word.status_bits() >> 1);
        }
        let is_to_come = soonest >> SIGN == 0;
        let ticks_left = if is_to_come {
            soonest + 1
        } else {
            Self::NO_DEADLINE
        };
        (Self { mask, ticks_left }, in_change)
    }

    /// With what one more word says, of the seat at `place`.
    #[must_use]
    pub(crate) fn with(self, place: u32, word: SeatWord, now: Tick) -> Self {
        let (one, _) = Self::of(now, std::iter::once(word));
        Self {
            mask: self.mask | one.mask << place,
            ticks_left: self.ticks_left.min(one.ticks_left),
        }
    }

    /// The free seats.
    pub const fn mask(self) -> u64 {
        self.mask
    }

    /// Ticks from the look until a hold among the others expires; `None` if none of them is held.
    pub fn ticks_left(self) -> Option<u32> {
        (self.ticks_left != Self::NO_DEADLINE).then_some(self.ticks_left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{Lsn, TakingId};

    #[test]
    fn free_is_available_or_expired_and_the_next_deadline_is_the_nearest_to_come() {
        let now = Tick::new(u32::MAX - 1);
        let held = |ticks: i32| {
            SeatWord::held(
                TakingId::FIRST,
                Tick::new(now.get().wrapping_add_signed(ticks)),
            )
        };
        let booked = SeatWord::booked(TakingId::FIRST, Lsn::new(u64::from(now.get()) + 1));
        let words = [
            SeatWord::FRESH,
            held(7),
            held(0),
            held(-5),
            held(5),
            booked,
            SeatWord::withheld(Lsn::new(9)),
            SeatWord::available(Lsn::new(u64::from(now.get()) + 3)),
        ];
        let (free, in_change) = FreeSeats::of(now, words.into_iter());
        assert_eq!(free.mask(), 0b1000_1101);
        assert_eq!(free.ticks_left(), Some(5));
        assert_eq!(in_change, 0);
        let one_by_one = (0..)
            .zip(words)
            .fold(FreeSeats::NONE, |free, (place, word)| {
                free.with(place, word, now)
            });
        assert_eq!(one_by_one, free);
    }

    #[test]
    fn sold_seats_have_no_deadline() {
        let sold = SeatWord::booked(TakingId::FIRST, Lsn::new(1));
        let (free, _) = FreeSeats::of(Tick::new(0), [sold; 64].into_iter());
        assert_eq!(free, FreeSeats::NONE);
        assert_eq!(free.ticks_left(), None);
    }
}
