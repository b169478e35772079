//! One ledger through one life after the other, beside what it must have.

use std::fmt;

use rand::{RngExt, SeedableRng, rngs::SmallRng, seq::IndexedRandom};
use seatlock::ledger::{
    AppendError, Ledger, OwnedBatch, State,
    file::{self, FileLedger, OpenError, Options},
    storage::{Simulated, Storage},
};

use crate::{
    author::{self, is_same},
    plan::{End, Plan},
};

/// What stands between the ledger and its disk, and between the ledger and who appends: nothing, or a fault.
pub(crate) trait Between {
    /// The disk as the ledger sees it.
    fn disk(&self, disk: &Simulated) -> Box<dyn Storage> {
        Box::new(disk.clone())
    }

    /// The ledger as the scribe sees it.
    fn ledger(&self, ledger: FileLedger) -> Box<dyn Ledger> {
        Box::new(ledger)
    }
}

/// Nothing.
pub(crate) struct Nothing;

impl Between for Nothing {}

/// A disk, and what a start must find on it.
pub(crate) struct Trial {
    disk: Simulated,
    options: Options,
    chance: SmallRng,
    /// What was acknowledged, or was found by a start, which is as good: from then on people are shown it.
    state: State,
    /// The batches that it comes of.
    batches: Vec<OwnedBatch>,
    /// A batch that was begun since. It may be there or not.
    begun: Option<OwnedBatch>,
    /// Starts in a row that did not come to their end.
    depth: usize,
    pub(crate) tally: Tally,
}

/// How often what has happened.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    /// Lives that have ended, in whatever way.
    pub(crate) ends: u64,
    /// Starts that did not come to their end: the first in a row, the second, the third and later.
    pub(crate) broken_starts: [u64; 3],
    /// Batches that were acknowledged.
    pub(crate) batches: u64,
    /// Batches that were there although they were not.
    pub(crate) lucky: u64,
    /// Batches for which there was no room for a while.
    pub(crate) refusals: u64,
    /// Lives in which the storage has failed.
    pub(crate) failures: u64,
}

/// What a ledger must never do.
#[derive(Debug)]
pub(crate) enum Broken {
    /// It can't be opened.
    Unreadable(OpenError),
    /// What was acknowledged is not there, or something else is: the LSNs that were reached.
    Lost { found: u64, acknowledged: u64 },
    /// A batch is not as it was written.
    Changed(u64),
    /// It says that it can't although nothing has happened.
    Refused(AppendError),
    /// It has gone on after a failure.
    GoesOn,
    /// Looking at it has changed it.
    Touched,
}

impl Trial {
    pub(crate) fn new(seed: u64, options: Options) -> Self {
        Self {
            disk: Simulated::seeded(seed),
            options,
            chance: SmallRng::seed_from_u64(seed),
            state: State::new(),
            batches: Vec::new(),
            begun: None,
            depth: 0,
            tally: Tally::default(),
        }
    }

    /// One life: a start, batches, an end.
    pub(crate) fn live(&mut self, plan: Plan, between: &dyn Between) -> Result<(), Broken> {
        self.disk.limit(plan.bytes_max);
        if let Some(mishap) = plan.mishap {
            self.disk.bring_about(mishap);
        }
        let ledger = match self.open(between) {
            Ok((ledger, state)) => {
                self.find(&state)?;
                self.depth = 0;
                let mut ledger = between.ledger(ledger);
                self.write(ledger.as_mut(), plan)?;
                Some(ledger)
            }
            Err(OpenError::Io { .. }) if plan.may_be_full() || plan.may_fail() => {
                self.tally.broken_starts[self.depth.min(2)] += 1;
                self.depth += 1;
                None
            }
            Err(error) => return Err(Broken::Unreadable(error)),
        };
        if plan.end == End::Closed {
            drop(ledger);
            self.end(plan.end);
        } else {
            // What a ledger does last must get nowhere.
            self.end(plan.end);
            drop(ledger);
        }
        Ok(())
    }

    /// A start right after another, with no batch in between, finds the same, and so does who only looks.
    pub(crate) fn start_twice(&mut self) -> Result<(), Broken> {
        for _ in 0..2 {
            let looked = self.look()?;
            let end = *End::ALL.choose(&mut self.chance).expect("there are some");
            self.live(Plan::idle(end), &Nothing)?;
            if !is_same(&looked, &self.state) {
                return Err(self.lost(&looked));
            }
        }
        Ok(())
    }

    fn open(&self, between: &dyn Between) -> Result<(FileLedger, State), OpenError> {
        FileLedger::open(between.disk(&self.disk), self.options, &mut |_| {})
    }

    fn write(&mut self, ledger: &mut dyn Ledger, plan: Plan) -> Result<(), Broken> {
        for _ in 0..plan.batches {
            self.begun = Some(author::next(&self.state, &mut self.chance));
            if !self.append(ledger, plan)? {
                break;
            }
            // One that fails here fails with the next batch as well.
            if self.chance.random_ratio(1, 4)
                && let Err(error) = ledger.idle()
                && !plan.may_fail()
            {
                return Err(Broken::Refused(AppendError::Failed(error)));
            }
        }
        Ok(())
    }

    /// Appends what was begun. `false`: the life ends here.
    fn append(&mut self, ledger: &mut dyn Ledger, plan: Plan) -> Result<bool, Broken> {
        let Some(batch) = self.begun.take() else {
            return Ok(true);
        };
        loop {
            match ledger.append(&batch.borrow()) {
                Ok(()) => {
                    self.acknowledge(batch);
                    self.tally.batches += 1;
                    return Ok(true);
                }
                Err(AppendError::NoRoom(_)) if plan.may_be_full() => {
                    self.tally.refusals += 1;
                    self.disk.limit(None);
                    if self.chance.random_ratio(1, 3) {
                        break;
                    }
                }
                Err(AppendError::Failed(_)) if plan.may_fail() => {
                    self.tally.failures += 1;
                    if !matches!(ledger.append(&batch.borrow()), Err(AppendError::Failed(_))) {
                        return Err(Broken::GoesOn);
                    }
                    break;
                }
                Err(error) => return Err(Broken::Refused(error)),
            }
        }
        self.begun = Some(batch);
        Ok(false)
    }

    fn acknowledge(&mut self, batch: OwnedBatch) {
        self.state.apply(&batch.borrow()).expect("it follows");
        self.batches.push(batch);
    }

    /// Takes what was found: what was acknowledged, or that and what was begun.
    fn find(&mut self, found: &State) -> Result<(), Broken> {
        if let Some(batch) = self.begun.take()
            && !is_same(found, &self.state)
        {
            self.acknowledge(batch);
            self.tally.lucky += 1;
        }
        if is_same(found, &self.state) {
            Ok(())
        } else {
            Err(self.lost(found))
        }
    }

    fn lost(&self, found: &State) -> Broken {
        Broken::Lost {
            found: found.through().get(),
            acknowledged: self.state.through().get(),
        }
    }

    /// Looks at the folder without opening it: each batch in it is as it was written.
    fn look(&self) -> Result<State, Broken> {
        let mut changed = None;
        let mut visit = |entry: file::Entry<'_>| {
            let place = usize::try_from(entry.number - 1).expect("a short test");
            let batch = self.batches.iter().chain(&self.begun).nth(place);
            if !batch.is_some_and(|batch| author::is_written(batch, &entry)) {
                changed.get_or_insert(entry.number);
            }
        };
        let (bytes, calls) = (self.disk.bytes(), self.disk.calls());
        let summary = file::inspect(&self.disk, &mut visit).map_err(Broken::Unreadable)?;
        if (bytes, calls) != (self.disk.bytes(), self.disk.calls()) {
            return Err(Broken::Touched);
        }
        changed.map_or(Ok(summary.state), |number| Err(Broken::Changed(number)))
    }

    fn end(&mut self, end: End) {
        self.tally.ends += 1;
        self.disk.limit(None);
        match end {
            End::Kill | End::Closed => self.disk.process_crash(),
            End::PowerCut => self.disk.power_cut(self.chance.random()),
        }
    }
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.ends += other.ends;
        self.batches += other.batches;
        self.lucky += other.lucky;
        self.refusals += other.refusals;
        self.failures += other.failures;
        let starts = self.broken_starts.iter_mut().zip(other.broken_starts);
        starts.for_each(|(count, more)| *count += more);
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "it can't be opened: {error}"),
            Self::Lost {
                found,
                acknowledged,
            } => write!(
                f,
                "what is there through LSN {found} is not what was acknowledged through LSN {acknowledged}"
            ),
            Self::Changed(number) => write!(f, "batch {number} is not as it was written"),
            Self::Refused(error) => write!(f, "it refuses a batch for no reason: {error}"),
            Self::GoesOn => f.write_str("it goes on after a failure"),
            Self::Touched => f.write_str("it was changed by looking at it"),
        }
    }
}
