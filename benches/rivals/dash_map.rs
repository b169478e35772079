//! `DashMap`: a hash map in shards, each behind a lock of its own.

use dashmap::DashMap;
use seatlock::ids::SeatId;

use super::{Design, Record};
use crate::load::Terms;

/// Seats by number.
pub(crate) struct DashDesign(DashMap<u32, Record>);

impl DashDesign {
    #[inline]
    fn with(&self, seat: SeatId, change: impl FnOnce(&mut Record) -> bool) -> bool {
        self.0
            .get_mut(&seat.get())
            .is_some_and(|mut record| change(&mut record))
    }
}

impl Design for DashDesign {
    const NAME: &'static str = "DashMap";

    fn new(seats: u32) -> Self {
        Self((0..seats).map(|seat| (seat, Record::Available)).collect())
    }

    #[inline]
    fn hold(&self, seat: SeatId, terms: Terms) -> bool {
        self.with(seat, |record| record.hold(terms))
    }

    #[inline]
    fn confirm(&self, seat: SeatId, terms: Terms) -> bool {
        self.with(seat, |record| record.confirm(terms))
    }

    #[inline]
    fn release(&self, seat: SeatId, terms: Terms) -> bool {
        self.with(seat, |record| record.release(terms))
    }

    #[inline]
    fn cancel(&self, seat: SeatId, terms: Terms) -> bool {
        self.with(seat, |record| record.cancel(terms))
    }
}
