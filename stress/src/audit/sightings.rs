//! Was what somebody was shown true?
//!
//! A word never comes back, so a word that was shown names one change, the one that made it, and was the seat's
//! from then until the next. It was shown truly if that stretch has an instant in common with the operation's. A
//! sighting is judged when a change has been replayed that was invoked after the sighting's operation returned:
//! every change that it can have seen has a smaller number and has been replayed by then.

use std::collections::VecDeque;

use seatlock::{ids::Lsn, seat::SeatWord};

use super::{
    rules,
    trace::{Before, Trace},
    verdict::{Checks, Promise, Violation},
};
use crate::{claim::Sighting, clock::Stamp};

/// Sightings that wait to be judged; more are let go, and counted.
const WAITING_MAX: usize = 1 << 14;

/// The sightings of one worker.
#[derive(Debug, Default)]
pub struct Sightings {
    waiting: VecDeque<Sighting>,
    /// The operation whose sightings are being judged, and which groups they showed.
    operation: u64,
    shown: Vec<Shown>,
    unjudged: u64,
}

/// The change that made a word, and the one that ended it, each by the first number of its group.
#[derive(Debug, Clone, Copy)]
struct Shown {
    made_by: Lsn,
    ended_by: Option<Lsn>,
}

impl Sightings {
    /// Takes one in.
    pub fn push(&mut self, sighting: Sighting) {
        if self.waiting.len() == WAITING_MAX {
            self.waiting.pop_front();
            self.unjudged += 1;
        }
        self.waiting.push_back(sighting);
    }

    /// How many could not be judged, because too much had happened since.
    pub const fn unjudged(&self) -> u64 {
        self.unjudged
    }

    /// Judges all that returned before `newest_invoked`.
    pub fn judge(
        &mut self,
        (trace, words): (&Trace, &[SeatWord]),
        newest_invoked: Stamp,
        slack_nanos: u64,
        checks: &mut Checks,
    ) -> Result<(), Violation> {
        while let Some(sighting) = self.waiting.front() {
            if sighting.span.returned.plus(slack_nanos) >= newest_invoked {
                break;
            }
            let sighting = *sighting;
            self.waiting.pop_front();
            self.judge_one((trace, words), &sighting, slack_nanos, checks)?;
        }
        Ok(())
    }

    fn judge_one(
        &mut self,
        (trace, words): (&Trace, &[SeatWord]),
        sighting: &Sighting,
        slack_nanos: u64,
        checks: &mut Checks,
    ) -> Result<(), Violation> {
        let Some(shown) = look_up(trace, words, sighting, slack_nanos)? else {
            self.unjudged += 1;
            return Ok(());
        };
        if let Some((step, now)) = sighting.refused
            && rules::after(step, sighting.word, now, Lsn::NONE).is_ok()
        {
            let what = format!("{step:?} at tick {} was refused, though {:?} allows it", now.get(), sighting.word);
            return Err(Violation::new(promise_of(sighting), sighting.seat, what));
        }
        checks.count(promise_of(sighting));
        if self.operation != sighting.operation {
            self.operation = sighting.operation;
            self.shown.clear();
        }
        // Who has seen one seat as a group left it must not see another, later, as the group found it.
        checks.add(Promise::AllOrNothing, u64::from(!self.shown.is_empty()));
        if let Some(group) = shown.ended_by
            && self.shown.iter().any(|earlier| earlier.made_by == group)
        {
            let what = format!(
                "one operation, from {} to {} ns, was shown a seat after the group of {group}, then {} before it: {:?}",
                sighting.span.invoked.nanos(),
                sighting.span.returned.nanos(),
                sighting.seat,
                sighting.word,
            );
            return Err(Violation::new(Promise::AllOrNothing, sighting.seat, what));
        }
        self.shown.push(shown);
        Ok(())
    }
}

/// Finds the stretch in which the seat had this word. `None` if that is forgotten.
fn look_up(
    trace: &Trace,
    words: &[SeatWord],
    sighting: &Sighting,
    slack_nanos: u64,
) -> Result<Option<Shown>, Violation> {
    let span = sighting.span;
    let mut ended_by = None;
    // What the seat was before the changes that have been looked at.
    let mut word = words[sighting.seat.index()];
    let found = trace.walk(sighting.seat, |change| {
        if change.after == sighting.word {
            return Some(if change.span.invoked > span.returned.plus(slack_nanos) {
                Err("before the change that made it was begun")
            } else {
                Ok(Shown { made_by: change.group, ended_by })
            });
        }
        ended_by = Some(change.group);
        word = change.before;
        // This change was over when the operation began, so no older word can have been shown.
        (change.span.returned.plus(slack_nanos) < span.invoked).then_some(Err("when it had been changed already"))
    });
    let wrong = match found {
        Ok(Ok(shown)) => return Ok(Some(shown)),
        Err(_) if word == sighting.word => return Ok(Some(Shown { made_by: Lsn::NONE, ended_by })),
        Err(Before::Forgotten) => return Ok(None),
        Err(Before::Beginning) => "though it never had that word",
        Ok(Err(wrong)) => wrong,
    };
    let what = format!(
        "{} was shown as {:?} {wrong}; the operation went from {} to {} ns",
        sighting.seat,
        sighting.word,
        span.invoked.nanos(),
        span.returned.nanos(),
    );
    Err(Violation::new(promise_of(sighting), sighting.seat, what))
}

/// The promise that a false sighting breaks.
fn promise_of(sighting: &Sighting) -> Promise {
    if sighting.promised { Promise::HoldsKept } else { Promise::ShownTrue }
}
