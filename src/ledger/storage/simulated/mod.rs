//! A disk in memory that can lose its power, fill up and fail.
//!
//! It keeps apart what was synced and what was not. A power cut ([`Simulated::power_cut`]) makes one of the disks of it
//! that a real one could have become:
//!
//! | what was not synced | becomes, each for itself |
//! |---|---|
//! | a write | whole, nothing, a beginning of it, some of its sectors, or sectors of random bytes |
//! | a file's being there, its new name, its being gone | so, or as before |
//!
//! Deadlier than most disks, and that is its purpose: file systems keep the order of more than they promise.
//!
//! The twin of [`super::Disk`]. Clones share the same disk, so that a test has it when its ledger is gone.

mod file;
mod folder;

use std::{
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rand::{SeedableRng, rngs::SmallRng};

use super::{Storage, StoredFile};
use file::Handle;
use folder::Folder;

/// `ENOSPC`.
const NO_SPACE: i32 = 28;

/// `EIO`.
const FAILED: i32 = 5;

/// A simulated disk.
#[derive(Clone, Default)]
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
    /// From this call on, counted from zero over all that change something, nothing is done any more: the power is gone.
    OffAt(u64),
    /// This sync, counted from zero, fails. What it should have made durable reads back as it was written, and is lost in
    /// the next power cut whatever is synced after it: that is what page caches do.
    SyncFails(u64),
    /// This write, counted from zero, fails half-way.
    WriteFails(u64),
}

/// The disk and what is done to it.
#[derive(Debug, Default)]
struct Machine {
    folder: Folder,
    calls: Calls,
    mishap: Option<Mishap>,
    is_off: bool,
    bytes_max: Option<u64>,
}

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Write,
    Sync,
    Name,
}

impl Simulated {
    /// An empty disk without bounds.
    pub fn new() -> Self {
        Self::default()
    }

    /// The calls since it was made or was last without power.
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

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.machine().folder.bytes()
    }

    /// The power is gone and comes back. Which of the possible disks it is then, a seed decides. Files that are open belong
    /// to the past: what is written to them gets nowhere.
    pub fn power_cut(&self, seed: u64) {
        let mut machine = self.machine();
        let mut chance = SmallRng::seed_from_u64(seed);
        machine.folder.lose_power(&mut chance);
        machine.restart();
    }

    /// The process is killed: everything that was written is there.
    pub fn process_crash(&self) {
        self.machine().restart();
    }

    /// Flips a bit of a file, as time does. False: it has no such byte.
    pub fn flip(&self, name: &str, offset: u64, bit: u32) -> bool {
        self.machine().folder.flip(name, offset, bit)
    }

    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Machine {
    fn restart(&mut self) {
        self.folder.forget_handles();
        self.calls = Calls::default();
        self.mishap = None;
        self.is_off = false;
    }

    /// Counts a call, and has it go wrong if its time has come. `Ok(false)`: it fails after doing what it can.
    fn begin(&mut self, act: Act) -> io::Result<bool> {
        let Calls {
            writes,
            syncs,
            names,
        } = self.calls;
        let count = match act {
            Act::Write => &mut self.calls.writes,
            Act::Sync => &mut self.calls.syncs,
            Act::Name => &mut self.calls.names,
        };
        *count += 1;
        let fails = match self.mishap {
            Some(Mishap::OffAt(call)) => {
                self.is_off |= writes + syncs + names >= call;
                false
            }
            Some(Mishap::SyncFails(sync)) => act == Act::Sync && syncs == sync,
            Some(Mishap::WriteFails(write)) => act == Act::Write && writes == write,
            None => false,
        };
        if self.is_off {
            return Err(io::Error::from_raw_os_error(FAILED));
        }
        Ok(!fails)
    }
}

impl Storage for Simulated {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.machine().folder.names())
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        let mut machine = self.machine();
        machine.begin(Act::Name)?;
        let file = machine.folder.create(name)?;
        Ok(Box::new(Handle::new(self.clone(), file)))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        let file = self.machine().folder.open(name)?;
        Ok(Box::new(Handle::new(self.clone(), file)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut machine = self.machine();
        machine.begin(Act::Name)?;
        machine.folder.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut machine = self.machine();
        machine.begin(Act::Name)?;
        machine.folder.remove(name)
    }

    fn sync_folder(&self) -> io::Result<()> {
        let mut machine = self.machine();
        if machine.begin(Act::Sync)? {
            machine.folder.sync();
            Ok(())
        } else {
            Err(io::Error::from_raw_os_error(FAILED))
        }
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
