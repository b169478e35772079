//! `GET /v1/cluster`: who is there, who serves what, since which term, and how it goes.
//!
//! A node asks the others what they say of themselves. What they serve they know best; who is there and who owns what is as
//! the roster has it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    extract::Request,
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::warn;

use super::{
    Node, answering::Whole, gathering::json as said, hop::From, peers::Errand, shards::Here,
};
use crate::{
    access::key::Role,
    cluster::{owner::Node as Owner, placement::ShardId, store::Store},
    http::{
        self, Refusal,
        v1::cluster::{self, ClusterView, Drained, NodeView, ShardState, ShardView},
    },
    tick::Date,
};

/// Calendars that are further apart are complained of. What hangs on them is how long a hold lasts across a takeover, for
/// which there is the grace.
const CALENDARS_APART_MAX: Duration = Duration::from_millis(500);

/// What a node says of itself.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Word {
    /// Its calendar, in milliseconds since 1970.
    date_millis: u64,
    /// Whether its lease is certain to last.
    is_certain: bool,
    shards: Vec<OfShard>,
}

/// What a node says of a shard that it serves.
#[derive(Debug, Serialize, Deserialize)]
struct OfShard {
    shard: u16,
    events: usize,
    /// Changes that are not in the store yet.
    behind: u64,
}

/// What an operator wants of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drain {
    /// It hands over what it serves, and takes nothing more.
    Begin,
    /// It serves again.
    Undo,
}

/// What a node has said, and by how much its calendar is off.
struct Heard {
    word: Word,
    calendar_off_millis: Option<i64>,
}

impl<S: Store> Node<S> {
    /// `GET /v1/cluster`
    pub(super) async fn view(self: &Arc<Self>, request: Request, from: From) -> Response {
        let whole = match Whole::of(request, from).await {
            Ok(whole) => whole,
            Err(refused) => return refused,
        };
        if from == From::Node {
            let word = serde_json::to_value(self.word());
            return self.sign(said(&word.unwrap_or_default()));
        }
        if let Err(denied) = self.let_in(&whole, Role::Admin) {
            return denied.into_response();
        }
        let words = self.hear_all().await;
        self.sign(cluster::shown(&self.picture(&words)))
    }

    /// `POST /v1/cluster/drain`, `undrain`
    pub(super) async fn drain(self: &Arc<Self>, request: Request, what: Drain) -> Response {
        let whole = match Whole::of(request, From::Client).await {
            Ok(whole) => whole,
            Err(refused) => return refused,
        };
        if let Err(denied) = self.let_in(&whole, Role::Admin) {
            return denied.into_response();
        }
        let done = match what {
            Drain::Begin => self.hand_over_all().await,
            Drain::Undo => self.stay().await.map(|()| 0),
        };
        match done {
            Ok(handed_over) => self.sign(cluster::drained(&Drained { handed_over })),
            Err(error) => {
                warn!(%error, "not drained");
                http::refuse(Refusal::TookTooLong, whole.uri())
            }
        }
    }

    /// `POST /v1/cluster/shards/{shard}`, for nodes alone.
    pub(super) fn asked_to_look(
        self: &Arc<Self>,
        shard: ShardId,
        request: Request,
        from: From,
    ) -> Response {
        if from != From::Node || !self.roster().placement().has(shard) {
            return http::refuse(Refusal::NoSuchPath, request.uri());
        }
        // It finds out by itself whether the shard is its own.
        self.take(shard);
        self.sign(said(&json!({})))
    }

    /// Says where calendars of nodes are too far apart.
    pub(super) async fn compare_calendars(self: &Arc<Self>) {
        for (node, heard) in self.hear_all().await {
            let Some(off) = heard.and_then(|heard| heard.calendar_off_millis) else {
                continue;
            };
            if u128::from(off.unsigned_abs()) > CALENDARS_APART_MAX.as_millis() {
                warn!(
                    node = node.name,
                    off_millis = off,
                    "its calendar and this node's are apart"
                );
            }
        }
    }

    fn word(&self) -> Word {
        let now = self.now();
        let of_shard = |served: Arc<super::served::Served<S>>| OfShard {
            shard: served.shard.get(),
            events: served.engine.event_count(),
            behind: served.engine.tape_depth(),
        };
        let living = self.membership.living();
        Word {
            date_millis: millis(now.date),
            is_certain: living.is_certain_under(living.lease(), now.moment),
            shards: self.shards.served().into_iter().map(of_shard).collect(),
        }
    }

    /// What all nodes say, this one included; `None` of one that does not answer.
    async fn hear_all(self: &Arc<Self>) -> Vec<(Owner, Option<Heard>)> {
        let roster = self.roster();
        let me = self.membership.living().lease();
        let mut asked = Vec::new();
        for (lease, member) in roster.nodes() {
            let (node, owner) = (Arc::clone(self), member.under(lease));
            let asking = async move {
                let heard = if lease == me {
                    Some(Heard {
                        word: node.word(),
                        calendar_off_millis: None,
                    })
                } else {
                    node.hear(&owner).await
                };
                (owner, heard)
            };
            asked.push(self.runtime.spawn(asking));
        }
        let mut words = Vec::new();
        for asking in asked {
            words.extend(asking.await);
        }
        words
    }

    async fn hear(&self, node: &Owner) -> Option<Heard> {
        let errand = Errand::own(Method::GET, "/v1/cluster")?;
        let sent = self.now();
        let (status, body) = self.peers.hear(node, &errand).await.ok()?;
        let took = sent.moment.until(self.config.clock.now());
        let word: Word = serde_json::from_slice(&body).ok()?;
        // Its calendar is read about halfway between.
        let here = i128::from(millis(sent.date)) + i128::try_from(took.as_millis() / 2).ok()?;
        let off = i64::try_from(i128::from(word.date_millis) - here).ok();
        (status == StatusCode::OK).then_some(Heard {
            word,
            calendar_off_millis: off,
        })
    }

    fn picture(&self, words: &[(Owner, Option<Heard>)]) -> ClusterView {
        let roster = self.roster();
        let mut served = BTreeMap::new();
        for (node, heard) in words {
            let shards = heard.iter().flat_map(|heard| &heard.word.shards);
            served.extend(shards.map(|of| (of.shard, (node, of))));
        }
        let of_node = |(node, heard): &(Owner, Option<Heard>)| self.node_view(node, heard.as_ref());
        let of_shard = |shard| self.shard_view(shard, served.get(&ShardId::get(shard)).copied());
        ClusterView {
            node: Some(self.config.name.clone()),
            nodes: words.iter().map(of_node).collect(),
            shards: roster.placement().shards().map(of_shard).collect(),
        }
    }

    fn node_view(&self, node: &Owner, heard: Option<&Heard>) -> NodeView {
        let roster = self.roster();
        let member = roster.nodes().find(|(lease, _)| *lease == node.lease);
        NodeView {
            name: node.name.clone(),
            address: node.address.clone(),
            lease: format!("{:016x}", node.lease.get()),
            leaving: member.is_some_and(|(_, member)| member.is_leaving),
            reached: heard.is_some(),
            certain: heard.map(|heard| heard.word.is_certain),
            shards: heard.map(|heard| heard.word.shards.len()),
            calendar_off_ms: heard.and_then(|heard| heard.calendar_off_millis),
        }
    }

    fn shard_view(&self, shard: ShardId, served: Option<(&Owner, &OfShard)>) -> ShardView {
        let roster = self.roster();
        let owner = roster.owner(shard);
        let recorded = owner.map(|(owner, _)| &owner.node);
        let name = served.map(|(node, _)| node).or(recorded);
        ShardView {
            shard: shard.get(),
            owner: name.map(|node| node.name.clone()),
            term: owner.map(|(_, term)| term.revision().get()),
            event: roster.placement().pinned_to(shard).map(str::to_owned),
            state: match self.shards.look(shard) {
                _ if served.is_some() => ShardState::Serving,
                Here::Changing => ShardState::Changing,
                _ if roster.present_owner(shard).is_some() => ShardState::Changing,
                _ => ShardState::Unserved,
            },
            events: served.map(|(_, of)| of.events),
            behind: served.map(|(_, of)| of.behind),
        }
    }
}

fn millis(date: Date) -> u64 {
    date.unix_nanos() / 1_000_000
}
