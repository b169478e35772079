//! A trail that loses or alters what passes through it.

use std::sync::Arc;

use seatlock::{
    ids::{Lsn, SeatId},
    seat::{Change, SeatWord, Status, Trail},
    shard::Shard,
    tick::Tick,
};

use super::{Fault, deeds::Deeds};

/// Every so many LSNs a change is hidden, by the trail and by its author alike.
const HIDDEN_EVERY: u64 = 1 << 10;

/// Stands between the map and the shard.
#[derive(Debug)]
pub(super) struct Leaky {
    shard: Arc<Shard>,
    fault: Fault,
    deeds: Arc<Deeds>,
}

impl Leaky {
    pub(super) fn new(shard: Arc<Shard>, fault: Fault, deeds: Arc<Deeds>) -> Self {
        Self {
            shard,
            fault,
            deeds,
        }
    }
}

/// Whether a hold under this number is hidden.
pub(super) fn hides(lsn: Lsn) -> bool {
    lsn.get().is_multiple_of(HIDDEN_EVERY)
}

impl Trail for Leaky {
    fn take(&self, count: u32) -> Option<Lsn> {
        self.shard.take(count)
    }

    fn publish(&self, lsn: Lsn, change: Change) {
        let in_group = change.rest > 0;
        match self.fault {
            Fault::HalfGroup if in_group && self.deeds.is_due(100) => self.shard.void(lsn),
            Fault::SplitGroup if in_group && self.deeds.is_due(100) => {
                self.shard.publish(lsn, Change { rest: 0, ..change });
            }
            Fault::WrongWord if self.deeds.is_due(1_000) => {
                self.shard.publish(
                    lsn,
                    Change {
                        after: SeatWord::withheld(lsn),
                        ..change
                    },
                );
            }
            Fault::HiddenChange if hides(lsn) && change.after.status() == Status::Held => {
                self.deeds.commit();
                self.shard.void(lsn);
            }
            _ => self.shard.publish(lsn, change),
        }
    }

    fn void(&self, lsn: Lsn) {
        if self.fault != Fault::LostVoid || !self.deeds.is_due(10) {
            self.shard.void(lsn);
        }
    }

    fn mark(&self, seat: SeatId, until: Tick) {
        if self.fault != Fault::LostMarks || !self.deeds.is_due(1) {
            self.shard.mark(seat, until);
        }
    }
}
