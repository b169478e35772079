//! What stands on the tape.

use crate::{ids::Lsn, seat::Change};

/// One number of the tape and what happened under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// The number.
    pub lsn: Lsn,
    /// What happened.
    pub entry: Entry,
}

/// What happened under an LSN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// Nothing: whoever took the number lost its race.
    Void,
    /// A seat changed.
    Change(Change),
}

impl Record {
    /// The change, if there was one.
    pub fn change(&self) -> Option<Change> {
        match self.entry {
            Entry::Void => None,
            Entry::Change(change) => Some(change),
        }
    }

    /// Whether a batch may end after this record: not within a group.
    pub(super) fn ends_group(&self) -> bool {
        self.change().is_none_or(|change| change.rest == 0)
    }
}
