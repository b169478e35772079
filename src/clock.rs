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

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Moment {
        C::now(self)
    }

    fn date(&self) -> Date {
        C::date(self)
    }
}

/// `CLOCK_BOOTTIME`: monotonic, not touched by anybody who sets the time of day, and, unlike `std`'s `Instant`,
/// it goes on while the machine is suspended.
#[cfg(not(any(loom, shuttle)))]
#[derive(Debug, Clone)]
pub struct BootClock {
    /// What is added to the system's clock, which begins anew whenever the machine does.
    offset_nanos: i64,
    /// By how much the calendar is off.
    calendar_off_nanos: i64,
}

/// What has to be known of a clock for another process to go on with it: which start of the machine it ran in, and what
/// it added to the machine's own.
#[cfg(not(any(loom, shuttle)))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockRecord {
    /// The system's name for this start of the machine; none if it did not say.
    pub boot: Option<[u8; 16]>,
    /// Nanoseconds that are added to the machine's clock.
    pub offset_nanos: i64,
}

#[cfg(not(any(loom, shuttle)))]
impl BootClock {
    /// A clock whose epoch is now.
    pub fn new() -> Self {
        let zero = Moment::from_nanos(0);
        Self {
            offset_nanos: offset(boot_nanos(), zero),
            calendar_off_nanos: 0,
        }
    }

    /// A clock that goes on where another one was last seen, at `last` on the calendar date `date`.
    ///
    /// As long as the machine has not been started anew it goes on exactly. After that the calendar must tell how much
    /// time has passed; if it has been set back, none has.
    pub fn resuming(record: Option<ClockRecord>, last: Moment, date: Date) -> Self {
        let before = record.filter(|record| record.boot.is_some() && record.boot == boot_id());
        let exact = before.map(|record| Self {
            offset_nanos: record.offset_nanos,
            calendar_off_nanos: 0,
        });
        exact
            .filter(|clock| clock.now() >= last)
            .unwrap_or_else(|| {
                let now = Date::from_unix_nanos(nanos(rustix::time::ClockId::Realtime));
                let moment = last.plus(date.until(now));
                Self {
                    offset_nanos: offset(boot_nanos(), moment),
                    calendar_off_nanos: 0,
                }
            })
    }

    /// The same time, with a calendar that somebody has set wrong by so much: for those who test what comes of it.
    #[must_use]
    pub fn with_calendar_off_by(mut self, millis: i64) -> Self {
        self.calendar_off_nanos = millis.saturating_mul(1_000_000);
        self
    }

    /// What another process has to know to go on with this clock.
    pub fn record(&self) -> ClockRecord {
        ClockRecord {
            boot: boot_id(),
            offset_nanos: self.offset_nanos,
        }
    }
}

/// What is to be added to the machine's clock so that it shows this moment.
#[cfg(not(any(loom, shuttle)))]
fn offset(boot_nanos: u64, moment: Moment) -> i64 {
    moment.nanos().wrapping_sub(boot_nanos).cast_signed()
}

/// The system's name for this start of the machine: a UUID, written out.
#[cfg(not(any(loom, shuttle)))]
fn boot_id() -> Option<[u8; 16]> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
    u128::from_str_radix(&digits, 16)
        .ok()
        .map(u128::to_be_bytes)
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
        Moment::from_nanos(boot_nanos().wrapping_add_signed(self.offset_nanos))
    }

    fn date(&self) -> Date {
        let right = nanos(rustix::time::ClockId::Realtime);
        Date::from_unix_nanos(right.saturating_add_signed(self.calendar_off_nanos))
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

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn a_clock_goes_on_exactly_as_long_as_the_machine_runs() {
        let clock = BootClock::new();
        let record = clock.record();
        let again = BootClock::resuming(Some(record), clock.now(), clock.date());
        assert_eq!(again.offset_nanos, clock.offset_nanos);
    }

    #[test]
    fn after_another_start_of_the_machine_the_calendar_tells() {
        let clock = BootClock::new();
        let (hour, last) = (Duration::from_secs(3_600), Moment::from_ticks(1 << 40));
        let other = ClockRecord {
            boot: Some([1; 16]),
            offset_nanos: 5,
        };
        let date = clock.date().minus(hour);
        let now = BootClock::resuming(Some(other), last, date).now();
        assert!(now >= last.plus(hour) && now < last.plus(2 * hour));
        // Somebody has set the calendar back: no time has passed, and none comes twice.
        let date = clock.date().plus(hour);
        let now = BootClock::resuming(None, last, date).now();
        assert!(now >= last && now < last.plus(hour));
    }
}
