//! A shard's ledger in the store: what the engine's scribe appends to, and what a start finds.
//!
//! It does what the tenure says and carries what that asks to the store, on the scribe's thread, one request at a time. It
//! keeps the state that all batches come to, of which it writes a snapshot whenever the log behind the last one has grown
//! beyond a budget and beyond what a snapshot takes: so no more is written for snapshots than for the log. It writes a piece
//! after each append, once whoever waited for that was told.
//!
//! | file | what it is |
//! |---|---|
//! | `asking` | what is asked of the store, some times if need be |

mod asking;

use std::{error, fmt, io, sync::Arc};

use bytes::Bytes;
use tokio::runtime::Handle;

use super::{
    keys::Slot,
    lease::{Living, Readable},
    owner::{Node, Owner, Term},
    parts,
    store::{LeaseId, Store},
    tenure::{Begun, Fault, Heard, Tenure},
};
use crate::{
    ledger::{AppendError, Batch, Ledger, State, Unfit},
    limits,
};
use asking::{Asking, Read};

/// A shard that this node owns.
pub struct ShardLedger<S> {
    asking: Asking<S>,
    state: State,
    /// Bytes of the log behind the snapshot, and of the snapshot.
    log_bytes: u64,
    snapshot_bytes: u64,
    budget_bytes: u64,
    /// The batch that is being appended, until all of its parts are there.
    batch: Vec<u8>,
    parts_done: usize,
    has_failed: bool,
    /// What the node lives by, if that may change.
    living: Option<Arc<Living>>,
}

/// Whether a shard is this node's.
#[derive(Debug)]
#[must_use]
pub enum Taken<S> {
    /// It is.
    Here(Box<ShardLedger<S>>),
    /// It is this one's, who is there.
    There(Owner),
}

/// Why nothing can be written any more, or be read at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Another term has begun, by this owner, if that can be read.
    Deposed(Option<Owner>),
    /// The store says that it can't be done.
    Impossible(String),
    /// What is in the store can't be.
    Broken(Fault),
    /// The state can't be read from what is in the store.
    Unreadable(Slot),
    /// The batch is not the one that was begun.
    OtherBatch,
}

impl<S: Store> ShardLedger<S> {
    /// Takes a shard if it is nobody's, its owner is gone, or this node was named, and reads it.
    ///
    /// Blocks the thread, which must not be one of the runtime's.
    ///
    /// # Errors
    /// [`AppendError::NoRoom`]: the store doesn't answer, or takes nothing. It may be tried again, with a tenure that begins as
    /// a stranger. [`AppendError::Failed`]: as [`Ended`] says.
    pub fn take(
        store: S,
        runtime: Handle,
        tenure: Tenure,
        budget_bytes: u64,
    ) -> Result<Taken<S>, AppendError> {
        let mut asking = Asking {
            store,
            runtime,
            tenure,
            readable: Arc::default(),
        };
        if let Some(owner) = asking.win()? {
            return Ok(Taken::There(owner));
        }
        let Read {
            state,
            log_bytes,
            snapshot_bytes,
        } = asking.read()?;
        Ok(Taken::Here(Box::new(Self {
            asking,
            state,
            log_bytes,
            snapshot_bytes,
            budget_bytes,
            batch: Vec::new(),
            parts_done: 0,
            has_failed: false,
            living: None,
        })))
    }

    /// What all batches come to.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// A copy of what all batches come to, for an engine to go on from.
    pub fn state_again(&self) -> State {
        self.state.clone()
    }

    /// The term in which the shard is this node's. `None` once it is not any more.
    pub fn term(&self) -> Option<Term> {
        self.asking.tenure.term()
    }

    /// See [`Tenure::readable_under`].
    pub fn readable_under(&self) -> Option<LeaseId> {
        self.asking.tenure.readable_under()
    }

    /// The same, for other threads, as of the last thing that was asked or answered.
    pub fn readable(&self) -> Arc<Readable> {
        Arc::clone(&self.asking.readable)
    }

    /// The newest slot of the log.
    pub fn newest(&self) -> Option<Slot> {
        self.asking.tenure.newest()
    }

    /// Follows what the node lives by: when that has changed the shard is taken again, before anything else is asked.
    #[must_use]
    pub fn living_by(mut self, living: Arc<Living>) -> Self {
        self.living = Some(living);
        self.asking.publish();
        self
    }

    /// The node lives by another lease: with the next append the shard is taken again.
    pub fn live_by(&mut self, lease: LeaseId) {
        // Between two requests, and there is no other time, nothing is in its way.
        let _ = self.asking.tenure.live_by(lease);
    }

    /// Begins a snapshot if more is behind the last one than whoever reads it should find there. It is written while appends go
    /// on, and is there once [`ShardLedger::is_snapshotting`] is over: a hand-over before that has to wait for it.
    ///
    /// # Errors
    /// As [`Ledger::append`].
    pub fn prepare_to_hand_over(&mut self, tail_bytes_max: u64) -> Result<(), AppendError> {
        if self.batch.is_empty() && self.log_bytes > tail_bytes_max {
            self.begin_snapshot()?;
        }
        Ok(())
    }

    /// Whether a snapshot is being written.
    pub fn is_snapshotting(&self) -> bool {
        self.asking.tenure.is_snapshotting()
    }

    /// Makes another node the owner. `false`: that node is gone, and the shard is still this one's.
    ///
    /// # Errors
    /// As [`Ledger::append`]. Not while a batch is to be appended again.
    pub fn hand_over(&mut self, to: &Node) -> Result<bool, AppendError> {
        if !self.batch.is_empty() {
            return Err(Ended::OtherBatch.into());
        }
        while self.is_snapshotting() {
            let _ = self.go_on()?;
        }
        loop {
            // Not now if it is under way since a call before, or if the shard is to be retaken first.
            let _ = self.asking.tenure.hand_over(to.clone());
            match self.go_on()? {
                Heard::HandedOver(_) => {
                    self.has_failed = true;
                    return Ok(true);
                }
                Heard::Kept => return Ok(false),
                _ => {}
            }
        }
    }

    fn try_append(&mut self, batch: &Batch<'_>) -> Result<(), AppendError> {
        let mut packed = Vec::new();
        batch.pack(&mut packed).map_err(failed)?;
        if self.batch.is_empty() {
            self.batch = packed;
        } else if self.batch != packed {
            return Err(Ended::OtherBatch.into());
        }
        // Every time the same parts, of which the first ones may be there.
        let parts: Vec<Bytes> = parts::cut(&self.batch).skip(self.parts_done).collect();
        for part in parts {
            self.append_part(&part)?;
            self.parts_done += 1;
            self.log_bytes += part.len() as u64;
        }
        // DURABILITY POINT: the last part is in the log, and so the batch.
        self.batch.clear();
        self.parts_done = 0;
        let applied = self.state.apply(batch);
        applied.map_err(|change| failed(Unfit::Change(change)))
    }

    fn append_part(&mut self, part: &Bytes) -> Result<(), AppendError> {
        // One that is under way already is this part: it was begun by the same call for the same batch.
        while self.asking.tenure.append(part.clone()) == Begun::NotNow {
            if let Heard::Appended(_) = self.go_on()? {
                return Ok(());
            }
        }
        loop {
            if let Heard::Appended(_) = self.go_on()? {
                return Ok(());
            }
        }
    }

    /// A step of the snapshot. Whatever comes of that, the last batch is there: what is wrong is found again by the next one.
    fn tend(&mut self) {
        let budget_bytes = self.budget_bytes.max(self.snapshot_bytes);
        if self.log_bytes > budget_bytes && self.begin_snapshot().is_err() {
            self.has_failed = true;
        }
        if self.asking.tenure.is_snapshotting()
            && matches!(self.go_on(), Err(AppendError::Failed(_)))
        {
            self.has_failed = true;
        }
    }

    fn begin_snapshot(&mut self) -> Result<(), AppendError> {
        let tenure = &mut self.asking.tenure;
        let is_new = tenure.checkpoint().map(|checkpoint| checkpoint.through) < tenure.newest();
        if !is_new || tenure.is_snapshotting() {
            return Ok(());
        }
        let mut packed = Vec::new();
        self.state.pack(&mut packed).map_err(failed)?;
        let packed = Bytes::from(packed);
        let pieces = (0..packed.len()).step_by(limits::SLOT_BYTES_MAX);
        let piece =
            |from: usize| packed.slice(from..packed.len().min(from + limits::SLOT_BYTES_MAX));
        if tenure.snapshot(pieces.map(piece).collect()) == Begun::Yes {
            (self.log_bytes, self.snapshot_bytes) = (0, packed.len() as u64);
        }
        Ok(())
    }

    fn go_on(&mut self) -> Result<Heard, AppendError> {
        self.asking.must_hear()
    }

    fn follow(&mut self) {
        let lease = self.living.as_ref().map(|living| living.lease());
        if let Some(lease) = lease
            && lease != self.asking.tenure.me().lease
        {
            self.live_by(lease);
            self.asking.publish();
        }
    }
}

impl<S: Store> Ledger for ShardLedger<S> {
    fn append(&mut self, batch: &Batch<'_>) -> Result<(), AppendError> {
        if self.has_failed {
            return Err(Ended::Deposed(None).into());
        }
        self.follow();
        let appended = self.try_append(batch);
        if matches!(appended, Err(AppendError::Failed(_))) {
            self.has_failed = true;
        }
        appended
    }

    fn acknowledged(&mut self) {
        if !self.has_failed && self.batch.is_empty() {
            self.tend();
        }
    }

    /// Takes the shard again if the node lives by another lease, and goes on with a snapshot, a step each time. This does wait
    /// for an answer: without the first nothing could be read.
    fn idle(&mut self) -> io::Result<()> {
        if self.has_failed {
            return Err(io::Error::other(Ended::Deposed(None)));
        }
        self.follow();
        let tenure = &self.asking.tenure;
        let is_needed = tenure.term().is_some()
            && self.batch.is_empty()
            && (tenure.must_retake() || tenure.is_snapshotting());
        if is_needed && let Err(AppendError::Failed(error)) = self.go_on() {
            self.has_failed = true;
            return Err(error);
        }
        Ok(())
    }

    fn is_durable(&self) -> bool {
        true
    }
}

/// There will be none.
fn failed(error: impl error::Error + Send + Sync + 'static) -> AppendError {
    AppendError::Failed(io::Error::other(error))
}

impl From<Ended> for AppendError {
    fn from(ended: Ended) -> Self {
        failed(ended)
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deposed(Some(owner)) => write!(f, "the shard is {}'s by now", owner.node.name),
            Self::Deposed(None) => f.write_str("the shard is somebody else's by now"),
            Self::Impossible(why) => f.write_str(why),
            Self::Broken(fault) => write!(f, "what is in the store can't be: {fault:?}"),
            Self::Unreadable(slot) => {
                write!(f, "what is in the store through {slot} can't be read")
            }
            Self::OtherBatch => f.write_str("another batch was begun, and is not there yet"),
        }
    }
}

impl error::Error for Ended {}

impl<S> fmt::Debug for ShardLedger<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShardLedger")
            .field("tenure", &self.asking.tenure)
            .field("log_bytes", &self.log_bytes)
            .finish_non_exhaustive()
    }
}
