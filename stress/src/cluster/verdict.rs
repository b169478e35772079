//! What must be so of a cluster, how often that was checked, and what it looks like when it isn't.

use std::fmt;

use crate::broken;

/// Something that has to hold whatever fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promise {
    /// Nobody has a seat that somebody else surely has.
    OneOwner,
    /// What was acknowledged is there until its owner gives it up or its time is over.
    Kept,
    /// There is an order of each seat's calls that makes sense.
    Linearizable,
    /// Answers are such as there can be.
    Answers,
    /// Nodes end only when they are told to, and all goes on by itself when it can.
    GoesOn,
}

impl Promise {
    /// All of them, in the order of the summary.
    pub const ALL: [Self; 5] = [
        Self::OneOwner,
        Self::Kept,
        Self::Linearizable,
        Self::Answers,
        Self::GoesOn,
    ];

    /// In a few words, and what was compared to check it.
    pub const fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::OneOwner => (
                "no seat twice",
                "times in which a seat was surely somebody's, against all others",
            ),
            Self::Kept => (
                "acknowledged is kept",
                "what was seen of a seat that was surely somebody's; bookings, asked for later",
            ),
            Self::Linearizable => (
                "linearizable, seat by seat",
                "calls, each as often as it is about a seat",
            ),
            Self::Answers => ("answers make sense", "answers"),
            Self::GoesOn => (
                "goes on by itself",
                "events that are sold again after a fault",
            ),
        }
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.describe().0)
    }
}

/// How often each promise was checked.
#[derive(Debug, Clone, Default)]
pub struct Checks([u64; Promise::ALL.len()]);

impl Checks {
    /// Counts checks.
    pub fn add(&mut self, promise: Promise, checks: usize) {
        self.0[promise as usize] += u64::try_from(checks).unwrap_or(u64::MAX);
    }

    /// How often a promise was checked.
    pub fn of(&self, promise: Promise) -> u64 {
        self.0[promise as usize]
    }
}

/// A promise, broken.
pub type Broken = broken::Broken<Promise>;
