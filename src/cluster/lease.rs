//! Until when an owner may be believed.
//!
//! Nobody takes a shard before the lease of its owner's node has ended, and the store ends no lease before its time to live
//! has passed since it was renewed, which was after the renewal was sent. So until then, less a margin for clocks that
//! run at different speeds, what the owner has in memory is the newest that there is. This is all that depends on time, and it
//! is about reading: what is written is fenced by the term.

use std::{
    sync::{Mutex, PoisonError, RwLock},
    time::Duration,
};

use super::{owner::Node, store::LeaseId};
use crate::tick::Moment;

/// How long a node's lease lasts for certain, by the node's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Liveness {
    lease: LeaseId,
    /// When the last renewal was sent that was answered well.
    sent: Moment,
    ttl: Duration,
}

/// What a node lives by now: written by who renews its lease, read by whoever answers a request.
#[derive(Debug)]
pub struct Living(RwLock<(Node, Liveness)>);

/// The lease under which a shard's owner may be believed: written by who appends to the shard, read by whoever answers a
/// request.
#[derive(Debug, Default)]
pub struct Readable(Mutex<Option<LeaseId>>);

/// A tenth of the time to live is not used.
const MARGIN: u32 = 10;

/// A lease is renewed each third of its time to live.
const RENEWALS: u32 = 3;

impl Liveness {
    /// A lease that was asked for at a moment, and was granted for a time.
    pub const fn granted(lease: LeaseId, sent: Moment, ttl: Duration) -> Self {
        Self { lease, sent, ttl }
    }

    /// Which lease it is.
    pub const fn lease(&self) -> LeaseId {
        self.lease
    }

    /// A renewal that was sent at a moment was answered well. One that was sent before another changes nothing.
    pub fn renew(&mut self, sent: Moment, ttl: Duration) {
        if sent >= self.sent {
            (self.sent, self.ttl) = (sent, ttl);
        }
    }

    /// The first moment at which nothing may be read any more, unless it is renewed before.
    pub fn ends(&self) -> Moment {
        self.sent.plus(self.ttl - self.ttl / MARGIN)
    }

    /// Whether what is owned under this lease may be read now.
    pub fn is_certain(&self, now: Moment) -> bool {
        now < self.ends()
    }

    /// When the next renewal is to be sent.
    pub fn renewal_due(&self) -> Moment {
        self.sent.plus(self.ttl / RENEWALS)
    }
}

impl Living {
    /// A node whose key is there.
    pub const fn new(node: Node, liveness: Liveness) -> Self {
        Self(RwLock::new((node, liveness)))
    }

    /// The node, as others see it.
    pub fn node(&self) -> Node {
        self.read(|(node, _)| node.clone())
    }

    /// What it lives by.
    pub fn lease(&self) -> LeaseId {
        self.read(|(node, _)| node.lease)
    }

    /// How long that lasts.
    pub fn liveness(&self) -> Liveness {
        self.read(|(_, liveness)| *liveness)
    }

    /// Whether what is owned under a lease may be read now.
    pub fn is_certain_under(&self, lease: LeaseId, now: Moment) -> bool {
        self.read(|(node, liveness)| node.lease == lease && liveness.is_certain(now))
    }

    /// As [`Liveness::renew`].
    pub fn renew(&self, sent: Moment, ttl: Duration) {
        let mut living = self.0.write().unwrap_or_else(PoisonError::into_inner);
        living.1.renew(sent, ttl);
    }

    /// The node lives by another lease, under which its key is there.
    pub fn live_by(&self, liveness: Liveness) {
        let mut living = self.0.write().unwrap_or_else(PoisonError::into_inner);
        living.0.lease = liveness.lease();
        living.1 = liveness;
    }

    fn read<T>(&self, look: impl FnOnce(&(Node, Liveness)) -> T) -> T {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Readable {
    /// See [`crate::cluster::tenure::Tenure::readable_under`].
    pub fn under(&self) -> Option<LeaseId> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, lease: Option<LeaseId>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = lease;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(number: u64) -> Moment {
        Moment::from_nanos(number * 1_000_000_000)
    }

    const TTL: Duration = Duration::from_secs(10);

    #[test]
    fn it_is_certain_for_nine_tenths_of_its_time() {
        let lease = Liveness::granted(LeaseId::new(1), second(100), TTL);
        assert!(lease.is_certain(second(108)));
        assert!(!lease.is_certain(second(109)));
        assert_eq!(lease.ends(), second(109));
        let third = second(100).plus(TTL / 3);
        assert_eq!(lease.renewal_due(), third);
    }

    #[test]
    fn nothing_is_certain_under_another_lease() {
        let node = Node {
            name: "a".into(),
            address: String::new(),
            lease: LeaseId::new(1),
        };
        let liveness = Liveness::granted(node.lease, second(100), TTL);
        let living = Living::new(node, liveness);
        let is_certain = |lease| living.is_certain_under(LeaseId::new(lease), second(101));
        assert!(is_certain(1) && !is_certain(2));
        living.live_by(Liveness::granted(LeaseId::new(2), second(100), TTL));
        assert!(is_certain(2) && !is_certain(1));
        assert_eq!(living.node().lease, LeaseId::new(2));
    }

    #[test]
    fn renewals_count_from_their_sending_and_in_its_order() {
        let mut lease = Liveness::granted(LeaseId::new(1), second(100), TTL);
        lease.renew(second(106), TTL);
        lease.renew(second(103), TTL);
        assert_eq!(lease.ends(), second(115));
        lease.renew(second(112), TTL / 2);
        assert_eq!(lease.ends(), second(112).plus(TTL / 20 * 9));
    }
}
