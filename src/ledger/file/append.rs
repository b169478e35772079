//! Appends batches.

use std::{io, mem, time::Instant};

use super::{
    FileLedger, Next,
    cleaner::{Cleaner, Gleaning, Position},
    frame::{self, HEAD_BYTES, Kind, MARK_BYTES},
    header::{HEADER_BYTES, Header},
    index::Totals,
    payload::{self, Carried, Payload},
    yard::{self, Job, Report},
};
use crate::{
    ledger::{AppendError, Batch, Ledger},
    limits,
};

const FAILED_BEFORE: &str = "it has failed before";

impl Ledger for FileLedger {
    fn append(&mut self, batch: &Batch<'_>) -> Result<(), AppendError> {
        if self.has_failed {
            return Err(failed(FAILED_BEFORE));
        }
        let appended = self.try_append(batch);
        self.has_failed = matches!(appended, Err(AppendError::Failed(_)));
        appended
    }

    fn is_durable(&self) -> bool {
        true
    }

    fn idle(&mut self) -> io::Result<()> {
        if self.has_failed {
            return Err(io::Error::other(FAILED_BEFORE));
        }
        match self.mark() {
            Err(error) if !yard::is_no_room(&error) => {
                self.has_failed = true;
                Err(error)
            }
            // For a mark there will be room later, or the next batch does what it would have done.
            _ => Ok(()),
        }
    }
}

impl FileLedger {
    fn try_append(&mut self, batch: &Batch<'_>) -> Result<(), AppendError> {
        while let Some(report) = self.yard.look() {
            self.hear(report)?;
        }
        let (carried, position) = self.carry(batch);
        self.encode(batch, &carried)
            .ok_or_else(|| failed("the batch is too large"))?;
        while self.offset + self.frame.len() as u64 + MARK_BYTES > self.current.bytes {
            self.turn_over()?;
        }
        self.write_down()?;
        self.settle(&carried, position);
        Ok(())
    }

    /// What is taken along from the oldest segment.
    fn carry(&self, batch: &Batch<'_>) -> (Carried, Position) {
        let Cleaner::At(gleaning) = &self.cleaner else {
            return (Carried::default(), Position::default());
        };
        let bytes = batch.notes.packed().len() + batch.records.len() * payload::CHANGE_BYTES;
        gleaning.carry(&self.index, bytes, batch.records.len())
    }

    fn encode(&mut self, batch: &Batch<'_>, carried: &Carried) -> Option<()> {
        frame::begin(&mut self.frame);
        // Which segment is the oldest that is needed is said when it is known which one this goes into.
        payload::write(batch, carried, 0, &mut self.frame)?;
        frame::end(&mut self.frame, Kind::Batch, self.number)
    }

    /// Writes the frame, and waits until it is durable.
    fn write_down(&mut self) -> Result<(), AppendError> {
        let start = Instant::now();
        let oldest = self.index.segments().front();
        let oldest = oldest.map_or(self.current.number, |oldest| oldest.number);
        payload::set_oldest(&mut self.frame[HEAD_BYTES..], oldest);
        frame::seal(&mut self.frame, self.current.seal);
        let file = self.current.file.as_ref();
        // The same place will be written again: nothing is counted before it is durable.
        yard::write(file, self.offset, &self.frame).map_err(refused)?;
        file.sync().map_err(AppendError::Failed)?;
        let nanos = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.stats.append_nanos.set(nanos);
        Ok(())
    }

    /// The frame is durable: everything that depends on it follows.
    fn settle(&mut self, carried: &Carried, position: Position) {
        self.offset += self.frame.len() as u64;
        self.number += 1;
        (self.is_marked, self.is_synced) = (false, true);
        // What was written is what is taken down: there is no other way into the index.
        if let Some(batch) = Payload::read(&self.frame[HEAD_BYTES..]) {
            self.index.take(&batch);
        }
        // This batch calls a later segment the oldest.
        let retired = mem::take(&mut self.retired);
        self.remove(retired);
        if let Cleaner::At(gleaning) = &mut self.cleaner {
            gleaning.advance(position);
        }
        self.retire();
        self.clean();
        self.stats.appends.add(1);
        self.stats.bytes_appended.add(self.frame.len() as u64);
        self.stats.bytes_carried.add(carried.bytes() as u64);
        self.count();
    }

    /// Gives up the oldest segments as far as nothing in them is live.
    fn retire(&mut self) {
        // While a segment is being read it has to stay.
        while !matches!(self.cleaner, Cleaner::Asked)
            && let Some(oldest) = self.index.drop_oldest_if_dead()
        {
            self.retired.push(oldest);
            if !matches!(self.cleaner, Cleaner::Broken) {
                self.cleaner = Cleaner::Idle;
            }
        }
    }

    /// Has segments removed that nothing needs any more.
    pub(super) fn remove(&mut self, segments: Vec<Totals>) {
        for segment in segments {
            self.removing += segment.bytes;
            self.yard.give(Job::Remove(segment.number, segment.bytes));
        }
    }

    /// Begins with the oldest segment if the folder is too large.
    pub(super) fn clean(&mut self) {
        if let Cleaner::At(gleaning) = &self.cleaner
            && gleaning.is_through()
        {
            debug_assert!(false, "all of it was carried, and something in it is live");
            self.cleaner = Cleaner::Broken;
        }
        let mut segments = self.index.segments().iter();
        if matches!(self.cleaner, Cleaner::Idle)
            && self.is_too_large()
            && let (Some(oldest), Some(next)) = (segments.next(), segments.next())
        {
            let (segment, until) = (oldest.number, next.first);
            self.yard.give(Job::Glean { segment, until });
            self.cleaner = Cleaner::Asked;
        }
    }

    fn is_too_large(&self) -> bool {
        let log = self.index.bytes() - self.current.bytes;
        let segments = self.index.segments().len() as u64;
        let many = limits::LEDGER_SMALL_SEGMENTS_MAX as u64
            + 2 * log / self.options.segment_bytes_max.max(1);
        log > 2 * self.index.live() + self.options.budget_bytes || segments > many
    }

    /// Hears of what was done in the yard.
    fn hear(&mut self, report: Report) -> Result<(), AppendError> {
        match report {
            Report::Made(Ok(blank)) => self.next = Next::Ready(blank),
            Report::Made(Err(error)) if yard::is_no_room(&error) => self.next = Next::NoRoom(error),
            Report::Made(Err(error)) | Report::Removed(Err(error)) => {
                return Err(AppendError::Failed(error));
            }
            Report::Gleaned(Some(found)) => {
                self.cleaner = Cleaner::At(Gleaning::new(found, &self.index))
            }
            Report::Gleaned(None) => {
                self.stats.cleaning_failures.add(1);
                self.cleaner = Cleaner::Broken;
            }
            Report::Removed(Ok(bytes)) => {
                self.removing = self.removing.saturating_sub(bytes);
                self.stats.segments_removed.add(1);
            }
        }
        Ok(())
    }

    /// Goes on in the next segment. Where there is no room for one of the usual size, a small one does.
    fn turn_over(&mut self) -> Result<(), AppendError> {
        let needed = self.frame.len() as u64;
        let mut is_small = false;
        // What there was no room for before is tried once more.
        if matches!(self.next, Next::NoRoom(_)) {
            self.next = Next::None;
        }
        loop {
            match mem::replace(&mut self.next, Next::None) {
                Next::Ready(blank) if fits(needed) <= blank.bytes => {
                    self.begin(blank);
                    return Ok(());
                }
                Next::Ready(small) => {
                    self.removing += small.bytes;
                    self.yard.give(Job::Remove(small.number, small.bytes));
                    self.ask(needed);
                }
                Next::None => self.ask(needed),
                Next::NoRoom(_) if !is_small => {
                    is_small = true;
                    self.make(fits(needed).max(self.options.first_bytes()));
                }
                Next::NoRoom(error) => return Err(AppendError::NoRoom(error)),
                Next::Asked => {
                    self.next = Next::Asked;
                    let report = self
                        .yard
                        .wait()
                        .ok_or_else(|| failed("its thread has ended"))?;
                    self.hear(report)?;
                }
            }
        }
    }

    fn begin(&mut self, blank: yard::Blank) {
        let next = Totals {
            number: blank.number,
            bytes: blank.bytes,
            first: self.number,
            live: 0,
        };
        let is_empty = self.offset == HEADER_BYTES as u64;
        self.current = blank;
        self.offset = HEADER_BYTES as u64;
        if is_empty {
            // The next start would remove it, so that no batch may ever call it the oldest that is needed.
            let empty = self.index.replace_last(next);
            self.remove(empty.into_iter().collect());
        } else {
            self.index.begin(next);
        }
        // The first batch here will prove what a mark would.
        self.is_marked = true;
        self.ask(0);
    }

    /// Has the next segment made, with room for a frame of so many bytes.
    pub(super) fn ask(&mut self, frame_bytes: u64) {
        let usual = (2 * self.current.bytes).min(self.options.segment_bytes_max);
        self.make(usual.max(fits(frame_bytes)));
    }

    /// Has the next segment made, of so many bytes.
    fn make(&mut self, bytes: u64) {
        self.highest = self.highest.saturating_add(1);
        let header = Header {
            ledger: self.ledger,
            segment: self.highest,
        };
        self.yard.give(Job::Make(header, bytes));
        self.next = Next::Asked;
    }

    /// Writes behind the last batch that it is durable.
    fn mark(&mut self) -> io::Result<()> {
        if self.is_marked || self.offset == HEADER_BYTES as u64 {
            return Ok(());
        }
        let mark = frame::mark(self.number - 1, self.current.seal);
        yard::write(self.current.file.as_ref(), self.offset, &mark)?;
        self.offset += MARK_BYTES;
        (self.is_marked, self.is_synced) = (true, false);
        Ok(())
    }

    pub(super) fn count(&self) {
        let retired: u64 = self.retired.iter().map(|segment| segment.bytes).sum();
        let next = match &self.next {
            Next::Ready(blank) => blank.bytes,
            Next::None | Next::Asked | Next::NoRoom(_) => 0,
        };
        self.stats
            .bytes_on_disk
            .set(self.index.bytes() + next + retired + self.removing);
        self.stats.bytes_live.set(self.index.live());
        self.stats.segments.set(self.index.segments().len() as u64);
    }
}

/// Bytes of the shortest segment for a frame.
fn fits(frame_bytes: u64) -> u64 {
    HEADER_BYTES as u64 + frame_bytes + MARK_BYTES
}

fn refused(error: io::Error) -> AppendError {
    if yard::is_no_room(&error) {
        AppendError::NoRoom(error)
    } else {
        AppendError::Failed(error)
    }
}

fn failed(why: &'static str) -> AppendError {
    AppendError::Failed(io::Error::other(why))
}

impl Drop for FileLedger {
    fn drop(&mut self) {
        // Without it the last batch is there all the same; only should it be damaged one day, nobody could tell.
        if !self.has_failed && self.mark().is_ok() && !self.is_synced {
            let _ = self.current.file.sync();
        }
    }
}
