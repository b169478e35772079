//! Time as values: a moment on the clock, and the tick that a seat's word has room for.
//!
//! Nothing here reads a clock. A [`Moment`] is what [`crate::clock`] gives; a [`Tick`] is 10 ms of it, cut to 32
//! bits, so that it wraps after 497 days and two of them are compared by wrapping subtraction. Instants round
//! down and deadlines round up, so a hold is never shorter than its TTL and at most one tick longer.

use std::{fmt, time::Duration};

use crate::limits::{TICK_NANOS, TTL_TICKS_MAX};

/// A 10 ms step of the clock, modulo 2^32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tick(u32);

impl Tick {
    /// A tick from its number.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The tick with this number in full width.
    #[inline]
    pub const fn of(ticks: u64) -> Self {
        Self(low_half(ticks))
    }

    /// The tick's number.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The tick `ticks` later.
    #[must_use]
    pub const fn plus(self, ticks: u32) -> Self {
        Self(self.0.wrapping_add(ticks))
    }

    /// The moment of this tick that is nearest to another one: each tick is that of many moments, 497 days apart.
    pub fn moment_near(self, near: Moment) -> Moment {
        let distance = i64::from(self.since(near.tick()));
        Moment::from_ticks(near.ticks().saturating_add_signed(distance))
    }

    /// How many ticks this one lies after `earlier`; negative when it lies before. Sound while the two are less
    /// than half the circle (248 days) apart, which [`TTL_TICKS_MAX`] sees to.
    pub const fn since(self, earlier: Self) -> i32 {
        self.0.wrapping_sub(earlier.0).cast_signed()
    }

    /// Whether this deadline has come at `now`: true from the tick itself on.
    pub const fn reached_at(self, now: Self) -> bool {
        now.since(self) >= 0
    }
}

/// Nanoseconds since the clock's epoch, in full width.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(u64);

impl Moment {
    /// A moment from its nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// The first nanosecond of a tick, which is given in full width.
    pub const fn from_ticks(ticks: u64) -> Self {
        Self(ticks * TICK_NANOS)
    }

    /// Nanoseconds since the epoch.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Whole ticks since the epoch, rounded down.
    pub const fn ticks(self) -> u64 {
        self.0 / TICK_NANOS
    }

    /// The tick that this moment lies in: rounded down, cut to the word's 32 bits.
    pub const fn tick(self) -> Tick {
        Tick(low_half(self.ticks()))
    }

    /// The deadline of a hold of `ttl` that begins now, as the word carries it.
    pub fn deadline(self, ttl: Ttl) -> Tick {
        Tick(low_half(self.deadline_moment(ttl).ticks()))
    }

    /// The deadline of a hold of `ttl` that begins now, as a moment: the first one at which it has expired.
    pub fn deadline_moment(self, ttl: Ttl) -> Self {
        Self::from_ticks((self.0 + ttl.nanos).div_ceil(TICK_NANOS))
    }

    /// The moment `span` later.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0 + u64::try_from(span.as_nanos()).unwrap_or(u64::MAX - self.0))
    }

    /// The beginning of the first tick that does not begin before this.
    #[must_use]
    pub fn rounded_up(self) -> Self {
        Self::from_ticks(self.0.div_ceil(TICK_NANOS))
    }

    /// How long it is from here until `later`; zero when that is over.
    pub fn until(self, later: Self) -> Duration {
        Duration::from_nanos(later.0.saturating_sub(self.0))
    }
}

/// A date on the calendar, in nanoseconds since the beginning of 1970 in UTC.
///
/// For people, and for what people set by the calendar, such as when a sale opens. Deadlines never depend on it: it
/// jumps when somebody sets the time of day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    unix_nanos: u64,
}

impl Date {
    /// A date from its nanoseconds.
    pub const fn from_unix_nanos(unix_nanos: u64) -> Self {
        Self { unix_nanos }
    }

    /// Nanoseconds since the beginning of 1970 in UTC.
    pub const fn unix_nanos(self) -> u64 {
        self.unix_nanos
    }

    /// The date `span` later.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        let nanos = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
        Self::from_unix_nanos(self.unix_nanos.saturating_add(nanos))
    }

    /// The date `span` earlier.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        let nanos = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
        Self::from_unix_nanos(self.unix_nanos.saturating_sub(nanos))
    }

    /// How long it is from here until `later`; zero when that is over.
    pub fn until(self, later: Self) -> Duration {
        Duration::from_nanos(later.unix_nanos.saturating_sub(self.unix_nanos))
    }
}

/// A time to live that the word can carry: longer than nothing, at most [`TTL_TICKS_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ttl {
    nanos: u64,
}

impl Ttl {
    /// The longest there is: 30 days.
    pub const MAX: Self = Self {
        nanos: TTL_TICKS_MAX as u64 * TICK_NANOS,
    };

    /// One minute.
    pub const MINUTE: Self = Self::seconds(60);

    /// A TTL that is known to the code.
    ///
    /// # Panics
    /// For zero and for more than 30 days.
    pub const fn seconds(seconds: u32) -> Self {
        let nanos = seconds as u64 * 1_000_000_000;
        assert!(nanos > 0 && nanos <= Self::MAX.nanos);
        Self { nanos }
    }

    /// Checks a span.
    ///
    /// # Errors
    /// [`TtlError`] for zero and for more than 30 days.
    pub fn new(span: Duration) -> Result<Self, TtlError> {
        match u64::try_from(span.as_nanos()) {
            Ok(0) => Err(TtlError::Zero),
            Ok(nanos) if nanos <= Self::MAX.nanos => Ok(Self { nanos }),
            _ => Err(TtlError::TooLong),
        }
    }

    /// A TTL of whole ticks.
    ///
    /// # Errors
    /// [`TtlError`] for zero and for more than [`TTL_TICKS_MAX`].
    pub fn from_ticks(ticks: u32) -> Result<Self, TtlError> {
        Self::new(Duration::from_nanos(u64::from(ticks) * TICK_NANOS))
    }

    /// The span.
    pub const fn span(self) -> Duration {
        Duration::from_nanos(self.nanos)
    }
}

/// Why a span cannot be a TTL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TtlError {
    /// A hold must last longer than nothing.
    Zero,
    /// Longer than 30 days.
    TooLong,
}

impl fmt::Display for TtlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Zero => "a hold must last longer than zero",
            Self::TooLong => "a hold can last 30 days at most",
        })
    }
}

impl std::error::Error for TtlError {}

/// The low 32 bits: the part of a count of ticks that fits a word.
#[expect(
    clippy::cast_possible_truncation,
    reason = "cutting it is what this is for"
)]
const fn low_half(ticks: u64) -> u32 {
    ticks as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ttl(nanos: u64) -> Ttl {
        Ttl::new(Duration::from_nanos(nanos)).expect("a valid TTL")
    }

    #[test]
    fn instants_round_down_and_deadlines_round_up() {
        let start = Moment::from_nanos(3 * TICK_NANOS + 1);
        assert_eq!(start.tick(), Tick::new(3));
        assert_eq!(
            start.deadline(ttl(TICK_NANOS)),
            Tick::new(5),
            "4 would come a nanosecond short of the TTL"
        );
        assert_eq!(
            Moment::from_ticks(3).deadline(ttl(TICK_NANOS)),
            Tick::new(4)
        );
        assert_eq!(Moment::from_ticks(3).deadline(ttl(1)), Tick::new(4));
    }

    #[test]
    fn a_deadline_is_reached_at_its_own_tick_and_not_before_it_over_the_wrap() {
        for start in [0, 1, u32::MAX - 1, u32::MAX, 1 << 31, (1 << 31) - 1] {
            for ttl_ticks in [1, 2, 4096, TTL_TICKS_MAX] {
                let until = Tick::new(start).plus(ttl_ticks);
                assert!(!until.reached_at(Tick::new(start)));
                assert!(!until.reached_at(until.plus(u32::MAX)), "one tick early");
                assert!(until.reached_at(until));
                assert!(until.reached_at(until.plus(TTL_TICKS_MAX)));
            }
        }
    }

    #[test]
    fn a_tick_is_the_nearest_of_its_moments() {
        let turn = 1_u64 << 32;
        for near in [TTL_TICKS_MAX.into(), turn - 1, turn, turn + 1, 7 * turn] {
            for distance in [-5_i64, 0, 1, i64::from(TTL_TICKS_MAX)] {
                let ticks = near.saturating_add_signed(distance);
                let found = Tick::of(ticks).moment_near(Moment::from_ticks(near));
                assert_eq!(found, Moment::from_ticks(ticks));
            }
        }
    }

    #[test]
    fn the_tick_wraps_where_the_moment_goes_on() {
        let late = Moment::from_ticks((1 << 32) + 7);
        assert_eq!(late.tick(), Tick::new(7));
        assert_eq!(late.deadline_moment(ttl(1)).ticks(), (1 << 32) + 8);
    }

    #[test]
    fn a_ttl_is_more_than_nothing_and_at_most_thirty_days() {
        assert_eq!(Ttl::new(Duration::ZERO), Err(TtlError::Zero));
        assert_eq!(Ttl::new(Duration::from_secs(30 * 86_400)), Ok(Ttl::MAX));
        assert_eq!(
            Ttl::new(Duration::from_secs(30 * 86_400) + Duration::from_nanos(1)),
            Err(TtlError::TooLong)
        );
        assert_eq!(Ttl::new(Duration::MAX), Err(TtlError::TooLong));
    }
}
