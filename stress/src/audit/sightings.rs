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

    /// Judges all that returned before `horizon`: every change of which they can have seen anything has been replayed.
    /// Counts what it checks, and refusals by seat.
    pub fn judge(
        &mut self,
        (trace, words): (&Trace, &[SeatWord]),
        horizon: Stamp,
        slack_nanos: u64,
        (checks, refusals): (&mut Checks, &mut [u32]),
    ) -> Result<(), Violation> {
        while let Some(sighting) = self.waiting.front() {
            if sighting.span.returned.plus(slack_nanos) >= horizon {
                break;
            }
            let sighting = *sighting;
            self.waiting.pop_front();
            if sighting.refused.is_some() {
                let refusals = &mut refusals[sighting.seat.index()];
                *refusals = refusals.saturating_add(1);
            }
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
        let Some(shown) = look_up((trace, words), sighting, slack_nanos)? else {
            self.unjudged += 1;
            return Ok(());
        };
        if let Some((step, now)) = sighting.refused
            && rules::after(step, sighting.word, now, Lsn::NONE).is_ok()
        {
            let what = format!(
                "{step:?} at tick {} was refused, though {:?} allows it",
                now.get(),
                sighting.word
            );
            return Err(Violation::new(promise_of(sighting), sighting.seat, what));
        }
        checks.count(promise_of(sighting));
        self.judge_together(sighting, shown, checks)
    }

    /// Who has seen one seat as a group left it must not see another, later, as the group found it.
    fn judge_together(
        &mut self,
        sighting: &Sighting,
        shown: Shown,
        checks: &mut Checks,
    ) -> Result<(), Violation> {
        if self.operation != sighting.operation {
            self.operation = sighting.operation;
            self.shown.clear();
        }
        checks.add(Promise::AllOrNothing, u64::from(!self.shown.is_empty()));
        if let Some(group) = shown.ended_by
            && self.shown.iter().any(|earlier| earlier.made_by == group)
        {
            let Sighting {
                seat, word, span, ..
            } = sighting;
            let (from, to) = (span.invoked.nanos(), span.returned.nanos());
            let what = format!(
                "one operation, from {from} to {to} ns, was shown a seat as the group from {group} left it, \
                 and then {seat} as it was before: {word:?}"
            );
            return Err(Violation::new(Promise::AllOrNothing, *seat, what));
        }
        self.shown.push(shown);
        Ok(())
    }
}

/// Finds the stretch in which the seat had this word. `None` if that is forgotten.
fn look_up(
    (trace, words): (&Trace, &[SeatWord]),
    sighting: &Sighting,
    slack_nanos: u64,
) -> Result<Option<Shown>, Violation> {
    let Sighting { seat, span, .. } = *sighting;
    let mut ended_by = None;
    // What the seat was before the changes that have been looked at.
    let mut word = words[seat.index()];
    let found = trace.walk(seat, |change| {
        if change.after == sighting.word {
            let too_early = change.span.invoked > span.returned.plus(slack_nanos);
            let made_by = change.group;
            return Some(if too_early {
                Err("before the change that made it was begun")
            } else {
                Ok(Shown { made_by, ended_by })
            });
        }
        ended_by = Some(change.group);
        word = change.before;
        // This change was over when the operation began, so no older word can have been shown.
        (change.span.returned.plus(slack_nanos) < span.invoked)
            .then_some(Err("when it had been changed already"))
    });
    let made_by = Lsn::NONE;
    match found {
        Ok(Ok(shown)) => Ok(Some(shown)),
        Err(_) if word == sighting.word => Ok(Some(Shown { made_by, ended_by })),
        Err(Before::Forgotten) => Ok(None),
        Err(Before::Beginning) => Err(false_sighting(sighting, "though it never had that word")),
        Ok(Err(wrong)) => Err(false_sighting(sighting, wrong)),
    }
}

fn false_sighting(sighting: &Sighting, wrong: &str) -> Violation {
    let Sighting {
        seat, word, span, ..
    } = sighting;
    let (from, to) = (span.invoked.nanos(), span.returned.nanos());
    let what =
        format!("{seat} was shown as {word:?} {wrong}; the operation went from {from} to {to} ns");
    Violation::new(promise_of(sighting), *seat, what)
}

/// The promise that a false sighting breaks.
fn promise_of(sighting: &Sighting) -> Promise {
    if sighting.promised {
        Promise::HoldsKept
    } else {
        Promise::ShownTrue
    }
}

#[cfg(test)]
mod tests {
    use seatlock::{
        ids::{SeatId, TakingId},
        seat::Step,
        tick::Tick,
    };

    use super::*;
    use crate::clock::Span;

    fn span(invoked: u64, returned: u64) -> Span {
        Span {
            invoked: Stamp::from_nanos(invoked),
            returned: Stamp::from_nanos(returned),
        }
    }

    fn held(number: u32) -> SeatWord {
        SeatWord::held(TakingId::new(number).expect("small"), Tick::new(9))
    }

    /// Two seats, changed at 10 to 20 ns by one group (LSNs 1 and 2), and the first of them again at 50 to 60.
    fn trace() -> (Trace, [SeatWord; 2]) {
        let mut trace = Trace::new(2);
        let mut push = |lsn, group, seat, words, span| {
            let seat = SeatId::new(seat);
            trace.push(
                (Lsn::new(lsn), Lsn::new(group)),
                seat,
                words,
                Step::Block,
                Tick::new(0),
                0,
                span,
            );
        };
        push(1, 1, 0, (SeatWord::FRESH, held(1)), span(10, 20));
        push(2, 1, 1, (SeatWord::FRESH, held(1)), span(10, 20));
        push(3, 3, 0, (held(1), held(2)), span(50, 60));
        (trace, [held(2), held(1)])
    }

    /// What is made of one operation's sightings: seat, word, from and to.
    fn judged(shown: &[(u32, SeatWord, u64, u64)]) -> Result<u64, Promise> {
        let (trace, words) = trace();
        let mut sightings = Sightings::default();
        for &(seat, word, invoked, returned) in shown {
            let (seat, span) = (SeatId::new(seat), span(invoked, returned));
            sightings.push(Sighting {
                seat,
                word,
                span,
                operation: 1,
                refused: None,
                promised: false,
            });
        }
        let (mut checks, mut refusals) = (Checks::default(), [0; 2]);
        let verdict = sightings.judge(
            (&trace, &words),
            Stamp::NEVER,
            0,
            (&mut checks, &mut refusals[..]),
        );
        verdict
            .map(|()| checks.of(Promise::ShownTrue))
            .map_err(|violation| violation.promise)
    }

    #[test]
    fn a_word_is_true_from_its_making_to_its_end() {
        for (word, invoked, returned) in [
            (SeatWord::FRESH, 0, 5),
            (SeatWord::FRESH, 15, 16),
            (held(1), 15, 16),
            (held(1), 30, 40),
            (held(1), 55, 99),
            (held(2), 55, 56),
            (held(2), 70, 80),
        ] {
            assert_eq!(
                judged(&[(0, word, invoked, returned)]),
                Ok(1),
                "{word:?} from {invoked} to {returned}"
            );
        }
        for (word, invoked, returned) in [
            (SeatWord::FRESH, 30, 40),
            (held(1), 0, 5),
            (held(1), 70, 80),
            (held(2), 30, 40),
            (held(3), 15, 16),
        ] {
            let verdict = judged(&[(0, word, invoked, returned)]);
            assert_eq!(
                verdict,
                Err(Promise::ShownTrue),
                "{word:?} from {invoked} to {returned}"
            );
        }
    }

    /// A reader took a group's descriptor that had just been freed for one that was not yet decided, and showed one
    /// seat as it was before the group right after another as it was after it. Each was shown truly by itself, as
    /// the operation began before the group returned; only the two together give it away.
    #[test]
    fn half_a_group_is_not_shown_in_this_order_and_may_be_in_the_other() {
        let (new, old) = ((0, held(1), 15, 18), (1, SeatWord::FRESH, 15, 18));
        assert_eq!(judged(&[new, old]), Err(Promise::AllOrNothing));
        assert_eq!(judged(&[old, new]), Ok(2), "the group came in between");
        assert_eq!(judged(&[new, (1, held(1), 15, 18)]), Ok(2));
    }

    #[test]
    fn a_sighting_waits_until_all_that_it_can_have_seen_is_replayed() {
        let (trace, words) = trace();
        let mut sightings = Sightings::default();
        let (seat, word) = (SeatId::new(0), held(3));
        sightings.push(Sighting {
            seat,
            word,
            span: span(55, 70),
            operation: 1,
            refused: None,
            promised: false,
        });
        let (mut checks, mut refusals) = (Checks::default(), [0; 2]);
        let mut judge = |newest| {
            sightings.judge(
                (&trace, &words),
                Stamp::from_nanos(newest),
                0,
                (&mut checks, &mut refusals[..]),
            )
        };
        assert_eq!(
            judge(70),
            Ok(()),
            "a change that was begun before it returned may have made that word"
        );
        assert!(judge(71).is_err());
    }
}
