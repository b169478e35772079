//! Keeps etcd small: what was overwritten is forgotten after a while.
//!
//! A shard's log is trimmed by its owner, but etcd keeps every version of every key until somebody compacts it. One node asks
//! for that each minute. So no option of etcd's has to be set for it, and one that was set does no harm.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::time::sleep;
use tracing::{debug, warn};

use super::{
    etcd::Etcd,
    store::{Action, Keys, Revision, Store, StoreError, Txn},
};

/// What was overwritten so long ago is forgotten. Whoever follows the roster and was gone for longer reads it anew.
const HISTORY: Duration = Duration::from_secs(60);

/// Has etcd forget what it need not remember, whenever it is for this node to do, for as long as this is polled. Should two
/// nodes do it, the second is told that it was done.
pub async fn keep_small(etcd: Arc<Etcd>, is_for_us: impl Fn() -> bool + Send) {
    let mut before = None;
    loop {
        let now = revision(&etcd).await;
        // Also where nothing was written since: an etcd that is full takes nothing, and has to be told of room again.
        if let Some(before) = before
            && is_for_us()
        {
            match etcd.compact(before).await {
                Ok(()) => debug!(revision = before.get(), "compacted"),
                Err(error) => debug!(%error, "not compacted"),
            }
            make_room(&etcd).await;
        }
        before = now.ok();
        sleep(HISTORY).await;
    }
}

/// Once etcd was full it stays so until it is told otherwise, and its files stay as large as they were.
async fn make_room(etcd: &Etcd) {
    if !matches!(etcd.is_full().await, Ok(true)) {
        return;
    }
    warn!("etcd is full: it is compacted and defragmented");
    for member in etcd.members() {
        if let Err(error) = etcd.defragment(member, HISTORY).await {
            warn!(%error, "not defragmented");
        }
    }
    if let Err(error) = etcd.disarm().await {
        warn!(%error, "etcd still takes nothing");
    }
}

async fn revision(etcd: &Etcd) -> Result<Revision, StoreError> {
    let read = Action::Get(Keys::one(Bytes::from_static(b"/")), 1);
    let txn = Txn {
        then: vec![read],
        ..Txn::default()
    };
    Ok(etcd.txn(txn).await?.revision)
}
