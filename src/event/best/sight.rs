//! How a search sees the seats.

use crate::{
    ids::SeatId,
    seat::{FreeSeats, Seats, Trail},
    tick::Tick,
};

/// The seats of an event at one tick, as far as a search has to know them.
pub trait Sight {
    /// The tick at which holds are judged.
    fn now(&self) -> Tick;

    /// Which of the `count` seats from `first` on are free, 64 at most.
    fn free(&self, first: SeatId, count: u32) -> FreeSeats;
}

/// The words of the seats themselves.
#[derive(Debug)]
pub struct Live<'s, T> {
    seats: &'s Seats<T>,
    now: Tick,
}

impl<'s, T: Trail> Live<'s, T> {
    /// The seats as they are whenever they are looked at; holds are judged at `now`.
    pub fn new(seats: &'s Seats<T>, now: Tick) -> Self {
        Self { seats, now }
    }
}

impl<T: Trail> Sight for Live<'_, T> {
    fn now(&self) -> Tick {
        self.now
    }

    #[inline]
    fn free(&self, first: SeatId, count: u32) -> FreeSeats {
        self.seats.free(first, count, self.now)
    }
}
