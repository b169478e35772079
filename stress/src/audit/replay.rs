//! The tape, replayed: what every seat is, and whether each change was allowed to make it so.

use std::time::Duration;

use hdrhistogram::Histogram;
use seatlock::{
    ids::{Lsn, SeatId, TakingId},
    limits::{TAKINGS_MAX, TICK_NANOS},
    seat::{Change, Seat, SeatWord, Step},
};

use super::{
    rules,
    trace::Trace,
    verdict::{Checks, Promise, Violation},
};
use crate::{
    claim::Claim,
    clock::{RunClock, Stamp},
};

/// How long after its deadline a hold may be reclaimed. The wheel needs two ticks; the rest is for a machine that has
/// other things to do than to run the reaper.
const LATENESS_MAX: Duration = Duration::from_secs(5);

/// Lateness beyond this many ticks is counted as this much.
const LATENESS_TICKS_MAX: u64 = 1 << 20;

/// The state of all seats as far as the tape was read.
#[derive(Debug)]
pub struct Replay {
    /// Each seat's word.
    pub words: Box<[SeatWord]>,
    /// The newest changes.
    pub trace: Trace,
    /// How often each promise was checked.
    pub checks: Checks,
    /// By how many ticks the reaper came after each deadline.
    pub lateness: Histogram<u64>,
    /// The latest invocation of any change so far.
    pub newest_invoked: Stamp,
    keeps: Box<[Keep]>,
    takings: Vec<Option<(TakingId, Lsn)>>,
    reaper: usize,
    open: Option<OpenGroup>,
    lateness_max_ticks: u64,
    pub(super) slack_nanos: u64,
}

/// What the independent clock says of a hold.
#[derive(Debug, Clone, Copy, Default)]
struct Keep {
    /// Nobody else can have it before this.
    safe_until: Stamp,
    /// Its holder can do nothing with it that was begun after this.
    over_by: Stamp,
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
            trace: Trace::new(seats),
            checks: Checks::default(),
            lateness: Histogram::new_with_max(LATENESS_TICKS_MAX, 3)
                .expect("3 digits up to a million ticks"),
            newest_invoked: Stamp::default(),
            keeps: vec![Keep::default(); seats as usize].into(),
            takings: vec![None; writers],
            reaper,
            open: None,
            lateness_max_ticks: u64::try_from(
                LATENESS_MAX.as_nanos() / clock.real_tick().as_nanos(),
            )
            .unwrap_or(u64::MAX),
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
        self.check_taking(group, by, &change, claim)?;
        self.check_clock(&change, by, claim)?;
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
        if matches!(change.after.view(), Seat::Held { .. }) {
            self.keeps[change.seat.index()] = Keep {
                safe_until: claim.span.invoked.plus(claim.lasts_nanos),
                over_by: claim.span.returned.plus(claim.lasts_nanos + TICK_NANOS),
            };
        }
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

    fn check_record(&mut self, lsn: Lsn, change: &Change, claim: &Claim) -> Result<(), Violation> {
        let seat = change.seat;
        let broken = |promise, what| Err(Violation::new(promise, seat, what));
        if claim.seat != seat {
            return broken(
                Promise::TapeTrue,
                format!(
                    "{lsn} is of {seat} on the tape, and of {} by its claim",
                    claim.seat
                ),
            );
        }
        let known = self.words[seat.index()];
        if change.before != known {
            return broken(
                Promise::TapeInOrder,
                format!(
                    "{lsn}: the record begins with {:?}, the replay has {known:?}",
                    change.before
                ),
            );
        }
        let step = claim.step;
        let expected = match rules::after(step, change.before, claim.now, lsn) {
            Ok(word) => word,
            Err((promise, how)) => {
                let now = claim.now.get();
                return broken(
                    promise,
                    format!(
                        "{lsn}: {how}: {step:?} at tick {now} of {:?}",
                        change.before
                    ),
                );
            }
        };
        if expected != change.after {
            return broken(
                Promise::TapeTrue,
                format!(
                    "{lsn}: {step:?} leaves {expected:?}, the record says {:?}",
                    change.after
                ),
            );
        }
        for promise in [
            Promise::LegalSteps,
            Promise::TapeInOrder,
            Promise::TapeTrue,
            Promise::WordsNew,
        ] {
            self.checks.count(promise);
        }
        let takes = matches!(step, Step::Hold { .. } | Step::Block);
        self.checks.add(Promise::OneHolder, u64::from(takes));
        self.checks.add(
            Promise::SoldOnce,
            u64::from(takes || matches!(step, Step::Confirm { .. })),
        );
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

    /// The deadline, by the clock that the engine does not know.
    fn check_clock(&mut self, change: &Change, by: usize, claim: &Claim) -> Result<(), Violation> {
        let Seat::Held { until, .. } = change.before.view() else {
            return Ok(());
        };
        let keep = self.keeps[change.seat.index()];
        let broken = |promise, how: &str, this: Stamp, bound: Stamp| {
            let what = format!(
                "{}: {how}: {} ns, the bound is {} ns",
                claim.lsn,
                this.nanos(),
                bound.nanos()
            );
            Err(Violation::new(promise, change.seat, what))
        };
        match claim.step {
            Step::Hold { .. } | Step::Block | Step::Expire => {
                let over = claim.span.returned.plus(self.slack_nanos);
                if over < keep.safe_until {
                    return broken(
                        Promise::NeverEarly,
                        "a hold ended before its TTL was over",
                        over,
                        keep.safe_until,
                    );
                }
                self.checks.count(Promise::NeverEarly);
                if by == self.reaper {
                    let late = u64::try_from(claim.now.since(until)).unwrap_or(0);
                    self.lateness.saturating_record(late);
                    if late > self.lateness_max_ticks {
                        let what =
                            format!("{}: reclaimed {late} ticks after its deadline", claim.lsn);
                        return Err(Violation::new(Promise::Reclaimed, change.seat, what));
                    }
                    self.checks.count(Promise::Reclaimed);
                }
            }
            _ => {
                let bound = keep.over_by.plus(self.slack_nanos);
                if claim.span.invoked > bound {
                    return broken(
                        Promise::NeverLate,
                        "a step on a hold began after it was over",
                        claim.span.invoked,
                        bound,
                    );
                }
                self.checks.count(Promise::NeverLate);
            }
        }
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
