//! What a shard's ledger asks of the store, one request at a time, until there is an answer.

use std::{io, sync::Arc};

use tokio::runtime::Handle;

use super::Ended;
use crate::{
    cluster::{
        keys::Slot,
        lease::Readable,
        owner::Owner,
        parts::Gathering,
        store::Store,
        tenure::{Begun, Found, Heard, Tenure},
    },
    ledger::{AppendError, State},
};

/// Times that something is asked before whoever wants it is told that there is no answer for now.
const ATTEMPTS: u32 = 3;

/// What is asked of the store, and by whom.
pub(super) struct Asking<S> {
    pub(super) store: S,
    pub(super) runtime: Handle,
    pub(super) tenure: Tenure,
    pub(super) readable: Arc<Readable>,
}

/// What there is of a shard.
pub(super) struct Read {
    pub(super) state: State,
    /// Bytes of the log behind the snapshot, and of the snapshot.
    pub(super) log_bytes: u64,
    pub(super) snapshot_bytes: u64,
}

/// What a request has come to.
enum Came {
    Heard(Heard),
    /// There is no answer for now.
    Later(String),
}

impl<S: Store> Asking<S> {
    /// Makes the shard this node's, or says whose it is.
    pub(super) fn win(&mut self) -> Result<Option<Owner>, AppendError> {
        let _ = self.tenure.look();
        let mut has_tried = false;
        loop {
            match self.must_hear()? {
                Heard::Won(_) => return Ok(None),
                Heard::Saw(_) if !has_tried => {
                    has_tried = self.tenure.take() == Begun::Yes;
                }
                Heard::Saw(Some(owner)) => return Ok(Some(owner)),
                _ => return Err(later("this node is not there".into())),
            }
        }
    }

    pub(super) fn read(&mut self) -> Result<Read, AppendError> {
        let (mut state, mut snapshot) = (State::new(), Vec::new());
        let (mut gathering, mut log_bytes, mut snapshot_bytes) = (Gathering::default(), 0, 0);
        loop {
            let heard = self.must_hear()?;
            let is_ready = matches!(heard, Heard::Ready(_));
            match heard {
                Heard::Read(Found::Checkpoint(_)) => {}
                Heard::Read(Found::Pieces(pieces)) => {
                    pieces
                        .iter()
                        .for_each(|piece| snapshot.extend_from_slice(piece));
                    snapshot_bytes = snapshot.len() as u64;
                }
                Heard::Read(Found::Slots(slots)) | Heard::Ready(slots) => {
                    if !snapshot.is_empty() {
                        let unpacked = state.unpack(&std::mem::take(&mut snapshot));
                        unpacked.map_err(|_| Ended::Unreadable(Slot::FOUNDING))?;
                    }
                    for (slot, value) in slots {
                        log_bytes += value.len() as u64;
                        let batch = gathering.take(&value);
                        let batch = batch.map_err(|_| Ended::Unreadable(slot))?;
                        if let Some(batch) = batch {
                            let unpacked = state.unpack(&batch);
                            unpacked.map_err(|_| Ended::Unreadable(slot))?;
                        }
                    }
                }
                _ => {}
            }
            if is_ready {
                return Ok(Read {
                    state,
                    log_bytes,
                    snapshot_bytes,
                });
            }
        }
    }

    /// Asks what is to be asked now, some times if need be.
    pub(super) fn must_hear(&mut self) -> Result<Heard, AppendError> {
        let mut came = Came::Later("nothing is to be asked".into());
        for _ in 0..ATTEMPTS {
            came = self.hear()?;
            if matches!(came, Came::Heard(_)) {
                break;
            }
        }
        match came {
            Came::Heard(heard) => Ok(heard),
            Came::Later(why) => Err(later(why)),
        }
    }

    pub(super) fn publish(&self) {
        self.readable.set(self.tenure.readable_under());
    }

    fn hear(&mut self) -> Result<Came, Ended> {
        let Some(txn) = self.tenure.ask() else {
            return Ok(Came::Later("nothing is to be asked".into()));
        };
        // A hand-over ends the reading before it is asked for.
        self.publish();
        let answer = self.runtime.block_on(self.store.txn(txn));
        let heard = self.tenure.hear(answer);
        self.publish();
        match heard {
            Heard::Deposed(by) => Err(Ended::Deposed(by)),
            Heard::Impossible(why) => Err(Ended::Impossible(why)),
            Heard::Broken(fault) => Err(Ended::Broken(fault)),
            Heard::Refused(why) | Heard::InDoubt(why) => Ok(Came::Later(why)),
            Heard::NoLease => Ok(Came::Later("the node's lease has ended".into())),
            heard => Ok(Came::Heard(heard)),
        }
    }
}

/// There is no answer for now.
fn later(why: String) -> AppendError {
    AppendError::NoRoom(io::Error::other(why))
}
