//! A ledger in files of its own: a log in segments, and nothing beside it.
//!
//! A batch becomes a frame, which is written behind the last one and synced: one write, one sync. There are no
//! checkpoints. What is still live in the oldest segment is carried along by later batches, a little in each, until the
//! segment can be removed; so nobody is ever stopped, and there is one path for everything that is written.
//!
//! # The format
//! All numbers are little-endian. Files are called `0000000000000042.log`, by the number of their segment.
//!
//! ```text
//! segment   0        8         12        16       32        56         64
//!           | SEATLOCK | version | segment | ledger | 0 ... | checksum | frame | frame | ... | 0 ... to its end
//!
//! frame     0          8        12     16       24
//!           | checksum | length | kind | number | payload, a multiple of 8 bytes |
//!
//! payload   0       8      16        24        32         40     44      48      52        56       60
//!           | clock | date | through | takings | base LSN | kept | words | notes | changes | oldest | 0 | lists | 0 ..
//!
//! lists     kept    notes that are carried along, as below
//!           words   seat 4, word 8                                             that are carried along
//!           notes   what 1, key's kind 1, 0 2, length 4, key's id 16, value    padded to a multiple of 8 bytes
//!           changes LSN - base 3, rest 1, seat 4, before 8, after 8            voids are left out
//! ```
//!
//! - `kind` is 1 for a batch and 2 for a mark, which has no payload. Batches are numbered from 1 without a gap.
//! - The checksum is XXH3 of all that follows in the frame, seeded with XXH3 of the ledger's id, which is seeded with
//!   the segment's number: no frame of another ledger, or of another segment, passes for one. The header's is not seeded.
//! - `kept` to `changes` are the bytes of the four lists. What is carried along comes before what the batch says.
//! - `what` is 1 for a note that is put, 2 for one that is forgotten and 3 for seats that are fresh, where the id is the
//!   first seat and, in the next 4 bytes, the first that is not meant.
//! - `oldest` is the oldest segment that was needed when the batch was written.
//!
//! # Segments
//! A segment is made ahead of time, in a thread beside: under a temporary name it is written full of zeros, synced and
//! renamed, and the folder is synced. An append then never makes a file longer, so that a sync writes one thing, and a
//! full disk shows when the next segment is made, never in the middle of a frame; before that is a refusal, a segment as
//! small as the first is tried. Sizes begin at
//! [`limits::LEDGER_SEGMENT_BYTES_MIN`] with each start, and double. A batch that is longer than a segment gets one of
//! its own size.
//!
//! A start never appends to what it has found. It begins a new segment, and writes the last batch that it has found
//! there again: a sync that failed in the process before may have left pages that read well and are not on the disk. So
//! the first frame of a segment has either the number after the last frame of the segment before it, or the same one;
//! and a reader leaves a segment where the next one begins. If the segment before has nothing but that batch, it is
//! removed then, so that a ledger that is started again and again does not grow.
//!
//! # What a reader does
//! One append is in flight at a time: it is written, then synced, then the next one is written. So a whole frame proves
//! that the one before it was durable. If that one is broken now, it is damaged; what is broken at the end, with nothing
//! behind it, is a batch that was never acknowledged. To tell the last batch from that one too, a **mark** is
//! written behind it when there is nothing else to do, and when the ledger is closed. A mark that is broken costs
//! nothing.
//!
//! | file | what is done |
//! |---|---|
//! | its name is not one of ours | it is left alone |
//! | it has a temporary name | it is removed |
//! | its header is broken, or says that it is another segment | refused: damaged |
//! | its header is of a newer version | refused: newer |
//! | its header names another ledger than the first segment's | refused: foreign |
//! | it has no frame | it is removed |
//! | it has frames, but no batch directly behind its header | refused: damaged |
//! | else | it is read |
//!
//! | the next segment begins with | here is | what is done |
//! |---|---|---|
//! | the batch that comes next | anything | it is read on in the next segment |
//! | an earlier batch | anything | refused: out of order |
//! | a later batch, or there is none | the batch that comes next | it is taken |
//! | a later batch, or there is none | a mark of the batch before | it is passed over |
//! | a later batch, or there is none | another batch, or another mark | refused: out of order |
//! | a later batch, or there is none | nothing whole; behind it the batch that comes next, or a mark of the one before | it is read on there |
//! | a later batch, or there is none | nothing whole; behind it something later | refused: damaged |
//! | there is none | nothing whole, and nothing behind it | the log ends |
//! | a later batch | nothing whole, and nothing behind it | refused: missing |
//!
//! This is `recovery`, where a test shows that exactly one row fits whatever is found. Then each change must follow
//! from what its seat was, as far as the log that is left says what it was, and the segment that the last batch calls
//! the oldest must be there.
//!
//! # Cleaning
//! In memory there is, for each seat and each key, the segment in which it was last written down, and for each segment
//! how many bytes it would take to carry along what is live in it. Segments are removed in the order of their age, and
//! only the oldest is ever cleaned. A segment of which nothing is live is removed when it is the oldest.
//!
//! - **Bound.** Cleaning goes on while the segments before the current one have more than 2 × *live* + *budget* bytes,
//!   where *live* is what it would take to write down again all words and notes there are. An append of *n* bytes
//!   carries up to 2 *n* + [`limits::LEDGER_CARRY_BYTES`] along, for each of which the oldest segment has at least as
//!   many. So while all of it is live the folder grows by *n* an append, until all that is live was carried, at the
//!   latest after *live* ÷ 2 bytes of new batches; from there on it shrinks. The folder stays under 3 × *live* +
//!   *budget* + three segments (the current one, the one after it, the one that is being removed). When much dies at
//!   once, *live* is what it was before, until the appends that follow have been around.
//! - **What is carried** is the last word of a seat, or the last note of a key. It is written into a later segment
//!   before anything else in its frame; that it was the last is known from the index, in which this very batch is not
//!   yet.
//! - **What is not carried** are notes that are forgotten and seats that are made fresh. Each hides only what is older,
//!   so it lies in the same segment as what it hides or in a later one; as the older one is removed first, nothing that
//!   was hidden is ever without what hides it.
//! - **A segment that comes back.** A segment goes once a batch is durable that calls a later one the oldest, and the
//!   folder is synced before the next one goes. After a crash the last one that went may be there again. Then the log is
//!   only longer at its front, without a gap, and all of it together comes to the same state.
//!
//! | file | what it is |
//! |---|---|
//! | `open` `append` | the ledger itself |
//! | `cleaner` `index` `yard` | what is carried along; where the live parts are; the thread beside |
//! | `segment` `walk` `replay` `inspect` | reads one segment; all; makes the state of them; for people |
//! | `recovery` | the table above |
//! | `header` `frame` `payload` | the format |
//! | `fault` `stats` | why there is no ledger to be had; figures |

mod append;
mod cleaner;
mod fault;
mod frame;
mod header;
mod index;
mod inspect;
mod open;
pub(super) mod payload;
mod recovery;
mod replay;
mod segment;
mod stats;
mod walk;
mod yard;

use std::{io, sync::Arc};

pub use fault::{Damage, Flaw, OpenError};
pub use inspect::{Entry, Summary, inspect};
pub use stats::Stats;

use cleaner::Cleaner;
use index::{Index, Totals};
use yard::{Blank, Yard};

use crate::limits;

/// A ledger in a folder.
#[derive(Debug)]
pub struct FileLedger {
    ledger: [u8; 16],
    options: Options,
    yard: Yard,
    stats: Arc<Stats>,
    index: Index,
    cleaner: Cleaner,
    /// The segment that is written to.
    current: Blank,
    /// Where the next frame goes in it.
    offset: u64,
    /// The number of the next batch.
    number: u64,
    /// Whether there is a mark behind the last batch.
    is_marked: bool,
    /// Whether all that was written is durable.
    is_synced: bool,
    next: Next,
    /// The highest number that was given to a segment.
    highest: u32,
    /// Segments that nothing needs any more once the next batch is durable.
    retired: Vec<Totals>,
    /// Bytes of segments that are being removed.
    removing: u64,
    has_failed: bool,
    /// Kept for its memory.
    frame: Vec<u8>,
}

/// How a ledger is kept.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Bytes that the folder may have beside what it needs for what is live; see the [bound](self#cleaning).
    pub budget_bytes: u64,
    /// Bytes of the longest segment, unless a single batch needs a longer one.
    pub segment_bytes_max: u64,
    /// Whether segments are made and removed in a thread of their own. In simulations it is done by whoever appends, so
    /// that everything happens in one order.
    pub own_thread: bool,
    /// The id of a ledger that is made; random if there is none.
    pub id: Option<[u8; 16]>,
}

/// How far a start has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that were read.
    pub bytes_read: u64,
    /// Bytes that there are.
    pub bytes_total: u64,
}

/// The segment after the current one.
#[derive(Debug)]
enum Next {
    /// It was not asked for.
    None,
    /// It is being made.
    Asked,
    /// It is there.
    Ready(Blank),
    /// There was no room for it.
    NoRoom(io::Error),
}

impl Default for Options {
    fn default() -> Self {
        Self {
            budget_bytes: limits::LEDGER_BUDGET_BYTES,
            segment_bytes_max: limits::LEDGER_SEGMENT_BYTES_MAX,
            own_thread: true,
            id: None,
        }
    }
}

impl FileLedger {
    /// Figures about it, which can be read for as long as one likes.
    pub fn stats(&self) -> Arc<Stats> {
        Arc::clone(&self.stats)
    }
}

#[cfg(test)]
mod tests;
