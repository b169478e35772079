//! The harness alone: what the loop and the choice of seats cost when no seat is touched.

use std::hint::black_box;

use seatlock::ids::SeatId;

use super::Design;
use crate::load::Terms;

/// Says yes to everything.
pub(crate) struct Harness;

impl Design for Harness {
    const NAME: &'static str = "harness";

    fn new(_: u32) -> Self {
        Self
    }

    #[inline]
    fn hold(&self, seat: SeatId, terms: Terms) -> bool {
        black_box((seat, terms.taking));
        true
    }

    #[inline]
    fn confirm(&self, _: SeatId, _: Terms) -> bool {
        true
    }

    #[inline]
    fn release(&self, _: SeatId, _: Terms) -> bool {
        true
    }

    #[inline]
    fn cancel(&self, _: SeatId, _: Terms) -> bool {
        true
    }
}
