//! The floor: one load and one CAS a change on an array of words, and no question asked.

use std::sync::atomic::{AtomicU64, Ordering};

use seatlock::ids::SeatId;

use super::Design;
use crate::load::Terms;

/// A word for each seat. Nothing that changes seats by CAS can be faster; nothing that sells them could be so blind.
pub(crate) struct Floor(Box<[AtomicU64]>);

impl Floor {
    /// The sum of all words: the least that whoever looks at every seat has to do.
    pub(crate) fn sum(&self) -> u64 {
        self.0.iter().fold(0, |sum, word| {
            sum.wrapping_add(word.load(Ordering::Acquire))
        })
    }

    /// Exchanges whatever is there; loses only to a change in between.
    #[inline]
    fn exchange(&self, seat: SeatId, word: u64) -> bool {
        let cell = &self.0[seat.index()];
        // The same orderings as a seat's word has, for the same reasons.
        let saw = cell.load(Ordering::Acquire);
        cell.compare_exchange(saw, word, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }
}

impl Design for Floor {
    const NAME: &'static str = "floor";

    fn new(seats: u32) -> Self {
        Self((0..seats).map(|_| AtomicU64::new(0)).collect())
    }

    #[inline]
    fn hold(&self, seat: SeatId, terms: Terms) -> bool {
        self.exchange(
            seat,
            u64::from(terms.taking.get()) << 32 | u64::from(terms.until.get()),
        )
    }

    #[inline]
    fn confirm(&self, seat: SeatId, terms: Terms) -> bool {
        self.exchange(seat, u64::from(terms.taking.get()) << 32)
    }

    #[inline]
    fn release(&self, seat: SeatId, _: Terms) -> bool {
        self.exchange(seat, 0)
    }

    #[inline]
    fn cancel(&self, seat: SeatId, _: Terms) -> bool {
        self.exchange(seat, 0)
    }
}
