//! What has to be so after a restart, how it is checked, how often that was done, and what it looks like when it isn't.

use std::fmt;

use crate::broken;

/// Something that must hold over a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Promise {
    /// What was acknowledged as durable is there.
    Durable,
    /// A group is there whole, or not at all.
    Whole,
    /// What was lost is the end of the one order of all changes.
    Prefix,
    /// A seat is what its one owner says, or nobody's.
    OneOwner,
    /// A deadline is as it was, or later by the grace.
    Deadlines,
    /// How a hold ended can still be asked for.
    Endings,
    /// A repeated request is answered as the first time.
    Replays,
    /// A request that was under way is carried out once at most.
    Once,
    /// A client that follows an event ends with the server's map.
    Stream,
    /// A stop that was asked for loses nothing.
    Stop,
    /// Answers under load are what the journal lets them be.
    Answers,
    /// The server starts again, and ends only when it is told to.
    Serves,
}

impl Promise {
    /// All of them, in the order of the summary.
    pub const ALL: [Self; 12] = [
        Self::Durable,
        Self::Whole,
        Self::Prefix,
        Self::OneOwner,
        Self::Deadlines,
        Self::Endings,
        Self::Replays,
        Self::Once,
        Self::Stream,
        Self::Stop,
        Self::Answers,
        Self::Serves,
    ];

    /// In a few words, and what was compared to check it.
    pub const fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::Durable => (
                "acknowledged is durable",
                "changes told as done, each asked for after the crash",
            ),
            Self::Whole => (
                "groups all or nothing",
                "holds and blocks of several seats, against all that they have been",
            ),
            Self::Prefix => (
                "only the end can be lost",
                "changes, by whether one place in the order explains all",
            ),
            Self::OneOwner => (
                "one owner a seat",
                "seats of the map, against all holds, bookings and blocks",
            ),
            Self::Deadlines => (
                "deadlines kept",
                "live holds, against what they were told and the grace",
            ),
            Self::Endings => (
                "how a hold ended",
                "ended holds, asked for again after each restart",
            ),
            Self::Replays => (
                "asked again, answered alike",
                "answers under a key, byte by byte",
            ),
            Self::Once => (
                "carried out once at most",
                "requests that the crash cut off, sent again",
            ),
            Self::Stream => (
                "streams go on",
                "followers' maps against the server's, over restarts",
            ),
            Self::Stop => (
                "a stop loses nothing",
                "changes told as done before SIGTERM",
            ),
            Self::Answers => (
                "answers make sense",
                "answers under load, against the journal",
            ),
            Self::Serves => (
                "starts again, ends when told",
                "starts, those after a crash while starting included",
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

    /// Counts what somebody else has checked.
    pub fn add_all(&mut self, others: &Self) {
        for (ours, theirs) in self.0.iter_mut().zip(others.0) {
            *ours += theirs;
        }
    }

    /// How often a promise was checked.
    pub fn of(&self, promise: Promise) -> u64 {
        self.0[promise as usize]
    }
}

/// A promise, broken.
pub type Broken = broken::Broken<Promise>;
