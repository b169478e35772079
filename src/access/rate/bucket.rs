//! One bucket as a word: whose it is, and when it will be full again.

use std::time::Duration;

use super::Rate;
use crate::{limits, tick::Moment};

/// Nanoseconds of the unit in which buckets count time.
const UNIT_NANOS: u64 = 64;

/// Bits of a bucket's instant: its circle of 2^48 units is 208 days.
const INSTANT_BITS: u32 = 48;

const INSTANT_MASK: u64 = (1 << INSTANT_BITS) - 1;

/// `tag 16 | full_at 48`.
///
/// `full_at` is the instant at which the bucket is full again, in units of 64 ns on a circle. It says everything: a
/// bucket that lacks *n* tokens is full again after *n* emission intervals. An instant further ahead than any bucket
/// takes to fill lies in the past, so a word that nobody touched for 208 days is at worst taken for a bucket in use,
/// for as long as that bucket takes to fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bucket(u64);

/// What remains of a key in its bucket, besides the set that it lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag(u64);

impl Tag {
    /// From the 16 bits of a hash that a table of fewer than 2^48 sets doesn't look at.
    pub(super) const fn of(hash: u64) -> Self {
        Self(hash >> INSTANT_BITS)
    }
}

impl Bucket {
    pub(super) const fn from_word(word: u64) -> Self {
        Self(word)
    }

    pub(super) const fn word(self) -> u64 {
        self.0
    }

    pub(super) const fn tag(self) -> Tag {
        Tag(self.0 >> INSTANT_BITS)
    }

    /// Units until it is full again; zero for a bucket that is full, which is as good as none.
    pub(super) const fn lack(self, now: Moment) -> u64 {
        let ahead = self.0.wrapping_sub(units(now)) & INSTANT_MASK;
        if ahead > FILL_UNITS_MAX { 0 } else { ahead }
    }

    /// What the bucket becomes when `cost` is taken out by the key with this tag, or how long it has to fill first.
    /// A bucket in use keeps its tag; a full one goes to whoever takes from it.
    pub(super) fn take(
        self,
        tag: Tag,
        cost: u32,
        rate: Rate,
        now: Moment,
    ) -> Result<Self, Duration> {
        let interval = interval_units(rate);
        let capacity = interval * u64::from(rate.burst());
        // Another rate may have drained it further than this one can: such a debt is not this taker's.
        let lack = self.lack(now).min(capacity);
        let after = lack + interval * u64::from(cost.min(rate.burst()));
        if after > capacity {
            return Err(Duration::from_nanos((after - capacity) * UNIT_NANOS));
        }
        let owner = if lack == 0 { tag } else { self.tag() };
        let full_at = units(now).wrapping_add(after) & INSTANT_MASK;
        Ok(Self(owner.0 << INSTANT_BITS | full_at))
    }
}

/// No bucket takes longer to fill. Twice the limit, as intervals are rounded up to whole units.
const FILL_UNITS_MAX: u64 = 2 * limits::RATE_FILL_MAX.as_secs() * 1_000_000_000 / UNIT_NANOS;

/// One token's time, rounded up, so that nobody gets more than his rate: 2.4 % less at a million a second, 0.5 % at
/// a hundred thousand, nothing at ten thousand.
fn interval_units(rate: Rate) -> u64 {
    (1_000_000_000 / UNIT_NANOS).div_ceil(u64::from(rate.per_second()))
}

const fn units(now: Moment) -> u64 {
    now.nanos() / UNIT_NANOS
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Tag = Tag(0xABCD);

    fn rate(per_second: u32, burst: u32) -> Rate {
        Rate::new(per_second, burst).expect("a valid rate")
    }

    #[test]
    fn a_bucket_keeps_its_owner_while_it_lacks_anything() {
        let now = Moment::from_nanos(1 << 40);
        let one = Bucket::from_word(0)
            .take(KEY, 1, rate(1, 2), now)
            .expect("two tokens are there");
        assert_eq!(
            (one.tag(), one.lack(now) * UNIT_NANOS),
            (KEY, 1_000_000_000)
        );
        let other = one.take(Tag(7), 1, rate(1, 2), now).expect("one is left");
        assert_eq!(other.tag(), KEY);
        let full_again = Moment::from_nanos(now.nanos() + 2_000_000_000);
        assert_eq!(other.lack(full_again), 0);
        let next = other.take(Tag(7), 1, rate(1, 2), full_again);
        assert_eq!(next.map(Bucket::tag), Ok(Tag(7)));
    }

    #[test]
    fn time_goes_on_over_the_end_of_the_circle() {
        let circle = UNIT_NANOS << INSTANT_BITS;
        for laps in 0..3 {
            let now = Moment::from_nanos(circle * (laps + 1) - 1_000);
            let full = Bucket::from_word(units(now) & INSTANT_MASK);
            let empty = full
                .take(KEY, 5, rate(1, 5), now)
                .expect("five tokens are there");
            assert_eq!(empty.tag(), KEY);
            let wait = empty.take(KEY, 1, rate(1, 5), now);
            assert_eq!(wait, Err(Duration::from_secs(1)));
            let later = Moment::from_nanos(now.nanos() + 1_000_000_000);
            assert!(empty.take(KEY, 1, rate(1, 5), later).is_ok());
            assert!(empty.take(KEY, 2, rate(1, 5), later).is_err());
        }
    }

    #[test]
    fn the_longest_fill_is_not_taken_for_the_past() {
        let slowest = rate(1, 3_600);
        let fastest = rate(limits::RATE_PER_SECOND_MAX, u32::MAX / 2);
        for rate in [slowest, fastest] {
            let now = Moment::from_nanos(5);
            let empty = Bucket::from_word(0)
                .take(KEY, rate.burst(), rate, now)
                .expect("the whole burst");
            assert!(empty.take(KEY, 1, rate, now).is_err(), "{rate:?}");
        }
    }

    #[test]
    fn a_debt_under_another_rate_is_paid_within_one_fill() {
        let now = Moment::from_nanos(77);
        let deep = Bucket::from_word(0)
            .take(KEY, 100, rate(1, 100), now)
            .expect("the whole burst");
        assert_eq!(
            deep.take(KEY, 1, rate(10, 5), now),
            Err(Duration::from_millis(100))
        );
    }
}
