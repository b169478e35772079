//! How often somebody may ask: token buckets in a table of a fixed size.
//!
//! The generic cell rate algorithm, in the form of virtual scheduling (ITU-T I.371, annex A; ATM Forum, *Traffic
//! Management 4.0*, section 4.4.2): instead of a level and the time at which it was right, a bucket keeps one instant,
//! here the one at which it is full again (there: the theoretical arrival time). Nothing has to run to refill it.
//!
//! # The table
//! Sets of eight words, a set to a cache line. A key's hash names its set, and 16 bits of it tell the key from the
//! seven others there. A bucket that is full again is as good as none and goes to the next key that needs one. So a
//! table of 2^17 words serves any number of addresses that come and go.
//!
//! When all eight buckets of a set are in use, a newcomer shares the fullest of them: it may be refused for what
//! another has taken, and never gets a bucket of its own out of nowhere. A flood from a million addresses is
//! admitted at the rate of the table's buckets at most. Two keys of one set have the same tag once in 65,536 times
//! and then share as well. The hasher must have a secret of its own, so that nobody can aim at another's set.
//!
//! # Threads
//! One CAS on one word decides: of requests that race for the last token exactly one gets it. A key can have two
//! buckets for a while only if its very first requests race while a bucket in front of the chosen one becomes full;
//! that is worth one burst, once.

mod bucket;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    hash::{BuildHasher, Hash, RandomState},
    marker::PhantomData,
    time::Duration,
};

use self::bucket::{Bucket, Tag};
use crate::{
    limits,
    sync::atomic::{AtomicU64, Ordering},
    tick::Moment,
};

/// So many requests a second, and so many at once after a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    per_second: u32,
    burst: u32,
}

impl Rate {
    /// A rate, or `None` if one of the two is zero, `per_second` beyond [`limits::RATE_PER_SECOND_MAX`], or an empty
    /// bucket would take longer than [`limits::RATE_FILL_MAX`] to fill.
    pub fn new(per_second: u32, burst: u32) -> Option<Self> {
        let speed_is_right = (1..=limits::RATE_PER_SECOND_MAX).contains(&per_second);
        let longest = u64::from(per_second) * limits::RATE_FILL_MAX.as_secs();
        let burst_is_right = (1..=longest).contains(&u64::from(burst));
        (speed_is_right && burst_is_right).then_some(Self { per_second, burst })
    }

    /// Requests a second, in the long run.
    pub const fn per_second(self) -> u32 {
        self.per_second
    }

    /// Requests at once, after a pause.
    pub const fn burst(self) -> u32 {
        self.burst
    }
}

/// Too many: the same request would be let in after this time if nobody else took from the bucket meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryAfter(pub Duration);

/// Token buckets by key, lock-free and in constant memory.
pub struct Buckets<K: ?Sized, S = RandomState> {
    sets: Box<[Set]>,
    hasher: S,
    keys: PhantomData<fn(&K)>,
}

/// Buckets that a key can have: those of one cache line.
const WAYS: usize = 8;

#[derive(Default)]
#[repr(align(64))]
struct Set([AtomicU64; WAYS]);

impl<K: Hash + ?Sized, S: BuildHasher> Buckets<K, S> {
    /// A table of at least `buckets` full buckets, 8 bytes each, rounded up to a power of two.
    pub fn new(buckets: usize, hasher: S) -> Self {
        let sets = buckets.div_ceil(WAYS).next_power_of_two();
        Self {
            sets: (0..sets).map(|_| Set::default()).collect(),
            hasher,
            keys: PhantomData,
        }
    }

    /// How many buckets there are. It never changes.
    pub fn capacity(&self) -> usize {
        self.sets.len() * WAYS
    }

    /// Takes `cost` tokens out of the key's bucket, which has this rate. A cost beyond the burst counts as the burst,
    /// as it could not be paid otherwise.
    ///
    /// # Errors
    /// [`RetryAfter`] if there are not enough; nothing is taken then.
    pub fn take(&self, key: &K, cost: u32, rate: Rate, now: Moment) -> Result<(), RetryAfter> {
        let hash = self.hasher.hash_one(key);
        let (set, tag) = (self.set(hash), Tag::of(hash));
        loop {
            let (word, seen) = set.bucket_for(tag, now);
            let next = seen.take(tag, cost, rate, now).map_err(RetryAfter)?;
            // Relaxed, here and in the load: the word stands for itself, no other memory is read on its account, and
            // a CAS acts on the newest value whatever its ordering.
            let exchanged = word.compare_exchange_weak(
                seen.word(),
                next.word(),
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
            if exchanged.is_ok() {
                return Ok(());
            }
        }
    }

    fn set(&self, hash: u64) -> &Set {
        // A table of 2^32 sets would take 256 GiB, so the low half of the hash is enough.
        let [a, b, c, d, ..] = hash.to_le_bytes();
        let low = usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or_default();
        &self.sets[low & (self.sets.len() - 1)]
    }
}

impl Set {
    /// The key's own bucket; else the fullest, which is a free one if there is one.
    fn bucket_for(&self, tag: Tag, now: Moment) -> (&AtomicU64, Bucket) {
        let mut fullest = (&self.0[0], self.load(0));
        for way in 0..WAYS {
            let bucket = self.load(way);
            if bucket.tag() == tag {
                return (&self.0[way], bucket);
            }
            if bucket.lack(now) < fullest.1.lack(now) {
                fullest = (&self.0[way], bucket);
            }
        }
        fullest
    }

    fn load(&self, way: usize) -> Bucket {
        Bucket::from_word(self.0[way].load(Ordering::Relaxed))
    }
}

impl<K: ?Sized, S> fmt::Debug for Buckets<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buckets({} sets of {WAYS})", self.sets.len())
    }
}
