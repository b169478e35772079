//! Where a ledger's files lie: a folder of a disk, or a simulated one that can lose its power.
//!
//! A handful of calls, each of which a test can have fail, tear or reorder. What they promise is what a disk promises,
//! and no more: a write is durable once [`StoredFile::sync`] has returned after it, a file's being there, or gone, or
//! called otherwise, once [`Storage::sync_folder`] has. Until then any part of it may be lost in a power cut, in any order.

mod disk;
mod simulated;

use std::{fmt::Debug, io};

pub use disk::{Disk, DiskError};
pub use simulated::{Calls, Mishap, Simulated};

/// A folder of files.
pub trait Storage: Debug + Send + 'static {
    /// The names of all files, in no order.
    ///
    /// # Errors
    /// The system's.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Makes a new, empty file.
    ///
    /// # Errors
    /// The system's; also when there is a file of that name.
    fn create(&self, name: &str) -> io::Result<Box<dyn StoredFile>>;

    /// Opens a file that there is, for reading and writing.
    ///
    /// # Errors
    /// The system's.
    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>>;

    /// Calls a file otherwise; one that had the new name is gone.
    ///
    /// # Errors
    /// The system's.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// The system's.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Returns once all that was created, renamed and removed is durable.
    ///
    /// # Errors
    /// The system's. What was lost by it is unknown.
    fn sync_folder(&self) -> io::Result<()>;
}

/// A file of a [`Storage`].
pub trait StoredFile: Debug + Send {
    /// How many bytes it has.
    ///
    /// # Errors
    /// The system's.
    fn bytes(&self) -> io::Result<u64>;

    /// Reads from `offset` on until `into` is full or the file ends. How many bytes were read.
    ///
    /// # Errors
    /// The system's.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize>;

    /// Writes all of it at `offset`; the file grows if need be.
    ///
    /// # Errors
    /// The system's. Any part of it may have been written.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Returns once all that was written is durable.
    ///
    /// # Errors
    /// The system's. What was lost by it is unknown, and a later sync that succeeds does not say that it is there.
    fn sync(&self) -> io::Result<()>;
}
