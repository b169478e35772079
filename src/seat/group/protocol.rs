//! How several seats change at one instant.
//!
//! A multi-word compare-and-swap by descriptor, after Harris, Fraser and Pratt, "A Practical Multi-Word
//! Compare-and-Swap Operation" (2002), with one difference: only the owner installs. The steps of a group:
//!
//! 1. The owner claims a descriptor. From here on it is undecided.
//! 2. Seat by seat, in ascending order: load the word, decide from it, write it to the entry, and put a reference to
//!    the entry in its place. A group of others that is met on the way is finished, or aborted when it is undecided
//!    for too long; a seat that is in the way ends the group.
//! 3. The LSNs are taken, one a seat and consecutive. All seats are installed by now, so each earlier change of any
//!    of them has a smaller number, and each later one will have a greater.
//! 4. The word that each seat is to become is written to its entry.
//! 5. One CAS decides. Until then everybody reads the words before, and from then on the words after.
//! 6. The changes are published, each seat is given its new word, and the descriptor is freed.
//!
//! Who meets a decided descriptor can do step 6 for its seat, and who meets an undecided one can abort it: nobody
//! waits for an owner that stands still. An owner that was aborted gives its seats back and starts again.

use super::{Group, GroupOutcome, InTheWay};
use crate::{
    ids::{Lsn, SeatId},
    limits,
    mutation::{self, Mutation},
    seat::{
        map::Seats,
        outcome::Outcome,
        slab::Claim,
        step::{Decision, Next, Refusal, Step},
        trail::{Change, Trail},
        word::SeatWord,
    },
    sync,
    tick::Tick,
};

/// How one attempt at a group change ended.
enum Attempt {
    Committed(Lsn),
    /// Others aborted it, or a seat changed between the survey and its installation.
    Lost,
    Busy,
}

impl<T: Trail> Seats<T> {
    /// Changes all seats of the group at one instant, or none of them.
    ///
    /// Lost races are tried again, up to [`limits::GROUP_ATTEMPTS_MAX`] times. A refusal is true at the load that saw
    /// the first seat in the way. A group of one seat is a single change and costs no more.
    pub fn change_all(&self, group: &Group<'_>, now: Tick) -> GroupOutcome {
        if let &[(seat, step)] = group.steps {
            return alone(seat, self.change(seat, step, now));
        }
        for lost in 0..sync::attempts(limits::GROUP_ATTEMPTS_MAX) {
            if let Some(ended) = self.survey(group, now) {
                return ended;
            }
            let Some(claim) = self.slab.claim() else {
                return GroupOutcome::Busy;
            };
            match self.attempt(group, &claim, now) {
                Attempt::Committed(first) => return GroupOutcome::Done { first },
                Attempt::Busy => return GroupOutcome::Busy,
                Attempt::Lost => sync::back_off(lost),
            }
        }
        GroupOutcome::Busy
    }

    /// Looks at all seats before any is touched, so that a group that cannot succeed disturbs nobody. `None`: each
    /// seat would change.
    #[inline]
    fn survey(&self, group: &Group<'_>, now: Tick) -> Option<GroupOutcome> {
        let all_change = |&(seat, step): &(SeatId, Step)| {
            matches!(step.decide(self.read(seat), now), Decision::Become(_))
        };
        if group.steps.iter().all(all_change) {
            None
        } else {
            self.explain(group, now)
        }
    }

    /// Says why not all seats change, naming each one in the way. `None`: that was not true of all of them at one
    /// instant, or is no longer.
    #[cold]
    #[inline(never)]
    fn explain(&self, group: &Group<'_>, now: Tick) -> Option<GroupOutcome> {
        let seen: Vec<(SeatId, SeatWord, Decision)> = group
            .steps
            .iter()
            .map(|&(seat, step)| {
                let saw = self.read(seat);
                (seat, saw, step.decide(saw, now))
            })
            .collect();
        // A seat that refuses is in the way by itself. That seats are as asked for, all or some, says something only
        // if it is true of all at one instant. Words never come back, so words that are still there were there at
        // one instant in between.
        let by_itself =
            |&(.., decision): &(_, _, Decision)| matches!(decision, Decision::Refuse(_));
        let still_there = |&(seat, saw, _): &(SeatId, SeatWord, _)| self.read(seat) == saw;
        if !seen.iter().any(by_itself)
            && !seen.iter().all(still_there)
            && !mutation::is(Mutation::GroupNotLookedAtAgain)
        {
            return None;
        }
        if seen
            .iter()
            .all(|(.., decision)| *decision == Decision::Already)
        {
            return Some(GroupOutcome::Already);
        }
        let in_the_way: Vec<InTheWay> = seen
            .into_iter()
            .filter_map(|(seat, saw, decision)| {
                stays(decision).map(|why| InTheWay { seat, saw, why })
            })
            .collect();
        (!in_the_way.is_empty()).then_some(GroupOutcome::Refused { in_the_way })
    }

    fn attempt(&self, group: &Group<'_>, claim: &Claim<'_>, now: Tick) -> Attempt {
        let too_early = mutation::is(Mutation::GroupLsnBeforeInstall)
            .then(|| self.trail.take(group.seat_count()))
            .flatten();
        for (entry, &(seat, step)) in group.steps.iter().enumerate() {
            if !self.install(seat, step, claim, entry, now) {
                self.withdraw(&group.steps[..entry], claim);
                self.give_back_all(too_early, group);
                return Attempt::Lost;
            }
        }
        let Some(first) = too_early.or_else(|| self.trail.take(group.seat_count())) else {
            self.withdraw(group.steps, claim);
            return Attempt::Busy;
        };
        for ((entry, &(_, step)), lsn) in group.steps.iter().enumerate().zip(lsns(first)) {
            let entry = claim.entry(entry);
            entry.set_after(becomes(step, entry.before(), now).word(lsn));
        }
        // LINEARIZATION POINT of a group change.
        if claim.commit() {
            self.publish(group, claim, first);
            self.finish_all(group.steps, claim);
            Attempt::Committed(first)
        } else {
            self.give_back_all(Some(first), group);
            self.withdraw(group.steps, claim);
            Attempt::Lost
        }
    }

    /// Puts a reference to the group's entry in the place of the seat's word. False: the seat is in the way.
    fn install(
        &self,
        seat: SeatId,
        step: Step,
        claim: &Claim<'_>,
        entry: usize,
        now: Tick,
    ) -> bool {
        let mut saw = self.settled(seat, self.cell(seat).load());
        loop {
            let Decision::Become(_) = step.decide(saw, now) else {
                return false;
            };
            claim.entry(entry).set_before(saw);
            match self.cell(seat).install(saw, claim.in_change(entry)) {
                Ok(()) => return true,
                Err(current) => saw = self.settled(seat, current),
            }
        }
    }

    fn publish(&self, group: &Group<'_>, claim: &Claim<'_>, first: Lsn) {
        let rests =
            (0..u8::try_from(group.steps.len()).expect("a group has at most 64 seats")).rev();
        for (((entry, &(seat, _)), lsn), rest) in
            group.steps.iter().enumerate().zip(lsns(first)).zip(rests)
        {
            let entry = claim.entry(entry);
            self.trail.publish(
                lsn,
                Change {
                    seat,
                    before: entry.before(),
                    after: entry.after(),
                    rest,
                },
            );
        }
    }

    /// Gives each seat its new word, and then the descriptor back: freed earlier, it could be somebody else's while
    /// a seat still refers to it.
    fn finish_all(&self, steps: &[(SeatId, Step)], claim: &Claim<'_>) {
        if mutation::is(Mutation::FreeBeforeFinish) {
            claim.free();
        }
        for (entry, &(seat, _)) in steps.iter().enumerate() {
            self.finish(seat, claim.in_change(entry), claim.entry(entry).after());
        }
        if !mutation::is(Mutation::FreeBeforeFinish) {
            claim.free();
        }
    }

    /// Publishes a void for each number that the group took in vain.
    fn give_back_all(&self, first: Option<Lsn>, group: &Group<'_>) {
        for lsn in first.into_iter().flat_map(lsns).take(group.steps.len()) {
            self.give_back(lsn);
        }
    }

    /// Decides against the change, unless somebody has, and gives the installed seats their words back.
    fn withdraw(&self, installed: &[(SeatId, Step)], claim: &Claim<'_>) {
        claim.abort();
        for (entry, &(seat, _)) in installed.iter().enumerate() {
            self.restore(seat, claim.in_change(entry), claim.entry(entry).before());
        }
        claim.free();
    }
}

/// Why a seat of a group that is refused does not change; `None` if it would.
fn stays(decision: Decision) -> Option<Refusal> {
    match decision {
        Decision::Become(_) => None,
        Decision::Already => Some(Refusal::Unchanged),
        Decision::Refuse(why) => Some(why),
    }
}

/// What a step that was found to change its seat makes of it.
#[inline]
fn becomes(step: Step, before: SeatWord, now: Tick) -> Next {
    match step.decide(before, now) {
        Decision::Become(next) => next,
        Decision::Already | Decision::Refuse(_) => {
            unreachable!("the same word was decided on when it was installed")
        }
    }
}

fn lsns(first: Lsn) -> impl Iterator<Item = Lsn> {
    (0..).map(move |place| first.plus(place))
}

/// A group of one seat, as the group that it is.
fn alone(seat: SeatId, outcome: Outcome) -> GroupOutcome {
    match outcome {
        Outcome::Done { lsn, .. } => GroupOutcome::Done { first: lsn },
        Outcome::Already { .. } => GroupOutcome::Already,
        Outcome::Refused { saw, why } => GroupOutcome::Refused {
            in_the_way: vec![InTheWay { seat, saw, why }],
        },
        Outcome::Busy { .. } => GroupOutcome::Busy,
    }
}
