//! In which segment each seat's last word is.

use std::{mem, ops::Range};

use super::{Ordinal, Segments};
use crate::{
    ids::SeatId,
    ledger::{file::payload::WORD_BYTES, state::PAGE_SEATS},
    limits,
};

/// A segment for each seat, in pages of those that were ever taken.
#[derive(Debug, Default)]
pub(in super::super) struct Words {
    pages: Vec<Option<Box<[Ordinal]>>>,
}

impl Words {
    pub(super) fn at(&self, seat: SeatId) -> Ordinal {
        let page = self.pages.get((seat.get() / PAGE_SEATS) as usize);
        page.and_then(Option::as_ref)
            .map_or(Ordinal::UNKNOWN, |page| {
                page[(seat.get() % PAGE_SEATS) as usize]
            })
    }

    /// The last word of the seat is in the last segment.
    pub(super) fn take(&mut self, seat: SeatId, segments: &mut Segments) {
        let newest = segments.newest();
        let page = (seat.get() / PAGE_SEATS) as usize;
        if page >= self.pages.len() {
            self.pages.resize(page + 1, None);
        }
        let fresh = || vec![Ordinal::UNKNOWN; PAGE_SEATS as usize].into();
        let place =
            &mut self.pages[page].get_or_insert_with(fresh)[(seat.get() % PAGE_SEATS) as usize];
        let before = mem::replace(place, newest);
        if before != newest {
            segments.dies(before, WORD_BYTES as u64);
            segments.lives(newest, WORD_BYTES as u64);
        }
    }

    /// Seats of which nothing is known stay so: there is nothing to be forgotten.
    pub(super) fn freshen(&mut self, seats: &Range<SeatId>, segments: &mut Segments) {
        let end = seats.end.get().min(limits::SEATS_MAX);
        let mut start = seats.start.get();
        while start < end {
            let next = (start / PAGE_SEATS + 1) * PAGE_SEATS;
            let page = (start / PAGE_SEATS) as usize;
            let places =
                (start % PAGE_SEATS) as usize..=((next.min(end) - 1) % PAGE_SEATS) as usize;
            if let Some(page) = self.pages.get_mut(page).and_then(Option::as_mut) {
                for place in &mut page[places] {
                    if *place != Ordinal::UNKNOWN {
                        segments.dies(*place, WORD_BYTES as u64);
                        *place = Ordinal::FRESH;
                    }
                }
            }
            start = next;
        }
    }
}
