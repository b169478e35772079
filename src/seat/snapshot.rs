//! What all seats are at a glance: two bits a seat.

use super::{
    cell::SeatCell,
    map::Seats,
    trail::Trail,
    word::{FreeSeats, SeatWord, Status, StatusRow},
};
use crate::{ids::SeatId, tick::Tick};

const ROW_SEATS: usize = StatusRow::SEATS as usize;

/// The status of each seat of a map, 32 to a machine word: seat `i` in bits `2 * (i % 32)` of word `i / 32`.
///
/// Only [`Status::Available`], [`Status::Held`] and [`Status::Booked`] occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusMap {
    seats: u32,
    words: Vec<u64>,
}

impl StatusMap {
    /// Seats that share a machine word.
    pub const SEATS_A_WORD: u32 = StatusRow::SEATS;

    /// A map of `seats` free seats.
    pub fn new(seats: u32) -> Self {
        Self {
            seats,
            words: vec![0; seats.div_ceil(Self::SEATS_A_WORD) as usize],
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
        let row = self.words.get((index / Self::SEATS_A_WORD) as usize)?;
        (index < self.seats).then(|| StatusRow::from_bits(*row).status(index % Self::SEATS_A_WORD))
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
        let (rows, rest) = self.cells().as_chunks::<ROW_SEATS>();
        let mut first = 0;
        for (cells, into) in rows.iter().zip(&mut into.words) {
            *into = self
                .shown(StatusRow::of(now, |place| cells[place].load()), first, now)
                .bits();
            first += StatusRow::SEATS;
        }
        if let [_, ..] = rest {
            into.words[rows.len()] = {
                let word = |place: usize| rest.get(place).map_or(SeatWord::FRESH, SeatCell::load);
                self.shown(StatusRow::of(now, word), first, now).bits()
            };
        }
    }

    /// Which of the `count` seats from `first` on can be held at `now`: those free and those whose hold has expired.
    /// Each is true at a moment between call and return, as in [`Seats::snapshot`].
    ///
    /// # Panics
    /// For more than [`FreeSeats::SEATS_MAX`] seats, and for seats that are not of this map.
    pub fn free(&self, first: SeatId, count: u32, now: Tick) -> FreeSeats {
        assert!(
            count <= FreeSeats::SEATS_MAX,
            "a look has one bit for each of 64 seats"
        );
        let cells = &self.cells()[first.index()..][..count as usize];
        let (mut free, mut in_change) = FreeSeats::of(now, cells.iter().map(SeatCell::load));
        while in_change != 0 {
            let place = in_change.trailing_zeros();
            free = free.with(place, self.read(SeatId::new(first.get() + place)), now);
            in_change &= in_change - 1;
        }
        free
    }

    /// The row that begins with seat `first`, with no seat in change.
    #[inline(always)]
    fn shown(&self, row: StatusRow, first: u32, now: Tick) -> StatusRow {
        if row.has_in_change() {
            self.look_through(row, first, now)
        } else {
            row
        }
    }

    #[cold]
    #[inline(never)]
    fn look_through(&self, row: StatusRow, first: u32, now: Tick) -> StatusRow {
        (0..StatusRow::SEATS)
            .filter(|place| row.status(*place) == Status::InChange)
            .fold(row, |row, place| {
                let word = self.read(SeatId::new(first + place));
                row.with(
                    place,
                    if word.is_expired(now) {
                        Status::Available
                    } else {
                        word.status()
                    },
                )
            })
    }
}

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
                let free = seats.free(seat, (count - seat.get()).min(64), now).mask();
                assert_eq!(free & 1 == 1, expected == Status::Available, "{seat}");
            }
            assert_eq!(map.status(count), None);
        }
    }
}
