//! What a hold, a booking or a block is at some point, as far as its owner can see.

use std::ops::RangeInclusive;

use seatlock::ids::SeatId;
use serde_json::Value;

use super::time::{self, Asked, Gap, Millis};
use crate::hall::Hall;

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Stage {
    /// There is no such thing.
    Absent,
    Held,
    Paying,
    Booked,
    Released,
    Expired,
    Cancelled,
    /// A block whose seats are kept from sale.
    Withheld,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Face {
    pub(super) stage: Stage,
    /// In ascending order.
    pub(super) seats: Vec<SeatId>,
    /// Between what times its deadline is: one time, if that was told.
    pub(super) due: RangeInclusive<Millis>,
}

impl Stage {
    fn read(word: &str) -> Option<Self> {
        Some(match word {
            "held" => Self::Held,
            "paying" => Self::Paying,
            "booked" => Self::Booked,
            "released" => Self::Released,
            "expired" => Self::Expired,
            "cancelled" => Self::Cancelled,
            _ => return None,
        })
    }

    /// Whether it has a deadline still to come.
    pub(super) fn is_live(self) -> bool {
        matches!(self, Self::Held | Self::Paying)
    }

    /// Whether nothing can become of it any more, but for a retake.
    pub(super) fn is_over(self) -> bool {
        matches!(self, Self::Released | Self::Expired | Self::Cancelled)
    }
}

impl Face {
    /// There is nothing.
    pub(super) const ABSENT: Self = Self {
        stage: Stage::Absent,
        seats: Vec::new(),
        due: 0..=0,
    };

    /// Reads a hold as answers show it.
    pub(super) fn read(hall: &Hall, hold: &Value) -> Option<Self> {
        let deadline = time::read(hold["deadline"].as_str()?)?;
        Some(Self {
            stage: Stage::read(hold["state"].as_str()?)?,
            seats: hall.find(&hold["seats"])?,
            due: deadline..=deadline,
        })
    }

    /// The same seats at another stage.
    pub(super) fn at(&self, stage: Stage) -> Self {
        Self {
            stage,
            ..self.clone()
        }
    }

    /// The same with other seats.
    pub(super) fn with(&self, mut seats: Vec<SeatId>) -> Self {
        seats.sort_unstable();
        Self {
            seats,
            ..self.clone()
        }
    }

    /// Whether `seen` is what this has become over a gap: the same, or its deadline has come.
    pub(super) fn fits(&self, seen: &Self, gap: &Gap, asked: Asked) -> bool {
        self.fits_but_for_time(seen) && self.time_fits(seen, gap, asked)
    }

    /// Whether nothing but deadlines speaks against it.
    pub(super) fn fits_but_for_time(&self, seen: &Self) -> bool {
        let has_come = self.stage.is_live() && seen.stage == Stage::Expired;
        self.seats == seen.seats && (self.stage == seen.stage || has_come)
    }

    fn time_fits(&self, seen: &Self, gap: &Gap, asked: Asked) -> bool {
        if seen.stage.is_live() {
            let is_kept = gap.deadlines(&self.due).contains(seen.due.start());
            is_kept && gap.may_live(&self.due, asked)
        } else {
            !self.stage.is_live() || gap.may_have_ended(&self.due, asked)
        }
    }

    /// For people.
    pub(super) fn text(&self, hall: &Hall) -> String {
        let seats = hall.labels(&self.seats).join(" ");
        let stage = format!("{:?}", self.stage).to_lowercase();
        if self.stage.is_live() {
            format!("{stage} until {:?}: {seats}", self.due)
        } else {
            format!("{stage}: {seats}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Asked = Asked {
        sent: 5_000,
        answered: 5_010,
    };

    fn face(stage: Stage, seats: &[u32], deadline: Millis) -> Face {
        Face {
            stage,
            seats: seats.iter().copied().map(SeatId::new).collect(),
            due: deadline..=deadline,
        }
    }

    #[test]
    fn a_hold_stays_or_expires_and_nothing_else() {
        let held = face(Stage::Held, &[1, 2], 9_000);
        let fits = |seen: &Face| held.fits(seen, &Gap::NONE, ASKED);
        assert!(fits(&held));
        assert!(!fits(&face(Stage::Held, &[1, 2], 8_000)), "earlier");
        assert!(!fits(&face(Stage::Held, &[1], 9_000)), "half");
        assert!(!fits(&face(Stage::Expired, &[1, 2], 9_000)), "too early");
        assert!(!fits(&face(Stage::Booked, &[1, 2], 9_000)));
        let over = face(Stage::Held, &[1, 2], 4_000);
        let expired = face(Stage::Expired, &[1, 2], 4_000);
        assert!(over.fits(&expired, &Gap::NONE, ASKED));
        assert!(!over.fits(&over, &Gap::NONE, ASKED), "its time has come");
    }

    #[test]
    fn a_hold_is_read_from_an_answer() {
        let hall = Hall::new(80).expect("a hall");
        let seats = hall.labels(&[SeatId::new(41), SeatId::new(3)]);
        let hold = serde_json::json!({
            "state": "paying", "seats": seats, "deadline": "1970-01-01T00:00:09.000Z",
        });
        let expected = face(Stage::Paying, &[3, 41], 9_000);
        assert_eq!(Face::read(&hall, &hold), Some(expected));
        assert_eq!(Face::read(&hall, &serde_json::json!({})), None);
    }
}
