//! Until when an owner may be believed.
//!
//! Nobody takes a shard before the lease of its owner's node has ended, and the store ends no lease before its time to live
//! has passed since it was renewed, which was after the renewal was sent. So until then, less a margin for clocks that
//! run at different speeds, what the owner has in memory is the newest that there is. This is all that depends on time, and it
//! is about reading: what is written is fenced by the term.

use std::time::Duration;

use super::store::LeaseId;
use crate::tick::Moment;

/// How long a node's lease lasts for certain, by the node's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Liveness {
    lease: LeaseId,
    /// When the last renewal was sent that was answered well.
    sent: Moment,
    ttl: Duration,
}

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
    fn renewals_count_from_their_sending_and_in_its_order() {
        let mut lease = Liveness::granted(LeaseId::new(1), second(100), TTL);
        lease.renew(second(106), TTL);
        lease.renew(second(103), TTL);
        assert_eq!(lease.ends(), second(115));
        lease.renew(second(112), TTL / 2);
        assert_eq!(lease.ends(), second(112).plus(TTL / 20 * 9));
    }
}
