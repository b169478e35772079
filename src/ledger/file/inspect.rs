//! Reads a ledger and changes nothing, also while a server writes to it.

use std::io;

use super::{
    Progress,
    fault::{Flaw, OpenError},
    payload::Payload,
    replay::Replay,
    segment::{Place, Segment},
    walk::{self, Listing, Reader},
};
use crate::{
    ids::{Lsn, SeatId},
    ledger::{Note, State, storage::Storage},
    seat::{Change, SeatWord},
    tick::{Date, Moment},
};

/// Times that the folder is listed again because a server removed a segment meanwhile.
const TRIES: u32 = 10;

/// A batch of a ledger, and where it is.
#[derive(Debug, Clone)]
pub struct Entry<'e> {
    /// The file.
    pub file: &'e str,
    /// Bytes from its beginning.
    pub offset: u64,
    /// The batch's number, counted from 1.
    pub number: u64,
    /// The engine's clock.
    pub clock: Moment,
    /// The calendar.
    pub date: Date,
    /// The last LSN that is answered for.
    pub through: Lsn,
    /// How many takings were numbered.
    pub takings: u64,
    /// Notes that were carried along from older segments, before the batch's own.
    pub carried_notes: Vec<Note>,
    /// Words that were carried along from older segments, before the batch's own changes.
    pub carried_words: Vec<(SeatId, SeatWord)>,
    /// The batch's notes.
    pub notes: Vec<Note>,
    /// The batch's changes.
    pub changes: Vec<(Lsn, Change)>,
}

/// What there is in a ledger.
#[derive(Debug)]
pub struct Summary {
    /// The ledger's id; `None` if there is none.
    pub ledger: Option<[u8; 16]>,
    /// Files that hold batches.
    pub segments: usize,
    /// Bytes of all files.
    pub bytes: u64,
    /// Bytes that it would take to write down again what is live.
    pub bytes_live: u64,
    /// Batches that are there.
    pub batches: u64,
    /// The number of the last one.
    pub last: Option<u64>,
    /// File and offset at which the log ends.
    pub end: Option<(String, u64)>,
    /// Whether something is there that is no whole batch: one that was never acknowledged, or that is just being written.
    pub torn: bool,
    /// What all batches come to.
    pub state: State,
}

struct Inspector<'i> {
    replay: Replay<'i>,
    batches: u64,
    visit: &'i mut dyn FnMut(Entry<'_>),
}

/// Shows all batches that are whole, in order. Every check of a start is made, and nothing is changed on the disk.
///
/// # Errors
/// [`OpenError`]. What was shown before it is right.
pub fn inspect(
    storage: &dyn Storage,
    visit: &mut dyn FnMut(Entry<'_>),
) -> Result<Summary, OpenError> {
    let files = open_what_is_there(storage)?;
    let bytes = walk::bytes_of(&files)?;
    let mut silent = |_: Progress| {};
    let mut inspector = Inspector {
        replay: Replay::new(bytes, &mut silent).map_err(OpenError::io(""))?,
        batches: 0,
        visit,
    };
    let walked = walk::walk(&files, &mut inspector)?;
    let Inspector {
        replay, batches, ..
    } = inspector;
    let (state, index) = replay.end(&walked)?;
    Ok(Summary {
        ledger: walked.ledger,
        segments: index.segments().len(),
        bytes,
        bytes_live: index.live(),
        batches,
        last: walked.last.map(|(number, _)| number),
        end: walked.end,
        torn: walked.torn,
        state,
    })
}

fn open_what_is_there(storage: &dyn Storage) -> Result<Vec<walk::Opened>, OpenError> {
    let mut tries = 0;
    loop {
        let listing = Listing::of(storage).map_err(OpenError::io(""))?;
        match walk::open_all(storage, &listing.segments) {
            Err(OpenError::Io { error, .. })
                if error.kind() == io::ErrorKind::NotFound && tries < TRIES =>
            {
                tries += 1
            }
            done => return done,
        }
    }
}

impl Reader for Inspector<'_> {
    fn segment(&mut self, segment: &Segment) {
        self.replay.segment(segment);
    }

    fn batch(&mut self, place: Place<'_>, batch: &Payload<'_>) -> Result<(), Flaw> {
        self.replay.batch(place, batch)?;
        self.batches += 1;
        (self.visit)(Entry {
            file: place.file,
            offset: place.offset as u64,
            number: place.batch,
            clock: batch.fixed.clock,
            date: batch.fixed.date,
            through: batch.fixed.through,
            takings: batch.fixed.takings,
            carried_notes: batch.kept().map(|note| note.to_note()).collect(),
            carried_words: batch.words().collect(),
            notes: batch.notes().map(|note| note.to_note()).collect(),
            changes: batch.changes().collect(),
        });
        Ok(())
    }

    fn progress(&mut self, bytes: u64) {
        self.replay.progress(bytes);
    }
}
