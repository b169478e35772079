//! The cluster: `/v1/cluster`. What a node of one says; a server that is alone says that it is.

use std::convert::identity;

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    gate::Admin,
    path::Named,
    problem::{Kind, Problem},
    reply,
};
use crate::event::NameError;

/// The nodes of a cluster, and which of them serves which shard. Of a server that is alone there is nothing.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = Cluster)]
pub struct ClusterView {
    /// The node that says so.
    pub node: Option<String>,
    /// All nodes that are there.
    pub nodes: Vec<NodeView>,
    /// All shards, in the order of their numbers.
    pub shards: Vec<ShardView>,
}

/// A node of a cluster.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Node)]
pub struct NodeView {
    /// What its operator calls it.
    pub name: String,
    /// Where other nodes reach it.
    pub address: String,
    /// What it lives by in etcd, in hexadecimal.
    pub lease: String,
    /// It hands over what it serves, and takes nothing more.
    pub leaving: bool,
    /// It has answered.
    pub reached: bool,
    /// Its lease is certain to last; false where it is cut off from etcd.
    pub certain: Option<bool>,
    /// How many shards it serves.
    pub shards: Option<usize>,
    /// By how many milliseconds its calendar is ahead of that of the node that says so.
    pub calendar_off_ms: Option<i64>,
}

/// A shard of a cluster: a part of all events.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Shard)]
pub struct ShardView {
    /// Its number.
    pub shard: u16,
    /// The node that serves it, or did so last.
    pub owner: Option<String>,
    /// Since which revision of etcd that node is its owner.
    pub term: Option<u64>,
    /// The event that was given this shard, if one was.
    pub event: Option<String>,
    /// Whether it is served.
    pub state: ShardState,
    /// How many events are in it.
    pub events: Option<usize>,
    /// How many changes are not in etcd yet.
    pub behind: Option<u64>,
}

/// Whether a shard is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ShardState {
    /// It is.
    Serving,
    /// It is about to be, by another node perhaps.
    Changing,
    /// Its owner is gone, or does not answer.
    Unserved,
}

/// That shards were handed over.
#[derive(Debug, Serialize, ToSchema)]
pub struct Drained {
    /// How many.
    pub handed_over: usize,
}

/// That an event has a shard of its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct Pinned {
    /// Which one.
    pub event: String,
    /// Its shard.
    pub shard: u16,
}

/// Why an event was not given a shard of its own.
#[derive(Debug)]
pub enum Unpinned {
    /// No event can be called so.
    NoName(NameError),
    /// It is the small API's.
    IsDefault,
    /// It was made before.
    IsMade,
    /// There are as many shards as there can be.
    Full,
}

/// The answer that shows a cluster.
pub fn shown(view: &ClusterView) -> Response {
    reply::send(Ok(reply::json(StatusCode::OK, view)))
}

/// The answer when shards were handed over.
pub fn drained(drained: &Drained) -> Response {
    reply::send(Ok(reply::json(StatusCode::OK, drained)))
}

/// The answer when an event has a shard of its own, which it did not have before if that is new.
pub fn pinned(pinned: &Pinned, is_new: bool) -> Response {
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    reply::send(Ok(reply::json(status, pinned)))
}

/// The answer when it was not given one.
pub fn unpinned(why: Unpinned) -> Response {
    let problem = match why {
        Unpinned::NoName(error) => Problem::invalid_field("name", error.to_string()),
        Unpinned::IsDefault => Problem::new(Kind::IsDefault),
        Unpinned::IsMade => Problem::new(Kind::EventMade),
        Unpinned::Full => Problem::new(Kind::Full),
    };
    problem.answer()
}

/// `GET /v1/cluster` where there is none.
pub(super) async fn show(Admin(_): Admin) -> Response {
    shown(&ClusterView::default())
}

/// `POST /v1/cluster/drain`, `undrain` where there is none.
pub(super) async fn drain(Admin(_): Admin) -> Response {
    Problem::new(Kind::Alone).answer()
}

/// `PUT /v1/cluster/pins/{event}` where there is none.
pub(super) async fn pin(Admin(_): Admin, named: Named) -> Response {
    let named = named.new_name();
    let problem = named.map_or_else(identity, |_name| Problem::new(Kind::Alone));
    problem.answer()
}
