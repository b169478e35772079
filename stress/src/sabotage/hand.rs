//! A worker's hand that does not do as it says.

use std::sync::Arc;

use seatlock::{
    ids::{Lsn, TakingId},
    seat::{SeatWord, Step},
    tick::Tick,
};

use super::{Fault, deeds::Deeds, trail::hides};
use crate::{
    claim::{Claim, Pen, Report, Sighting},
    clock::{Span, Stamp},
    worker::hand::Hand,
};

/// Ticks by which a false clock is wrong.
const WRONG_BY_TICKS: u32 = 1_000;

/// Sightings after which an old one is told again.
const STALE_AFTER: u32 = 100;

/// Nanoseconds of the run's time by which a return is told too early.
const BACKDATED_NANOS: u64 = 1_000_000_000;

/// Falsifies one thing.
#[derive(Debug)]
pub(super) struct Crooked {
    fault: Fault,
    deeds: Arc<Deeds>,
    last_taking: Option<TakingId>,
    old: Option<(Sighting, u32)>,
}

impl Crooked {
    pub(super) fn new(fault: Fault, deeds: Arc<Deeds>) -> Self {
        Self {
            fault,
            deeds,
            last_taking: None,
            old: None,
        }
    }

    fn changed(&mut self, claim: Claim, pen: &mut Pen) -> bool {
        match (self.fault, claim.step) {
            (Fault::Silent, _) if self.deeds.is_due(1_000) => false,
            (Fault::HiddenChange, Step::Hold { .. } | Step::Extend { .. }) if hides(claim.lsn) => {
                false
            }
            (Fault::LateNumber, _) if self.deeds.is_due(1_000) => {
                let earlier =
                    |stamp: Stamp| Stamp::from_nanos(stamp.nanos().saturating_sub(BACKDATED_NANOS));
                let span = Span {
                    invoked: earlier(claim.span.invoked),
                    returned: earlier(claim.span.returned),
                };
                pen.write(Report::Changed(Claim { span, ..claim }))
            }
            (Fault::BrokenWord, Step::Hold { taking, until }) if self.deeds.is_due(100) => {
                let waited = pen.write(Report::Changed(claim));
                let refused = Some((Step::Confirm { taking }, claim.now));
                let word = SeatWord::held(taking.next(), until);
                let seen = Sighting {
                    seat: claim.seat,
                    word,
                    span: claim.span,
                    operation: 0,
                    refused,
                    promised: true,
                };
                pen.write(Report::Saw(seen)) || waited
            }
            _ => pen.write(Report::Changed(claim)),
        }
    }

    fn saw(&mut self, sighting: Sighting, pen: &mut Pen) -> bool {
        match (self.fault, sighting.refused) {
            (Fault::Liar, Some((step, now))) if self.deeds.is_due(100) => {
                let Sighting { seat, span, .. } = sighting;
                let lsn = Lsn::new(self.deeds.newest());
                pen.write(Report::Changed(Claim {
                    lsn,
                    seat,
                    step,
                    rest: 0,
                    now,
                    lasts_nanos: 0,
                    span,
                    swept_before: Stamp::default(),
                }))
            }
            (Fault::StaleRead, None) => {
                let waited = pen.write(Report::Saw(sighting));
                self.tell_again(sighting, pen) || waited
            }
            _ => pen.write(Report::Saw(sighting)),
        }
    }

    fn tell_again(&mut self, newest: Sighting, pen: &mut Pen) -> bool {
        let (old, age) = self.old.get_or_insert((newest, 0));
        *age += 1;
        if *age < STALE_AFTER {
            return false;
        }
        let stale = Sighting {
            span: newest.span,
            operation: newest.operation,
            ..*old
        };
        self.old = None;
        self.deeds.commit();
        pen.write(Report::Saw(stale))
    }
}

impl Hand for Crooked {
    fn now(&mut self, step: Step, now: Tick) -> Tick {
        match (self.fault, step) {
            (Fault::LateConfirm, Step::Confirm { .. }) if self.deeds.is_due(1) => {
                now.plus(WRONG_BY_TICKS.wrapping_neg())
            }
            (Fault::EarlySteal, Step::Hold { .. }) if self.deeds.is_due(1) => {
                now.plus(WRONG_BY_TICKS)
            }
            _ => now,
        }
    }

    fn taking(&mut self, fresh: TakingId) -> TakingId {
        let used = match self.last_taking {
            Some(last) if self.fault == Fault::ReusedTaking && self.deeds.is_due(1_000) => last,
            _ => fresh,
        };
        self.last_taking = Some(used);
        used
    }

    fn tears(&mut self) -> bool {
        self.fault == Fault::TornMove && self.deeds.is_due(10)
    }

    fn report(&mut self, report: Report, pen: &mut Pen) -> bool {
        match report {
            Report::Changed(claim) => self.changed(claim, pen),
            Report::Saw(sighting) => self.saw(sighting, pen),
        }
    }
}
