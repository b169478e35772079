//! The ledger: what was acknowledged is still there after a crash.
//!
//! The scribe gathers what has happened into a [`Batch`] and has a [`Ledger`] append it; once that returns, the batch
//! survives the end of the process and of the machine's power. What a start finds is a [`State`]: every seat's last
//! word, and the last of the notes under each key.
//!
//! A ledger knows seats and their words, and that is all that it understands. Holds, events, charts and kept answers are
//! [`Note`]s to it: a key and some bytes, of which the last under a key counts. Who writes them reads them.
//!
//! | file | what it is |
//! |---|---|
//! | `batch` | what is appended at once: changes of seats, and notes |
//! | `note` | keys, values, and lists of them |
//! | `key_hash` | where a note is in a table |
//! | `state` | what all batches together come to |
//! | `file` | a ledger in files of its own |
//! | `fields` | what the value of a note is made of |
//! | `packed` | batches and states as bytes, for ledgers that are no files |
//! | `memory` | ledgers that keep nothing, or only while a test runs |
//! | `storage` | where files lie: a disk, or a simulated one |

mod batch;
mod fields;
pub mod file;
mod key_hash;
mod memory;
mod note;
mod packed;
mod state;
pub mod storage;

use std::{error, fmt, io};

pub use batch::{Batch, OwnedBatch};
pub use fields::{Fields, Reading, Unreadable};
pub use memory::{MemoryLedger, TwinLedger};
pub use note::{Key, Note, NoteList, NoteRef};
pub use packed::{TooLarge, Unfit};
pub use state::State;

/// Keeps batches for good. One thread appends, a batch at a time.
pub trait Ledger: Send + 'static {
    /// Returns once the batch is durable.
    ///
    /// # Errors
    /// [`AppendError`]. After [`AppendError::NoRoom`] the same batch is to be appended again; after
    /// [`AppendError::Failed`] nothing more.
    fn append(&mut self, batch: &Batch<'_>) -> Result<(), AppendError>;

    /// Told after a batch was appended and whoever waited for that was told: what is left to do for it is done now.
    fn acknowledged(&mut self) {}

    /// Told when nothing is to be appended for a while: a ledger that can does now what makes the next start surer. It
    /// does not wait for a disk.
    ///
    /// # Errors
    /// It has failed, now or earlier, as after [`AppendError::Failed`]. Whoever only reads would not find out by an append.
    fn idle(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Whether what is appended outlives the process, so that it is worth while to write notes.
    fn is_durable(&self) -> bool;
}

/// Why a batch was not appended.
#[derive(Debug)]
pub enum AppendError {
    /// There is no room for it for now, or no answer from whoever keeps it. The same batch is to be appended again, and is there
    /// once when that succeeds.
    NoRoom(io::Error),
    /// The storage has failed. Whether the batch is there is unknown, and so it is of whatever would be appended after it:
    /// the process must end, and the next start finds out.
    Failed(io::Error),
}

impl fmt::Display for AppendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRoom(error) => write!(f, "there is no room for the ledger: {error}"),
            Self::Failed(error) => write!(f, "the ledger's storage has failed: {error}"),
        }
    }
}

impl error::Error for AppendError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::NoRoom(error) | Self::Failed(error) => Some(error),
        }
    }
}
