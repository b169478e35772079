//! Where segments are made, read again and removed, beside the thread that appends.

use std::{
    collections::VecDeque,
    io,
    sync::mpsc::{self, Receiver, Sender},
    thread::{self, JoinHandle},
};

use bytes::Bytes;
use hashbrown::HashMap;

use super::{
    cleaner::Gleaned,
    frame::Seal,
    header::{self, HEADER_BYTES, Header},
    segment::Segment,
};
use crate::{
    ids::SeatId,
    ledger::{
        Key, NoteRef,
        storage::{Storage, StoredFile},
    },
    seat::SeatWord,
};

/// Bytes of zeros that are written at once.
static ZEROS: [u8; 64 << 10] = [0; 64 << 10];

/// A segment that can be written to.
#[derive(Debug)]
pub(super) struct Blank {
    /// Its number.
    pub(super) number: u32,
    /// Bytes of its file.
    pub(super) bytes: u64,
    /// What its frames are sealed with.
    pub(super) seal: Seal,
    /// Its file.
    pub(super) file: Box<dyn StoredFile>,
}

/// What is to be done.
#[derive(Debug, Clone, Copy)]
pub(super) enum Job {
    /// Make a segment of so many bytes.
    Make(Header, u64),
    /// Read this segment again, up to the batch before `until`.
    Glean { segment: u32, until: u64 },
    /// Remove this segment, of so many bytes, for good: later ones are only removed when this one can't come back any more.
    Remove(u32, u64),
}

/// What was done.
#[derive(Debug)]
pub(super) enum Report {
    /// A segment, of which everything is durable.
    Made(io::Result<Blank>),
    /// What there is in a segment; `None` if it can't be read.
    Gleaned(Option<Gleaned>),
    /// A segment of so many bytes is gone.
    Removed(io::Result<u64>),
}

/// Does jobs in order, one after the other.
#[derive(Debug)]
pub(super) enum Yard {
    /// When they are given. For simulations, which want to know when what happens.
    Here(Box<dyn Storage>, VecDeque<Report>),
    /// In a thread of its own.
    Beside(
        Option<Sender<Job>>,
        Receiver<Report>,
        Option<JoinHandle<()>>,
    ),
}

impl Yard {
    /// A yard on a storage. Fails if there can be no thread.
    pub(super) fn new(storage: Box<dyn Storage>, beside: bool) -> io::Result<Self> {
        if !beside {
            return Ok(Self::Here(storage, VecDeque::new()));
        }
        let (jobs, given) = mpsc::channel();
        let (done, reports) = mpsc::channel();
        let work = move || {
            for job in given {
                if done.send(work(storage.as_ref(), job)).is_err() {
                    break;
                }
            }
        };
        let thread = thread::Builder::new()
            .name("ledger-yard".into())
            .spawn(work)?;
        Ok(Self::Beside(Some(jobs), reports, Some(thread)))
    }

    /// Gives it a job.
    pub(super) fn give(&mut self, job: Job) {
        match self {
            Self::Here(storage, reports) => reports.push_back(work(storage.as_ref(), job)),
            // It only fails when the thread has panicked, which `wait` finds out.
            Self::Beside(jobs, ..) => {
                let _ = jobs.as_ref().map(|jobs| jobs.send(job));
            }
        }
    }

    /// What was done in the meantime, a job at a time.
    pub(super) fn look(&mut self) -> Option<Report> {
        match self {
            Self::Here(_, reports) => reports.pop_front(),
            Self::Beside(_, reports, _) => reports.try_recv().ok(),
        }
    }

    /// Waits until the next job is done. `None` if there is nobody any more who would do it.
    pub(super) fn wait(&mut self) -> Option<Report> {
        match self {
            Self::Here(_, reports) => reports.pop_front(),
            Self::Beside(_, reports, _) => reports.recv().ok(),
        }
    }
}

impl Drop for Yard {
    fn drop(&mut self) {
        if let Self::Beside(jobs, _, thread) = self {
            jobs.take();
            // What it had to do last was not needed for anything that is durable.
            let _ = thread.take().map(JoinHandle::join);
        }
    }
}

fn work(storage: &dyn Storage, job: Job) -> Report {
    match job {
        Job::Make(header, bytes) => Report::Made(make(storage, header, bytes)),
        Job::Glean { segment, until } => Report::Gleaned(glean(storage, segment, until)),
        Job::Remove(segment, bytes) => {
            Report::Removed(remove(storage, &header::name(segment)).map(|()| bytes))
        }
    }
}

/// Writes again what a signal has interrupted.
pub(super) fn write(file: &dyn StoredFile, offset: u64, bytes: &[u8]) -> io::Result<()> {
    loop {
        match file.write_at(offset, bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// Whether an error says that there is no room.
pub(super) fn is_no_room(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// Makes a segment: header and zeros under a temporary name, synced, renamed, synced.
pub(super) fn make(storage: &dyn Storage, header: Header, bytes: u64) -> io::Result<Blank> {
    let (name, temporary) = (
        header::name(header.segment),
        header::temporary_name(header.segment),
    );
    let file = fill(storage, &temporary, header, bytes).inspect_err(|_| {
        // Nothing is lost by it; at the next start it is removed if it can't be now.
        let _ = storage.remove(&temporary);
    })?;
    storage.rename(&temporary, &name)?;
    storage.sync_folder()?;
    Ok(Blank {
        number: header.segment,
        bytes,
        seal: Seal::new(header.ledger, header.segment),
        file,
    })
}

fn fill(
    storage: &dyn Storage,
    name: &str,
    header: Header,
    bytes: u64,
) -> io::Result<Box<dyn StoredFile>> {
    let file = storage.create(name)?;
    write(file.as_ref(), 0, &header.bytes())?;
    let mut offset = HEADER_BYTES as u64;
    while offset < bytes {
        let len = ZEROS
            .len()
            .min(usize::try_from(bytes - offset).unwrap_or(ZEROS.len()));
        write(file.as_ref(), offset, &ZEROS[..len])?;
        offset += len as u64;
    }
    file.sync()?;
    Ok(file)
}

/// Removes a file for good.
pub(super) fn remove(storage: &dyn Storage, name: &str) -> io::Result<()> {
    match storage.remove(name) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => storage.sync_folder(),
    }
}

fn glean(storage: &dyn Storage, segment: u32, until: u64) -> Option<Gleaned> {
    let file = storage.open(&header::name(segment)).ok()?;
    let segment = Segment::read(segment, file.as_ref(), None).ok()?;
    let (mut words, mut notes) = (
        HashMap::<SeatId, SeatWord>::new(),
        HashMap::<Key, Option<Bytes>>::new(),
    );
    let mut note = |note: NoteRef<'_>| match note {
        NoteRef::Put(key, value) => drop(notes.insert(key, Some(segment.share(value)))),
        NoteRef::Forget(key) => drop(notes.insert(key, None)),
        // Who asks knows which seats are fresh.
        NoteRef::Fresh(_) => {}
    };
    let visit = &mut |batch: &super::payload::Payload<'_>| {
        batch.kept().for_each(&mut note);
        words.extend(batch.words());
        batch.notes().for_each(&mut note);
        words.extend(
            batch
                .changes()
                .map(|(_, change)| (change.seat, change.after)),
        );
    };
    segment.batches(until, visit).ok()?;
    Some(Gleaned {
        words: words.into_iter().collect(),
        notes: notes
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
            .collect(),
    })
}
