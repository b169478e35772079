//! Keeps etcd small: what was overwritten is forgotten after a while.
//!
//! A shard's log is trimmed by its owner, but etcd keeps every version of every key until somebody compacts it. One node asks
//! for that every ten seconds: what was overwritten is gone after twenty, and its room is used again. So no option of etcd's has
//! to be set for it, and one that was set does no harm.
//!
//! An etcd that is full all the same forgets everything that was overwritten at once, gives back the room, and is told so.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::time::sleep;
use tracing::{debug, warn};

use super::{
    etcd::Etcd,
    store::{Action, Keys, Revision, Store, StoreError, Txn},
};

/// What was overwritten so long ago is forgotten. Whoever follows the roster and was gone for longer reads it anew.
const HISTORY: Duration = Duration::from_secs(10);

/// How long a member may take to write its file anew.
const PATIENCE: Duration = Duration::from_secs(60);

/// Has etcd forget what it need not remember, whenever it is for this node to do, for as long as this is polled. Should two
/// nodes do it, the second is told that it was done.
pub async fn keep_small(etcd: Arc<Etcd>, is_for_us: impl Fn() -> bool + Send) {
    let mut before = None;
    loop {
        let now = revision(&etcd).await;
        if is_for_us() {
            let is_full = matches!(etcd.is_full().await, Ok(true));
            // Who needs what was overwritten lately can do without: he reads it anew.
            let through = if is_full { now.clone().ok() } else { before };
            if let Some(through) = through {
                match etcd.compact(through).await {
                    Ok(()) => debug!(revision = through.get(), "compacted"),
                    Err(error) => debug!(%error, "not compacted"),
                }
            }
            if is_full {
                make_room(&etcd).await;
            }
        }
        before = now.ok();
        sleep(HISTORY).await;
    }
}

/// Once etcd was full it stays so until it is told otherwise, and its files stay as large as they were.
async fn make_room(etcd: &Etcd) {
    warn!("etcd is full: it is compacted and defragmented");
    for member in etcd.members() {
        let status = etcd.status(member).await;
        // It stands still meanwhile, so there has to be something in it.
        let is_worth_while = status.is_ok_and(|status| status.bytes_in_use / 9 < status.bytes / 10);
        if is_worth_while && let Err(error) = etcd.defragment(member, PATIENCE).await {
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
