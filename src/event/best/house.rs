//! A chart as the search is told about it.

use super::plan::{Area, House, Kind, Offset, Row};
use crate::{chart::Chart, ids::SeatId};

impl House for Chart {
    fn rows(&self) -> impl Iterator<Item = Row> {
        self.rows().iter().map(|row| Row {
            first: row.first,
            seats: row.seats,
            section: row.section,
        })
    }

    fn areas(&self) -> impl Iterator<Item = Area> {
        self.areas().iter().map(|area| Area {
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
        let (position, focus) = (self.position(seat), self.focus());
        Offset {
            x: position.x - focus.x,
            y: position.y - focus.y,
        }
    }
}
