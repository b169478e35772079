//! What all seats are at a glance: two bits a seat.

use super::{
    map::Seats,
    trail::Trail,
    word::{SeatWord, Status},
};
use crate::{ids::SeatId, tick::Tick};

/// Seats that share one machine word of a [`StatusMap`].
pub const SEATS_A_WORD: u32 = 32;

const BITS_A_SEAT: u32 = 2;
const SEAT_MASK: u64 = (1 << BITS_A_SEAT) - 1;

/// The status of each seat of a map, 32 to a machine word: seat `i` in bits `2 * (i % 32)` of word `i / 32`.
///
/// Only [`Status::Available`], [`Status::Held`] and [`Status::Booked`] occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusMap {
    seats: u32,
    words: Vec<u64>,
}

impl StatusMap {
    /// A map of `seats` free seats.
    pub fn new(seats: u32) -> Self {
        Self {
            seats,
            words: vec![0; seats.div_ceil(SEATS_A_WORD) as usize],
        }
    }

    /// How many seats there are.
    pub fn count(&self) -> u32 {
        self.seats
    }

    /// The machine words; the bits past the last seat are zero.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// The status of seat `index`, counted from zero, if there is one.
    pub fn status(&self, index: u32) -> Option<Status> {
        if index >= self.seats {
            return None;
        }
        let word = self.words[(index / SEATS_A_WORD) as usize];
        Some(
            match word >> (BITS_A_SEAT * (index % SEATS_A_WORD)) & SEAT_MASK {
                0 => Status::Available,
                1 => Status::Held,
                _ => Status::Booked,
            },
        )
    }
}

impl<T: Trail> Seats<T> {
    /// Writes down what every seat is at `now`; an expired hold counts as free, whether or not the wheel has come
    /// by. Each seat is true at a moment between call and return, not all at one: a group change may be seen half
    /// way. Who needs one instant for all seats reads the scribe's mirror.
    ///
    /// # Panics
    /// If `into` was made for another number of seats.
    pub fn snapshot(&self, now: Tick, into: &mut StatusMap) {
        assert_eq!(
            into.seats,
            self.count(),
            "a status map is made for one number of seats"
        );
        for (into, first) in into
            .words
            .iter_mut()
            .zip((0..).step_by(SEATS_A_WORD as usize))
        {
            *into = self.snapshot_word(first, now);
        }
    }

    /// The statuses of up to 32 seats from `first` on.
    fn snapshot_word(&self, first: u32, now: Tick) -> u64 {
        let cells = self.cells_from(first, SEATS_A_WORD);
        let mut bits = 0;
        for (cell, shift) in cells.iter().zip((0..).step_by(BITS_A_SEAT as usize)) {
            bits |= cell.load().shown_status_bits(now) << shift;
        }
        // InChange is the only status with both bits set, and rare: look once for all of them.
        if bits & bits >> 1 & LOW_BITS == 0 {
            bits
        } else {
            self.resolve(first, now, bits)
        }
    }

    #[cold]
    fn resolve(&self, first: u32, now: Tick, bits: u64) -> u64 {
        (0..SEATS_A_WORD).fold(bits, |bits, place| {
            let shift = BITS_A_SEAT * place;
            if bits >> shift & SEAT_MASK != Status::InChange as u64 {
                return bits;
            }
            let word: SeatWord = self.read(SeatId::new(first + place));
            bits & !(SEAT_MASK << shift) | word.shown_status_bits(now) << shift
        })
    }
}

/// The lower bit of each seat's two.
const LOW_BITS: u64 = u64::MAX / SEAT_MASK;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::TakingId, seat::NoTrail};

    #[test]
    fn a_snapshot_says_of_each_seat_what_reading_it_says() {
        let now = Tick::new(10);
        for count in [1, 31, 32, 33, 64, 100] {
            let seats = Seats::new(count, NoTrail).expect("a valid count");
            for seat in (0..count).map(SeatId::new) {
                let until = now.plus(seat.get() % 3);
                match seat.get() % 4 {
                    0 => {}
                    1 | 2 => _ = seats.hold(seat, TakingId::FIRST, until, Tick::new(0)),
                    _ => _ = seats.block(seat, now),
                }
            }
            let mut map = StatusMap::new(count);
            seats.snapshot(now, &mut map);
            for seat in (0..count).map(SeatId::new) {
                let word = seats.read(seat);
                let expected = if word.is_expired(now) {
                    Status::Available
                } else {
                    word.status()
                };
                assert_eq!(map.status(seat.get()), Some(expected), "{seat} of {count}");
            }
            assert_eq!(map.status(count), None);
        }
    }
}
