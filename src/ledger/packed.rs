//! Batches and states as bytes, for ledgers that keep them elsewhere than in files of their own.
//!
//! They are the payload of a frame of [`super::file`]: a batch is one that carries nothing along, a state is an empty batch
//! that carries everything.

use std::{error, fmt};

use super::{
    Batch, NoteList, NoteRef, State,
    file::payload::{self, Carried, Payload},
};
use crate::seat::Change;

/// There is no room in the format for what is to be packed: no batch of the scribe's is so large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// Bytes that are no batch, or none that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// They do not hold together.
    Bytes,
    /// This change does not follow from what there was.
    Change(Change),
}

impl Batch<'_> {
    /// Appends the batch as bytes.
    ///
    /// # Errors
    /// [`TooLarge`].
    pub fn pack(&self, into: &mut Vec<u8>) -> Result<(), TooLarge> {
        payload::write(self, &Carried::default(), 0, into).ok_or(TooLarge)
    }
}

impl State {
    /// Appends the state as bytes.
    ///
    /// # Errors
    /// [`TooLarge`]: 4 GiB of notes.
    pub fn pack(&self, into: &mut Vec<u8>) -> Result<(), TooLarge> {
        let mut carried = Carried {
            words: self.words().collect(),
            notes: NoteList::new(),
        };
        for (key, value) in self.notes() {
            carried.notes.push_ref(&NoteRef::Put(key, value));
        }
        let nothing = Batch {
            clock: self.clock(),
            date: self.date(),
            through: self.through(),
            takings: self.takings(),
            notes: &NoteList::new(),
            records: &[],
        };
        payload::write(&nothing, &carried, 0, into).ok_or(TooLarge)
    }

    /// What the state is after a packed batch; after a packed state, if it was empty before.
    ///
    /// # Errors
    /// [`Unfit`]; the state is then of no use any more.
    pub fn unpack(&mut self, bytes: &[u8]) -> Result<(), Unfit> {
        let read = Payload::read(bytes).ok_or(Unfit::Bytes)?;
        let fixed = read.fixed;
        self.reach(fixed.clock, fixed.date, fixed.through, fixed.takings);
        for (seat, word) in read.words() {
            self.put_word(seat, word);
        }
        read.kept()
            .chain(read.notes())
            .for_each(|note| self.take(&note));
        for (_, change) in read.changes() {
            if self.put_word(change.seat, change.after) != change.before {
                return Err(Unfit::Change(change));
            }
        }
        Ok(())
    }
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is too large for the ledger")
    }
}

impl error::Error for TooLarge {}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes => f.write_str("it is no batch"),
            Self::Change(change) => write!(f, "{change:?} does not follow"),
        }
    }
}

impl error::Error for Unfit {}
