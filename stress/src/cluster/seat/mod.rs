//! One seat of an event as a sequential model.
//!
//! A node of a cluster says nothing that is not durable, neither of a change nor of what is in the way of one. A single
//! node may refuse somebody because of a change that is not durable yet, and never was if the node is lost then: it
//! *forgets*. What it has written is the beginning of one order: with a change that was acknowledged everything before it
//! is there for good, and what is forgotten is the end of that order. For that one the model remembers what the seat was
//! before each change that nobody has acknowledged, and lets any number of them be undone at any time, from the last one on.
//!
//! Deadlines are checked from one side: until its time is over nobody may lose a seat. How long a hold may reach beyond
//! it is for takeovers and their grace to say.

#[cfg(test)]
mod tests;

use crate::linear::{Model, Span};

/// A hold, as those number it who ask for it.
pub(super) type HoldNumber = u32;

/// What a seat is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Seat {
    Free,
    Held {
        by: HoldNumber,
        /// Nobody else can have it before, in nanoseconds of the run.
        safe_until: u64,
    },
    Booked {
        by: HoldNumber,
    },
}

/// What is known of a seat.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct SeatState {
    /// What it was before each of the last changes, which nobody has acknowledged; the oldest first.
    before: Vec<Seat>,
    now: Seat,
}

/// A change that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Hold { ttl_nanos: u64 },
    Confirm,
    Release,
    Cancel,
}

/// One call, as far as it is about one seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// A change of a hold's seats that was acknowledged.
    Done(Deed, HoldNumber),
    /// One that may have been made, or not.
    Maybe(Deed, HoldNumber),
    /// The event's map has shown the seat.
    Map(Shown),
    /// The seat was in the way of another hold.
    InTheWay { of: HoldNumber, shown: Shown },
    /// A hold was looked at, or a change refused because of what it is.
    Hold(HoldNumber, Stage),
}

/// What a seat is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Available,
    Held,
    Booked,
}

/// What a hold is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Held,
    Booked,
    /// It has ended, or is unknown.
    Gone,
}

/// The rules of all seats.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// How far the clocks of a node and of the run may differ over one TTL.
    pub(super) slack_nanos: u64,
    /// What nobody has acknowledged may be seen, and be undone later.
    pub(super) forgets: bool,
}

/// A seat's rules, and what may become of it at any time.
#[derive(Debug, Clone)]
pub(super) struct SeatModel {
    rules: Rules,
    doubts: Vec<Doubt>,
}

/// A change that may be made at any time from now on, or never: nobody knows.
///
/// Were it a call like any other, each of them would double what has to be searched. Nobody knows a doubtful hold's id, so
/// one cannot be told from another: the first of them stands for all, and may be made more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Doubt {
    invoked: u64,
    deed: Deed,
    by: HoldNumber,
}

/// A hold that nobody knows of.
const GHOST: HoldNumber = HoldNumber::MAX;

/// The calls that have an end, and the changes that may be made at any time.
pub(super) fn part(history: &[Span<Call>]) -> (Vec<Span<Call>>, Vec<Doubt>) {
    let (ended, open): (Vec<_>, Vec<_>) = history
        .iter()
        .cloned()
        .partition(|span| span.returned.is_some());
    let doubts = open.into_iter().filter_map(|span| match span.call {
        Call::Maybe(deed, by) => Some(Doubt {
            invoked: span.invoked,
            deed,
            by,
        }),
        _ => None,
    });
    (ended, doubts.collect())
}

impl SeatState {
    /// Nobody has asked for it yet.
    pub(super) const FREE: Self = Self {
        before: Vec::new(),
        now: Seat::Free,
    };

    /// What it can be after so many changes from the end were taken back, for each possible number.
    fn versions(&self) -> impl Iterator<Item = Self> + '_ {
        let taken_back = self.before.iter().enumerate().map(|(kept, was)| Self {
            before: self.before[..kept].to_vec(),
            now: *was,
        });
        taken_back.chain([self.clone()])
    }

    /// After one that stays: all before it is there for good.
    fn sure(next: Seat) -> Self {
        Self {
            before: Vec::new(),
            now: next,
        }
    }
}

impl Model for SeatModel {
    type State = SeatState;
    type Call = Call;

    fn step(&self, state: &SeatState, span: &Span<Call>, into: &mut Vec<SeatState>) {
        let (rules, last) = (self.rules, self.last(span));
        for version in self.possible(state, last) {
            match span.call {
                Call::Done(deed, by) => {
                    let next = rules.changed(version.now, deed, by, span.invoked, last);
                    into.extend(next.map(SeatState::sure));
                }
                Call::Maybe(deed, by) => {
                    let next = rules.changed(version.now, deed, by, span.invoked, last);
                    into.extend(next.map(|next| rules.unsure(&version, next)));
                    into.push(version);
                }
                seen => {
                    if can_be_seen(version.now, seen, last) {
                        into.push(version);
                    }
                }
            }
        }
    }

    fn is_idle(&self, state: &SeatState, span: &Span<Call>) -> bool {
        can_be_seen(state.now, span.call, self.last(span))
    }
}

impl SeatModel {
    /// Up to when a call may have met a hold that had expired.
    fn last(&self, span: &Span<Call>) -> u64 {
        span.returned.map_or(u64::MAX, |returned| {
            returned.saturating_add(self.rules.slack_nanos)
        })
    }

    pub(super) fn new(rules: Rules, mut doubts: Vec<Doubt>) -> Self {
        doubts.sort_by_key(|doubt| doubt.invoked);
        let mut has_hold = false;
        doubts.retain(|doubt| {
            let is_hold = matches!(doubt.deed, Deed::Hold { .. });
            let is_another = is_hold && has_hold;
            has_hold |= is_hold;
            !is_another
        });
        Self { rules, doubts }
    }

    /// All that a seat can be just before a call, of which it was this just after the one before.
    fn possible(&self, state: &SeatState, last: u64) -> Vec<SeatState> {
        let mut all: Vec<SeatState> = state.versions().collect();
        let mut next = 0;
        while let Some(version) = all.get(next).cloned() {
            for doubt in self.doubts.iter().filter(|doubt| doubt.invoked <= last) {
                let changed = self.rules.changed_late(&version, *doubt, last);
                all.extend(changed.filter(|changed| !all.contains(changed)));
            }
            next += 1;
        }
        all
    }
}

impl Rules {
    /// What a change makes of a seat, if it is possible.
    fn changed(
        self,
        seat: Seat,
        deed: Deed,
        by: HoldNumber,
        invoked: u64,
        last: u64,
    ) -> Option<Seat> {
        match (deed, seat) {
            (Deed::Hold { ttl_nanos }, _) if is_free(seat, last) => Some(Seat::Held {
                by,
                safe_until: self.safe_until(invoked, ttl_nanos),
            }),
            (Deed::Confirm, Seat::Held { by: owner, .. }) if owner == by => {
                Some(Seat::Booked { by })
            }
            (Deed::Release, Seat::Held { by: owner, .. }) if owner == by => Some(Seat::Free),
            (Deed::Cancel, Seat::Booked { by: owner }) if owner == by => Some(Seat::Free),
            _ => None,
        }
    }

    fn changed_late(self, state: &SeatState, doubt: Doubt, last: u64) -> Option<SeatState> {
        let Doubt { invoked, deed, by } = doubt;
        if !matches!(deed, Deed::Hold { .. }) {
            let next = self.changed(state.now, deed, by, invoked, last)?;
            return Some(self.unsure(state, next));
        }
        let mut ghost = self.changed(state.now, deed, GHOST, invoked, last)?;
        if let (true, Seat::Held { safe_until, .. }) = (self.forgets, &mut ghost) {
            // It may be forgotten at any time.
            *safe_until = 0;
        }
        let before = state.before.clone();
        Some(SeatState { before, now: ghost })
    }

    /// After a change that nobody has acknowledged.
    fn unsure(self, state: &SeatState, next: Seat) -> SeatState {
        if !self.forgets {
            return SeatState::sure(next);
        }
        let mut before = state.before.clone();
        before.push(state.now);
        SeatState { before, now: next }
    }

    /// Until when a hold is nobody else's that was asked for at `invoked`.
    pub(super) fn safe_until(self, invoked: u64, ttl_nanos: u64) -> u64 {
        invoked
            .saturating_add(ttl_nanos)
            .saturating_sub(self.slack_nanos)
    }
}

/// Whether a seat is free, or was held for so long that it can be.
fn is_free(seat: Seat, last: u64) -> bool {
    match seat {
        Seat::Free => true,
        Seat::Held { safe_until, .. } => safe_until <= last,
        Seat::Booked { .. } => false,
    }
}

fn can_be_seen(seat: Seat, seen: Call, last: u64) -> bool {
    match (seen, seat) {
        (Call::Map(Shown::Available), _) => is_free(seat, last),
        (Call::Map(Shown::Held), Seat::Held { .. })
        | (Call::Map(Shown::Booked), Seat::Booked { .. }) => true,
        (Call::InTheWay { of, shown }, Seat::Held { by, .. }) => shown == Shown::Held && by != of,
        (Call::InTheWay { of, shown }, Seat::Booked { by }) => shown == Shown::Booked && by != of,
        (Call::Hold(hold, Stage::Held), Seat::Held { by, .. })
        | (Call::Hold(hold, Stage::Booked), Seat::Booked { by }) => by == hold,
        (Call::Hold(hold, Stage::Gone), Seat::Held { by, .. }) => by != hold || is_free(seat, last),
        (Call::Hold(hold, Stage::Gone), Seat::Booked { by }) => by != hold,
        (Call::Hold(_, Stage::Gone), Seat::Free) => true,
        _ => false,
    }
}
