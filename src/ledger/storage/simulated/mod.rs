//! A disk in memory that can lose its power, fill up and fail.
//!
//! It keeps apart what was synced and what was not. A power cut ([`Simulated::power_cut`]) makes one of the disks of it
//! that a real one could have become:
//!
//! | what was not synced | becomes, each for itself |
//! |---|---|
//! | a write | whole, nothing, a beginning of it, some of its sectors, or sectors of random bytes |
//! | a file's length | what its bytes come to, or longer with zeros, or as it was when it was synced |
//! | what a name stands for | one of the files, or the nothing, that it has stood for since the folder was synced |
//!
//! So a file that was renamed may have both names then, or none, and one that was replaced may be back. Bytes that were
//! synced stay as they are, also in a sector in which something else was being written: that a disk spoils none of those
//! is taken for granted here.
//!
//! Deadlier than most disks, and that is its purpose: file systems keep the order of more than they promise.
//!
//! The twin of [`super::Disk`]. Clones share the same disk, so that a test has it when its ledger is gone. Chance comes
//! from the seed of the last power cut, or of [`Simulated::seeded`], and from nothing else.

mod content;
mod file;
mod folder;
mod machine;

use std::{
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Storage, StoredFile};
use file::Handle;
use machine::{Act, Machine};

/// A simulated disk.
#[derive(Clone)]
pub struct Simulated(Arc<Mutex<Machine>>);

/// The calls that were made, by what they did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calls {
    /// Writes.
    pub writes: u64,
    /// Syncs, of files and of the folder.
    pub syncs: u64,
    /// Files that were created, renamed or removed.
    pub names: u64,
}

/// What goes wrong, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// From this call on, counted from zero over all that change something, nothing is done any more: the power is gone,
    /// or the process. If it is a write, some of it is done.
    OffAt(u64),
    /// This sync, counted from zero, fails. What it should have made durable reads back as it was written, and is lost in
    /// the next power cut, or most of it, whatever is synced after it: that is what page caches do.
    SyncFails(u64),
    /// This write, counted from zero, fails half-way.
    WriteFails(u64),
    /// This write, counted from zero, finds no room half-way, even where the file has bytes already: there are file
    /// systems that never write in the same place twice.
    NoRoomFor(u64),
}

impl Default for Simulated {
    fn default() -> Self {
        Self::seeded(0)
    }
}

impl Calls {
    /// All of them.
    pub fn all(&self) -> u64 {
        self.writes + self.syncs + self.names
    }
}

impl Simulated {
    /// An empty disk without bounds.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty disk without bounds that has its chance from a seed.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Machine::new(seed))))
    }

    /// The calls since it was made or its process last ended.
    pub fn calls(&self) -> Calls {
        self.machine().calls
    }

    /// Has something go wrong.
    pub fn bring_about(&self, mishap: Mishap) {
        self.machine().mishap = Some(mishap);
    }

    /// From now on all files together have at most so many bytes; `None`: as many as one likes.
    pub fn limit(&self, bytes_max: Option<u64>) {
        self.machine().bytes_max = bytes_max;
    }

    /// Bytes of all files, also of those that were removed and are still open.
    pub fn bytes(&self) -> u64 {
        self.machine().folder.bytes()
    }

    /// The power is gone and comes back. Which of the possible disks it is then, a seed decides. Files that are open belong
    /// to the past: what is written to them gets nowhere.
    pub fn power_cut(&self, seed: u64) {
        self.machine().lose_power(seed);
    }

    /// The process is killed: everything that was written is there, and what was not synced can still be lost in a power
    /// cut. Its files are not open any more.
    pub fn process_crash(&self) {
        self.machine().restart();
    }

    /// Flips a bit of a file, as time does. False: it has no such byte.
    pub fn flip(&self, name: &str, offset: u64, bit: u32) -> bool {
        self.machine().folder.flip(name, offset, bit)
    }

    fn handle(&self, machine: &mut Machine, name: &str) -> io::Result<Box<dyn StoredFile>> {
        machine.is_on()?;
        let file = machine.folder.open(name)?;
        Ok(Box::new(Handle::new(self.clone(), machine.life, file)))
    }

    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Storage for Simulated {
    fn list(&self) -> io::Result<Vec<String>> {
        let machine = self.machine();
        machine.is_on()?;
        Ok(machine.folder.names())
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        let mut machine = self.machine();
        machine.begin_whole(Act::Name)?;
        machine.folder.create(name)?;
        self.handle(&mut machine, name)
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        self.handle(&mut self.machine(), name)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut machine = self.machine();
        machine.begin_whole(Act::Name)?;
        machine.folder.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut machine = self.machine();
        machine.begin_whole(Act::Name)?;
        machine.folder.remove(name)
    }

    fn sync_folder(&self) -> io::Result<()> {
        let mut machine = self.machine();
        machine.begin_whole(Act::Sync)?;
        machine.folder.sync();
        Ok(())
    }
}

impl fmt::Debug for Simulated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulated")
            .field("files", &self.machine().folder.names())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
