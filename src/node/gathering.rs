//! What no shard knows alone: the list of all events, and a chart where an event is made of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use axum::{
    body,
    extract::Request,
    http::{
        HeaderValue, Method, StatusCode,
        header::{CONNECTION, CONTENT_TYPE},
        uri::PathAndQuery,
    },
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use super::{
    Node,
    answering::{Whole, Whose},
    hop::From,
    served::Served,
    target::CHARTS,
};
use crate::{
    access::key::Role,
    chart::Chart,
    cluster::{owner::Node as Owner, store::Store},
    event::Name,
    http::{
        self, Peer, Refusal,
        v1::{
            events,
            gate::{Caller, Denied},
        },
    },
    limits,
};

/// How often it is looked whether a list can be whole now.
const LOOK: Duration = Duration::from_millis(20);

/// The events that one node serves, as it tells another.
#[derive(Default, Serialize, Deserialize)]
struct Part {
    /// Those of these shards, and of no other.
    shards: Vec<u16>,
    events: Vec<Value>,
}

impl<S: Store> Node<S> {
    /// `GET /v1/events`: those of all shards, or none of them. A node is told of those that this one serves.
    pub(super) async fn all_events(self: &Arc<Self>, request: Request, from: From) -> Response {
        let whole = match Whole::of(request, from).await {
            Ok(whole) => whole,
            Err(refused) => return refused,
        };
        if whole.is_from_a_node() {
            let here = self.events_here();
            return self.sign(json(&serde_json::to_value(here).unwrap_or_default()));
        }
        if let Err(denied) = self.let_in(&whole, Role::Public) {
            return denied.into_response();
        }
        let deadline = Instant::now() + limits::OWNER_PATIENCE;
        let mut changes = self.shards.changes();
        loop {
            changes.mark_unchanged();
            if let Some(lines) = self.gather(&whole).await {
                let events: Vec<Value> = lines.into_values().collect();
                return self.sign(json(&json!({ "events": events })));
            }
            if Instant::now() > deadline {
                return http::refuse(Refusal::NoOwner, whole.uri());
            }
            // Some shard is on its way from one node to another, which need not be this one.
            let _elapsed = timeout(LOOK, changes.changed()).await;
        }
    }

    /// All events by name; `None` if some shard has told nothing.
    async fn gather(&self, whole: &Whole) -> Option<BTreeMap<String, Value>> {
        let roster = self.roster();
        let mut owners = BTreeMap::<_, Owner>::new();
        for shard in roster.placement().shards() {
            match self.whose(shard) {
                Whose::Ours(_) => {}
                Whose::Theirs(owner) => drop(owners.insert(owner.lease, owner)),
                Whose::Nobodys => return None,
            }
        }
        let mut parts = vec![self.events_here()];
        for owner in owners.values() {
            let (_, body) = self.peers.hear(owner, whole.errand()).await.ok()?;
            parts.push(serde_json::from_slice(&body).ok()?);
        }
        let (mut told, mut lines) = (BTreeSet::new(), BTreeMap::new());
        for part in parts {
            told.extend(part.shards);
            let named = |line: Value| Some((line["name"].as_str()?.to_owned(), line));
            lines.extend(part.events.into_iter().filter_map(named));
        }
        (told.len() == roster.placement().shards().count()).then_some(lines)
    }

    fn events_here(&self) -> Part {
        let mut part = Part::default();
        for served in self.shards.served() {
            let events = events::lines(&served.engine);
            if served.is_certain(self.config.clock.now()) {
                part.shards.push(served.shard.get());
                part.events.extend(events);
            }
        }
        part
    }

    /// `PUT /v1/charts/{chart}`, of which nothing is read before it is clear that it may be sent.
    pub(super) async fn put_chart(self: &Arc<Self>, request: Request, from: From) -> Response {
        let peer = request.extensions().get::<Peer>();
        let peer = peer.map(|Peer(address)| address.ip());
        let gate = &self.config.gate;
        let entered = gate.enter(request.headers(), peer, Role::Admin, self.now());
        if let Err(denied) = entered {
            let mut refused = denied.into_response();
            let close = HeaderValue::from_static("close");
            refused.headers_mut().insert(CONNECTION, close);
            return refused;
        }
        match Whole::of(request, from).await {
            Ok(whole) => self.at(CHARTS, whole).await,
            Err(refused) => refused,
        }
    }

    /// Copies the chart of an event that is about to be made into the event's shard. What is wrong with the request is for
    /// the shard to say.
    pub(super) async fn bring_chart(
        self: &Arc<Self>,
        served: &Arc<Served<S>>,
        whole: &Whole,
    ) -> Result<(), Response> {
        let ask: Value = serde_json::from_slice(whole.body()).unwrap_or_default();
        let name = ask["chart"].as_str().and_then(|name| Name::new(name).ok());
        let Some(name) = name else { return Ok(()) };
        if self.let_in(whole, Role::Admin).is_err() {
            return Ok(());
        }
        let path = PathAndQuery::try_from(format!("/v1/charts/{name}"));
        let Ok(path) = path else { return Ok(()) };
        let asked = whole.asks_for(Method::GET, path);
        let answer = Box::pin(self.at(CHARTS, asked)).await;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => {
                // A copy of a chart that was removed since is none either.
                served.engine.remove_chart(name.as_str());
                return Ok(());
            }
            _ => return Err(answer),
        }
        let text = body::to_bytes(answer.into_body(), limits::CHART_BYTES_MAX).await;
        let chart = text.ok().and_then(|text| Chart::from_json(&text).ok());
        let Some(chart) = chart else {
            return Err(http::refuse(Refusal::NoOwner, whole.uri()));
        };
        let has_it = served.engine.chart(name.as_str());
        if has_it.is_none_or(|known| *known != chart) {
            // If there is no room the shard says that there is no such chart.
            let _put = served.engine.put_chart(name, chart);
        }
        Ok(())
    }

    /// Lets somebody in who asks the cluster.
    ///
    /// # Errors
    /// [`Denied`], which is an answer.
    pub(super) fn let_in(&self, whole: &Whole, needed: Role) -> Result<Caller, Denied> {
        let gate = &self.config.gate;
        let headers = &whole.errand().headers;
        gate.enter(headers, whole.client(), needed, self.now())
    }
}

/// An answer in JSON.
pub(super) fn json(value: &Value) -> Response {
    let mut answer = Response::new(value.to_string().into());
    let json = HeaderValue::from_static("application/json");
    answer.headers_mut().insert(CONTENT_TYPE, json);
    answer
}
