//! A simulated disk with all that is to go wrong with it.

use std::io::{self, ErrorKind};

use rand::{SeedableRng, rngs::SmallRng};

use super::{
    Calls, Mishap,
    folder::{FileId, Folder},
};

/// `ENOSPC`.
pub(super) const NO_SPACE: i32 = 28;

/// `EIO`.
pub(super) const FAILED: i32 = 5;

/// The disk and what is done to it.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) folder: Folder,
    pub(super) chance: SmallRng,
    /// Counts the processes: what one of them has opened is not open in the next.
    pub(super) life: u64,
    pub(super) calls: Calls,
    pub(super) mishap: Option<Mishap>,
    is_off: bool,
    pub(super) bytes_max: Option<u64>,
}

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Write,
    Sync,
    Name,
}

/// How far a call comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// All of it is done.
    Done,
    /// It ends half-way with this error.
    Fails(i32),
}

impl Machine {
    /// An empty disk.
    pub(super) fn new(seed: u64) -> Self {
        Self {
            folder: Folder::default(),
            chance: SmallRng::seed_from_u64(seed),
            life: 0,
            calls: Calls::default(),
            mishap: None,
            is_off: false,
            bytes_max: None,
        }
    }

    /// The power is gone and comes back.
    pub(super) fn lose_power(&mut self, seed: u64) {
        self.chance = SmallRng::seed_from_u64(seed);
        self.folder.lose_power(&mut self.chance);
        self.restart();
    }

    /// The process is gone, and the next one begins.
    pub(super) fn restart(&mut self) {
        self.folder.close_all();
        self.life += 1;
        self.calls = Calls::default();
        self.mishap = None;
        self.is_off = false;
    }

    /// Counts a call, and says how far it comes. It is an error if nothing of it is done.
    pub(super) fn begin(&mut self, act: Act) -> io::Result<Fate> {
        let before = self.calls;
        match act {
            Act::Write => self.calls.writes += 1,
            Act::Sync => self.calls.syncs += 1,
            Act::Name => self.calls.names += 1,
        }
        self.is_on()?;
        let fails = match (self.mishap, act) {
            (Some(Mishap::OffAt(call)), _) if before.all() >= call => {
                self.is_off = true;
                if act != Act::Write {
                    return Err(io::Error::from_raw_os_error(FAILED));
                }
                Some(FAILED)
            }
            (Some(Mishap::SyncFails(sync)), Act::Sync) if before.syncs == sync => Some(FAILED),
            (Some(Mishap::WriteFails(write)), Act::Write) if before.writes == write => Some(FAILED),
            (Some(Mishap::NoRoomFor(write)), Act::Write) if before.writes == write => {
                Some(NO_SPACE)
            }
            _ => None,
        };
        Ok(fails.map_or(Fate::Done, Fate::Fails))
    }

    /// Without power nothing can be read either.
    pub(super) fn is_on(&self) -> io::Result<()> {
        if self.is_off {
            return Err(io::Error::from_raw_os_error(FAILED));
        }
        Ok(())
    }

    /// Counts a call that does something with names, or syncs them: it is done or not.
    pub(super) fn begin_whole(&mut self, act: Act) -> io::Result<()> {
        match self.begin(act)? {
            Fate::Done => Ok(()),
            Fate::Fails(error) => Err(io::Error::from_raw_os_error(error)),
        }
    }

    /// How many of the bytes that are to be written have room: those that the file has already, and as many as the disk
    /// has left.
    pub(super) fn fits(&mut self, file: FileId, offset: usize, count: usize) -> io::Result<usize> {
        let has = self.folder.content(file)?.seen().len();
        let end = offset.checked_add(count).ok_or(ErrorKind::FileTooLarge)?;
        let grows = end.saturating_sub(has);
        let Some(bytes_max) = self.bytes_max else {
            return Ok(count);
        };
        let room = bytes_max.saturating_sub(self.folder.bytes());
        let lacks = grows.saturating_sub(usize::try_from(room).unwrap_or(usize::MAX));
        Ok(count.saturating_sub(lacks))
    }
}
