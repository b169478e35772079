//! One ledger through crash after crash, beside what it must have.

use std::{collections::VecDeque, fmt};

use rand::{RngExt, SeedableRng, rngs::SmallRng};
use seatlock::ledger::{
    AppendError, Ledger, State,
    file::{FileLedger, OpenError, Options},
    storage::{Mishap, Simulated, Storage},
};

use crate::author::{Author, Said, said};

/// Small enough that segments end and are cleaned all the time.
pub(crate) const SMALL: Options = Options {
    budget_bytes: 8 << 10,
    segment_bytes_max: 8 << 10,
    own_thread: false,
    id: Some([7; 16]),
};

/// Calls after which a disk is without power, at most, counted from a start.
const CALLS_MAX: u64 = 60;

/// Batches in a life, at most, if nothing happens before.
const BATCHES_MAX: u32 = 40;

/// Crashes within the recovery from another.
const DEPTH_MAX: u32 = 3;

/// What stands between the ledger and its disk.
pub(crate) trait Between {
    /// The disk as the ledger sees it.
    fn disk(&self, disk: &Simulated) -> Box<dyn Storage>;

    /// The ledger as the scribe sees it.
    fn ledger(&self, ledger: FileLedger) -> Box<dyn Ledger>;
}

/// Nothing.
pub(crate) struct Nothing;

impl Between for Nothing {
    fn disk(&self, disk: &Simulated) -> Box<dyn Storage> {
        Box::new(disk.clone())
    }

    fn ledger(&self, ledger: FileLedger) -> Box<dyn Ledger> {
        Box::new(ledger)
    }
}

/// How a life ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    PowerCut,
    Kill,
    FailedSync,
    FailedWrite,
    Closed,
}

/// A disk, and the states that a start may find on it.
pub(crate) struct Trial {
    disk: Simulated,
    chance: SmallRng,
    author: Author,
    /// The last state that was acknowledged, and those that were begun since: any of them may be found.
    possible: VecDeque<(Said, Author)>,
    pub(crate) crashes: u64,
    pub(crate) batches: u64,
}

/// What a ledger must never do.
#[derive(Debug)]
pub(crate) enum Broken {
    /// It can't be opened.
    Unreadable(OpenError),
    /// What was acknowledged is not there, or something else is.
    Lost { found: u64, acknowledged: u64 },
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::Lost {
                found,
                acknowledged,
            } => write!(
                f,
                "found change {found} where {acknowledged} was acknowledged"
            ),
        }
    }
}

impl Trial {
    pub(crate) fn new(seed: u64) -> Self {
        let author = Author::default();
        Self {
            disk: Simulated::new(),
            chance: SmallRng::seed_from_u64(seed),
            possible: [(said(&author.state), author.clone())].into(),
            author,
            crashes: 0,
            batches: 0,
        }
    }

    /// One life: a start, batches, an end.
    pub(crate) fn live(&mut self, end: End, between: &dyn Between) -> Result<(), Broken> {
        let Some((ledger, state)) = self.start(between)? else {
            return Ok(());
        };
        self.find(&state)?;
        let mut ledger = between.ledger(ledger);
        self.bring_about(end);
        for _ in 0..self.chance.random_range(1..BATCHES_MAX) {
            let batch = self.author.next(&mut self.chance);
            self.batches += 1;
            self.possible
                .push_back((said(&self.author.state), self.author.clone()));
            match ledger.append(&batch.batch()) {
                Ok(()) => self.possible.drain(..self.possible.len() - 1).count(),
                Err(AppendError::Failed(_)) => break,
                Err(AppendError::NoRoom(error)) => panic!("there is room: {error}"),
            };
            if self.chance.random_ratio(1, 4) {
                ledger.idle();
            }
        }
        if end == End::Closed {
            drop(ledger);
            self.disk.process_crash();
        } else {
            // Its last words must reach no disk.
            self.end(end);
            drop(ledger);
        }
        Ok(())
    }

    /// Opens the ledger, perhaps after crashes in the midst of it.
    fn start(&mut self, between: &dyn Between) -> Result<Option<(FileLedger, State)>, Broken> {
        for _ in 0..DEPTH_MAX {
            if !self.chance.random_ratio(1, 5) {
                break;
            }
            let call = self.chance.random_range(0..CALLS_MAX / 2);
            self.disk.bring_about(Mishap::OffAt(call));
            let opened = self.open(between);
            let is_off = opened.is_err();
            self.end(if is_off { End::PowerCut } else { End::Kill });
        }
        self.open(between).map(Some).map_err(Broken::Unreadable)
    }

    fn open(&self, between: &dyn Between) -> Result<(FileLedger, State), OpenError> {
        FileLedger::open(between.disk(&self.disk), SMALL, &mut |_| {})
    }

    /// The state must be one of those that are possible, and is the only one from then on.
    fn find(&mut self, state: &State) -> Result<(), Broken> {
        let found = said(state);
        let place = self.possible.iter().position(|(said, _)| *said == found);
        let Some((said, author)) = place.and_then(|place| self.possible.remove(place)) else {
            return Err(Broken::Lost {
                found: state.through().get(),
                acknowledged: self.possible[0].1.state.through().get(),
            });
        };
        self.author = author.clone();
        self.possible = [(said, author)].into();
        Ok(())
    }

    fn bring_about(&mut self, end: End) {
        let calls = self.disk.calls();
        let later = self.chance.random_range(0..CALLS_MAX);
        match end {
            End::PowerCut | End::Kill => {
                let made = calls.writes + calls.syncs + calls.names;
                self.disk.bring_about(Mishap::OffAt(made + later));
            }
            End::FailedSync => self
                .disk
                .bring_about(Mishap::SyncFails(calls.syncs + later / 3)),
            End::FailedWrite => self
                .disk
                .bring_about(Mishap::WriteFails(calls.writes + later / 3)),
            End::Closed => {}
        }
    }

    fn end(&mut self, end: End) {
        self.crashes += 1;
        match end {
            End::Kill | End::Closed => self.disk.process_crash(),
            // The process ends, and some time later the power: the page cache has lied until then.
            End::FailedSync | End::FailedWrite if self.chance.random() => self.disk.process_crash(),
            End::PowerCut | End::FailedSync | End::FailedWrite => {
                self.disk.power_cut(self.chance.random());
            }
        }
    }

    /// A start right after another, with nothing in between, finds the same.
    pub(crate) fn start_twice(&mut self) -> Result<(), Broken> {
        for _ in 0..2 {
            let (ledger, state) = self.open(&Nothing).map_err(Broken::Unreadable)?;
            self.find(&state)?;
            drop(ledger);
            self.disk.process_crash();
        }
        Ok(())
    }
}
