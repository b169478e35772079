//! Deadlines, by a clock that the engine does not know.
//!
//! A hold that was asked for at one reading of that clock and granted by another lasts its TTL from some instant in
//! between, rounded up to a tick. So nobody else can have the seat before the first reading and the TTL are over, and
//! its holder can do nothing with it that he begins after the second, the TTL and a tick are.

use std::time::Duration;

use hdrhistogram::Histogram;
use seatlock::{
    limits::TICK_NANOS,
    seat::{Change, Seat, Step},
    tick::Tick,
};

use super::verdict::{Checks, Promise, Violation};
use crate::{
    claim::Claim,
    clock::{RunClock, Stamp},
};

/// Ticks after its deadline within which the wheel must bring the reaper to a hold.
const WHEEL_TICKS: u64 = 2;

/// How long after its deadline a sweep may begin and leave a hold unreclaimed. A whole process that is stopped cannot
/// break this: what counts is when the reaper swept, not when it should have.
const PASSED_OVER_MAX: Duration = Duration::from_secs(5);

/// Lateness beyond this many ticks is counted as this much.
const LATENESS_TICKS_MAX: u64 = 1 << 20;

/// What the independent clock says of each seat's hold.
#[derive(Debug)]
pub struct Deadlines {
    keeps: Box<[Keep]>,
    /// By how many ticks the reaper came after each deadline.
    pub lateness: Histogram<u64>,
    /// How many holds a sweep left although it began more than two ticks after the deadline: the wheel was late, and not
    /// the reaper's thread.
    pub passed_over: u64,
    passed_over_max_nanos: u64,
    slack_nanos: u64,
}

/// What it says of one.
#[derive(Debug, Clone, Copy, Default)]
struct Keep {
    /// Nobody else can have it before this.
    safe_until: Stamp,
    /// Its holder can do nothing with it that was begun after this.
    over_by: Stamp,
}

impl Deadlines {
    /// No holds yet.
    pub fn new(seats: u32, clock: &RunClock) -> Self {
        let lateness = Histogram::new_with_max(LATENESS_TICKS_MAX, 3);
        Self {
            keeps: vec![Keep::default(); seats as usize].into(),
            lateness: lateness.expect("3 digits up to a million ticks"),
            passed_over: 0,
            passed_over_max_nanos: clock.run_nanos(PASSED_OVER_MAX),
            slack_nanos: clock.slack_nanos(),
        }
    }

    /// Checks what was done to a hold against its deadline, and takes note of the hold that begins or goes on.
    pub fn check(
        &mut self,
        change: &Change,
        claim: &Claim,
        by_reaper: bool,
        checks: &mut Checks,
    ) -> Result<(), Violation> {
        if let Seat::Held { until, .. } = change.before.view() {
            let keep = self.keeps[change.seat.index()];
            match claim.step {
                Step::Hold { .. } | Step::Book { .. } | Step::Block | Step::Expire => {
                    self.ended(keep, claim, checks)?;
                    // The last sweeps are at a made-up time.
                    if by_reaper && claim.span.returned != Stamp::NEVER {
                        self.reclaimed(keep, until, claim, checks)?;
                    }
                }
                _ => self.used(keep, claim, checks)?,
            }
        }
        if matches!(change.after.view(), Seat::Held { .. }) {
            let lasts_nanos = claim.lasts_nanos;
            self.keeps[change.seat.index()] = Keep {
                safe_until: claim.span.invoked.plus(lasts_nanos),
                over_by: claim.span.returned.plus(lasts_nanos + TICK_NANOS),
            };
        }
        Ok(())
    }

    fn ended(&self, keep: Keep, claim: &Claim, checks: &mut Checks) -> Result<(), Violation> {
        checks.count(Promise::NeverEarly);
        let by = claim.span.returned.plus(self.slack_nanos);
        if by >= keep.safe_until {
            return Ok(());
        }
        let what = format!(
            "{}: a hold ended by {} ns, and its TTL was over at {} ns",
            claim.lsn,
            by.nanos(),
            keep.safe_until.nanos()
        );
        Err(Violation::new(Promise::NeverEarly, claim.seat, what))
    }

    fn used(&self, keep: Keep, claim: &Claim, checks: &mut Checks) -> Result<(), Violation> {
        checks.count(Promise::NeverLate);
        let over_by = keep.over_by.plus(self.slack_nanos);
        if claim.span.invoked <= over_by {
            return Ok(());
        }
        let what = format!(
            "{}: a step on a hold was begun at {} ns, and it was over by {} ns",
            claim.lsn,
            claim.span.invoked.nanos(),
            over_by.nanos()
        );
        Err(Violation::new(Promise::NeverLate, claim.seat, what))
    }

    fn reclaimed(
        &mut self,
        keep: Keep,
        until: Tick,
        claim: &Claim,
        checks: &mut Checks,
    ) -> Result<(), Violation> {
        checks.count(Promise::Reclaimed);
        self.lateness
            .saturating_record(u64::try_from(claim.now.since(until)).unwrap_or(0));
        let swept = claim.swept_before;
        self.passed_over += u64::from(swept > keep.over_by.plus(WHEEL_TICKS * TICK_NANOS));
        if swept <= keep.over_by.plus(self.passed_over_max_nanos) {
            return Ok(());
        }
        let what = format!(
            "{}: a hold was over by {} ns, and a sweep that began at {} ns left it",
            claim.lsn,
            keep.over_by.nanos(),
            swept.nanos()
        );
        Err(Violation::new(Promise::Reclaimed, claim.seat, what))
    }
}
