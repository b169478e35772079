//! The line that is shown once a second.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use crossbeam::utils::CachePadded;

use crate::claim::Tally;

/// What was counted at the last line.
#[derive(Debug)]
pub struct Progress {
    tallies: Vec<Arc<CachePadded<Tally>>>,
    started: Instant,
    shown: Instant,
    turns: u64,
    refused: u64,
    busy: u64,
}

impl Progress {
    /// Nothing counted yet. The last tally is the reaper's, whose turns are not operations.
    pub fn new(mut tallies: Vec<Arc<CachePadded<Tally>>>) -> Self {
        tallies.pop();
        let now = Instant::now();
        Self {
            tallies,
            started: now,
            shown: now,
            turns: 0,
            refused: 0,
            busy: 0,
        }
    }

    /// Shows a line if the last one is a second old.
    pub fn show(&mut self, taken: u64, audited: u64) {
        let span = self.shown.elapsed();
        if span < Duration::from_secs(1) {
            return;
        }
        // Relaxed: figures for people.
        let sum = |of: fn(&Tally) -> u64| self.tallies.iter().map(|tally| of(tally)).sum::<u64>();
        let turns = sum(|tally| tally.turns.load(Ordering::Relaxed));
        let refused = sum(|tally| tally.refused.load(Ordering::Relaxed));
        let busy = sum(|tally| tally.busy.load(Ordering::Relaxed));
        let done = turns - self.turns;
        eprintln!(
            "{:>4} s  {:>7.3} M operations/s  {:>5.1} % refused  {:>6.3} % busy  {:>8.3} M changes audited, {} behind",
            self.started.elapsed().as_secs(),
            per(done, 1_000_000) / span.as_secs_f64(),
            100.0 * per(refused - self.refused, done),
            100.0 * per(busy - self.busy, done),
            per(audited, 1_000_000),
            taken.saturating_sub(1).saturating_sub(audited),
        );
        (self.shown, self.turns, self.refused, self.busy) = (Instant::now(), turns, refused, busy);
    }
}

/// A ratio; 0 of 0 is 0.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
pub fn per(count: u64, of: u64) -> f64 {
    if of == 0 {
        0.0
    } else {
        count as f64 / of as f64
    }
}
