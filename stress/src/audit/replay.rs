//! The tape, replayed: what every seat is, and whether each change was allowed to make it so.

use seatlock::{
    ids::{Lsn, SeatId, TakingId},
    limits::TAKINGS_MAX,
    seat::{Change, SeatWord, Step},
};

use super::{
    deadlines::Deadlines,
    rules,
    trace::Trace,
    verdict::{Checks, Promise, Violation},
};
use crate::{
    claim::Claim,
    clock::{RunClock, Stamp},
};

/// The state of all seats as far as the tape was read.
#[derive(Debug)]
pub struct Replay {
    /// Each seat's word.
    pub words: Box<[SeatWord]>,
    /// How often each seat was changed.
    pub changes: Box<[u32]>,
    /// How often somebody was refused because of what each seat was.
    pub refusals: Box<[u32]>,
    /// The newest changes.
    pub trace: Trace,
    /// How often each promise was checked.
    pub checks: Checks,
    /// The holds, by the independent clock.
    pub deadlines: Deadlines,
    /// The latest invocation of any change so far.
    pub newest_invoked: Stamp,
    takings: Vec<Option<(TakingId, Lsn)>>,
    reaper: usize,
    open: Option<OpenGroup>,
    pub(super) slack_nanos: u64,
}

/// A group of which more seats must follow.
#[derive(Debug, Clone, Copy)]
struct OpenGroup {
    first: Lsn,
    by: usize,
    rest: u8,
}

impl Replay {
    /// Free seats that nobody has touched. `writers` lines report, of which number `reaper` is the reaper's.
    pub fn new(seats: u32, writers: usize, reaper: usize, clock: &RunClock) -> Self {
        Self {
            words: vec![SeatWord::FRESH; seats as usize].into(),
            changes: vec![0; seats as usize].into(),
            refusals: vec![0; seats as usize].into(),
            trace: Trace::new(seats),
            checks: Checks::default(),
            deadlines: Deadlines::new(seats, clock),
            newest_invoked: Stamp::default(),
            takings: vec![None; writers],
            reaper,
            open: None,
            slack_nanos: clock.slack_nanos(),
        }
    }

    /// Takes in a number under which nothing was changed.
    pub fn void(&mut self, lsn: Lsn) -> Result<(), Violation> {
        match self.open {
            Some(group) => {
                let what = format!(
                    "{lsn} is void, in the middle of the group from {}",
                    group.first
                );
                Err(Violation::new(Promise::AllOrNothing, None, what))
            }
            None => Ok(()),
        }
    }

    /// Takes in a change and who says that he made it.
    pub fn change(
        &mut self,
        lsn: Lsn,
        change: Change,
        by: usize,
        claim: &Claim,
    ) -> Result<(), Violation> {
        let group = self.group_of(lsn, &change, by, claim)?;
        self.check_record(lsn, &change, claim)?;
        self.check_step(lsn, &change, claim)?;
        self.check_taking(group, by, &change, claim)?;
        let by_reaper = by == self.reaper;
        self.deadlines
            .check(&change, claim, by_reaper, &mut self.checks)?;
        self.check_real_time(lsn, claim)?;
        let words = (change.before, change.after);
        self.trace.push(
            (lsn, group),
            change.seat,
            words,
            claim.step,
            claim.now,
            by,
            claim.span,
        );
        self.words[change.seat.index()] = change.after;
        let changes = &mut self.changes[change.seat.index()];
        *changes = changes.saturating_add(1);
        Ok(())
    }

    /// Which group a change belongs to; whether groups come whole and in one piece.
    fn group_of(
        &mut self,
        lsn: Lsn,
        change: &Change,
        by: usize,
        claim: &Claim,
    ) -> Result<Lsn, Violation> {
        let broken = |what: String| Err(Violation::new(Promise::AllOrNothing, change.seat, what));
        if change.rest != claim.rest {
            return broken(format!(
                "{lsn}: {} seats were to follow in its group, the tape says {}",
                claim.rest, change.rest
            ));
        }
        let first = match self.open {
            Some(group) if group.by != by => {
                return broken(format!("{lsn} breaks into the group from {}", group.first));
            }
            Some(group) if group.rest != change.rest + 1 => {
                return broken(format!(
                    "{lsn}: of the group from {} a seat is missing",
                    group.first
                ));
            }
            Some(group) => group.first,
            None => lsn,
        };
        self.checks.add(
            Promise::AllOrNothing,
            u64::from(first != lsn && change.rest == 0),
        );
        self.open = (change.rest > 0).then_some(OpenGroup {
            first,
            by,
            rest: change.rest,
        });
        Ok(first)
    }

    /// The record is of the claim's seat, and goes on where the replay is.
    fn check_record(&mut self, lsn: Lsn, change: &Change, claim: &Claim) -> Result<(), Violation> {
        let Change { seat, before, .. } = *change;
        let known = self.words[seat.index()];
        if claim.seat != seat {
            let what = format!(
                "{lsn} is of {seat} on the tape, and of {} by its claim",
                claim.seat
            );
            return Err(Violation::new(Promise::TapeTrue, seat, what));
        }
        if before != known {
            let what =
                format!("{lsn}: the record begins with {before:?}, the replay has {known:?}");
            return Err(Violation::new(Promise::TapeInOrder, seat, what));
        }
        self.checks.count(Promise::TapeInOrder);
        Ok(())
    }

    /// The step may be done, and leaves the word that the record says.
    fn check_step(&mut self, lsn: Lsn, change: &Change, claim: &Claim) -> Result<(), Violation> {
        let Change {
            seat,
            before,
            after,
            ..
        } = *change;
        let step = claim.step;
        let expected = rules::after(step, before, claim.now, lsn).map_err(|(promise, how)| {
            let what = format!(
                "{lsn}: {how}: {step:?} at tick {} of {before:?}",
                claim.now.get()
            );
            Violation::new(promise, seat, what)
        })?;
        if expected != after {
            let what = format!("{lsn}: {step:?} leaves {expected:?}, the record says {after:?}");
            return Err(Violation::new(Promise::TapeTrue, seat, what));
        }
        let takes = matches!(step, Step::Hold { .. } | Step::Book { .. } | Step::Block);
        let sells = takes || matches!(step, Step::Confirm { .. });
        self.checks.count(Promise::LegalSteps);
        self.checks.count(Promise::TapeTrue);
        self.checks.count(Promise::WordsNew);
        self.checks.add(Promise::OneHolder, u64::from(takes));
        self.checks.add(Promise::SoldOnce, u64::from(sells));
        Ok(())
    }

    /// A Held word names its taking, so it is new if the taking is. The takings of each line are counted upwards, and
    /// over all lines they differ in the remainder.
    fn check_taking(
        &mut self,
        group: Lsn,
        by: usize,
        change: &Change,
        claim: &Claim,
    ) -> Result<(), Violation> {
        let Step::Hold { taking, .. } = claim.step else {
            return Ok(());
        };
        let of_line = taking.get() as usize % self.takings.len() == by;
        let new = self.takings[by].is_none_or(|(last, last_group)| {
            // Counted upwards, and after the largest from the beginning.
            taking > last
                || last.get() - taking.get() > TAKINGS_MAX / 2
                || taking == last && group == last_group
        });
        if !(of_line && new) {
            let what = format!(
                "{}: line {by} used {taking} a second time, or it is not its own",
                claim.lsn
            );
            return Err(Violation::new(Promise::WordsNew, change.seat, what));
        }
        self.takings[by] = Some((taking, group));
        Ok(())
    }

    /// If an earlier number belongs to an operation that was invoked after this one had returned, the numbers
    /// contradict real time. One maximum is enough to notice.
    fn check_real_time(&mut self, lsn: Lsn, claim: &Claim) -> Result<(), Violation> {
        let returned = claim.span.returned.plus(self.slack_nanos);
        if returned < self.newest_invoked {
            let what = format!(
                "{lsn} returned at {} ns, before a change with a smaller number was invoked at {} ns",
                claim.span.returned.nanos(),
                self.newest_invoked.nanos(),
            );
            return Err(Violation::new(Promise::RealTime, claim.seat, what));
        }
        self.checks.count(Promise::RealTime);
        self.newest_invoked = self.newest_invoked.max(claim.span.invoked);
        Ok(())
    }

    /// Compares the replay with what the memory has, when all is quiet.
    pub fn compare(&mut self, read: impl Fn(SeatId) -> SeatWord) -> Result<(), Violation> {
        for index in 0..u32::try_from(self.words.len()).unwrap_or(u32::MAX) {
            let seat = SeatId::new(index);
            let (told, is) = (self.words[seat.index()], read(seat));
            if told != is {
                let what = format!("{seat} is {is:?} in memory, and {told:?} by the tape");
                return Err(Violation::new(Promise::MemoryAgrees, seat, what));
            }
            self.checks.count(Promise::MemoryAgrees);
        }
        Ok(())
    }
}
