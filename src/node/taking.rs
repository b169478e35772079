//! A shard comes to this node, or goes from it.

use std::{sync::Arc, time::Duration};

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
        store::Store,
        tenure::Tenure,
    },
    ledger::AppendError,
    limits,
};

/// After which a shard that could not be taken is tried again at the earliest.
const PAUSE: Duration = Duration::from_millis(500);

impl<S: Store> Node<S> {
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
        if to.is_some() {
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
        let (node, runtime) = (Arc::downgrade(self), self.runtime.clone());
        let on_failure = Box::new(move |failure: &AppendError| {
            warn!(%shard, reason = %failure, "the shard is not served here any more");
            if let Some(node) = node.upgrade() {
                runtime.spawn(async move { node.lose(shard).await });
            }
        });
        let served = Served::start(&self.config, shard, ledger, living, on_failure);
        let served = served.map_err(|error| error.to_string())?;
        Ok(Here::Serving(Arc::new(served)))
    }
}
