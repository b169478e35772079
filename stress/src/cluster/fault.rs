//! What goes wrong in a run: one thing at a time, drawn from the seed.

use std::{ops::RangeInclusive, time::Duration};

use rand::{RngExt, SeedableRng, rngs::SmallRng, seq::SliceRandom};

/// A thing that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// A node is gone at once, and comes back.
    KillNode,
    /// An owner stands still for longer than its lease, and wakes up.
    StopNode,
    /// A node is asked to end, hands over, and comes back.
    DrainNode,
    /// A member of etcd is gone at once, and comes back.
    KillMember,
    /// Two of three are: there is no quorum.
    KillQuorum,
    /// Nothing passes between a node and etcd.
    CutEtcd,
    /// Nothing passes from the other nodes to one.
    CutNodes,
    /// Little passes between a node and etcd, and late.
    SlowEtcd,
    /// Little passes from the other nodes to one, and late.
    SlowNodes,
    /// A node comes back with a clock that is ten seconds off.
    Clock,
    /// etcd takes nothing for want of room.
    FullEtcd,
}

/// A fault with all that was drawn for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stroke {
    pub(super) fault: Fault,
    /// Chooses whom it strikes among those whom it can.
    pub(super) lot: u32,
    pub(super) lasts: Duration,
    /// Which of two ways: connections are broken off rather than left open, the leader is struck, the clock is ahead.
    pub(super) variant: bool,
    /// How late things are on a slow wire.
    pub(super) delay: Duration,
}

/// How late things are on a slow wire, in milliseconds.
const DELAY_MILLIS: RangeInclusive<u64> = 20..=150;

impl Fault {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::KillNode,
        Self::StopNode,
        Self::DrainNode,
        Self::KillMember,
        Self::KillQuorum,
        Self::CutEtcd,
        Self::CutNodes,
        Self::SlowEtcd,
        Self::SlowNodes,
        Self::Clock,
        Self::FullEtcd,
    ];

    /// Those that a single node without etcd can have.
    pub const OF_ONE: [Self; 3] = [Self::KillNode, Self::StopNode, Self::DrainNode];

    /// Its name on the command line, and what it is.
    pub const fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::KillNode => ("kill-node", "kill -9 of a node, and its return"),
            Self::StopNode => ("stop-node", "SIGSTOP of an owner beyond its lease, SIGCONT"),
            Self::DrainNode => ("drain-node", "SIGTERM of a node, and its return"),
            Self::KillMember => ("kill-member", "kill -9 of a member of etcd, and its return"),
            Self::KillQuorum => ("kill-quorum", "kill -9 of two members of three, and back"),
            Self::CutEtcd => ("cut-etcd", "no wire between a node and etcd"),
            Self::CutNodes => ("cut-nodes", "no wire from the other nodes to one"),
            Self::SlowEtcd => ("slow-etcd", "a slow wire between a node and etcd"),
            Self::SlowNodes => ("slow-nodes", "a slow wire from the other nodes to one"),
            Self::Clock => ("clock", "a node's clock is 10 s off"),
            Self::FullEtcd => ("full-etcd", "etcd has no room, and is given some"),
        }
    }

    /// The fault of this name.
    ///
    /// # Errors
    /// There is none.
    pub fn named(name: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter();
        let found = all.find(|fault| fault.describe().0 == name);
        found.ok_or_else(|| {
            let names = Self::ALL.map(|fault| fault.describe().0).join(", ");
            format!("there are {names}")
        })
    }

    /// Whether it strikes one node, and so the events that this one owns.
    pub(super) fn is_of_one_node(self) -> bool {
        !matches!(self, Self::KillMember | Self::KillQuorum | Self::FullEtcd)
    }

    /// How long it lasts, in milliseconds, where a lease lasts so long.
    fn lasts(self, lease: u64) -> RangeInclusive<u64> {
        match self {
            // Shorter than a lease, and longer.
            Self::KillNode | Self::CutEtcd | Self::CutNodes => 1_000..=lease + 3_000,
            Self::StopNode => lease + 1_000..=lease + 4_000,
            Self::DrainNode => 500..=3_000,
            Self::KillMember | Self::KillQuorum => 1_500..=lease + 3_000,
            Self::SlowEtcd | Self::SlowNodes | Self::Clock => 4_000..=8_000,
            Self::FullEtcd => 1_000..=5_000,
        }
    }
}

impl Stroke {
    /// Whether it makes somebody else the owner of what the one has whom it strikes, who learns of that late.
    pub(super) fn deposes(&self, lease: Duration) -> bool {
        matches!(self.fault, Fault::StopNode | Fault::CutEtcd) && self.lasts > lease
    }

    /// The stroke of this number: every fault of `faults` comes once before any comes again.
    pub(super) fn draw(faults: &[Fault], seed: u64, number: u32, lease: Duration) -> Option<Self> {
        let count = u32::try_from(faults.len())
            .ok()
            .filter(|count| *count > 0)?;
        let mut dice = SmallRng::seed_from_u64(seed.wrapping_add(u64::from(number / count)));
        let mut order = faults.to_vec();
        order.shuffle(&mut dice);
        let fault = order[(number % count) as usize];
        let mut dice = SmallRng::seed_from_u64(seed ^ u64::from(number).rotate_left(32));
        let lease = u64::try_from(lease.as_millis()).ok()?;
        Some(Self {
            fault,
            lot: dice.random(),
            lasts: Duration::from_millis(dice.random_range(fault.lasts(lease))),
            variant: dice.random(),
            delay: Duration::from_millis(dice.random_range(DELAY_MILLIS)),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const LEASE: Duration = Duration::from_secs(5);

    fn draw(seed: u64, number: u32) -> Stroke {
        Stroke::draw(&Fault::ALL, seed, number, LEASE).expect("there are faults")
    }

    #[test]
    fn every_fault_comes_once_in_a_round_and_the_same_from_the_same_seed() {
        let round = |first: u32| -> HashSet<Fault> {
            (first..first + 11)
                .map(|number| draw(7, number).fault)
                .collect()
        };
        assert_eq!(round(0).len(), Fault::ALL.len());
        assert_eq!(round(11).len(), Fault::ALL.len());
        for number in 0..30 {
            assert_eq!(draw(7, number), draw(7, number));
        }
        let order = |seed| {
            (0..11)
                .map(|number| draw(seed, number).fault)
                .collect::<Vec<_>>()
        };
        assert!((1..20).any(|seed| order(seed) != order(0)));
        assert_eq!(Stroke::draw(&[], 7, 0, LEASE), None);
    }

    #[test]
    fn an_owner_stands_still_for_longer_than_its_lease() {
        for seed in 0..100 {
            let stroke = Stroke::draw(&[Fault::StopNode], seed, 0, LEASE).expect("a stroke");
            assert!(stroke.lasts > LEASE);
        }
    }

    #[test]
    fn each_fault_is_found_by_its_name() {
        for fault in Fault::ALL {
            assert_eq!(Fault::named(fault.describe().0), Ok(fault));
        }
        assert!(Fault::named("fire").is_err());
    }
}
