//! The auditor: the one reader of the tape, which believes nobody.
//!
//! It replays the tape while the run goes on, in the order of the LSNs, and merges into it what the workers and the
//! reaper claim to have done. Each record must begin with the word that the replay has for its seat, be what its
//! claimant says, be allowed by a second implementation of the rules, and not contradict real time by a clock that
//! the engine does not know. Its memory is bounded, however long the run: one word and one deadline for each seat, and
//! a ring of the newest changes.

pub mod deadlines;
pub mod lines;
pub mod replay;
pub mod rules;
pub mod sightings;
pub mod trace;
pub mod verdict;

use std::{thread, time::Duration};

use seatlock::{
    ids::Lsn,
    tape::{Entry, Record, Tape, TapeReader},
};

use crate::{
    claim::Claim,
    clock::{RunClock, Stamp},
    signals::Signals,
};
use lines::{Claimed, Lines};
use replay::Replay;
use verdict::{Promise, Violation};

/// Records that are read at once.
const BATCH_RECORDS: usize = 1 << 10;

/// How long it rests when it has caught up. Meanwhile the workers have all cores, and race one another and not it.
const REST: Duration = Duration::from_millis(1);

/// Changes of the last seat that a report shows.
const HISTORY_LINES: usize = 20;

/// The auditor.
pub struct Auditor<'t, D> {
    tape: &'t Tape,
    reader: TapeReader<'t>,
    clock: &'t RunClock,
    lines: Lines,
    replay: Replay,
    signals: &'t Signals,
    /// How long the tape may stand still before the run is ended to find out why.
    stall: Duration,
    /// Falsifies what was read, if that is this run's fault.
    doctor: D,
    voids: u64,
    reached: Lsn,
}

/// What the auditor found.
#[derive(Debug)]
pub struct Findings {
    /// The state of all seats by the tape, and the counts.
    pub replay: Replay,
    /// Numbers under which nothing was changed.
    pub voids: u64,
    /// Sightings that could not be judged.
    pub unjudged: u64,
    /// The last LSN that was looked at.
    pub reached: Lsn,
    /// The first promise that was broken.
    pub violation: Option<Violation>,
}

impl Findings {
    /// A violation with the last changes of its seat.
    pub fn with_history(&self, mut violation: Violation) -> Violation {
        if let Some(seat) = violation.seat {
            violation.history = self.replay.trace.tell(seat, HISTORY_LINES);
        }
        violation
    }
}

impl<'t, D: FnMut(&mut [Record])> Auditor<'t, D> {
    /// An auditor for everything from here on.
    pub fn new(
        (tape, reader, clock): (&'t Tape, TapeReader<'t>, &'t RunClock),
        lines: Lines,
        replay: Replay,
        signals: &'t Signals,
        stall: Duration,
        doctor: D,
    ) -> Self {
        Self {
            tape,
            reader,
            clock,
            lines,
            replay,
            signals,
            stall,
            doctor,
            voids: 0,
            reached: Lsn::NONE,
        }
    }

    /// Audits until every writer has gone and the tape is at its end, or until a promise is broken.
    pub fn run(mut self) -> Findings {
        let broken = self.audit().err();
        self.signals.stop();
        self.signals.end_audit();
        let unjudged = self
            .lines
            .sightings()
            .map(|sightings| sightings.unjudged())
            .sum();
        let (voids, reached) = (self.voids, self.reached);
        let mut findings = Findings {
            replay: self.replay,
            voids,
            unjudged,
            reached,
            violation: None,
        };
        findings.violation = broken.map(|violation| findings.with_history(violation));
        findings
    }

    fn audit(&mut self) -> Result<(), Violation> {
        let mut batch = Vec::with_capacity(BATCH_RECORDS);
        let mut rests: u128 = 0;
        loop {
            // Before the read: what the last writer put on the tape before it went is read after this was seen.
            let all_gone = self.lines.all_closed();
            batch.clear();
            if self.reader.read(&mut batch, BATCH_RECORDS) > 0 {
                rests = 0;
                self.judge(&mut batch)?;
            } else if all_gone {
                return self.end();
            } else {
                // Counted in rests and not by a clock, which goes on while the whole process is stopped.
                rests += 1;
                if rests > self.stall.as_millis() {
                    return self.stalled();
                }
                self.rest()?;
            }
        }
    }

    /// The tape stands still. Sends everybody away, whatever they still had to report, and looks for the reason.
    fn stalled(&mut self) -> Result<(), Violation> {
        let stood_at = self.reader.position();
        self.signals.stop();
        self.signals.end_audit();
        let mut unread = Vec::new();
        while !self.lines.all_closed() || self.reader.read(&mut unread, BATCH_RECORDS) > 0 {
            unread.clear();
            thread::sleep(REST);
        }
        self.all_answered()?;
        let what = format!(
            "the tape stood still before {stood_at} for {:?}, and then went on",
            self.stall
        );
        Err(Violation::new(Promise::TapeMoves, None, what))
    }

    fn judge(&mut self, batch: &mut [Record]) -> Result<(), Violation> {
        (self.doctor)(batch);
        for record in batch.iter() {
            self.judge_record(record)?;
        }
        if let Some(last) = batch.last() {
            self.signals.set_audited(last.lsn.get());
        }
        self.judge_sightings(self.replay.newest_invoked)
    }

    fn judge_record(&mut self, record: &Record) -> Result<(), Violation> {
        let lsn = record.lsn;
        self.reached = lsn;
        let Entry::Change(change) = record.entry else {
            self.voids += 1;
            return self.replay.void(lsn);
        };
        match self.lines.claim(lsn) {
            Claimed::By(by, claim) => self.replay.change(lsn, change, by, &claim),
            Claimed::ByNobody => {
                let what = format!(
                    "{lsn} is on the tape, {:?} -> {:?}, and nobody did it",
                    change.before, change.after
                );
                Err(Violation::new(Promise::TapeTrue, change.seat, what))
            }
            Claimed::Missing(by, claim) => Err(missing(by, &claim)),
        }
    }

    fn judge_sightings(&mut self, horizon: Stamp) -> Result<(), Violation> {
        let Replay {
            trace,
            words,
            checks,
            refusals,
            slack_nanos,
            ..
        } = &mut self.replay;
        self.lines.sightings().try_for_each(|sightings| {
            let counts = (&mut *checks, &mut refusals[..]);
            sightings.judge((trace, words), horizon, *slack_nanos, counts)
        })
    }

    /// Nothing to read. What was shown before now is judged, if every number that was taken by now has been read: what
    /// is changed under a later one can't have been seen.
    fn rest(&mut self) -> Result<(), Violation> {
        let now = self.clock.stamp();
        self.lines.drain();
        if self.reader.position() == self.tape.next() {
            self.judge_sightings(now)?;
        }
        thread::sleep(REST);
        Ok(())
    }

    /// Everybody has gone, so each number that was taken must have been answered for.
    fn all_answered(&self) -> Result<(), Violation> {
        let (next, end) = (self.reader.position(), self.tape.next());
        if next == end {
            return Ok(());
        }
        let what = format!(
            "{next} was taken and neither published nor given up; {end} is the next to be taken"
        );
        Err(Violation::new(Promise::TapeMoves, None, what))
    }

    fn end(&mut self) -> Result<(), Violation> {
        self.all_answered()?;
        let end = self.tape.next();
        self.replay
            .checks
            .add(Promise::TapeMoves, end.get().saturating_sub(1));
        if let Some((by, claim)) = self.lines.left_over() {
            return Err(missing(by, &claim));
        }
        self.judge_sightings(Stamp::NEVER)
    }
}

fn missing(by: usize, claim: &Claim) -> Violation {
    let what = format!(
        "line {by} was told that {:?} of {} was done under {}, and the tape does not say so",
        claim.step, claim.seat, claim.lsn
    );
    Violation::new(Promise::TapeTrue, claim.seat, what)
}
