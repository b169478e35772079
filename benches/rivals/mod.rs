//! The designs that are compared, each written once, as somebody would who had chosen it.
//!
//! All but the floor keep a status, a user and a deadline for each seat and compare them at each change; all are full
//! from the start, so none ever grows or rehashes. The time is an argument to all of them.

mod actor;
mod dash_map;
mod floor;
mod harness;
mod locked_map;
mod record;
mod seat_mutexes;
mod seatlock_map;

pub(crate) use floor::Floor;
pub(crate) use record::Record;
pub(crate) use seat_mutexes::SeatMutexes;
pub(crate) use seatlock_map::{read_tape, seats};

use seatlock::ids::SeatId;

use crate::load::Terms;

/// A way to keep seats. Each change says whether it was done.
pub(crate) trait Design: Send + Sync + 'static {
    /// As the tables call it.
    const NAME: &'static str;

    /// Whether it has to be settled after 2^17 changes at the latest.
    const NEEDS_SETTLING: bool = false;

    /// A map of free seats.
    fn new(seats: u32) -> Self;

    /// Holds a seat that is free or whose hold has expired.
    fn hold(&self, seat: SeatId, terms: Terms) -> bool;

    /// Books a seat that this taking holds, before its deadline.
    fn confirm(&self, seat: SeatId, terms: Terms) -> bool;

    /// Frees a seat that this taking holds, before its deadline.
    fn release(&self, seat: SeatId, terms: Terms) -> bool;

    /// Frees a seat that this taking has booked.
    fn cancel(&self, seat: SeatId, terms: Terms) -> bool;

    /// Does what the design leaves for later, untimed.
    fn settle(&self) {}
}

/// Something to be asked of each design.
pub(crate) trait Question {
    fn ask<D: Design>(&mut self);
}

/// Asks all designs.
pub(crate) fn ask_all(question: &mut impl Question) {
    question.ask::<harness::Harness>();
    question.ask::<Floor>();
    question.ask::<seatlock_map::MapAlone>();
    question.ask::<seatlock_map::TapeAndWheel>();
    question.ask::<seatlock_map::Scribed>();
    question.ask::<SeatMutexes>();
    question.ask::<dash_map::DashDesign>();
    question.ask::<locked_map::RwLockMap>();
    question.ask::<locked_map::MutexMap>();
    question.ask::<actor::Actor>();
}
