//! What a shop asks of the engine.

use std::sync::Arc;

use crate::{
    event::{Token, User, best::Wish},
    ids::{HoldId, SeatId},
};

/// A hold that is to be made.
#[derive(Debug, Clone)]
pub struct Want {
    /// Who wants it.
    pub user: User,
    /// The shop's own reference.
    pub order: Option<Arc<str>>,
    /// The seats.
    pub asks: Asks,
}

/// Seats that are wanted, in each of the ways that there are. All of them are taken, or none.
#[derive(Debug, Clone, Default)]
pub struct Asks {
    /// These seats.
    pub seats: Vec<SeatId>,
    /// The best that there are.
    pub best: Vec<Wish>,
    /// Places in areas.
    pub areas: Vec<Places>,
}

/// Part of what a hold has: seats by name, places by number.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// These seats.
    pub seats: Vec<SeatId>,
    /// Places in areas.
    pub areas: Vec<Places>,
}

/// Places in an area, any of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// The area, by its place in the chart.
    pub area: usize,
    /// How many.
    pub quantity: u32,
}

/// What a hold is used with.
#[derive(Debug, Clone, Copy)]
pub struct HoldKey {
    /// Which hold.
    pub id: HoldId,
    /// Its secret.
    pub token: Token,
}

/// What a confirm does when the deadline has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IfFree {
    /// Refuses.
    #[default]
    Leave,
    /// Books the seats nevertheless if all of them are still free.
    Retake,
}

impl Asks {
    /// How many seats and places are wanted, as far as that fits.
    pub fn seat_count(&self) -> u32 {
        let seats = u32::try_from(self.seats.len()).unwrap_or(u32::MAX);
        let best = self.best.iter().map(|wish| wish.quantity());
        let areas = self.areas.iter().map(|places| places.quantity);
        best.chain(areas).fold(seats, u32::saturating_add)
    }
}

impl Part {
    /// Whether nothing is named.
    pub fn is_empty(&self) -> bool {
        self.seats.is_empty() && self.areas.iter().all(|places| places.quantity == 0)
    }
}
