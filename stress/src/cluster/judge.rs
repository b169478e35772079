//! Judges what clerks have noted, seat by seat, by two methods.
//!
//! By possession: from the acknowledgement of a hold until its owner may have given it up, or its time is over, the seat
//! is surely his. Two such times of different holds must not overlap, and nobody may see within one that he hasn't got it.
//! That finds plainly what matters most. By search: is there an order of all calls on the seat that makes sense to the
//! model of one seat? That finds the rest.

use std::collections::{HashMap, HashSet};

use super::{
    notes::Noted,
    sale::Sale,
    seat::{Call, Deed, Doubt, HoldNumber, Rules, SeatModel, SeatState, Shown, Stage, part},
    verdict::{Broken, Checks, Promise},
};
use crate::linear::{self, Finding, Span};

/// Calls of a seat that a report shows.
const HISTORY_CALLS: usize = 40;

/// Judges, and counts what it has checked.
#[derive(Debug)]
pub(super) struct Judge {
    rules: Rules,
    pub(super) checks: Checks,
    /// Seats whose calls had too many possibilities to decide about.
    pub(super) undecided: u64,
}

/// What is known of a seat when its sale is over.
#[derive(Debug, Clone)]
pub(super) struct Known {
    states: HashSet<SeatState>,
    doubts: Vec<Doubt>,
}

/// A time in which a seat was surely somebody's.
#[derive(Debug, Clone, Copy)]
struct Possession {
    by: HoldNumber,
    from: u64,
    until: u64,
    /// From when on it was surely booked.
    booked_from: Option<u64>,
}

impl Judge {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            checks: Checks::default(),
            undecided: 0,
        }
    }

    /// Judges all that was noted in a sale. What is known of each seat then, by event and seat.
    pub(super) fn judge(
        &mut self,
        sale: &Sale,
        mut noted: Vec<Noted>,
    ) -> Result<Vec<Vec<Known>>, Broken> {
        noted.sort_by_key(|noted| (noted.event, noted.seat, noted.span.invoked));
        let untouched = Known {
            states: HashSet::from([SeatState::FREE]),
            doubts: Vec::new(),
        };
        let mut known = vec![vec![untouched; sale.seats()]; sale.events.len()];
        for calls in noted.chunk_by(|one, other| (one.event, one.seat) == (other.event, other.seat))
        {
            let (event, seat) = (calls[0].event, calls[0].seat);
            let history: Vec<Span<Call>> = calls.iter().map(|noted| noted.span.clone()).collect();
            let label = sale.label(event, seat);
            self.possessions(&label, &history)?;
            let (ended, doubts) = part(&history);
            let untouched = Known {
                states: HashSet::from([SeatState::FREE]),
                doubts,
            };
            known[event][seat] = self.search(&label, untouched, &ended)?;
        }
        Ok(known)
    }

    /// Judges calls that came later, all on one seat.
    pub(super) fn judge_later(
        &mut self,
        label: &str,
        known: &Known,
        later: &[Span<Call>],
    ) -> Result<(), Broken> {
        self.search(label, known.clone(), later).map(|_| ())
    }

    fn search(
        &mut self,
        label: &str,
        known: Known,
        history: &[Span<Call>],
    ) -> Result<Known, Broken> {
        self.checks.add(Promise::Linearizable, history.len());
        let Known { states, doubts } = known;
        let is_known = !states.is_empty();
        let model = SeatModel::new(self.rules, doubts.clone());
        match linear::check(&model, &states, history) {
            Finding::Linearizable(states) => Ok(Known { states, doubts }),
            Finding::Undecided => {
                self.undecided += 1;
                // Nothing is known of it any more, and nothing is checked.
                let states = HashSet::new();
                Ok(Known { states, doubts })
            }
            Finding::Refuted { longest, stuck } if is_known => {
                let what = format!(
                    "no order of the {} calls on {label} makes sense: after {longest} of them none of the marked ones fits",
                    history.len(),
                );
                let lines = lines(history, &stuck);
                let doubts = doubts.iter().map(|doubt| format!("at any time: {doubt:?}"));
                Err(Broken::new(Promise::Linearizable, what)
                    .with(lines)
                    .with(doubts))
            }
            Finding::Refuted { .. } => Ok(Known { states, doubts }),
        }
    }

    fn possessions(&mut self, label: &str, history: &[Span<Call>]) -> Result<(), Broken> {
        let mut all = self.surely_had(history);
        all.sort_by_key(|possession| possession.from);
        self.checks.add(Promise::OneOwner, all.len());
        let mut latest: Option<Possession> = None;
        for possession in &all {
            if let Some(earlier) = latest.filter(|earlier| possession.from < earlier.until) {
                return Err(twice(label, history, earlier, *possession));
            }
            if latest.is_none_or(|latest| latest.until < possession.until) {
                latest = Some(*possession);
            }
        }
        for (at, span) in history.iter().enumerate() {
            let Some(returned) = span.returned else {
                continue;
            };
            let next = all.partition_point(|possession| possession.from <= span.invoked);
            let Some(had) = next.checked_sub(1).map(|before| all[before]) else {
                continue;
            };
            if returned > had.until {
                continue;
            }
            self.checks.add(Promise::Kept, 1);
            if had.is_denied_by(span) {
                let what = format!(
                    "{label} was surely hold {}'s{} from {} ns on, and the marked call says that it was not",
                    had.by,
                    if had.booked_from.is_some() {
                        ", booked,"
                    } else {
                        ""
                    },
                    had.from
                );
                return Err(Broken::new(Promise::Kept, what).with(lines(history, &[at])));
            }
        }
        Ok(())
    }

    /// When which hold surely had the seat. An attempt to give it up ends that, however it went.
    fn surely_had(&self, history: &[Span<Call>]) -> Vec<Possession> {
        let mut of_hold: HashMap<HoldNumber, Possession> = HashMap::new();
        for span in history {
            let (deed, by, is_done) = match span.call {
                Call::Done(deed, by) => (deed, by, true),
                Call::Maybe(deed, by) => (deed, by, false),
                _ => continue,
            };
            match (deed, span.returned) {
                (Deed::Hold { ttl_nanos }, Some(from)) if is_done => {
                    let until = self.rules.safe_until(span.invoked, ttl_nanos);
                    let possession = Possession {
                        by,
                        from,
                        until,
                        booked_from: None,
                    };
                    of_hold.insert(by, possession);
                }
                (Deed::Confirm, Some(returned)) if is_done => {
                    if let Some(possession) = of_hold.get_mut(&by) {
                        if possession.until < returned {
                            // In between it may have been another's, had it not been confirmed.
                            possession.from = returned;
                        }
                        possession.until = u64::MAX;
                        possession.booked_from = Some(returned);
                    }
                }
                (Deed::Release | Deed::Cancel, _) => {
                    if let Some(possession) = of_hold.get_mut(&by) {
                        possession.until = possession.until.min(span.invoked);
                    }
                }
                _ => {}
            }
        }
        let had = of_hold.into_values();
        had.filter(|possession| possession.from < possession.until)
            .collect()
    }
}

impl Possession {
    /// Whether a call within it says that somebody else has the seat, or nobody.
    fn is_denied_by(&self, span: &Span<Call>) -> bool {
        let is_booked = self.booked_from.is_some_and(|from| from <= span.invoked);
        match span.call {
            Call::Map(shown) => shown == Shown::Available || is_booked && shown == Shown::Held,
            Call::Hold(hold, stage) if hold == self.by => {
                stage == Stage::Gone || is_booked && stage == Stage::Held
            }
            Call::Hold(_, stage) => stage != Stage::Gone,
            Call::Done(Deed::Hold { .. }, by) => by != self.by,
            _ => false,
        }
    }
}

fn twice(label: &str, history: &[Span<Call>], one: Possession, other: Possession) -> Broken {
    let are_booked = one.booked_from.and(other.booked_from).is_some();
    let what = format!(
        "{label} was {} to hold {} and to hold {} at the same time, from {} ns on",
        if are_booked { "sold" } else { "given" },
        one.by,
        other.by,
        other.from
    );
    let of_the_two = history.iter().enumerate().filter(|(_, span)| {
        let (Call::Done(_, by) | Call::Maybe(_, by)) = span.call else {
            return false;
        };
        by == one.by || by == other.by
    });
    let marked: Vec<usize> = of_the_two.map(|(at, _)| at).collect();
    Broken::new(Promise::OneOwner, what).with(lines(history, &marked))
}

/// The calls around the first marked one, a line each.
fn lines(history: &[Span<Call>], marked: &[usize]) -> Vec<String> {
    let first = marked.first().copied().unwrap_or(history.len());
    let until = (first + HISTORY_CALLS / 2).min(history.len());
    let from = until.saturating_sub(HISTORY_CALLS);
    let line = |(at, span): (usize, &Span<Call>)| {
        let Span {
            invoked,
            returned,
            call,
        } = span;
        let mark = if marked.contains(&at) { "-> " } else { "" };
        let returned = returned.map_or_else(|| "never".to_owned(), |nanos| nanos.to_string());
        format!("{mark}from {invoked} to {returned} ns: {call:?}")
    };
    let all = history.iter().enumerate();
    let shown = all.filter(|(at, _)| (from..until).contains(at) || marked.contains(at));
    shown.map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::hall::Hall;

    const RULES: Rules = Rules {
        slack_nanos: 10,
        forgets: false,
    };
    const HOLD: Deed = Deed::Hold { ttl_nanos: 10_000 };

    fn noted(calls: &[(u64, u64, Call)]) -> Vec<Noted> {
        let note = |&(invoked, returned, call): &(u64, u64, Call)| Noted {
            event: 1,
            seat: 2,
            span: Span {
                invoked,
                returned: (returned > 0).then_some(returned),
                call,
            },
        };
        calls.iter().map(note).collect()
    }

    fn sale() -> Sale {
        Sale::new(1, &Arc::new(Hall::new(24).expect("a hall")))
    }

    fn broken(calls: &[(u64, u64, Call)]) -> Option<Promise> {
        let judged = Judge::new(RULES).judge(&sale(), noted(calls));
        judged.err().map(|broken| broken.promise)
    }

    #[test]
    fn two_owners_at_once_are_found() {
        let honest = [
            (1, 10, Call::Done(HOLD, 1)),
            (20, 30, Call::Done(Deed::Confirm, 1)),
            (40, 50, Call::Maybe(Deed::Cancel, 1)),
            (60, 70, Call::Done(HOLD, 2)),
            (80, 90, Call::Done(Deed::Confirm, 2)),
        ];
        assert_eq!(broken(&honest), None);
        let mut sold_twice = honest.to_vec();
        sold_twice.remove(2);
        assert_eq!(broken(&sold_twice), Some(Promise::OneOwner));
    }

    #[test]
    fn what_is_lost_is_found_and_what_has_expired_is_not_lost() {
        let held = (1, 10, Call::Done(HOLD, 1));
        let gone = Call::Hold(1, Stage::Gone);
        for seen in [gone, Call::Map(Shown::Available)] {
            assert_eq!(broken(&[held, (20, 30, seen)]), Some(Promise::Kept));
            assert_eq!(broken(&[held, (11_000, 11_010, seen)]), None);
        }
        let confirmed = (20, 30, Call::Done(Deed::Confirm, 1));
        let late = (11_000, 11_010, gone);
        assert_eq!(broken(&[held, confirmed, late]), Some(Promise::Kept));
        let not_booked = (40, 50, Call::Map(Shown::Held));
        assert_eq!(broken(&[held, confirmed, not_booked]), Some(Promise::Kept));
    }

    #[test]
    fn an_order_that_makes_no_sense_is_found() {
        let flicker = [
            (1, 0, Call::Maybe(HOLD, 1)),
            (20, 30, Call::Hold(1, Stage::Booked)),
        ];
        assert_eq!(broken(&flicker), Some(Promise::Linearizable));
    }

    #[test]
    fn a_later_look_is_judged_by_what_was_known() {
        let mut judge = Judge::new(RULES);
        let calls = [
            (1, 10, Call::Done(HOLD, 1)),
            (20, 0, Call::Maybe(Deed::Confirm, 1)),
        ];
        let known = judge.judge(&sale(), noted(&calls)).expect("it is right");
        let known = &known[1][2];
        let mut look = |at, shown| {
            let span = Span {
                invoked: at,
                returned: Some(at + 1),
                call: Call::Map(shown),
            };
            judge.judge_later("a seat", known, &[span]).is_ok()
        };
        assert!(look(100, Shown::Held) && look(100, Shown::Booked));
        assert!(!look(100, Shown::Available));
        assert!(look(90_000, Shown::Available), "it may have expired");
    }
}
