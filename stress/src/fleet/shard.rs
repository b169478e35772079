//! A shard: what its owner is about, and what etcd has of it.

use seatlock::limits;

use super::{change::Change, etcd::Request};

/// A shard.
#[derive(Debug, Default)]
pub struct Shard {
    /// Which etcd has it.
    pub etcd: u16,
    /// Which node serves it, or is about to.
    pub owner: u16,
    /// The owner's term.
    pub term: u32,
    /// What he is about.
    pub stage: Stage,
    /// Changes that wait for the next batch.
    pub gathering: Vec<Change>,
    /// Those that are being appended.
    pub batch: Vec<Change>,
    /// Parts of it that are still to be appended.
    pub parts: u32,
    /// Bytes of the part that is on its way.
    pub part_bytes: u64,
    /// Bytes of the log since the last snapshot began, as its owner counts them.
    pub log_bytes: u64,
    /// The newest slot, as its owner counts them.
    pub slots: u64,
    /// A snapshot that is being written.
    pub snapshot: Option<Snapshot>,
    /// What is on its way to etcd.
    pub asked: Option<Request>,
    /// Who is about to take it.
    pub taker: u16,
    /// Bytes of what is still to be read before the shard is served, the last first.
    pub to_read: Vec<u64>,
    /// Bytes that were read for that.
    pub has_read: u64,
    /// What etcd has.
    pub kept: Kept,
}

/// What an owner is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    /// Nothing: what comes next goes at once.
    #[default]
    Idle,
    /// A part of a batch is on its way.
    Appending,
    /// The state is being packed.
    Packing,
    /// A piece of a snapshot is on its way.
    Writing,
    /// The snapshot is to count.
    Turning,
    /// Nobody serves it.
    Orphaned,
    /// Somebody looks whose it is.
    Looking,
    /// He takes it.
    Taking,
    /// He reads it.
    Reading,
    /// He takes down what he has read.
    Starting,
}

/// A snapshot that is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshot {
    /// Its bytes.
    pub bytes: u64,
    /// How many of its pieces are written.
    pub written: u64,
    /// What of the log goes with it.
    pub log: Log,
}

/// Slots of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Log {
    /// How many.
    pub slots: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What etcd has of a shard.
#[derive(Debug, Clone, Copy, Default)]
pub struct Kept {
    /// The owner's key was last written in this term.
    pub term: u32,
    /// The newest slot.
    pub slots: u64,
    /// The term in which it was written.
    pub last_by: u32,
    /// The log behind the last snapshot.
    pub log: Log,
    /// The last snapshot.
    pub snapshot_bytes: u64,
    /// What all of it comes to.
    pub state_bytes: u64,
    /// Ended holds of which the state still knows.
    pub ended: u64,
    /// Kept answers.
    pub answers: u64,
}

/// Bytes of a piece, and of a part of a batch.
pub const PIECE_BYTES: u64 = limits::SLOT_BYTES_MAX as u64;

impl Shard {
    /// Whether it is served.
    pub fn is_served(&self) -> bool {
        !matches!(
            self.stage,
            Stage::Orphaned | Stage::Looking | Stage::Taking | Stage::Reading | Stage::Starting
        )
    }

    /// Takes the next batch from what waits, of so many bytes beside its changes: in whole changes, as many as the scribe takes
    /// at once. `false`: nothing waits.
    pub fn gather(&mut self, fixed: u64) -> bool {
        let mut records = 0;
        let within = |change: &&Change| {
            records += u32::from(change.seats);
            records <= limits::BATCH_CHANGES_MAX
        };
        let count = self.gathering.iter().take_while(within).count();
        self.batch.clear();
        self.batch.extend(self.gathering.drain(..count));
        if self.batch.is_empty() {
            return false;
        }
        let changes = self.batch.iter().map(|change| u64::from(change.bytes));
        let bytes = fixed + changes.sum::<u64>();
        let parts = bytes.div_ceil(PIECE_BYTES - 1).max(1);
        self.parts = u32::try_from(parts).unwrap_or(u32::MAX);
        // Parts are as long as they may be, but the last one; in sum that is the same as equally long ones.
        self.part_bytes = bytes / parts + 1;
        true
    }

    /// Bytes of the next piece of the snapshot. `None`: all are written.
    pub fn next_piece(&self) -> Option<u64> {
        let snapshot = self.snapshot.as_ref()?;
        let left = snapshot
            .bytes
            .saturating_sub(snapshot.written * PIECE_BYTES);
        (left > 0).then(|| left.min(PIECE_BYTES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::change::{Kind, QUIET};

    fn change(bytes: u32) -> Change {
        Change {
            hold: QUIET,
            kind: Kind::Hold,
            until: 0,
            asked: 0,
            seats: 2,
            bytes,
            stays: 0,
            keeps: false,
        }
    }

    #[test]
    fn a_batch_is_what_waits_and_no_more_than_a_scribe_takes() {
        let mut shard = Shard::default();
        assert!(!shard.gather(64));
        shard.gathering = vec![change(200); 5_000];
        assert!(shard.gather(64));
        assert_eq!((shard.batch.len(), shard.gathering.len()), (2_048, 2_952));
        assert_eq!(shard.parts, 4, "409,664 bytes");
        assert!(shard.gather(64) && shard.gather(64));
        assert_eq!((shard.batch.len(), shard.parts), (904, 2));
        assert!(!shard.gather(64));
    }

    #[test]
    fn a_snapshot_has_as_many_pieces_as_it_needs() {
        let mut shard = Shard {
            snapshot: Some(Snapshot {
                bytes: 2 * PIECE_BYTES + 5,
                written: 0,
                log: Log::default(),
            }),
            ..Shard::default()
        };
        let mut pieces = Vec::new();
        while let Some(piece) = shard.next_piece() {
            pieces.push(piece);
            shard.snapshot.as_mut().expect("there is one").written += 1;
        }
        assert_eq!(pieces, [PIECE_BYTES, PIECE_BYTES, 5]);
    }
}
