//! What a worker does with its own hands: an honest one does as it says. A saboteur's hand falsifies one thing.

use seatlock::{ids::TakingId, seat::Step, tick::Tick};

use crate::claim::{Pen, Report};

/// Stands between a worker and everybody else.
pub trait Hand: Send {
    /// The time that the engine is told, for this step at this time.
    #[inline]
    fn now(&mut self, _step: Step, now: Tick) -> Tick {
        now
    }

    /// The id that is used for a new taking.
    #[inline]
    fn taking(&mut self, fresh: TakingId) -> TakingId {
        fresh
    }

    /// Whether this move is torn into its steps.
    #[inline]
    fn tears(&mut self) -> bool {
        false
    }

    /// Tells the auditor. Answers whether that had to wait.
    #[inline]
    fn report(&mut self, report: Report, pen: &mut Pen) -> bool {
        pen.write(report)
    }
}

/// Does as it says.
#[derive(Debug, Clone, Copy)]
pub struct Honest;

impl Hand for Honest {}
