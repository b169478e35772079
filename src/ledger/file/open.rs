//! Opens a folder: finds out what is there, and begins a new segment.

use std::{collections::VecDeque, sync::Arc};

use super::{
    FileLedger, Next, Options, Progress,
    cleaner::Cleaner,
    fault::OpenError,
    frame::{self, Kind},
    header::{self, HEADER_BYTES, Header},
    index::{Index, Totals},
    payload::Payload,
    replay::Replay,
    stats::Stats,
    walk::{self, Listing, Walked},
    yard::{self, Blank, Yard},
};
use crate::{
    entropy::{Entropy, SystemEntropy},
    ledger::{State, storage::Storage},
    limits,
};

impl FileLedger {
    /// Opens the ledger in a folder, or makes one in a folder that has none. Answers with what all its batches come to.
    /// `progress` is told after each segment that was read.
    ///
    /// The last batch is written again, into a new segment, and synced: its pages may be marked clean although they were
    /// lost, if the process before had a sync that failed.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(
        storage: Box<dyn Storage>,
        options: Options,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(Self, State), OpenError> {
        let listing = Listing::of(storage.as_ref()).map_err(OpenError::io(""))?;
        let (walked, state, mut index) = read(storage.as_ref(), &listing, progress)?;
        clear(storage.as_ref(), &listing, &walked)?;
        let ledger = walked
            .ledger
            .or(options.id)
            .unwrap_or_else(|| SystemEntropy.secret());
        let begun = begin(storage.as_ref(), options, ledger, &walked, &mut index)?;
        let highest = begun.current.number;
        let mut opened = Self {
            ledger,
            options,
            yard: Yard::new(storage, options.own_thread).map_err(OpenError::io(""))?,
            stats: Arc::new(Stats::default()),
            index,
            cleaner: Cleaner::Idle,
            current: begun.current,
            offset: begun.offset,
            number: walked.last.map_or(1, |(number, _)| number + 1),
            is_marked: false,
            is_synced: true,
            next: Next::None,
            highest,
            retired: VecDeque::new(),
            removing: 0,
            has_failed: false,
            frame: Vec::new(),
        };
        opened.ask(0);
        opened.count();
        Ok((opened, state))
    }
}

fn read(
    storage: &dyn Storage,
    listing: &Listing,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Walked, State, Index), OpenError> {
    let files = walk::open_all(storage, &listing.segments)?;
    let mut replay = Replay::new(walk::bytes_of(&files)?, progress);
    let walked = walk::walk(&files, &mut replay)?;
    replay.has_what_it_needs(&walked)?;
    Ok((walked, replay.state, replay.index))
}

/// Removes what holds nothing: first, as its room may be needed.
fn clear(storage: &dyn Storage, listing: &Listing, walked: &Walked) -> Result<(), OpenError> {
    let empty = walked.empty.iter().map(|segment| header::name(*segment));
    for name in listing.temporary.iter().cloned().chain(empty) {
        yard::remove(storage, &name).map_err(OpenError::io(&name))?;
    }
    Ok(())
}

/// A segment to begin with, and where the next frame goes in it.
struct Begun {
    current: Blank,
    offset: u64,
}

fn begin(
    storage: &dyn Storage,
    options: Options,
    ledger: [u8; 16],
    walked: &Walked,
    index: &mut Index,
) -> Result<Begun, OpenError> {
    let segment = walked.highest.saturating_add(1);
    let name = header::name(segment);
    let mut again = Vec::new();
    if let Some((number, payload)) = &walked.last {
        frame::begin(&mut again);
        again.extend_from_slice(payload);
        // It was a frame before, so that it can be one.
        let _ = frame::end(&mut again, Kind::Batch, *number);
    }
    let offset = (HEADER_BYTES + again.len()) as u64;
    let bytes = options.first_bytes().max(offset + frame::MARK_BYTES);
    let current =
        yard::make(storage, Header { ledger, segment }, bytes).map_err(OpenError::io(&name))?;
    index.begin(Totals {
        number: segment,
        bytes,
        first: walked.last.as_ref().map_or(1, |(number, _)| *number),
        live: 0,
    });
    if let Some((_, payload)) = &walked.last {
        frame::seal(&mut again, current.seal);
        yard::write(current.file.as_ref(), HEADER_BYTES as u64, &again)
            .map_err(OpenError::io(&name))?;
        current.file.sync().map_err(OpenError::io(&name))?;
        if let Some(payload) = Payload::read(payload) {
            index.take(&payload);
        }
    }
    Ok(Begun { current, offset })
}

impl Options {
    /// Bytes of the segment that a start makes.
    fn first_bytes(&self) -> u64 {
        limits::LEDGER_SEGMENT_BYTES_MIN.min(self.segment_bytes_max)
    }
}
