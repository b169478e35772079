//! The newest changes, linked by seat: for the history in a report, and to judge what somebody was shown.

use seatlock::{
    ids::{Lsn, SeatId},
    seat::{SeatWord, Step},
    tick::Tick,
};

use crate::clock::Span;

/// Changes that are remembered over all seats.
const TRACE_CHANGES: usize = 1 << 18;

/// A change as the auditor accepted it.
#[derive(Debug, Clone, Copy)]
pub struct Traced {
    /// Its number.
    pub lsn: Lsn,
    /// The number of the first change of its group; its own if it was alone.
    pub group: Lsn,
    /// Which seat.
    pub seat: SeatId,
    /// The seat's word before.
    pub before: SeatWord,
    /// And after.
    pub after: SeatWord,
    /// What was done.
    pub step: Step,
    /// At which tick, as the engine was told.
    pub now: Tick,
    /// By whom: the number of the line.
    pub by: usize,
    /// When, by the independent clock.
    pub span: Span,
    /// The seat's change before this one.
    earlier: Place,
}

/// A change's place among all that were ever traced; 0 for none.
type Place = u64;

/// The newest changes.
#[derive(Debug)]
pub struct Trace {
    ring: Vec<Traced>,
    written: u64,
    newest_of: Box<[Place]>,
}

/// What comes before the changes of a seat that are still remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// Nothing: its first change is among them.
    Beginning,
    /// Changes that were forgotten.
    Forgotten,
}

impl Trace {
    /// No changes yet of `seats` seats.
    pub fn new(seats: u32) -> Self {
        Self {
            ring: Vec::with_capacity(TRACE_CHANGES),
            written: 0,
            newest_of: vec![0; seats as usize].into(),
        }
    }

    /// Remembers a change, and in return forgets the oldest.
    #[expect(
        clippy::too_many_arguments,
        reason = "these are the fields of the record, and each caller has all of them"
    )]
    pub fn push(
        &mut self,
        (lsn, group): (Lsn, Lsn),
        seat: SeatId,
        (before, after): (SeatWord, SeatWord),
        step: Step,
        now: Tick,
        by: usize,
        span: Span,
    ) {
        let earlier = self.newest_of[seat.index()];
        let traced = Traced {
            lsn,
            group,
            seat,
            before,
            after,
            step,
            now,
            by,
            span,
            earlier,
        };
        let slot = Self::slot(self.written + 1);
        if slot < self.ring.len() {
            self.ring[slot] = traced;
        } else {
            self.ring.push(traced);
        }
        self.written += 1;
        self.newest_of[seat.index()] = self.written;
    }

    /// The seat's change at `place`, and the place of the one before; or why there is none.
    fn at(&self, place: Place) -> Result<&Traced, Before> {
        if place == 0 {
            return Err(Before::Beginning);
        }
        if self.written - place >= self.ring.len() as u64 {
            return Err(Before::Forgotten);
        }
        Ok(&self.ring[Self::slot(place)])
    }

    /// Walks the seat's changes from the newest back, until `look` has seen enough.
    pub fn walk<R>(
        &self,
        seat: SeatId,
        mut look: impl FnMut(&Traced) -> Option<R>,
    ) -> Result<R, Before> {
        let mut place = self.newest_of[seat.index()];
        loop {
            let traced = self.at(place)?;
            if let Some(enough) = look(traced) {
                return Ok(enough);
            }
            place = traced.earlier;
        }
    }

    /// The last `count` changes of a seat as lines of text, oldest first.
    pub fn tell(&self, seat: SeatId, count: usize) -> Vec<String> {
        let mut lines = Vec::new();
        let before = self.walk(seat, |traced| {
            lines.push(traced.line());
            (lines.len() == count).then_some(())
        });
        if before == Err(Before::Forgotten) {
            lines.push("(what came before is forgotten)".to_owned());
        }
        lines.reverse();
        lines
    }

    fn slot(place: Place) -> usize {
        usize::try_from((place - 1) % TRACE_CHANGES as u64).unwrap_or(0)
    }
}

impl Traced {
    fn line(&self) -> String {
        let group = if self.group == self.lsn {
            String::new()
        } else {
            format!(" (in the group from {})", self.group)
        };
        format!(
            "{}{group} by line {}: {:?} at tick {}: {:?} -> {:?}, between {} and {} ns",
            self.lsn,
            self.by,
            self.step,
            self.now.get(),
            self.before,
            self.after,
            self.span.invoked.nanos(),
            self.span.returned.nanos(),
        )
    }
}
