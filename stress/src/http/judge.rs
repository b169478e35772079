//! Judges the calls of a round, during which every call began and ended.
//!
//! Twice, by two methods. By search: is there an order of each seat's calls that its model allows? Rounds are short, and
//! each begins in the states that the last one can have ended in, so a run can be of any length. By witness: answers to
//! changes carry their LSN, and in the order of the LSNs the model must hold too, and real time must be respected.

use std::collections::HashSet;

use seatlock::ids::SeatId;

use super::{
    model::{Ask, Reply, SeatCall, SeatModel, SeatState},
    worker::Noted,
};
use crate::{
    audit::verdict::{Checks, Promise, Violation},
    linear::{self, Finding, Model, Span},
};

/// Calls of a seat's round that a report shows.
const HISTORY_CALLS: usize = 60;

/// What is known between two rounds.
#[derive(Debug)]
pub struct Judge {
    model: SeatModel,
    seats: Vec<Known>,
    last_lsn: u64,
    /// How often each promise was checked.
    pub checks: Checks,
    /// Seats' rounds that had too many possibilities to decide about.
    pub undecided: u64,
}

/// What is known of a seat.
#[derive(Debug, Clone)]
struct Known {
    /// What it can be, by search. Empty for a seat that is left out: it was not free at the beginning, or a call's
    /// answer was lost, and it may still take effect.
    states: HashSet<SeatState>,
    /// What it is, by witness.
    witness: SeatState,
}

impl Judge {
    /// A judge of seats, of which some are free at the beginning.
    pub fn new(model: SeatModel, free: impl IntoIterator<Item = bool>) -> Self {
        let known = |free| Known {
            states: if free {
                HashSet::from([SeatState::Free])
            } else {
                HashSet::new()
            },
            witness: SeatState::Free,
        };
        let seats = free.into_iter().map(known).collect();
        Self {
            model,
            seats,
            last_lsn: 0,
            checks: Checks::default(),
            undecided: 0,
        }
    }

    /// How many seats are left out.
    pub fn left_out(&self) -> usize {
        self.seats
            .iter()
            .filter(|known| known.states.is_empty())
            .count()
    }

    /// Judges all calls of a round.
    pub fn judge(&mut self, mut round: Vec<Noted>) -> Result<(), Violation> {
        self.witness(&round)?;
        round.sort_by_key(|noted| (noted.seat, noted.span.invoked));
        round
            .chunk_by(|one, other| one.seat == other.seat)
            .try_for_each(|calls| self.search(calls))
    }

    fn search(&mut self, calls: &[Noted]) -> Result<(), Violation> {
        let Some(seat) = calls.first().map(|noted| noted.seat) else {
            return Ok(());
        };
        let history: Vec<_> = calls.iter().map(|noted| noted.span.clone()).collect();
        let known = &mut self.seats[seat as usize];
        if known.states.is_empty() {
            return Ok(());
        }
        let mut left_out = history.iter().any(|span| span.returned.is_none());
        match linear::check(&self.model, &known.states, &history) {
            Finding::Linearizable(ends) => known.states = ends,
            Finding::Undecided => {
                self.undecided += 1;
                left_out = true;
            }
            Finding::Refuted { longest, stuck } => {
                let what = format!(
                    "no order of the {} calls on seat {} makes sense: after {longest} of them none of the marked ones fits; \
                     the seat was {:?} at the beginning",
                    history.len(),
                    seat + 1,
                    known.states,
                );
                return Err(violation(
                    Promise::Linearizable,
                    seat,
                    what,
                    &history,
                    &stuck,
                ));
            }
        }
        if left_out {
            known.states.clear();
        }
        self.checks.add(Promise::Linearizable, history.len() as u64);
        Ok(())
    }

    fn witness(&mut self, round: &[Noted]) -> Result<(), Violation> {
        let mut changes: Vec<_> = round
            .iter()
            .filter_map(|noted| Some((noted.span.call.lsn?, noted)))
            .collect();
        changes.sort_by_key(|(lsn, _)| *lsn);
        let mut newest_invoked = 0;
        for (lsn, noted) in changes {
            let verdict = self
                .in_real_time(lsn, noted, &mut newest_invoked)
                .and_then(|()| self.next_by_witness(lsn, noted));
            verdict.map_err(|(promise, what)| {
                let of_seat = round.iter().filter(|other| other.seat == noted.seat);
                let history: Vec<_> = of_seat.map(|other| other.span.clone()).collect();
                violation(promise, noted.seat, what, &history, &[])
            })?;
        }
        Ok(())
    }

    fn in_real_time(
        &mut self,
        lsn: u64,
        noted: &Noted,
        newest_invoked: &mut u64,
    ) -> Result<(), (Promise, String)> {
        let last = self.last_lsn;
        if lsn <= last {
            let what = format!("LSN {lsn} was answered after, or as well as, LSN {last}");
            return Err((Promise::RealTime, what));
        }
        if noted
            .span
            .returned
            .is_some_and(|returned| returned < *newest_invoked)
        {
            let what = format!("LSN {lsn} returned before a call with a smaller LSN was sent");
            return Err((Promise::RealTime, what));
        }
        self.last_lsn = lsn;
        *newest_invoked = noted.span.invoked.max(*newest_invoked);
        self.checks.count(Promise::RealTime);
        Ok(())
    }

    fn next_by_witness(&mut self, lsn: u64, noted: &Noted) -> Result<(), (Promise, String)> {
        let known = &mut self.seats[noted.seat as usize];
        if known.states.is_empty() {
            return Ok(());
        }
        let ask = noted.span.call.ask;
        let Some(next) = by_witness(&self.model, known.witness, &noted.span) else {
            let (seat, was) = (noted.seat + 1, known.witness);
            let what = format!(
                "LSN {lsn}: {ask:?} succeeded on seat {seat}, which was {was:?} by the LSNs"
            );
            return Err((promise_of(ask), what));
        };
        known.witness = next;
        self.checks.count(promise_of(ask));
        Ok(())
    }
}

/// What a change leaves of the seat. Answers without an LSN changed nothing, or only freed what had expired; that the
/// model allows for.
fn by_witness(model: &SeatModel, state: SeatState, span: &Span<SeatCall>) -> Option<SeatState> {
    // An unlock that carries an LSN has freed something.
    if span.call.ask == Ask::Unlock
        && span.call.reply == Some(Reply::Done)
        && state == SeatState::Free
    {
        return None;
    }
    let mut next = Vec::new();
    model.step(&state, span, &mut next);
    next.pop()
}

fn promise_of(ask: Ask) -> Promise {
    match ask {
        Ask::Lock { .. } => Promise::OneHolder,
        Ask::Confirm { .. } => Promise::SoldOnce,
        Ask::Unlock | Ask::Look => Promise::LegalSteps,
    }
}

fn violation(
    promise: Promise,
    seat: u32,
    what: String,
    history: &[Span<SeatCall>],
    stuck: &[usize],
) -> Violation {
    let around = stuck
        .first()
        .map_or(history.len(), |first| first + HISTORY_CALLS / 2)
        .min(history.len());
    let shown = around.saturating_sub(HISTORY_CALLS)..around;
    let line = |index: usize| {
        let Span {
            invoked,
            returned,
            call,
        } = &history[index];
        let returned = returned.map_or_else(|| "never".to_owned(), |nanos| nanos.to_string());
        let mark = if stuck.contains(&index) { "-> " } else { "" };
        let reply = call
            .reply
            .map_or_else(|| "no answer".to_owned(), |reply| format!("{reply:?}"));
        let lsn = call
            .lsn
            .map_or_else(String::new, |lsn| format!(", LSN {lsn}"));
        format!(
            "{mark}from {invoked} to {returned} ns: {:?}: {reply}{lsn}",
            call.ask
        )
    };
    let mut violation = Violation::new(promise, SeatId::new(seat), what);
    violation.history = shown.map(line).collect();
    violation
}
