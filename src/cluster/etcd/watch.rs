//! Follows what becomes of keys.

use std::sync::Arc;

use bytes::Bytes;
use tonic::Streaming;

use super::{
    Etcd,
    calls::{
        self, WatchCreateRequest, WatchRequest, WatchResponse, event::EventType,
        watch_request::RequestUnion,
    },
    endpoint::Endpoint,
    outcome::{Failed, Fate},
    wire,
};
use crate::cluster::store::{Entry, Keys, Revision, StoreError};

/// A key's fate at one revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It was written.
    Put(Entry),
    /// It was removed, by a transaction or with its lease.
    Deleted(Bytes, Revision),
}

/// Changes of a range of keys, in the order of their revisions.
pub struct Watch {
    endpoint: Arc<Endpoint>,
    changes: Streaming<WatchResponse>,
}

impl Etcd {
    /// Follows the keys of a range, beginning with what was written at `since`.
    ///
    /// # Errors
    /// [`StoreError`]: nothing is followed then.
    pub async fn watch(&self, keys: Keys, since: Revision) -> Result<Watch, StoreError> {
        let (key, range_end) = wire::range(keys)?;
        let create = WatchCreateRequest {
            key,
            range_end,
            start_revision: wire::number(since),
        };
        let request = WatchRequest {
            request_union: Some(RequestUnion::CreateRequest(create)),
        };
        let (endpoint, created, changes) = self.open(&calls::WATCH, &request).await?;
        let watch = Watch { endpoint, changes };
        watch.check(&created)?;
        Ok(watch)
    }
}

impl Watch {
    /// Waits for what comes next; all changes of a transaction come together. It may be dropped while it waits.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] when the member, or the way to it, or its leader fails: another watch can go on with the
    /// revision after the last one that was seen. [`StoreError::Impossible`] when etcd has forgotten where this one is: what there
    /// is has to be read anew.
    pub async fn next(&mut self) -> Result<Vec<Change>, StoreError> {
        loop {
            let answer = self.changes.message().await.map_err(|status| {
                let text = Failed::of(&status, &self.endpoint).text;
                StoreError::Unknown(text)
            })?;
            let ended = || StoreError::Unknown(format!("{}: the watch has ended", self.endpoint));
            let answer = answer.ok_or_else(ended)?;
            self.check(&answer)?;
            if !answer.events.is_empty() {
                return Ok(changes(answer));
            }
        }
    }

    fn check(&self, answer: &WatchResponse) -> Result<(), Failed> {
        let endpoint = &self.endpoint;
        if answer.compact_revision > 0 {
            let first = answer.compact_revision;
            let text = format!("{endpoint}: what was written before revision {first} is forgotten");
            return Err(Failed::new(Fate::Impossible, text));
        }
        if answer.canceled {
            let text = format!("{endpoint}: the watch has ended: {}", answer.cancel_reason);
            return Err(Failed::new(Fate::Unknown, text));
        }
        Ok(())
    }
}

fn changes(answer: WatchResponse) -> Vec<Change> {
    let changes = answer.events.into_iter().filter_map(|event| {
        let kind = event.r#type();
        let entry = wire::entry(event.kv?);
        Some(match kind {
            EventType::Put => Change::Put(entry),
            EventType::Delete => Change::Deleted(entry.key, entry.revision),
        })
    });
    changes.collect()
}
