//! What one clerk knows of what he has asked for.
//!
//! All that a thing has been since the last restart is kept, with the numbers of the changes that made it so: a crash may
//! take changes back, but only from the end of the one order of all of them (see [`super::cut`]).

use seatlock::ids::SeatId;

use super::{
    deed::Deed,
    face::Face,
    time::{Asked, Millis},
};
use crate::hall::Hall;

/// A request that can be sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) path: String,
    pub(super) token: Option<String>,
    pub(super) key: Option<String>,
    pub(super) body: String,
}

/// A hold, which may become a booking, or a block.
#[derive(Debug)]
pub(super) struct Record {
    /// Which of the events.
    pub(super) event: usize,
    pub(super) subject: Subject,
    /// What it has been, in order; the first is what it was at the last restart.
    pub(super) versions: Vec<Version>,
    /// What was under way when the server went away.
    pub(super) pending: Option<Pending>,
    /// What it is after the restart.
    pub(super) seen: Option<(Face, Asked)>,
}

/// What a record is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject {
    Hold { id: String, token: String },
    Block(Vec<SeatId>),
}

/// What it was from some change on.
#[derive(Debug, Clone)]
pub(super) struct Version {
    pub(super) face: Face,
    /// What was asked for.
    pub(super) deed: &'static str,
    /// The number of the change; 0 at a restart.
    pub(super) lsn: u64,
    /// Whether the answer has promised that it is durable.
    pub(super) is_durable: bool,
    /// When that was answered.
    pub(super) at: Millis,
}

/// A change of which nobody has said whether it was made.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    /// What it makes of the record.
    pub(super) face: Face,
    pub(super) deed: Deed,
    pub(super) call: Call,
    /// What is known of the record at the restart, for people.
    pub(super) story: Vec<String>,
}

/// A hold that was asked for, of which nobody has said whether it was made.
#[derive(Debug, Clone)]
pub(super) struct Birth {
    pub(super) event: usize,
    /// The seats, if they were named.
    pub(super) seats: Vec<SeatId>,
    pub(super) call: Call,
}

/// An answer that was given under a key.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) call: Call,
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    pub(super) lsn: u64,
}

impl Record {
    /// Something that was this at the last restart.
    pub(super) fn of(event: usize, subject: Subject, face: Face) -> Self {
        Self {
            event,
            subject,
            versions: vec![Version::base(face)],
            pending: None,
            seen: None,
        }
    }

    /// Something that has just been made.
    pub(super) fn new(event: usize, subject: Subject, version: Version) -> Self {
        let mut record = Self::of(event, subject, Face::ABSENT);
        record.versions.push(version);
        record
    }

    /// What it is, as far as its owner was told.
    pub(super) fn face(&self) -> &Face {
        &self
            .versions
            .last()
            .expect("a record begins with a version")
            .face
    }

    /// Has it be what was seen, from here on.
    pub(super) fn settle(&mut self, seen: Face, hall: &Hall) {
        let story = self.story(hall);
        if let Some(pending) = &mut self.pending {
            pending.story = story;
        }
        self.versions = vec![Version::base(seen)];
    }

    /// For people: what it is about and all that it has been.
    pub(super) fn story(&self, hall: &Hall) -> Vec<String> {
        let mut lines = vec![match &self.subject {
            Subject::Hold { id, .. } => format!("hold {id}"),
            Subject::Block(seats) => format!("block of {}", hall.labels(seats).join(" ")),
        }];
        lines.extend(self.versions.iter().map(|version| version.text(hall)));
        if let Some(Pending { face, deed, .. }) = &self.pending {
            lines.push(format!(
                "under way: {}, to be {}",
                deed.name(),
                face.text(hall)
            ));
        }
        if let Some((face, _)) = &self.seen {
            lines.push(format!("after the restart: {}", face.text(hall)));
        }
        lines
    }
}

impl Version {
    /// What something was at a restart.
    pub(super) fn base(face: Face) -> Self {
        Self {
            face,
            deed: "was",
            lsn: 0,
            is_durable: true,
            at: 0,
        }
    }

    fn text(&self, hall: &Hall) -> String {
        let Self {
            face, deed, lsn, ..
        } = self;
        let promise = if self.is_durable { "durable" } else { "told" };
        format!("{deed} (change {lsn}, {promise}): {}", face.text(hall))
    }
}
