//! What a plan is made of; and a chart as that.

use crate::{chart::Chart, ids::SeatId};

/// The seats that the search is told about, whoever keeps them.
pub trait House {
    /// The rows of numbered seats, in the order of their seats. An aisle cuts a row in two, of the same depth.
    fn rows(&self) -> impl Iterator<Item = Row>;

    /// The areas without numbered seats, in the order of their places.
    fn areas(&self) -> impl Iterator<Item = Area>;

    /// What is special about a numbered seat.
    fn kind(&self, seat: SeatId) -> Kind;

    /// Where a numbered seat is, seen from the focal point.
    fn offset(&self, seat: SeatId) -> Offset;
}

/// Seats side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The first of them.
    pub first: SeatId,
    /// How many there are.
    pub seats: u32,
    /// The section's number, counted from 0.
    pub section: usize,
    /// How many rows of its section are in front of it. The n-th part of the next row counts as behind its n-th part.
    pub depth: u32,
}

/// Places that nobody chooses between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// The first of them.
    pub first: SeatId,
    /// How many there are.
    pub capacity: u32,
}

/// What is special about a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kind {
    /// Its category.
    pub category: u8,
    /// For somebody who needs an accessible seat, and for nobody else.
    pub is_accessible: bool,
    /// For who comes with them, and for others when the rest is gone.
    pub is_companion: bool,
}

/// A place in the plane, seen from the focal point, in the chart's unit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Offset {
    /// To the right.
    pub x: f32,
    /// To the back.
    pub y: f32,
}

impl House for Chart {
    fn rows(&self) -> impl Iterator<Item = Row> {
        let rows = Self::rows(self);
        let mut depth = 0;
        rows.iter().enumerate().map(move |(at, row)| {
            match at.checked_sub(1).map(|before| &rows[before]) {
                Some(before) if before.section != row.section => depth = 0,
                // An aisle is between two parts of the same row.
                Some(before) if before.label != row.label => depth += 1,
                _ => {}
            }
            Row {
                first: row.first,
                seats: row.seats,
                section: row.section,
                depth,
            }
        })
    }

    fn areas(&self) -> impl Iterator<Item = Area> {
        Self::areas(self).iter().map(|area| Area {
            first: area.first,
            capacity: area.capacity,
        })
    }

    fn kind(&self, seat: SeatId) -> Kind {
        let traits = self.traits(seat);
        Kind {
            category: self.category(seat),
            is_accessible: traits.is_accessible(),
            is_companion: traits.is_companion(),
        }
    }

    fn offset(&self, seat: SeatId) -> Offset {
        let (focus, position) = (self.focus(), self.position(seat));
        Offset {
            x: position.x - focus.x,
            y: position.y - focus.y,
        }
    }
}
