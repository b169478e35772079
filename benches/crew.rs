//! Threads that are spawned once and released for each sample, so that no sample pays for a spawn.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Turns that a thread waits for its next round before it parks. Few, as there may be more threads than cores and
/// a thread that waits keeps another from its work.
const PATIENCE_TURNS: u32 = 100;

/// Some threads, of which the caller's own is one: with as many as there are cores, all of them work.
pub(crate) struct Crew<W> {
    own: W,
    others: Vec<JoinHandle<()>>,
    gate: Arc<Gate>,
}

/// What releases the others and tells when they are done.
#[derive(Default)]
struct Gate {
    /// Goes up by one with each round; Release, with the Acquire of whoever waits for it, so that the round's other
    /// fields are there.
    round: AtomicU64,
    /// What each of the others has to do in this round.
    share: AtomicU64,
    /// How many of the others are still at it; Release when one is done, with the Acquire of whoever waits for all.
    working: AtomicUsize,
    /// The round is the last one, and there is nothing to do in it.
    closed: AtomicBool,
}

/// Does so many attempts.
pub(crate) trait Work: Send + 'static {
    fn attempts(&mut self, count: u64);
}

impl<W: Work> Crew<W> {
    /// Spawns a thread for each but the first of `works`, which is done by the calling thread.
    ///
    /// # Panics
    /// Without any work.
    pub(crate) fn new(works: impl IntoIterator<Item = W>) -> Self {
        let gate = Arc::new(Gate::default());
        let mut works = works.into_iter();
        let own = works
            .next()
            .expect("a crew has at least one to do the work");
        let others = works
            .map(|mut work| {
                let gate = Arc::clone(&gate);
                thread::spawn(move || {
                    let mut round = 0;
                    while let Some(share) = gate.await_round(&mut round) {
                        work.attempts(share);
                        gate.working.fetch_sub(1, Ordering::Release);
                    }
                })
            })
            .collect();
        Self { own, others, gate }
    }

    /// Has the crew make `attempts` together, each thread as many as the next, and says how long that took from the
    /// release of the first to the end of the last.
    pub(crate) fn run(&mut self, attempts: u64) -> Duration {
        let threads = u64::try_from(self.others.len() + 1).expect("a handful");
        let share = attempts / threads;
        let start = Instant::now();
        self.gate.share.store(share, Ordering::Relaxed);
        self.gate
            .working
            .store(self.others.len(), Ordering::Relaxed);
        self.release();
        self.own.attempts(attempts - share * (threads - 1));
        while self.gate.working.load(Ordering::Acquire) > 0 {
            thread::yield_now();
        }
        start.elapsed()
    }

    fn release(&self) {
        self.gate.round.fetch_add(1, Ordering::Release);
        for other in &self.others {
            other.thread().unpark();
        }
    }
}

impl<W> Drop for Crew<W> {
    fn drop(&mut self) {
        self.gate.closed.store(true, Ordering::Relaxed);
        self.gate.round.fetch_add(1, Ordering::Release);
        for other in self.others.drain(..) {
            other.thread().unpark();
            other.join().expect("a thread of the crew panicked");
        }
    }
}

impl Gate {
    /// Waits for the round after `seen`; its share, or `None` after the last.
    fn await_round(&self, seen: &mut u64) -> Option<u64> {
        let mut turns = 0;
        while self.round.load(Ordering::Acquire) == *seen {
            turns += 1;
            if turns < PATIENCE_TURNS {
                std::hint::spin_loop()
            } else {
                thread::park()
            }
        }
        *seen += 1;
        (!self.closed.load(Ordering::Relaxed)).then(|| self.share.load(Ordering::Relaxed))
    }
}
