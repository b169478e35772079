//! Which seats have changed since it was last asked.

use std::mem;

use crate::ids::SeatId;

/// Seats that share a machine word.
const WORD_SEATS: u32 = u64::BITS;

/// A set of seats that is as large as the map and never larger, however often its seats change. What it takes to empty
/// it depends on the seats that are in it, not on the size of the map.
#[derive(Debug)]
pub(super) struct Touched {
    words: Box<[u64]>,
    /// The words that have a bit set, in the order in which they got their first.
    in_use: Vec<u32>,
    seats: u32,
}

impl Touched {
    pub(super) fn new(seats: u32) -> Self {
        Self {
            words: vec![0; seats.div_ceil(WORD_SEATS) as usize].into(),
            in_use: Vec::new(),
            seats: 0,
        }
    }

    pub(super) fn add(&mut self, seat: SeatId) {
        let index = seat.get() / WORD_SEATS;
        let word = &mut self.words[index as usize];
        let bit = 1 << (seat.get() % WORD_SEATS);
        if *word == 0 {
            self.in_use.push(index);
        }
        self.seats += u32::from(*word & bit == 0);
        *word |= bit;
    }

    /// How many seats there are in it.
    pub(super) fn count(&self) -> u32 {
        self.seats
    }

    pub(super) fn clear(&mut self) {
        for index in mem::take(&mut self.in_use) {
            self.words[index as usize] = 0;
        }
        self.seats = 0;
    }

    /// Takes out all seats, in ascending order.
    pub(super) fn take(&mut self, mut each: impl FnMut(SeatId)) {
        let mut in_use = mem::take(&mut self.in_use);
        in_use.sort_unstable();
        for index in in_use {
            let mut word = mem::take(&mut self.words[index as usize]);
            while word != 0 {
                each(SeatId::new(index * WORD_SEATS + word.trailing_zeros()));
                word &= word - 1;
            }
        }
        self.seats = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_seat_comes_out_once_and_in_order() {
        let mut touched = Touched::new(200);
        for seat in [130, 5, 63, 64, 5, 199, 0, 130] {
            touched.add(SeatId::new(seat));
        }
        assert_eq!(touched.count(), 6);
        let mut seats = Vec::new();
        touched.take(|seat| seats.push(seat.get()));
        assert_eq!(seats, [0, 5, 63, 64, 130, 199]);
        assert_eq!(touched.count(), 0);
        touched.take(|seat| panic!("{seat} was taken out before"));
        touched.add(SeatId::new(5));
        touched.clear();
        touched.take(|seat| panic!("{seat} was cleared"));
    }
}
