//! What a clerk can ask for.

use std::ops::RangeInclusive;

use rand::{RngExt, rngs::SmallRng};

use super::{
    face::{Face, Stage},
    time::{self, Millis, SLACK},
};

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// Seats by name.
    Hold,
    /// The best that there are.
    Best,
    Confirm,
    /// A confirm after the deadline, if the seats are still free.
    Retake,
    Release,
    Extend,
    Pay,
    Add,
    GiveBack,
    Cancel,
    CancelPart,
    Move,
    Block,
    Unblock,
}

/// How often each is asked for, among all.
const WEIGHTS: [(Deed, u32); 14] = [
    (Deed::Hold, 44),
    (Deed::Best, 20),
    (Deed::Confirm, 20),
    (Deed::Retake, 2),
    (Deed::Release, 8),
    (Deed::Extend, 7),
    (Deed::Pay, 4),
    (Deed::Add, 4),
    (Deed::GiveBack, 4),
    (Deed::Cancel, 6),
    (Deed::CancelPart, 3),
    (Deed::Move, 6),
    (Deed::Block, 2),
    (Deed::Unblock, 2),
];

impl Deed {
    /// One of them, by their weights.
    pub(super) fn draw(dice: &mut SmallRng) -> Self {
        let all: u32 = WEIGHTS.iter().map(|(_, weight)| weight).sum();
        let mut lot = dice.random_range(0..all);
        for (deed, weight) in WEIGHTS {
            if lot < weight {
                return deed;
            }
            lot -= weight;
        }
        Self::Hold
    }

    /// What it is called in paths, behind the hold, booking or event that it is about.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Hold | Self::Best => "holds",
            Self::Confirm | Self::Retake => "confirm",
            Self::Release => "release",
            Self::Extend => "extend",
            Self::Pay => "pay",
            Self::Add => "add",
            Self::GiveBack => "give-back",
            Self::Cancel | Self::CancelPart => "cancel",
            Self::Move => "move",
            Self::Block => "block",
            Self::Unblock => "unblock",
        }
    }

    /// For people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Best => "hold the best",
            Self::Retake => "retake",
            Self::CancelPart => "cancel in part",
            other => other.path().trim_end_matches('s'),
        }
    }

    /// Whether it is answered only when it is durable, whatever holds are.
    pub(super) fn is_sale(self) -> bool {
        matches!(
            self,
            Self::Confirm
                | Self::Retake
                | Self::Cancel
                | Self::CancelPart
                | Self::Move
                | Self::Block
                | Self::Unblock
        )
    }

    /// Whether it is about a booking, which needs no token.
    pub(super) fn is_of_booking(self) -> bool {
        matches!(self, Self::Cancel | Self::CancelPart | Self::Move)
    }

    /// Whether others or the rules can be in its way.
    pub(super) fn may_be_refused(self) -> bool {
        !matches!(
            self,
            Self::Confirm
                | Self::Release
                | Self::GiveBack
                | Self::Cancel
                | Self::CancelPart
                | Self::Unblock
        )
    }

    /// Whether it makes sense for what a record is now.
    pub(super) fn suits(self, face: &Face, now: Millis) -> bool {
        let is_late = *face.due.end() < now;
        match self {
            Self::Hold | Self::Best | Self::Block => false,
            Self::Confirm | Self::Release | Self::Extend => face.stage.is_live() && !is_late,
            Self::Pay => face.stage == Stage::Held && !is_late,
            Self::Add => face.stage.is_live() && !is_late && face.seats.len() < 6,
            Self::GiveBack => face.stage.is_live() && !is_late && face.seats.len() > 1,
            Self::Retake => {
                face.stage == Stage::Expired || face.stage.is_live() && face.due.end() + SLACK < now
            }
            Self::Cancel | Self::Move => face.stage == Stage::Booked,
            Self::CancelPart => face.stage == Stage::Booked && face.seats.len() > 1,
            Self::Unblock => face.stage == Stage::Withheld,
        }
    }

    /// The stage to which it brings what was at `before`.
    pub(super) fn stage(self, before: Stage) -> Stage {
        match self {
            Self::Hold | Self::Best => Stage::Held,
            Self::Confirm | Self::Retake => Stage::Booked,
            Self::Release => Stage::Released,
            Self::Pay => Stage::Paying,
            Self::Cancel => Stage::Cancelled,
            Self::Block => Stage::Withheld,
            Self::Unblock => Stage::Absent,
            Self::Extend | Self::Add | Self::GiveBack | Self::CancelPart | Self::Move => before,
        }
    }

    /// Within what times the deadline is then.
    pub(super) fn due(self, before: &Face, rules: &Rules) -> RangeInclusive<Millis> {
        let (from, until) = (*before.due.start(), *before.due.end());
        match self {
            Self::Extend => from..=until.max(time::now() + rules.ttl + SLACK),
            Self::Pay => from..=until + rules.paying + SLACK,
            _ => from..=until,
        }
    }
}

/// The rules of an event that a clerk has to know.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) name: &'static str,
    pub(super) ttl: Millis,
    pub(super) paying: Millis,
}

/// In one event holds live over many restarts; in the other they end all the time.
pub(super) const EVENTS: [Rules; 2] = [
    Rules {
        name: "long",
        ttl: 600_000,
        paying: 300_000,
    },
    Rules {
        name: "short",
        ttl: 1_000,
        paying: 1_000,
    },
];

impl Rules {
    /// The event as a body of a request.
    pub(super) fn body(&self, chart: &str) -> String {
        serde_json::json!({
            "chart": chart,
            "hold_ttl_seconds": self.ttl / 1_000,
            "paying_seconds": self.paying / 1_000,
            "hold_longest_seconds": 7_200,
            "user_seats_max": u32::MAX,
            "user_holds_max": u32::MAX,
            "user_waste_max": u32::MAX,
        })
        .to_string()
    }
}
