//! A chart as a house that a plan is made of.

use super::plan::{Area, House, Kind, Offset, Row};
use crate::{chart::Chart, ids::SeatId};

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
