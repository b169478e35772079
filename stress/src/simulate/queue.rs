//! What happens next: events in the order of their time, and those of one instant in the order in which they were put.

use std::{cmp::Reverse, collections::BinaryHeap};

/// What happens, and to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Happening {
    /// An agent does what he has in mind next. With the number of his plan: a plan that he has given up does not happen.
    Acts {
        /// Where he is kept.
        agent: u32,
        /// Which of his plans.
        plan: u32,
    },
    /// A hold's deadline has come.
    Deadline {
        /// Whose it is.
        agent: u32,
        /// Which of his holds.
        hold: u32,
    },
    /// The server stops, without a word.
    Crash {
        /// Which of the scenario's crashes.
        number: u32,
    },
    /// It is there again.
    Restart {
        /// After which of the crashes.
        number: u32,
    },
    /// The figures of an interval are taken.
    Sample,
}

/// Happenings to come.
#[derive(Debug, Default)]
pub struct Queue {
    heap: BinaryHeap<Reverse<(u64, u64, Happening)>>,
    put: u64,
}

/// Numbers of what comes after all deadlines of its instant.
const LATER: u64 = 1 << 63;

impl Queue {
    /// Has it happen at a time, in nanoseconds since the beginning.
    pub fn put(&mut self, at: u64, happening: Happening) {
        self.put += 1;
        self.heap.push(Reverse((at, LATER | self.put, happening)));
    }

    /// Has it happen before everything else of its instant: a seat is free from its deadline on.
    pub fn put_first(&mut self, at: u64, happening: Happening) {
        self.put += 1;
        self.heap.push(Reverse((at, self.put, happening)));
    }

    /// The time of the next one.
    pub fn next_at(&self) -> Option<u64> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }

    /// The next one.
    pub fn take(&mut self) -> Option<(u64, Happening)> {
        self.heap
            .pop()
            .map(|Reverse((at, _, happening))| (at, happening))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_first_happens_first_and_in_turn_at_one_instant() {
        let mut queue = Queue::default();
        let acts = |agent| Happening::Acts { agent, plan: 0 };
        for (at, agent) in [(5, 1), (3, 2), (5, 0), (3, 9)] {
            queue.put(at, acts(agent));
        }
        queue.put_first(5, acts(7));
        let order: Vec<_> = std::iter::from_fn(|| queue.take()).collect();
        let expected = [(3, 2), (3, 9), (5, 7), (5, 1), (5, 0)];
        assert_eq!(order, expected.map(|(at, agent)| (at, acts(agent))));
    }
}
