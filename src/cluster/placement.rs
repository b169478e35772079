//! Which shard an event belongs to.
//!
//! By the hash of its name, or because it was pinned: an event that will be wanted by many gets a shard of its own, and with
//! it a log whose appends wait for no other event's. It is pinned before it is made ([`super::pinning`]), and it stays: what has
//! happened to it lies in its shard's log, and no transaction spans two shards.

use std::{collections::BTreeMap, error, fmt};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_64;

use crate::limits;

/// A part of all events, with one tape and one owner.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ShardId(u16);

/// Where events belong: one value for the whole cluster, in JSON, so that an operator can read it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Placement {
    #[serde(rename = "v")]
    version: u8,
    /// The shards that events are spread over by their names. It never changes.
    hashed: u16,
    /// The events that have a shard of their own, in the order of their numbers.
    pinned: BTreeMap<String, ShardId>,
}

/// How many shards events are spread over can't be that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShardCountError;

/// What [`Placement::pin`] came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Pin {
    /// The event has a shard of its own.
    Pinned(ShardId),
    /// It had one before.
    Was(ShardId),
    /// There are [`limits::SHARDS_MAX`] shards.
    Full,
}

/// The layout of the value.
const VERSION: u8 = 1;

impl Placement {
    /// So many shards, and nothing pinned.
    ///
    /// # Errors
    /// [`ShardCountError`] for none and for more than [`limits::SHARDS_MAX`].
    pub fn new(hashed: u16) -> Result<Self, ShardCountError> {
        if hashed == 0 || hashed > limits::SHARDS_MAX {
            return Err(ShardCountError);
        }
        Ok(Self {
            version: VERSION,
            hashed,
            pinned: BTreeMap::new(),
        })
    }

    /// The shard of the event with this name.
    ///
    /// It is the event's own if it has one; otherwise XXH3 of the name's bytes, 64 bits with seed 0, modulo the number of
    /// shards.
    pub fn shard_of(&self, event: &str) -> ShardId {
        self.pinned.get(event).copied().unwrap_or_else(|| {
            let place = XxHash3_64::oneshot(event.as_bytes()) % u64::from(self.hashed);
            ShardId(u16::try_from(place).unwrap_or_default())
        })
    }

    /// The event that was given this shard.
    pub fn pinned_to(&self, shard: ShardId) -> Option<&str> {
        let mut pinned = self.pinned.iter();
        pinned.find_map(|(event, own)| (*own == shard).then_some(&**event))
    }

    /// Whether there is such a shard.
    pub fn has(&self, shard: ShardId) -> bool {
        shard.0 < self.count()
    }

    /// All shards.
    pub fn shards(&self) -> impl Iterator<Item = ShardId> {
        (0..self.count()).map(ShardId)
    }

    /// Gives an event that is not made yet a shard of its own.
    pub fn pin(&mut self, event: &str) -> Pin {
        if let Some(shard) = self.pinned.get(event) {
            return Pin::Was(*shard);
        }
        let shard = ShardId(self.count());
        if shard.0 >= limits::SHARDS_MAX {
            return Pin::Full;
        }
        self.pinned.insert(event.to_owned(), shard);
        Pin::Pinned(shard)
    }

    /// The value, as it is written.
    pub fn encode(&self) -> Bytes {
        serde_json::to_vec(self)
            .expect("it has nothing that JSON has not")
            .into()
    }

    /// Reads what [`Placement::encode`] has written. `None`: a later version has, or it is broken.
    pub fn decode(value: &[u8]) -> Option<Self> {
        let read: Self = serde_json::from_slice(value).ok()?;
        let mut own: Vec<u16> = read.pinned.values().map(|shard| shard.0).collect();
        own.sort_unstable();
        let is_whole = own.into_iter().eq(read.hashed..read.count());
        (read.version == VERSION && read.hashed > 0 && is_whole).then_some(read)
    }

    /// Shards that there are: nothing is ever unpinned, so the pinned ones follow the others without a gap.
    fn count(&self) -> u16 {
        let pinned = u16::try_from(self.pinned.len()).unwrap_or(u16::MAX);
        self.hashed.saturating_add(pinned)
    }
}

impl ShardId {
    /// The shard with this number.
    pub const fn new(number: u16) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl fmt::Display for ShardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for ShardCountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there can be 1 to {} shards", limits::SHARDS_MAX)
    }
}

impl error::Error for ShardCountError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual() -> Placement {
        Placement::new(limits::SHARDS_DEFAULT).expect("a valid count")
    }

    /// What a cluster has written stays where it is, whatever becomes of this code.
    #[test]
    fn an_event_is_where_it_was_put_by_the_first_version() {
        let shards = ["hamlet", "", "Faust I", "macbeth-2026-12-31", "Ödipus"]
            .map(|event| usual().shard_of(event).get());
        assert_eq!(shards, [45, 2, 37, 60, 23]);
    }

    #[test]
    fn events_are_spread_over_all_shards() {
        let mut events = [0; 64];
        for number in 0..64_000 {
            events[usize::from(usual().shard_of(&format!("event-{number}")).get())] += 1;
        }
        let within = 850..1_150;
        assert!(
            events.iter().all(|count| within.contains(count)),
            "{events:?}"
        );
    }

    #[test]
    fn a_pinned_event_is_alone_and_the_others_stay() {
        let mut placement = usual();
        let before = placement.shard_of("macbeth");
        assert_eq!(placement.pin("hamlet"), Pin::Pinned(ShardId(64)));
        assert_eq!(placement.pin("faust"), Pin::Pinned(ShardId(65)));
        assert_eq!(placement.pin("hamlet"), Pin::Was(ShardId(64)));
        assert_eq!(placement.shard_of("hamlet"), ShardId(64));
        assert_eq!(placement.pinned_to(ShardId(65)), Some("faust"));
        assert_eq!(placement.pinned_to(before), None);
        assert_eq!(placement.shard_of("macbeth"), before);
        assert_eq!(placement.shards().count(), 66);
        assert_eq!(Placement::decode(&placement.encode()), Some(placement));
    }

    #[test]
    fn there_are_no_more_shards_than_the_limit() {
        assert_eq!(Placement::new(0), Err(ShardCountError));
        assert_eq!(Placement::new(limits::SHARDS_MAX + 1), Err(ShardCountError));
        let mut full = Placement::new(limits::SHARDS_MAX).expect("a valid count");
        assert_eq!(full.pin("hamlet"), Pin::Full);
    }

    #[test]
    fn what_does_not_hold_together_is_not_read() {
        for value in [
            r#"{"v":2,"hashed":64,"pinned":{}}"#,
            r#"{"v":1,"hashed":0,"pinned":{}}"#,
            r#"{"v":1,"hashed":64,"pinned":{"hamlet":63}}"#,
            r#"{"v":1,"hashed":64,"pinned":{"a":64,"b":64}}"#,
            "{}",
            "",
        ] {
            assert_eq!(Placement::decode(value.as_bytes()), None, "{value}");
        }
    }
}
