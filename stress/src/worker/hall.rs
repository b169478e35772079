//! The seats as a hall: rows and an area, of which the best can be chosen.

use seatlock::{
    event::{
        best::{Area, House, Kind, Offset, Plan, Row},
        hints::{Freeing, Hints},
    },
    ids::SeatId,
    seat::Step,
};

/// Seats of a row; the last row may be shorter.
const ROW_SEATS: u32 = 20;

/// One of so many seats is a place of the area.
const ONE_PLACE_IN: u32 = 4;

/// The hall and what is known of its free seats.
#[derive(Debug)]
pub struct Hall {
    /// Its rows and its area.
    pub plan: Plan,
    /// Where it is worth looking.
    pub hints: Hints,
}

/// Rows one behind the other, the places at the end.
struct Rows {
    seats: u32,
    places: u32,
}

impl Hall {
    /// A hall of so many seats and places together.
    pub fn of(seats: u32) -> Self {
        let places = seats / ONE_PLACE_IN;
        let rows = Rows {
            seats: seats - places,
            places,
        };
        let plan = Plan::new(&rows);
        Self {
            hints: Hints::new(plan.cells()),
            plan,
        }
    }

    /// Says that these steps free seats, if they do.
    pub fn freeing(&self, steps: &[(SeatId, Step)]) -> Option<Freeing<'_>> {
        let frees = |step: &Step| {
            matches!(
                step,
                Step::Release { .. } | Step::Cancel { .. } | Step::Unblock
            )
        };
        let freed: Vec<SeatId> = steps
            .iter()
            .filter(|(_, step)| frees(step))
            .map(|(seat, _)| *seat)
            .collect();
        (!freed.is_empty()).then(|| self.hints.freeing(self.plan.cells_of(&freed)))
    }
}

impl House for Rows {
    fn rows(&self) -> impl Iterator<Item = Row> {
        (0..self.seats)
            .step_by(ROW_SEATS as usize)
            .map(|first| Row {
                first: SeatId::new(first),
                seats: ROW_SEATS.min(self.seats - first),
                section: 0,
                depth: first / ROW_SEATS,
            })
    }

    fn areas(&self) -> impl Iterator<Item = Area> {
        (self.places > 0)
            .then_some(Area {
                first: SeatId::new(self.seats),
                capacity: self.places,
            })
            .into_iter()
    }

    fn kind(&self, _seat: SeatId) -> Kind {
        Kind::default()
    }

    fn offset(&self, seat: SeatId) -> Offset {
        // Rows and places are far fewer than 2^16 in a hall that is played in.
        let near = |number: u32| f32::from(u16::try_from(number).unwrap_or(u16::MAX));
        Offset {
            x: near(seat.get() % ROW_SEATS),
            y: near(seat.get() / ROW_SEATS),
        }
    }
}
