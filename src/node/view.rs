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
use serde_json::{Value, json};
use tracing::warn;

use super::{Node, answering::Whole, gathering::json, hop::From, peers::Errand, shards::Here};
use crate::{
    access::key::Role,
    cluster::{owner::Node as Owner, placement::ShardId, store::Store},
    http::{self, Refusal},
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
        if whole.errand().method != Method::GET {
            return http::refuse(Refusal::NoSuchMethod, whole.uri());
        }
        if from == From::Node {
            let word = serde_json::to_value(self.word()).unwrap_or_default();
            return self.sign(json(&word));
        }
        if let Err(denied) = self.let_in(&whole, Role::Admin) {
            return denied.into_response();
        }
        let words = self.hear_all().await;
        self.sign(json(&self.picture(&words)))
    }

    /// `POST /v1/cluster/drain`
    pub(super) async fn drain(self: &Arc<Self>, request: Request) -> Response {
        let whole = match Whole::of(request, From::Client).await {
            Ok(whole) => whole,
            Err(refused) => return refused,
        };
        if whole.errand().method != Method::POST {
            return http::refuse(Refusal::NoSuchMethod, whole.uri());
        }
        if let Err(denied) = self.let_in(&whole, Role::Admin) {
            return denied.into_response();
        }
        let is_undone = whole.uri().query() == Some("undo");
        let done = if is_undone {
            self.stay().await.map(|()| 0)
        } else {
            self.hand_over_all().await
        };
        match done {
            Ok(handed_over) => self.sign(json(&json!({ "handed_over": handed_over }))),
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
        self.sign(json(&json!({})))
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

    fn picture(&self, words: &[(Owner, Option<Heard>)]) -> Value {
        let roster = self.roster();
        let mut served = BTreeMap::new();
        for (node, heard) in words {
            let shards = heard.iter().flat_map(|heard| &heard.word.shards);
            served.extend(shards.map(|of| (of.shard, (&*node.name, of))));
        }
        let nodes: Vec<Value> = words
            .iter()
            .map(|(node, heard)| self.node_line(node, heard.as_ref()))
            .collect();
        let shards: Vec<Value> = roster
            .placement()
            .shards()
            .map(|shard| {
                let owner = roster.owner(shard);
                let now = served.get(&shard.get());
                json!({
                    "shard": shard.get(),
                    "owner": now.map(|(name, _)| *name).or(owner.map(|(owner, _)| &*owner.node.name)),
                    "term": owner.map(|(_, term)| term.revision().get()),
                    "state": self.state(shard, now.is_some()),
                    "events": now.map(|(_, of)| of.events),
                    "behind": now.map(|(_, of)| of.behind),
                })
            })
            .collect();
        json!({ "node": self.config.name, "nodes": nodes, "shards": shards })
    }

    fn node_line(&self, node: &Owner, heard: Option<&Heard>) -> Value {
        let roster = self.roster();
        let member = roster.nodes().find(|(lease, _)| *lease == node.lease);
        json!({
            "name": node.name,
            "address": node.address,
            "lease": format!("{:016x}", node.lease.get()),
            "leaving": member.is_some_and(|(_, member)| member.is_leaving),
            "reached": heard.is_some(),
            "certain": heard.map(|heard| heard.word.is_certain),
            "shards": heard.map(|heard| heard.word.shards.len()),
            "calendar_off_ms": heard.and_then(|heard| heard.calendar_off_millis),
        })
    }

    fn state(&self, shard: ShardId, is_served: bool) -> &'static str {
        match self.shards.look(shard) {
            _ if is_served => "serving",
            Here::Changing => "changing",
            _ if self.roster().present_owner(shard).is_some() => "changing",
            _ => "unserved",
        }
    }
}

fn millis(date: Date) -> u64 {
    date.unix_nanos() / 1_000_000
}
