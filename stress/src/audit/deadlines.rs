//! Deadlines, by a clock that the engine does not know.
//!
//! A hold that was asked for at one reading of that clock and granted by another lasts its TTL from some instant in
//! between, rounded up to a tick. So nobody else can have the seat before the first reading and the TTL are over, and
//! its holder can do nothing with it that he begins after the second, the TTL and a tick are.

use std::time::Duration;

use hdrhistogram::Histogram;
use seatlock::{
    ids::SeatId,
    limits::TICK_NANOS,
    seat::{Change, Seat, Step},
    tick::Tick,
};

use super::verdict::{Checks, Promise, Violation};
use crate::{
    claim::Claim,
    clock::{RunClock, Stamp},
};

/// How long after its deadline a hold may be reclaimed. The wheel needs two ticks; the rest is for a machine that has
/// other things to do than to run the reaper.
const LATENESS_MAX: Duration = Duration::from_secs(5);

/// Lateness beyond this many ticks is counted as this much.
const LATENESS_TICKS_MAX: u64 = 1 << 20;

/// What the independent clock says of each seat's hold.
#[derive(Debug)]
pub struct Deadlines {
    keeps: Box<[Keep]>,
    /// By how many ticks the reaper came after each deadline.
    pub lateness: Histogram<u64>,
    lateness_ticks_max: u64,
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
        let lateness_ticks_max = LATENESS_MAX.as_nanos() / clock.real_tick().as_nanos();
        Self {
            keeps: vec![Keep::default(); seats as usize].into(),
            lateness: lateness.expect("3 digits up to a million ticks"),
            lateness_ticks_max: u64::try_from(lateness_ticks_max).unwrap_or(u64::MAX),
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
                Step::Hold { .. } | Step::Block | Step::Expire => {
                    self.ended(keep, claim, checks)?;
                    // The last sweeps are at a made-up time.
                    if by_reaper && claim.span.returned != Stamp::NEVER {
                        self.reclaimed(change.seat, until, claim, checks)?;
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
        seat: SeatId,
        until: Tick,
        claim: &Claim,
        checks: &mut Checks,
    ) -> Result<(), Violation> {
        checks.count(Promise::Reclaimed);
        let late = u64::try_from(claim.now.since(until)).unwrap_or(0);
        self.lateness.saturating_record(late);
        if late <= self.lateness_ticks_max {
            return Ok(());
        }
        let what = format!("{}: reclaimed {late} ticks after its deadline", claim.lsn);
        Err(Violation::new(Promise::Reclaimed, seat, what))
    }
}
