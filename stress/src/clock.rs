//! The two clocks of a run: one for the engine, and an independent one to check it by.
//!
//! The engine is given `CLOCK_BOOTTIME`; what it says is checked by `std`'s `Instant`. Both can be sped up by the same
//! factor: a run at 100 times the speed has 100 times as many deadlines to race for. Neither is ever set back, and on
//! one machine both are read from the same counter by every core, so two stamps compare across threads.

use std::time::{Duration, Instant};

use seatlock::{
    clock::{BootClock, Clock},
    limits::TICK_NANOS,
    tick::Moment,
};

/// Ticks before the point where the word's 32 bits wrap at which a run begins, so that every run crosses it.
const TICKS_BEFORE_WRAP: u64 = 50;

/// How far apart two cores may read the counter. Both readings are ordered against the accesses to memory around
/// them by the kernel's own fences, so this is room for a machine whose counters were set together imperfectly.
pub const STAMP_SLACK_NANOS: u64 = 200;

/// A reading of the independent clock, in nanoseconds of the run's time since it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Stamp(u64);

/// When an operation was invoked and when it returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Not after the operation's first step.
    pub invoked: Stamp,
    /// Not before its last.
    pub returned: Stamp,
}

/// Both clocks.
#[derive(Debug, Clone)]
pub struct RunClock {
    boot: BootClock,
    start: Instant,
    speed: u32,
}

impl RunClock {
    /// Clocks that begin now and run at `speed` times the speed of the real ones.
    pub fn starting_now(speed: u32) -> Self {
        Self {
            boot: BootClock::new(),
            start: Instant::now(),
            speed,
        }
    }

    /// The time that the engine is told.
    #[inline]
    pub fn now(&self) -> Moment {
        let begin = Moment::from_ticks((1 << 32) - TICKS_BEFORE_WRAP);
        Moment::from_nanos(begin.nanos() + self.boot.now().nanos() * u64::from(self.speed))
    }

    /// The independent clock.
    #[inline]
    pub fn stamp(&self) -> Stamp {
        let nanos = u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        Stamp(nanos.saturating_mul(u64::from(self.speed)))
    }

    /// How much real time a stretch of the run's time takes.
    pub fn real(&self, nanos: u64) -> Duration {
        Duration::from_nanos(nanos / u64::from(self.speed))
    }

    /// How much of the run's time a stretch of real time takes.
    pub fn run_nanos(&self, real: Duration) -> u64 {
        let nanos = u64::try_from(real.as_nanos()).unwrap_or(u64::MAX);
        nanos.saturating_mul(u64::from(self.speed))
    }

    /// How far two stamps may deceive, in the run's time.
    pub fn slack_nanos(&self) -> u64 {
        STAMP_SLACK_NANOS * u64::from(self.speed)
    }

    /// A tick in real time.
    pub fn real_tick(&self) -> Duration {
        self.real(TICK_NANOS)
    }
}

impl Stamp {
    /// After every reading of the clock.
    pub const NEVER: Self = Self(u64::MAX);

    /// A stamp from its nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Its nanoseconds.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// The stamp `nanos` later; [`Stamp::NEVER`] where that does not fit.
    #[must_use]
    pub const fn plus(self, nanos: u64) -> Self {
        Self(self.0.saturating_add(nanos))
    }
}
