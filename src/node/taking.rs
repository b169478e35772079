//! A shard comes to this node, or goes from it; at the end all do.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::task::spawn_blocking;
use tracing::{error, info, warn};

use super::{
    Node,
    served::{self, Served},
    shards::Here,
};
use crate::{
    cluster::{
        owner::Node as Owner,
        placement::ShardId,
        shard_ledger::{ShardLedger, Taken},
        store::{Store, StoreError},
        tenure::Tenure,
    },
    ledger::AppendError,
    limits,
};

/// After which a shard that could not be taken is tried again at the earliest.
const PAUSE: Duration = Duration::from_millis(500);

/// Shards that are handed over at once. The others are served meanwhile, so few is better.
pub(super) const GIVEN_AT_ONCE: u32 = 2;

impl<S: Store> Node<S> {
    /// Hands over all that it serves, and takes nothing more. How many shards that were. Where nobody else is there, they are
    /// merely not served any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn hand_over_all(self: &Arc<Self>) -> Result<usize, StoreError> {
        // Release, with the Acquire in `is_leaving`: nothing else hangs on it.
        self.is_leaving.store(true, Ordering::Release);
        self.membership.say_leaving(true).await?;
        if let Err(error) = self.read_roster().await {
            warn!(error, "the roster can't be read");
        }
        let mut giving = Vec::new();
        for served in self.shards.served() {
            let to = self.roster().rightful(served.shard);
            let node = Arc::clone(self);
            giving.push(
                self.runtime
                    .spawn(async move { node.give(served, to).await }),
            );
        }
        let count = giving.len();
        for one in giving {
            let _ = one.await;
        }
        // Also those that the steward was giving away already.
        let _all = self.gives.acquire_many(GIVEN_AT_ONCE).await;
        Ok(count)
    }

    /// Takes shards again after [`Node::hand_over_all`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn stay(&self) -> Result<(), StoreError> {
        self.membership.say_leaving(false).await?;
        self.is_leaving.store(false, Ordering::Release);
        self.look_again.notify_one();
        Ok(())
    }

    /// Hands over all that it serves, and goes.
    pub async fn leave(self: &Arc<Self>) {
        match self.hand_over_all().await {
            Ok(shards) => info!(shards, "handed over"),
            Err(error) => warn!(%error, "what this node served is left to whoever takes it"),
        }
        for task in self.tasks().drain(..) {
            task.abort();
        }
        if let Err(error) = self.membership.leave().await {
            warn!(%error, "the node's lease ends by itself");
        }
    }

    /// Takes a shard and serves it, unless somebody else does.
    pub(super) fn take(self: &Arc<Self>, shard: ShardId) {
        if self.shards.begin_to_take(shard) {
            let node = Arc::clone(self);
            self.runtime
                .spawn(async move { node.take_and_serve(shard).await });
        }
    }

    /// Hands a shard over to the node whose it should be; to nobody if there is none: it then stays what it is in the store,
    /// for whoever comes.
    pub(super) async fn give(self: &Arc<Self>, served: Arc<Served<S>>, to: Option<Owner>) {
        let shard = served.shard;
        if !served.begin_to_go() {
            return;
        }
        // All others are served until it is their turn. It is never closed.
        let _place = self.gives.acquire().await;
        if let Some(to) = &to {
            self.announce(shard, to).await;
            served.prepare(limits::ANSWER_TIMEOUT).await;
        }
        if !self.shards.begin_to_leave(&served) {
            return;
        }
        let begun = self.config.clock.now();
        let ledger = match served.end(limits::ANSWER_TIMEOUT).await {
            Ok(ledger) => ledger,
            Err(served) => {
                warn!(%shard, "a request takes so long that the shard stays here");
                served.stay();
                self.shards.set(shard, Here::Serving(served));
                return;
            }
        };
        let Some(to) = to else {
            self.shards.set(shard, Here::Elsewhere(None));
            return;
        };
        let successor = to.clone();
        let handed = spawn_blocking(move || served::hand_over(&ledger, &successor)).await;
        match handed {
            Ok(Ok(true)) => {
                let took = begun.until(self.config.clock.now());
                info!(%shard, to = to.name, millis = took.as_millis(), "handed over");
                self.counts.handed_over.add();
                self.nudge(&to, shard);
                self.shards.set(shard, Here::Elsewhere(Some(to)));
            }
            // It is still this node's in the store, or somebody's who will say so: the steward looks.
            other => {
                warn!(%shard, to = to.name, ?other, "not handed over");
                self.shards.set(shard, Here::Elsewhere(None));
                self.look_again.notify_one();
            }
        }
    }

    /// The ledger of a shard has failed, so that nothing becomes durable here any more.
    pub(super) async fn lose(self: &Arc<Self>, shard: ShardId) {
        let Here::Serving(served) = self.shards.look(shard) else {
            return;
        };
        if self.shards.begin_to_leave(&served) {
            self.counts.lost.add();
            // Whoever waits for its ledger is told that it has failed, so nobody stays.
            if let Err(_stuck) = served.end(limits::ANSWER_TIMEOUT).await {
                error!(%shard, "somebody still uses a shard that is not this node's any more");
            }
            self.shards.set(shard, Here::Elsewhere(None));
            self.look_again.notify_one();
        }
    }

    async fn take_and_serve(self: Arc<Self>, shard: ShardId) {
        let Ok(_place) = Arc::clone(&self.takes).acquire_owned().await else {
            return;
        };
        let begun = self.config.clock.now();
        let node = Arc::clone(&self);
        let taken = spawn_blocking(move || node.try_to_take(shard)).await;
        let here = match taken {
            Ok(Ok(here)) => here,
            Ok(Err(error)) => {
                warn!(%shard, error, "could not be taken");
                tokio::time::sleep(PAUSE).await;
                Here::Elsewhere(None)
            }
            Err(_panicked) => Here::Elsewhere(None),
        };
        match &here {
            Here::Serving(served) => {
                let took = begun.until(self.config.clock.now());
                let events = served.engine.event_count();
                info!(%shard, events, millis = took.as_millis(), "serves");
                self.counts.taken.add();
            }
            _ => self.look_again.notify_one(),
        }
        self.shards.set(shard, here);
        self.expected.forget(shard);
    }

    fn try_to_take(self: &Arc<Self>, shard: ShardId) -> Result<Here<S>, String> {
        let keys = self.keys.shard(shard);
        let living = self.membership.living();
        let taken = ShardLedger::take(
            Arc::clone(&self.store),
            self.runtime.clone(),
            Tenure::stranger(keys, living.node()),
            self.config.log_budget_bytes,
        );
        let ledger = match taken.map_err(|error| error.to_string())? {
            Taken::Here(ledger) => *ledger,
            Taken::There(owner) => return Ok(Here::Elsewhere(Some(owner.node))),
        };
        // Whatever was pinned in an earlier term is known here before anything is made.
        self.runtime.block_on(self.read_roster())?;
        let (node, runtime) = (Arc::downgrade(self), self.runtime.clone());
        let on_failure = Box::new(move |failure: &AppendError| {
            warn!(%shard, reason = %failure, "the shard is not served here any more");
            if let Some(node) = node.upgrade() {
                runtime.spawn(async move { node.lose(shard).await });
            }
        });
        let drawings = Arc::clone(&self.expected.drawings);
        let served = Served::start(&self.config, shard, ledger, living, drawings, on_failure);
        let served = served.map_err(|error| error.to_string())?;
        Ok(Here::Serving(Arc::new(served)))
    }
}
