//! The steward: reads the roster whenever it may have changed, and sees to it that this node serves what it should.
//!
//! | a shard | and | then |
//! |---|---|---|
//! | is nobody's, or its owner is gone | it is this node's share | it is taken |
//! | the same | it is another's share, who has not taken it for a while | it is taken |
//! | is this node's in the store and not served | | it is taken |
//! | is served here | it is somebody else's in the store | it is dropped |
//! | is served here | it is the share of a node that has come | it is handed over |

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::http::Method;
use tokio::time::{sleep, timeout};
use tracing::{debug, warn};

use super::{Node, peers::Errand, served::Served, shards::Here};
use crate::{
    cluster::{
        owner::Node as Owner,
        placement::ShardId,
        roster::Roster,
        store::{Store, StoreError},
    },
    tick::Moment,
};

/// The roster is read at least so often, whether or not anybody has said that it has changed.
const LOOK_MAX: Duration = Duration::from_secs(1);

/// After a failure it is read again no sooner.
pub(super) const PAUSE: Duration = Duration::from_millis(100);

/// How long a shard is left to the node whose share it is, before somebody else takes it.
const STEP_IN: Duration = Duration::from_secs(3);

impl<S: Store> Node<S> {
    /// Looks after the shards for as long as it is polled.
    pub(super) async fn look_after(self: Arc<Self>) {
        let mut orphans = HashMap::new();
        let mut is_reading = true;
        loop {
            match self.read_roster().await {
                Ok(()) => {
                    is_reading = true;
                    self.settle(&mut orphans);
                }
                Err(error) => {
                    if std::mem::take(&mut is_reading) {
                        warn!(error, "the roster can't be read");
                    }
                    sleep(PAUSE).await;
                }
            }
            self.keep_streams_certain();
            self.wait_for_news().await;
        }
    }

    /// Reads the roster now.
    ///
    /// # Errors
    /// Why it can't be read.
    pub(super) async fn read_roster(&self) -> Result<(), String> {
        let read = self.store.txn(Roster::ask(&self.keys)).await;
        let done = read.map_err(|error: StoreError| error.to_string())?;
        let roster = Roster::read(&self.keys, &done).map_err(|error| error.to_string())?;
        self.set_roster(roster);
        self.shards.forget_hints();
        Ok(())
    }

    /// Asks a node to look who owns a shard, as it may be that one by now. If it does not hear this, its own roster tells it.
    pub(super) fn nudge(self: &Arc<Self>, to: &Owner, shard: ShardId) {
        let path = format!("/v1/cluster/shards/{shard}");
        if let Some(errand) = Errand::own(Method::POST, &path) {
            let (node, to) = (Arc::clone(self), to.clone());
            self.runtime.spawn(async move {
                if let Err(lost) = node.peers.hear(&to, &errand).await {
                    debug!(%shard, to = to.name, ?lost, "a nudge was not heard");
                }
            });
        }
    }

    /// While the steward waits it has none of them at hand: who hands one over waits until nobody has.
    fn keep_streams_certain(&self) {
        let now = self.config.clock.now();
        for served in self.shards.served() {
            served.keep_streams_certain(now);
        }
    }

    async fn wait_for_news(&self) {
        let since = self.roster().revision();
        let changed = self.store.changed(self.keys.roster(), since);
        let changed = async {
            if changed.await.is_err() {
                // There is no telling, so it is looked now and then.
                sleep(LOOK_MAX).await;
            }
        };
        let news = async {
            tokio::select! {
                () = changed => {}
                () = self.look_again.notified() => {}
            }
        };
        let _elapsed = timeout(LOOK_MAX, news).await;
    }

    fn settle(self: &Arc<Self>, orphans: &mut HashMap<ShardId, Moment>) {
        let roster = self.roster();
        for shard in roster.placement().shards() {
            match self.shards.look(shard) {
                Here::Elsewhere(_) if self.wants(shard, &roster, orphans) => self.take(shard),
                Here::Serving(served) if self.is_deposed(&served, &roster) => {
                    let node = Arc::clone(self);
                    drop(served);
                    self.runtime.spawn(async move { node.lose(shard).await });
                }
                Here::Serving(served) if !served.is_going() => {
                    self.move_to_its_own(served, &roster)
                }
                Here::Serving(_) | Here::Elsewhere(_) | Here::Changing => {}
            }
        }
    }

    fn wants(
        &self,
        shard: ShardId,
        roster: &Roster,
        orphans: &mut HashMap<ShardId, Moment>,
    ) -> bool {
        let me = self.membership.living().lease();
        if let Some(owner) = roster.present_owner(shard) {
            orphans.remove(&shard);
            return owner.lease == me;
        }
        let now = self.config.clock.now();
        let since = *orphans.entry(shard).or_insert(now);
        match roster.rightful(shard) {
            Some(rightful) if rightful.lease == me => true,
            Some(_) => !self.is_leaving() && since.until(now) > STEP_IN,
            None => false,
        }
    }

    /// The roster may be older than what this node has done since. That a shard was another's for a while, and is to be this node's
    /// again, its ledger finds out.
    fn is_deposed(&self, served: &Served<S>, roster: &Roster) -> bool {
        let owner = roster.owner(served.shard);
        owner
            .is_some_and(|(owner, term)| *term > served.term && owner.node.name != self.config.name)
    }

    fn move_to_its_own(self: &Arc<Self>, served: Arc<Served<S>>, roster: &Roster) {
        let rightful = roster.rightful(served.shard);
        if let Some(to) = rightful.filter(|node| node.name != self.config.name) {
            let node = Arc::clone(self);
            self.runtime
                .spawn(async move { node.give(served, Some(to)).await });
        }
    }
}
