//! The only floor that reads a clock.
//!
//! Whoever serves a request reads the clock once, at its start, and passes the [`Moment`] on. A tick cached by
//! some other thread would make exact deadlines depend on that thread.

use std::{sync::Arc, time::Duration};

use crate::{
    sync::atomic::{AtomicU64, Ordering},
    tick::{Date, Moment},
};

/// Where the time comes from.
pub trait Clock: Send + Sync + 'static {
    /// The time now; never earlier than any time that this clock gave before.
    fn now(&self) -> Moment;

    /// What the calendar says now. It may go backwards, when somebody sets it.
    fn date(&self) -> Date;
}

/// `CLOCK_BOOTTIME`: monotonic, not touched by anybody who sets the time of day, and, unlike `std`'s `Instant`,
/// it goes on while the machine is suspended.
#[cfg(not(any(loom, shuttle)))]
#[derive(Debug, Clone)]
pub struct BootClock {
    epoch_nanos: u64,
}

#[cfg(not(any(loom, shuttle)))]
impl BootClock {
    /// A clock whose epoch is now.
    pub fn new() -> Self {
        Self {
            epoch_nanos: boot_nanos(),
        }
    }
}

#[cfg(not(any(loom, shuttle)))]
impl Default for BootClock {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(not(any(loom, shuttle)))]
impl Clock for BootClock {
    fn now(&self) -> Moment {
        Moment::from_nanos(boot_nanos() - self.epoch_nanos)
    }

    fn date(&self) -> Date {
        Date::from_unix_nanos(nanos(rustix::time::ClockId::Realtime))
    }
}

#[cfg(not(any(loom, shuttle)))]
fn boot_nanos() -> u64 {
    nanos(rustix::time::ClockId::Boottime)
}

#[cfg(not(any(loom, shuttle)))]
fn nanos(clock: rustix::time::ClockId) -> u64 {
    let time = rustix::time::clock_gettime(clock);
    time.tv_sec.cast_unsigned() * 1_000_000_000 + time.tv_nsec.cast_unsigned()
}

/// A clock that stands still until it is moved, for tests and simulations. Clones share the same time.
#[derive(Debug, Clone)]
pub struct ManualClock {
    nanos: Arc<AtomicU64>,
}

impl ManualClock {
    /// The date at the clock's epoch: noon of 1 June 2026, in UTC.
    pub const EPOCH: Date = Date::from_unix_nanos(1_780_315_200_000_000_000);

    /// A clock that shows `start`.
    pub fn starting_at(start: Moment) -> Self {
        Self {
            nanos: Arc::new(AtomicU64::new(start.nanos())),
        }
    }

    /// A clock that shows its epoch.
    pub fn new() -> Self {
        Self::starting_at(Moment::from_nanos(0))
    }

    /// Moves the time forward.
    pub fn advance(&self, span: Duration) {
        let nanos =
            u64::try_from(span.as_nanos()).expect("a test moves its clock by less than 584 years");
        // Release, with the Acquire in `now`: who sees the new time sees what was done before it was set.
        self.nanos.fetch_add(nanos, Ordering::Release);
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Moment {
        // Acquire: partner of the Release in `advance`.
        Moment::from_nanos(self.nanos.load(Ordering::Acquire))
    }

    fn date(&self) -> Date {
        Self::EPOCH.plus(Duration::from_nanos(self.now().nanos()))
    }
}
