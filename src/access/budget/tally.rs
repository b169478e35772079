//! What one user has in his hands, and what he has wasted: a plain value, and the decisions about it.

use std::time::Duration;

use super::{Caps, Leaving, Over, Which};
use crate::{limits, tick::Moment};

/// One user's counters. A plain value, so that it can be recorded and restored ([`super::Budgets::restore`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Seats that he holds or has booked.
    pub seats: u32,
    /// His holds that are alive.
    pub holds: u32,
    /// When all that he has wasted will be forgotten.
    ///
    /// What he has wasted halves with each half-life, so the moment at which one seat-second is left says it all: *n*
    /// half-lives before it, it was 2^n seat-seconds. From that moment on it counts as nothing.
    pub forgotten_at: Moment,
}

impl Tally {
    /// Nothing.
    pub const NONE: Self = Self {
        seats: 0,
        holds: 0,
        forgotten_at: Moment::from_nanos(0),
    };

    /// Seat-seconds wasted, as far as they are not forgotten yet.
    pub fn wasted_seat_seconds(self, half_life: Duration, now: Moment) -> f64 {
        let ahead = now.until(self.forgotten_at);
        if ahead.is_zero() || half_life.is_zero() {
            return 0.0;
        }
        (ahead.as_secs_f64() / half_life.as_secs_f64()).exp2()
    }

    /// Whether nothing is left to remember.
    pub fn is_nothing(self, now: Moment) -> bool {
        self.holds_nothing() && now.until(self.forgotten_at).is_zero()
    }

    pub(super) const fn holds_nothing(self) -> bool {
        self.seats == 0 && self.holds == 0
    }

    /// The tally with these seats, and with one hold more if they are a hold of their own.
    pub(super) fn admit(
        self,
        seats: u32,
        new_hold: bool,
        caps: &Caps,
        now: Moment,
    ) -> Result<Self, Over> {
        let after = Self {
            seats: self.seats.saturating_add(seats),
            holds: self.holds.saturating_add(u32::from(new_hold)),
            ..self
        };
        let over = |which, retry_after| Err(Over { which, retry_after });
        if after.seats > caps.seats_max {
            return over(Which::Seats, None);
        }
        if after.holds > caps.holds_max {
            return over(Which::Holds, None);
        }
        match self.wait(caps, now) {
            Some(wait) => over(Which::Wasted, Some(wait)),
            None => Ok(after),
        }
    }

    /// The tally without what has ended.
    pub(super) fn leave(self, leaving: Leaving, half_life: Duration, now: Moment) -> Self {
        debug_assert!(
            leaving.seats <= self.seats && leaving.holds <= self.holds,
            "{leaving:?} were never admitted: {self:?}"
        );
        Self {
            seats: self.seats.saturating_sub(leaving.seats),
            holds: self.holds.saturating_sub(leaving.holds),
            forgotten_at: self.forgotten_after(leaving.wasted_seat_seconds, half_life, now),
        }
    }

    /// Whether this user could have come in although he has wasted something: less than half of what he may.
    pub(super) fn is_harmless(self, caps: &Caps, now: Moment) -> bool {
        let half = Caps {
            wasted_seat_seconds_max: caps.wasted_seat_seconds_max / 2,
            ..*caps
        };
        self.holds_nothing() && self.wait(&half, now).is_none()
    }

    /// How long it is until no more than the cap remains of the waste; `None` if that is so already.
    fn wait(self, caps: &Caps, now: Moment) -> Option<Duration> {
        let ahead = now.until(self.forgotten_at);
        // Most have wasted nothing, and a logarithm takes longer than all the rest.
        if ahead.is_zero() {
            return None;
        }
        let allowed = halving_time(f64::from(caps.wasted_seat_seconds_max), caps.half_life);
        ahead.checked_sub(allowed).filter(|wait| !wait.is_zero())
    }

    fn forgotten_after(self, wasted: u32, half_life: Duration, now: Moment) -> Moment {
        if wasted == 0 {
            return self.forgotten_at;
        }
        let all = self.wasted_seat_seconds(half_life, now) + f64::from(wasted);
        now.plus(halving_time(all, half_life).min(limits::WASTE_KEPT_MAX))
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self::NONE
    }
}

/// How long it takes until one is left of so many seat-seconds.
fn halving_time(seat_seconds: f64, half_life: Duration) -> Duration {
    let halvings = seat_seconds.max(1.0).log2();
    Duration::try_from_secs_f64(half_life.as_secs_f64() * halvings).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAPS: Caps = Caps {
        seats_max: 8,
        holds_max: 2,
        wasted_seat_seconds_max: 1_024,
        half_life: Duration::from_secs(600),
    };

    fn seconds(count: u64) -> Moment {
        Moment::from_nanos(count * 1_000_000_000)
    }

    fn wasted(tally: Tally, seat_seconds: u32, now: Moment) -> Tally {
        let leaving = Leaving {
            wasted_seat_seconds: seat_seconds,
            ..Leaving::default()
        };
        tally.leave(leaving, CAPS.half_life, now)
    }

    #[test]
    fn waste_halves_with_each_half_life_and_ends() {
        let tally = wasted(Tally::NONE, 4_096, seconds(1_000));
        for (halvings, expected) in (0_u64..12).zip((1_u32..=12).rev()) {
            let now = seconds(1_000 + 600 * halvings);
            let left = tally.wasted_seat_seconds(CAPS.half_life, now);
            assert!((left - f64::from(1 << expected)).abs() < 1e-3, "{left}");
        }
        assert!(!tally.is_nothing(seconds(1_000 + 600 * 12 - 1)));
        assert!(tally.is_nothing(seconds(1_000 + 600 * 12)));
    }

    #[test]
    fn what_is_wasted_adds_up_to_what_is_left_of_the_rest() {
        let once = wasted(Tally::NONE, 1_000, seconds(0));
        let twice = wasted(once, 300, seconds(600));
        let left = twice.wasted_seat_seconds(CAPS.half_life, seconds(600));
        assert!((left - 800.0).abs() < 1e-3, "{left}");
    }

    #[test]
    fn who_has_wasted_too_much_waits_until_the_cap_is_left() {
        let tally = wasted(Tally::NONE, 4_096, seconds(0));
        let over = tally.admit(1, true, &CAPS, seconds(0));
        let wait = Duration::from_secs(1_200);
        assert_eq!(
            over,
            Err(Over {
                which: Which::Wasted,
                retry_after: Some(wait)
            })
        );
        assert!(tally.admit(1, true, &CAPS, seconds(0).plus(wait)).is_ok());
        assert!(tally.admit(1, true, &CAPS, seconds(1_199)).is_err());
    }

    #[test]
    fn odd_settings_end_somewhere() {
        let without = Caps {
            half_life: Duration::ZERO,
            ..CAPS
        };
        let forgiven = Tally::NONE.leave(
            Leaving {
                wasted_seat_seconds: u32::MAX,
                ..Leaving::default()
            },
            without.half_life,
            seconds(5),
        );
        assert!(
            forgiven.is_nothing(seconds(5))
                && forgiven.admit(1, true, &without, seconds(5)).is_ok()
        );
        let endless = wasted(Tally::NONE, u32::MAX, seconds(5)).leave(
            Leaving {
                wasted_seat_seconds: u32::MAX,
                ..Leaving::default()
            },
            Duration::MAX,
            seconds(5),
        );
        assert_eq!(
            endless.forgotten_at,
            seconds(5).plus(limits::WASTE_KEPT_MAX)
        );
        let left = endless.wasted_seat_seconds(Duration::ZERO, seconds(5));
        assert!(
            left < 1.0,
            "switched off, whatever was wasted before: {left}"
        );
        let strict = Caps {
            wasted_seat_seconds_max: 0,
            ..CAPS
        };
        assert!(Tally::NONE.admit(1, true, &strict, seconds(5)).is_ok());
        assert!(
            wasted(Tally::NONE, 2, seconds(5))
                .admit(1, true, &strict, seconds(5))
                .is_err()
        );
    }

    #[test]
    fn half_of_the_waste_is_harmless_and_a_seat_is_not() {
        let little = wasted(Tally::NONE, 511, seconds(0));
        assert!(little.is_harmless(&CAPS, seconds(0)));
        assert!(!wasted(Tally::NONE, 513, seconds(0)).is_harmless(&CAPS, seconds(0)));
        let with_seat = Tally { seats: 1, ..little };
        assert!(!with_seat.is_harmless(&CAPS, seconds(0)));
    }
}
