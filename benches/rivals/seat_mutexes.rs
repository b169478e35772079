//! A `parking_lot::Mutex` for each seat, in an array: the best that locks can do.

use parking_lot::Mutex;
use seatlock::{ids::SeatId, tick::Tick};

use super::{Design, Record};
use crate::load::Terms;

/// Seats that are locked one by one.
pub(crate) struct SeatMutexes(Box<[Mutex<Record>]>);

impl SeatMutexes {
    /// Frees the seat if it is held and its deadline has come.
    #[inline]
    pub(crate) fn expire(&self, seat: SeatId, now: Tick) -> bool {
        self.0[seat.index()].lock().expire(now)
    }
}

impl Design for SeatMutexes {
    const NAME: &'static str = "parking_lot::Mutex per seat";

    fn new(seats: u32) -> Self {
        Self((0..seats).map(|_| Mutex::new(Record::Available)).collect())
    }

    #[inline]
    fn hold(&self, seat: SeatId, terms: Terms) -> bool {
        self.0[seat.index()].lock().hold(terms)
    }

    #[inline]
    fn confirm(&self, seat: SeatId, terms: Terms) -> bool {
        self.0[seat.index()].lock().confirm(terms)
    }

    #[inline]
    fn release(&self, seat: SeatId, terms: Terms) -> bool {
        self.0[seat.index()].lock().release(terms)
    }

    #[inline]
    fn cancel(&self, seat: SeatId, terms: Terms) -> bool {
        self.0[seat.index()].lock().cancel(terms)
    }
}
