//! Opens a folder: finds out what is there, and begins a new segment.

use std::{io, sync::Arc};

use super::{
    FileLedger, Next, Options, Progress,
    cleaner::Cleaner,
    fault::OpenError,
    frame::{self, HEAD_BYTES, Kind},
    header::{self, HEADER_BYTES, Header},
    index::{Index, Totals},
    payload,
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
        let number = walked.last.as_ref().map_or(1, |(number, _)| number + 1);
        let begun = begin(storage.as_ref(), options, ledger, walked, &mut index)?;
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
            number,
            is_marked: false,
            is_synced: true,
            next: Next::None,
            highest,
            retired: Vec::new(),
            removing: 0,
            has_failed: false,
            frame: Vec::new(),
        };
        opened.ask(0);
        opened.remove(begun.needless);
        opened.clean();
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
    let replay = Replay::new(walk::bytes_of(&files)?, progress);
    let mut replay = replay.map_err(OpenError::io(""))?;
    let walked = walk::walk(&files, &mut replay)?;
    let (state, index) = replay.end(&walked)?;
    Ok((walked, state, index))
}

/// Removes what holds nothing: first, as its room may be needed.
fn clear(storage: &dyn Storage, listing: &Listing, walked: &Walked) -> Result<(), OpenError> {
    let empty = walked.empty.iter().map(|segment| header::name(*segment));
    for name in listing.temporary.iter().cloned().chain(empty) {
        yard::remove(storage, &name).map_err(OpenError::io(&name))?;
    }
    Ok(())
}

/// A segment to begin with.
struct Begun {
    current: Blank,
    /// Where the next frame goes in it.
    offset: u64,
    /// Segments that nothing needs any more.
    needless: Vec<Totals>,
}

fn begin(
    storage: &dyn Storage,
    options: Options,
    ledger: [u8; 16],
    walked: Walked,
    index: &mut Index,
) -> Result<Begun, OpenError> {
    let segment = walked.highest.saturating_add(1);
    let name = header::name(segment);
    let last_bytes = walked
        .last
        .as_ref()
        .map_or(0, |(_, payload)| HEAD_BYTES + payload.len());
    let offset = (HEADER_BYTES + last_bytes) as u64;
    let bytes = options.first_bytes().max(offset + frame::MARK_BYTES);
    let header = Header { ledger, segment };
    let current = yard::make(storage, header, bytes).map_err(OpenError::io(&name))?;
    let mut needless = Vec::new();
    let totals = |first| Totals {
        number: segment,
        bytes,
        first,
        live: 0,
    };
    if let Some((number, mut payload)) = walked.last {
        needless.extend(index.begin_again(totals(number), &payload));
        payload::set_oldest(
            &mut payload,
            index
                .segments()
                .front()
                .map_or(segment, |oldest| oldest.number),
        );
        write_again(&current, number, &payload).map_err(OpenError::io(&name))?;
    } else {
        index.begin(totals(1));
    }
    Ok(Begun {
        current,
        offset,
        needless,
    })
}

/// Writes the last batch into the new segment.
fn write_again(to: &Blank, number: u64, payload: &[u8]) -> io::Result<()> {
    let mut again = Vec::new();
    frame::begin(&mut again);
    again.extend_from_slice(payload);
    // It was a frame before, so it is short enough to be one.
    let _ = frame::end(&mut again, Kind::Batch, number);
    frame::seal(&mut again, to.seal);
    yard::write(to.file.as_ref(), HEADER_BYTES as u64, &again)?;
    to.file.sync()
}

impl Options {
    /// Bytes of the segment that a start makes.
    pub(super) fn first_bytes(&self) -> u64 {
        limits::LEDGER_SEGMENT_BYTES_MIN.min(self.segment_bytes_max)
    }
}
