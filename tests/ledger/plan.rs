//! What is to happen to a ledger.

use rand::{Rng, RngExt, seq::IndexedRandom};
use seatlock::ledger::{file::Options, storage::Mishap};

/// Calls of a life within which something goes wrong: enough for a start and for what follows.
const CALLS_MAX: u64 = 90;

/// Calls of a start.
const START_CALLS: u64 = 12;

/// How a life ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    PowerCut,
    Kill,
    Closed,
}

/// One life.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// What goes wrong, counted from the start on.
    pub(crate) mishap: Option<Mishap>,
    /// Bytes that there are on the disk until somebody makes room.
    pub(crate) bytes_max: Option<u64>,
    /// Batches, unless it ends before.
    pub(crate) batches: u32,
    pub(crate) end: End,
}

impl End {
    pub(crate) const ALL: [Self; 3] = [Self::PowerCut, Self::Kill, Self::Closed];
}

impl Plan {
    /// Nothing is done, and nothing happens.
    pub(crate) fn idle(end: End) -> Self {
        Self {
            mishap: None,
            bytes_max: None,
            batches: 0,
            end,
        }
    }

    /// Some batches, and nothing happens before the end.
    pub(crate) fn quiet(batches: u32, end: End) -> Self {
        Self {
            batches,
            ..Self::idle(end)
        }
    }

    /// Any life.
    pub(crate) fn drawn(chance: &mut impl Rng) -> Self {
        let calls = if chance.random_ratio(1, 3) {
            START_CALLS
        } else {
            CALLS_MAX
        };
        let at = chance.random_range(0..calls);
        let mishap = match chance.random_range(0..10) {
            0..5 => Some(Mishap::OffAt(at)),
            5 => Some(Mishap::SyncFails(at / 2)),
            6 => Some(Mishap::WriteFails(at / 2)),
            7 => Some(Mishap::NoRoomFor(at / 2)),
            _ => None,
        };
        let is_tight = chance.random_ratio(1, 6);
        Self {
            mishap,
            bytes_max: is_tight.then(|| chance.random_range(0..60_000)),
            batches: chance.random_range(0..40),
            end: *End::ALL.choose(chance).expect("there are some"),
        }
    }

    /// Whether there can be no room.
    pub(crate) fn may_be_full(&self) -> bool {
        self.bytes_max.is_some() || matches!(self.mishap, Some(Mishap::NoRoomFor(_)))
    }

    /// Whether the storage can fail.
    pub(crate) fn may_fail(&self) -> bool {
        self.mishap
            .is_some_and(|mishap| !matches!(mishap, Mishap::NoRoomFor(_)))
    }
}

/// Small enough that segments end and are cleaned all the time.
pub(crate) fn options(chance: &mut impl Rng) -> Options {
    let segments: &[u64] = &[512, 1 << 10, 4 << 10, 8 << 10, 32 << 10];
    let budgets: &[u64] = &[0, 2 << 10, 8 << 10];
    let mut one_of = |sizes: &[u64]| *sizes.choose(chance).expect("there are some");
    Options {
        budget_bytes: one_of(budgets),
        segment_bytes_max: one_of(segments),
        own_thread: false,
        id: Some([7; 16]),
    }
}
