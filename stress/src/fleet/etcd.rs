//! etcd, simulated: a queue that works in rounds, and a file that fills up until it is compacted.

use std::mem;

use super::{
    costs::{Costs, Work},
    tally::Asked,
    time::SECOND,
};
use crate::simulate::chance::Chance;

/// How often it looks for leases that have ended.
pub const LOOKS_EVERY: u64 = SECOND / 2;

/// A request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Request {
    /// By whom: a shard, or a node.
    pub from: u16,
    /// What.
    pub what: What,
    /// Bytes that are written or read.
    pub bytes: u64,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A slot of a shard's log, in this term, with this number.
    Append {
        /// The sender's term.
        term: u32,
        /// The slot.
        slot: u64,
    },
    /// A piece of a snapshot.
    Piece {
        /// The sender's term.
        term: u32,
    },
    /// The snapshot counts, and what it makes needless goes.
    Turn {
        /// The sender's term.
        term: u32,
    },
    /// A read of whoever takes a shard.
    Read {
        /// The reader's term.
        term: u32,
    },
    /// Another owner.
    Take {
        /// Who.
        node: u16,
    },
    /// A node's lease is renewed.
    Renew,
    /// A node's lease has ended.
    LeaseEnds,
}

/// A cluster of etcd.
#[derive(Debug)]
pub struct Etcd {
    waiting: Vec<Request>,
    round: Vec<Request>,
    /// Watchers to be told with the next round.
    to_tell: u64,
    /// Told by an earlier round, while it chose a leader: what comes of it counts no more.
    rounds: u64,
    is_busy: bool,
    /// It takes nothing: it chooses a leader.
    pub is_stalled: bool,
    /// What lies in its file.
    pub file: File,
    /// What it was asked for lately.
    pub lately: Asked,
    chance: Chance,
}

/// etcd's file.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct File {
    /// Bytes that count.
    pub live: f64,
    /// Bytes that were overwritten or removed, and are not forgotten yet.
    pub dead: f64,
    /// Those of them that the next compaction forgets.
    pub ripe: f64,
    /// The most that it ever was: a file gets no smaller by itself.
    pub most: f64,
}

impl Etcd {
    /// One that has nothing to do.
    pub fn new(chance: Chance) -> Self {
        Self {
            waiting: Vec::new(),
            round: Vec::new(),
            to_tell: 0,
            rounds: 0,
            is_busy: false,
            is_stalled: false,
            file: File::default(),
            lately: Asked::default(),
            chance,
        }
    }

    /// A request arrives.
    pub fn take(&mut self, request: Request) {
        self.lately.count(&request);
        self.waiting.push(request);
    }

    /// So many watchers are to be told of a change.
    pub fn tell(&mut self, watchers: u64) {
        self.to_tell += watchers;
        self.lately.told += watchers;
    }

    /// Begins a round, if it can and there is something to do: how long it takes, and its number.
    pub fn begin(&mut self, costs: &Costs) -> Option<(u64, u64)> {
        if self.is_busy || self.is_stalled || self.waiting.is_empty() {
            return None;
        }
        mem::swap(&mut self.waiting, &mut self.round);
        let mut work = Work {
            told: mem::take(&mut self.to_tell) as f64,
            ..Work::default()
        };
        for request in &self.round {
            let bytes = request.bytes as f64;
            match request.what {
                What::Read { .. } => {
                    work.reads += 1.0;
                    work.read_bytes += bytes;
                }
                What::Renew => work.renewals += 1.0,
                _ => {
                    work.writes += 1.0;
                    work.write_bytes += bytes;
                }
            }
        }
        self.is_busy = true;
        self.rounds += 1;
        let lasts = costs.round_by_chance(&work, &mut self.chance);
        self.lately.rounds += 1;
        self.lately.busy += lasts;
        Some((lasts, self.rounds))
    }

    /// A round is over: what was asked in it, unless a change of leaders came in between. The list is to be given back.
    pub fn end(&mut self, number: u64) -> Option<Vec<Request>> {
        (self.is_busy && number == self.rounds).then(|| {
            self.is_busy = false;
            mem::take(&mut self.round)
        })
    }

    /// Takes the memory of a list back.
    pub fn give_back(&mut self, mut list: Vec<Request>) {
        list.clear();
        self.round = list;
    }

    /// Its leader is gone: what was under way is in doubt, and is asked again. Which of it was done all the same.
    pub fn lose_leader(&mut self) -> Vec<Request> {
        self.is_stalled = true;
        self.is_busy = false;
        // Whatever comes of the round that was under way counts no more.
        self.rounds += 1;
        let round = mem::take(&mut self.round);
        let chance = &mut self.chance;
        let done = round.iter().copied().filter(|_| chance.is(0.5)).collect();
        self.waiting.splice(0..0, round);
        done
    }

    /// How many requests wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len() + self.round.len()
    }
}

impl File {
    /// Keys with values are written.
    pub fn write(&mut self, costs: &Costs, keys: f64, values: f64) {
        self.live += costs.file_bytes(keys, values);
        self.most = self.most.max(self.live + self.dead);
    }

    /// They go, or are overwritten; what they take comes back with the next compaction but one.
    pub fn remove(&mut self, costs: &Costs, keys: f64, values: f64) {
        let bytes = costs.file_bytes(keys, values);
        self.live -= bytes;
        self.dead += bytes;
    }

    /// What did not count any more at the last compaction is forgotten.
    pub fn compact(&mut self) {
        self.dead -= self.ripe;
        self.ripe = self.dead;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(from: u16) -> Request {
        Request {
            from,
            what: What::Append { term: 0, slot: 0 },
            bytes: 500,
        }
    }

    #[test]
    fn what_comes_during_a_round_is_the_next_one() {
        let costs = Costs::shipped();
        let mut etcd = Etcd::new(Chance::of(1, 1));
        assert_eq!(etcd.begin(&costs), None);
        etcd.take(request(1));
        let (_, first) = etcd.begin(&costs).expect("there is something to do");
        (2..5).for_each(|from| etcd.take(request(from)));
        assert_eq!(etcd.begin(&costs), None);
        assert_eq!(etcd.end(first), Some(vec![request(1)]));
        let (_, second) = etcd.begin(&costs).expect("there is something to do");
        let together: Vec<_> = (2..5).map(request).collect();
        assert_eq!((etcd.end(first), etcd.end(second)), (None, Some(together)));
    }

    #[test]
    fn a_change_of_leaders_loses_no_request() {
        let costs = Costs::shipped();
        let mut etcd = Etcd::new(Chance::of(1, 1));
        (0..8).for_each(|from| etcd.take(request(from)));
        let (_, number) = etcd.begin(&costs).expect("there is something to do");
        etcd.take(request(8));
        let done = etcd.lose_leader();
        assert!(done.len() < 8 && etcd.waiting() == 9);
        assert_eq!((etcd.end(number), etcd.begin(&costs)), (None, None));
        etcd.is_stalled = false;
        let (_, number) = etcd.begin(&costs).expect("there is something to do");
        assert_eq!(etcd.end(number).map(|round| round.len()), Some(9));
    }

    #[test]
    fn a_file_is_as_long_as_it_ever_was() {
        let costs = Costs::shipped();
        let mut file = File::default();
        file.write(&costs, 2.0, 1e6);
        file.remove(&costs, 1.0, 5e5);
        assert!((file.live - file.dead).abs() < 1.0);
        file.compact();
        assert!(file.dead > 5e5, "it may be asked for until the next one");
        file.compact();
        assert!(file.dead < 1.0);
        file.write(&costs, 1.0, 1e5);
        assert!(file.most > 1e6 && file.live < 7e5 * costs.file_value_bytes + 1e3);
    }
}
