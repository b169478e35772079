//! Buckets against a slow exact one, from several threads, and under more addresses than there are buckets.

use std::{
    hash::{BuildHasherDefault, DefaultHasher},
    net::Ipv4Addr,
    sync::atomic::AtomicU32,
    thread,
};

use proptest::prelude::*;

use super::*;

/// The same sets in every run.
type Fixed = BuildHasherDefault<DefaultHasher>;

fn table<K: Hash + ?Sized>(buckets: usize) -> Buckets<K, Fixed> {
    Buckets::new(buckets, Fixed::default())
}

fn rate(per_second: u32, burst: u32) -> Rate {
    Rate::new(per_second, burst).expect("a valid rate")
}

fn seconds(count: u64) -> Moment {
    Moment::from_nanos(count * 1_000_000_000)
}

/// A token bucket as the textbook has it, in whole billionths of a token.
struct Exact {
    tokens: u128,
    at: u64,
}

impl Exact {
    const TOKEN: u128 = 1_000_000_000;

    fn full(rate: Rate) -> Self {
        Self {
            tokens: u128::from(rate.burst()) * Self::TOKEN,
            at: 0,
        }
    }

    fn take(&mut self, cost: u32, rate: Rate, now: u64) -> bool {
        let dripped = u128::from(now - self.at) * u128::from(rate.per_second());
        self.tokens = (self.tokens + dripped).min(u128::from(rate.burst()) * Self::TOKEN);
        self.at = now;
        let price = u128::from(cost) * Self::TOKEN;
        let paid = self.tokens >= price;
        if paid {
            self.tokens -= price;
        }
        paid
    }
}

proptest! {
    /// With rates whose interval is a whole number of units, at whole units, the two agree to the token.
    #[test]
    fn a_bucket_decides_as_the_exact_one_does(
        per_second in prop::sample::select(vec![1_u32, 2, 5, 8, 50, 125, 1_000, 10_000]),
        burst in 1_u32..50,
        start in 0_u64..1 << 50,
        asks in prop::collection::vec((0_u64..2_000_000, 0_u32..4), 1..200),
    ) {
        let rate = rate(per_second, burst);
        let (table, mut exact) = (table(8), Exact::full(rate));
        let mut elapsed = 0;
        for (pause, cost) in asks {
            elapsed += pause * 64;
            let now = Moment::from_nanos(start / 64 * 64 + elapsed);
            let cost = cost.min(burst);
            let decided = table.take("ada", cost, rate, now);
            prop_assert_eq!(decided.is_ok(), exact.take(cost, rate, elapsed));
            if let Err(RetryAfter(wait)) = decided {
                let early = now.plus(wait - Duration::from_nanos(64));
                prop_assert!(table.take("ada", cost, rate, early).is_err(), "a unit too soon");
            }
        }
    }

    /// Whatever the rate, nobody gets more than the exact bucket would give.
    #[test]
    fn a_bucket_never_gives_more_than_its_rate(
        per_second in 1_u32..=limits::RATE_PER_SECOND_MAX,
        burst in 1_u32..100,
        asks in prop::collection::vec(0_u64..3, 1..300),
    ) {
        let rate = rate(per_second, burst);
        let (table, mut exact) = (table(8), Exact::full(rate));
        let mut now = 0;
        for intervals in asks {
            now += intervals * 500_000_000 / u64::from(per_second) / 64 * 64;
            if table.take("ada", 1, rate, Moment::from_nanos(now)).is_ok() {
                prop_assert!(exact.take(1, rate, now));
            }
        }
    }

    /// Who waits as long as he was told is let in.
    #[test]
    fn the_wait_is_enough(per_second in 1_u32..100_000, burst in 1_u32..20, cost in 1_u32..30) {
        let (table, rate) = (table(8), rate(per_second, burst));
        let now = seconds(9);
        prop_assert_eq!(table.take("ada", burst, rate, now), Ok(()));
        let Err(RetryAfter(wait)) = table.take("ada", cost, rate, now) else {
            return Err(TestCaseError::fail("the bucket was empty"));
        };
        prop_assert_eq!(table.take("ada", cost, rate, now.plus(wait)), Ok(()));
    }
}

#[test]
fn a_rate_has_bounds() {
    assert!(Rate::new(0, 1).is_none() && Rate::new(1, 0).is_none());
    assert!(Rate::new(1, 3_600).is_some() && Rate::new(1, 3_601).is_none());
    assert!(Rate::new(limits::RATE_PER_SECOND_MAX, 1).is_some());
    assert!(Rate::new(limits::RATE_PER_SECOND_MAX + 1, 1).is_none());
}

#[test]
fn keys_have_buckets_of_their_own() {
    let table = table(1 << 10);
    for key in 0_u32..100 {
        assert_eq!(table.take(&key, 3, rate(1, 3), seconds(1)), Ok(()), "{key}");
    }
    for key in 0_u32..100 {
        assert!(
            table.take(&key, 1, rate(1, 3), seconds(1)).is_err(),
            "{key}"
        );
    }
}

#[test]
fn of_eight_racing_threads_exactly_the_burst_is_let_in() {
    let (table, admitted) = (table(64), AtomicU32::new(0));
    assert_eq!(table.take("ada", 1, rate(1, 1_000), seconds(1)), Ok(()));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..1_000 {
                    if table.take("ada", 1, rate(1, 1_000), seconds(1)).is_ok() {
                        admitted.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!(admitted.into_inner(), 999);
}

#[test]
fn a_million_addresses_at_once_get_no_more_than_the_table_has() {
    let table = table(1 << 10);
    let rate = rate(1, 2);
    let capacity = table.capacity();
    let admitted = (0_u32..1_000_000)
        .filter(|address| {
            let address = Ipv4Addr::from_bits(*address);
            table.take(&address, 1, rate, seconds(1)).is_ok()
        })
        .count();
    assert_eq!(admitted, 2 * capacity, "two tokens in each bucket, no more");
    assert_eq!(table.capacity(), capacity);
}

#[test]
fn after_the_flood_its_buckets_are_free_for_others() {
    let table = table(1 << 10);
    for address in 0_u32..100_000 {
        let _ = table.take(&address, 1, rate(1, 1), seconds(1));
    }
    let honest = 7_000_000;
    assert!(
        table.take(&honest, 5, rate(1, 5), seconds(1)).is_err(),
        "shared"
    );
    assert_eq!(table.take(&honest, 5, rate(1, 5), seconds(2)), Ok(()));
    assert!(table.take(&honest, 1, rate(1, 5), seconds(2)).is_err());
}
