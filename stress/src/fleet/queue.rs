//! What happens next: in the order of its time, and at one instant in the order in which it was put.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
};

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

/// Happenings to come. Those of the slot of time that it has come to are in a heap; those of later ones lie in their slots as
/// they came, so that the heap stays short, and in a processor's cache, however many there are.
#[derive(Debug, Default)]
pub struct Queue {
    heap: BinaryHeap<Reverse<Entry>>,
    slots: VecDeque<Vec<Entry>>,
    /// The number of the slot whose happenings are in the heap.
    slot: u64,
    put: u64,
}

/// When, and as which of all it was put.
type Entry = (u64, u64, Happening);

/// Nanoseconds of a slot.
const SLOT: u64 = 1 << 26;

/// Slots that there are, of about 20 hours; what comes later lies in the last one until then.
const SLOTS_MAX: u64 = 1 << 20;

impl Queue {
    /// Has it happen at a time.
    pub fn put(&mut self, at: u64, happening: Happening) {
        self.put += 1;
        let entry = (at, self.put, happening);
        let ahead = (at / SLOT).saturating_sub(self.slot).min(SLOTS_MAX);
        let Some(ahead) = ahead.checked_sub(1) else {
            return self.heap.push(Reverse(entry));
        };
        let place = usize::try_from(ahead).unwrap_or(0);
        if place >= self.slots.len() {
            self.slots.resize_with(place + 1, Vec::new);
        }
        self.slots[place].push(entry);
    }

    /// The next one, and when it happens.
    pub fn take(&mut self) -> Option<(u64, Happening)> {
        while self.heap.is_empty() {
            let next = self.slots.pop_front()?;
            self.slot += 1;
            for entry in next {
                // What was too far ahead may be still.
                if entry.0 / SLOT > self.slot {
                    self.put(entry.0, entry.2);
                } else {
                    self.heap.push(Reverse(entry));
                }
            }
        }
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

    #[test]
    fn what_is_far_ahead_comes_in_its_time() {
        let mut queue = Queue::default();
        let times = [
            9 * SLOT,
            3,
            2 * SLOT + 7,
            2 * SLOT + 5,
            SLOTS_MAX * SLOT * 2,
            0,
            9 * SLOT,
        ];
        for (number, at) in (0..).zip(times) {
            queue.put(at, Happening::Arrives(number));
        }
        assert_eq!(queue.take(), Some((0, Happening::Arrives(5))));
        queue.put(SLOT, Happening::Arrives(7));
        let order: Vec<_> = std::iter::from_fn(|| queue.take()).collect();
        let numbers = [1, 7, 3, 2, 0, 6, 4].map(Happening::Arrives);
        assert!(order.iter().map(|(_, what)| *what).eq(numbers), "{order:?}");
        assert!(order.is_sorted_by_key(|(at, _)| *at));
    }
}
