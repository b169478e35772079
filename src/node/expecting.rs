//! A shard that is about to be handed over: its next owner reads the charts before, while the owner goes on.
//!
//! Until a chart of a hundred thousand seats is read and planned nobody can be served, and that takes longer than all the rest
//! of a hand-over. What comes of it is only that it is quicker: if anything goes wrong the shard is handed over all the same.
//!
//! | who | asks whom | what |
//! |---|---|---|
//! | the owner | the next one | `POST /v1/cluster/shards/{shard}/expect` |
//! | the next one | the owner | `GET /v1/cluster/shards/{shard}/charts`: their digests |
//! | the next one | the owner | `GET /v1/cluster/shards/{shard}/charts/{digest}`: a note, if it does not know that chart |

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{Method, StatusCode},
    response::Response,
};
use tokio::{task::spawn_blocking, time::sleep};
use tracing::debug;

use super::{Node, hop::From, peers::Errand, served::Served, shards::Here};
use crate::{
    cluster::{owner::Node as Owner, placement::ShardId, store::Store},
    engine::{Drawing, Drawings, NoteDigest},
    http::{self, Refusal},
};

/// How long an owner waits for the next one to have read the charts.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long charts are kept for a shard that does not come.
const KEPT: Duration = Duration::from_secs(30);

/// Charts that are at hand here, and those of shards that are about to come.
#[derive(Default)]
pub(super) struct Expected {
    pub(super) drawings: Arc<Drawings>,
    kept: Mutex<HashMap<ShardId, Vec<Drawing>>>,
}

impl Expected {
    /// The shard is here, with its charts, or does not come.
    pub(super) fn forget(&self, shard: ShardId) {
        self.kept().remove(&shard);
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<ShardId, Vec<Drawing>>> {
        // Nothing panics while this is locked.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Store> Node<S> {
    /// Has the next owner of a shard read its charts.
    pub(super) async fn announce(&self, shard: ShardId, to: &Owner) {
        let path = format!("/v1/cluster/shards/{shard}/expect");
        if let Some(errand) = Errand::own(Method::POST, &path) {
            let heard = self.peers.hear_within(PATIENCE, to, &errand).await;
            if let Err(lost) = heard {
                debug!(%shard, to = to.name, ?lost, "it does not expect the shard");
            }
        }
    }

    /// The first row of the table.
    pub(super) async fn expect(
        self: &Arc<Self>,
        shard: ShardId,
        request: Request,
        from: From,
    ) -> Response {
        if from != From::Node {
            return http::refuse(Refusal::NoSuchPath, request.uri());
        }
        let owner = self.roster().present_owner(shard).cloned();
        if let Some(owner) = owner {
            let drawings = self.charts_of(&owner, shard).await;
            drawings.iter().for_each(|_| self.counts.foreseen.add());
            self.expected.kept().insert(shard, drawings);
            let node = Arc::clone(self);
            self.runtime.spawn(async move {
                sleep(KEPT).await;
                node.expected.forget(shard);
            });
        }
        self.sign(Response::new(Body::empty()))
    }

    /// The other two rows.
    pub(super) async fn charts(
        &self,
        shard: ShardId,
        one: Option<NoteDigest>,
        request: Request,
        from: From,
    ) -> Response {
        let served = match self.shards.look(shard) {
            Here::Serving(served) if from == From::Node => served,
            _ => return http::refuse(Refusal::NoSuchPath, request.uri()),
        };
        let notes = spawn_blocking(move || charts_in(&served)).await;
        let notes = notes.unwrap_or_default();
        let body = match one {
            Some(one) => {
                let found = notes.into_iter().find(|(digest, _)| *digest == one);
                found.map_or_else(Body::empty, |(_, note)| Body::from(note))
            }
            None => {
                let lines = notes.iter().map(|(digest, _)| format!("{digest}\n"));
                Body::from(lines.collect::<String>())
            }
        };
        self.sign(Response::new(body))
    }

    async fn charts_of(&self, owner: &Owner, shard: ShardId) -> Vec<Drawing> {
        let path = format!("/v1/cluster/shards/{shard}/charts");
        let listed = self.told(owner, &path).await.unwrap_or_default();
        let listed = String::from_utf8_lossy(&listed);
        let mut drawings = Vec::new();
        for digest in listed.lines().filter_map(|line| line.parse().ok()) {
            let drawing = match self.expected.drawings.find(digest) {
                None => self.read_chart(owner, &format!("{path}/{digest}")).await,
                known => known,
            };
            drawings.extend(drawing);
        }
        drawings
    }

    async fn read_chart(&self, owner: &Owner, path: &str) -> Option<Drawing> {
        let note = self.told(owner, path).await?;
        let drawings = Arc::clone(&self.expected.drawings);
        spawn_blocking(move || drawings.read(&note).ok())
            .await
            .ok()?
    }

    async fn told(&self, owner: &Owner, path: &str) -> Option<Bytes> {
        let errand = Errand::own(Method::GET, path)?;
        let heard = self.peers.hear_within(PATIENCE, owner, &errand).await;
        let (status, body) = heard.ok()?;
        (status == StatusCode::OK).then_some(body)
    }
}

/// Blocks the thread, for an append that is under way.
fn charts_in<S: Store>(served: &Served<S>) -> Vec<(NoteDigest, Bytes)> {
    let notes = served.chart_notes().into_iter();
    notes.map(|note| (NoteDigest::of(&note), note)).collect()
}
