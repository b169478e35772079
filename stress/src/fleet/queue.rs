//! What happens next: in the order of its time, and at one instant in the order in which it was put.

use std::{cmp::Reverse, collections::BinaryHeap};

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Happening {
    /// The next buyer of a sale comes.
    Arrives(u16),
    /// A buyer does what he has in mind, unless that was another plan.
    Acts {
        /// Who.
        agent: u32,
        /// Which of his plans.
        plan: u32,
    },
    /// A hold's deadline has come.
    Deadline(u32),
    /// Something is changed in an event without an on-sale.
    Quiet,
    /// A shard's request arrives at etcd.
    Reaches(u16),
    /// A round of etcd is over.
    RoundEnds {
        /// Which etcd.
        etcd: u16,
        /// Which round.
        number: u64,
    },
    /// An answer arrives at a shard's owner, unless there is another by now.
    Answered {
        /// Which shard.
        shard: u16,
        /// In which term.
        term: u32,
    },
    /// An owner has packed the state of his shard.
    Packed {
        /// Which shard.
        shard: u16,
        /// In which term.
        term: u32,
    },
    /// A new owner has taken the state down, and serves.
    Serves {
        /// Which shard.
        shard: u16,
        /// In which term.
        term: u32,
    },
    /// A node renews its leases.
    Renews(u16),
    /// An etcd is compacted.
    Compacts(u16),
    /// The great sale's owner is to die with his next append under way.
    Dies,
    /// The dead node's lease ends.
    LeaseEnds,
    /// What the dead node has sent last arrives at etcd.
    ComesLate,
    /// The great sale's etcd loses its leader.
    LosesLeader,
    /// It has another.
    HasLeader,
    /// The figures of an interval are taken.
    Sample,
}

/// Happenings to come.
#[derive(Debug, Default)]
pub struct Queue {
    heap: BinaryHeap<Reverse<(u64, u64, Happening)>>,
    put: u64,
}

impl Queue {
    /// Has it happen at a time.
    pub fn put(&mut self, at: u64, happening: Happening) {
        self.put += 1;
        self.heap.push(Reverse((at, self.put, happening)));
    }

    /// The next one, and when it happens.
    pub fn take(&mut self) -> Option<(u64, Happening)> {
        let next = self.heap.pop();
        next.map(|Reverse((at, _, happening))| (at, happening))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_first_happens_first_and_in_turn_at_one_instant() {
        let mut queue = Queue::default();
        for (at, sale) in [(5, 1), (3, 2), (5, 0), (3, 9)] {
            queue.put(at, Happening::Arrives(sale));
        }
        let order: Vec<_> = std::iter::from_fn(|| queue.take()).collect();
        let expected = [(3, 2), (3, 9), (5, 1), (5, 0)];
        assert_eq!(
            order,
            expected.map(|(at, sale)| (at, Happening::Arrives(sale)))
        );
    }
}
