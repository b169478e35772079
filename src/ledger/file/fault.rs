//! Why a ledger can't be read.

use std::{error, fmt, io};

use crate::ids::SeatId;

/// Why there is no ledger to be had from a folder. Nothing was changed in it, unless a new segment could not be made.
#[derive(Debug)]
pub enum OpenError {
    /// The system refuses.
    Io {
        /// The file; empty for the folder itself.
        file: String,
        /// What it says.
        error: io::Error,
    },
    /// It was written by a newer version of this program, which is needed to read it.
    NewerFormat {
        /// The file.
        file: String,
        /// Its format.
        version: u32,
        /// The newest that can be read here.
        known: u32,
    },
    /// Something that was durable is not as it was written.
    Damaged(Damage),
    /// A segment of another ledger lies in the folder.
    ForeignSegment {
        /// The file.
        file: String,
    },
    /// Segments are gone.
    Missing {
        /// The file after the gap, or the one that should be there.
        file: String,
        /// The first batch that is not there, as far as that is known.
        batch: u64,
    },
}

/// A place where a ledger is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The file.
    pub file: String,
    /// Bytes from its beginning.
    pub offset: u64,
    /// The batch that should be there, or that is there and can't be right.
    pub batch: u64,
    /// What is wrong.
    pub what: Flaw,
}

/// What is wrong in a [`Damage`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// A segment's first bytes are not what they were.
    Header,
    /// A file is too long to be a segment.
    Length,
    /// A frame that was durable is not whole any more.
    Frame,
    /// Frames are whole, but not in the order of their numbers.
    Order,
    /// A frame is whole, but what it says makes no sense.
    Sense,
    /// A change of this seat does not follow from what the seat was.
    Change(SeatId),
}

impl OpenError {
    pub(super) fn io(file: &str) -> impl Fn(io::Error) -> Self {
        move |error| Self::Io {
            file: file.to_owned(),
            error,
        }
    }

    /// Whether it can come from reading while somebody writes.
    pub(super) fn may_be_haste(&self) -> bool {
        match self {
            Self::Damaged(damage) => matches!(damage.what, Flaw::Frame | Flaw::Order),
            Self::Missing { .. } => true,
            _ => false,
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { file, error } if file.is_empty() => {
                write!(f, "the ledger's folder: {error}")
            }
            Self::Io { file, error } => write!(f, "the ledger's file {file}: {error}"),
            Self::NewerFormat {
                file,
                version,
                known,
            } => write!(
                f,
                "the ledger's file {file} has format {version}, and this program knows {known} and older ones: a newer one is needed"
            ),
            Self::Damaged(damage) => write!(f, "the ledger is damaged: {damage}"),
            Self::ForeignSegment { file } => write!(f, "the file {file} belongs to another ledger"),
            Self::Missing { file, batch } => {
                write!(
                    f,
                    "the ledger's batch {batch} is missing, at the file {file}"
                )
            }
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            offset,
            batch,
            what,
        } = self;
        write!(f, "{file}, at byte {offset}, batch {batch}: {what}")
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header => f.write_str("the header is not what was written"),
            Self::Length => f.write_str("the file is too long"),
            Self::Frame => f.write_str("the frame is not what was written"),
            Self::Order => f.write_str("the frames are out of order"),
            Self::Sense => f.write_str("the frame makes no sense"),
            Self::Change(seat) => write!(
                f,
                "a change of seat {} does not follow from what it was",
                seat.get()
            ),
        }
    }
}

impl error::Error for OpenError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Io { error, .. } => Some(error),
            _ => None,
        }
    }
}
