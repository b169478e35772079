//! The seats that are played, and what they are called.

use seatlock::{
    chart::{Chart, GridPlan},
    ids::SeatId,
};
use serde_json::Value;

/// Seats in a row of the hall at most.
const ROW_SEATS: u32 = 40;

/// One chart for all events.
#[derive(Debug)]
pub(crate) struct Hall(Chart);

impl Hall {
    /// A hall with so many seats, or a few more.
    pub(crate) fn new(seats: u32) -> Result<Self, String> {
        let in_a_row = seats.clamp(1, ROW_SEATS);
        let rows = seats.div_ceil(in_a_row).max(1);
        let plan = format!("sections=1 rows={rows} seats={in_a_row}");
        let plan = GridPlan::parse(&plan).map_err(|error| error.to_string())?;
        plan.chart().map(Self).map_err(|error| error.to_string())
    }

    pub(crate) fn seats(&self) -> u32 {
        self.0.seat_count()
    }

    /// The chart as a body of a request.
    pub(crate) fn body(&self) -> Result<String, String> {
        let mut text = Vec::new();
        self.0
            .to_json(&mut text)
            .map_err(|error| error.to_string())?;
        String::from_utf8(text).map_err(|error| error.to_string())
    }

    pub(crate) fn label(&self, seat: SeatId) -> String {
        self.0.label(seat).to_string()
    }

    pub(crate) fn labels(&self, seats: &[SeatId]) -> Vec<String> {
        seats.iter().map(|seat| self.label(*seat)).collect()
    }

    pub(crate) fn seat(&self, label: &str) -> Option<SeatId> {
        self.0.find(label)
    }

    /// The seats of a list of labels, in ascending order.
    pub(crate) fn find(&self, labels: &Value) -> Option<Vec<SeatId>> {
        let labels = labels.as_array()?.iter();
        let seats = labels.map(|label| self.0.find(label.as_str()?));
        let mut seats: Vec<SeatId> = seats.collect::<Option<_>>()?;
        seats.sort_unstable();
        Some(seats)
    }
}
