//! What this node is to each shard: serves it, is about to, is about to cease, or none of these.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use super::served::Served;
use crate::cluster::{owner::Node as Owner, placement::ShardId, store::Store};

/// What this node is to a shard.
pub(super) enum Here<S: Store> {
    /// It serves it.
    Serving(Arc<Served<S>>),
    /// It takes it, or gives it away. Whoever asks for something waits.
    Changing,
    /// It has nothing to do with it. Who serves it, as somebody has told more lately than the roster was read.
    Elsewhere(Option<Owner>),
}

/// What this node is to each shard.
pub(super) struct Shards<S: Store> {
    table: Mutex<HashMap<ShardId, Here<S>>>,
    /// Counts what has changed here or in the roster: whoever waits for a shard looks again.
    changes: watch::Sender<u64>,
}

impl<S: Store> Shards<S> {
    pub(super) fn new() -> Self {
        Self {
            table: Mutex::default(),
            changes: watch::Sender::new(0),
        }
    }

    /// What this node is to a shard now.
    pub(super) fn look(&self, shard: ShardId) -> Here<S> {
        let table = self.table();
        table.get(&shard).map_or(Here::Elsewhere(None), Here::again)
    }

    /// Those that it serves.
    pub(super) fn served(&self) -> Vec<Arc<Served<S>>> {
        let table = self.table();
        let served = table.values().filter_map(|here| match here {
            Here::Serving(served) => Some(Arc::clone(served)),
            Here::Changing | Here::Elsewhere(_) => None,
        });
        served.collect()
    }

    /// Begins to take a shard. `false`: it is not elsewhere.
    pub(super) fn begin_to_take(&self, shard: ShardId) -> bool {
        let mut table = self.table();
        let here = table.entry(shard).or_insert(Here::Elsewhere(None));
        if !matches!(here, Here::Elsewhere(_)) {
            return false;
        }
        *here = Here::Changing;
        true
    }

    /// Takes a shard from the table that is served, if it is this service of it. Whoever comes from now on waits.
    pub(super) fn begin_to_leave(&self, served: &Arc<Served<S>>) -> bool {
        let mut table = self.table();
        match table.get_mut(&served.shard) {
            Some(here @ Here::Serving(_)) if here.is(served) => {
                *here = Here::Changing;
                true
            }
            _ => false,
        }
    }

    /// What this node is to a shard from now on.
    pub(super) fn set(&self, shard: ShardId, here: Here<S>) {
        self.table().insert(shard, here);
        self.tell();
    }

    /// Somebody has said who serves a shard that is not served here.
    pub(super) fn hint(&self, shard: ShardId, owner: Owner) {
        let mut table = self.table();
        if let Here::Elsewhere(hint) = table.entry(shard).or_insert(Here::Elsewhere(None)) {
            *hint = Some(owner);
        }
    }

    /// The roster is newer than all hints.
    pub(super) fn forget_hints(&self) {
        for here in self.table().values_mut() {
            if let Here::Elsewhere(hint) = here {
                *hint = None;
            }
        }
        self.tell();
    }

    /// For whoever waits until something is different.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn tell(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    fn table(&self) -> MutexGuard<'_, HashMap<ShardId, Here<S>>> {
        // Nothing panics while this is locked.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Store> Here<S> {
    fn again(&self) -> Self {
        match self {
            Self::Serving(served) => Self::Serving(Arc::clone(served)),
            Self::Changing => Self::Changing,
            Self::Elsewhere(hint) => Self::Elsewhere(hint.clone()),
        }
    }

    fn is(&self, other: &Arc<Served<S>>) -> bool {
        matches!(self, Self::Serving(served) if Arc::ptr_eq(served, other))
    }
}
