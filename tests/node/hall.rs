//! Nodes that listen on this machine, and somebody who asks them.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    http::HeaderMap,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use seatlock::{
    clock::{BootClock, ManualClock},
    cluster::twin::TwinStore,
    engine::EngineConfig,
    http::{
        self, ServerConfig, Unlock,
        v1::{
            gate::{Gate, GateConfig},
            stream::{StreamLimits, Streams},
        },
    },
    node::{self, Node, NodeConfig},
};
use serde_json::{Value, json};
use tokio::{sync::oneshot, time::sleep};

/// Few, so that a test is soon ready.
pub(crate) const SHARDS: u16 = 6;

pub(crate) const LEASE: Duration = Duration::from_secs(300);

/// An answer, taken in.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// A node that listens; it is gone when this is dropped.
pub(crate) struct Host {
    pub(crate) node: Arc<Node<TwinStore>>,
    pub(crate) address: SocketAddr,
    /// What its lease goes by.
    pub(crate) clock: ManualClock,
    _stop: oneshot::Sender<()>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The node that has given it.
    pub(crate) fn node(&self) -> &str {
        self.header("seatlock-node").expect("it is signed")
    }
}

impl Host {
    /// A node of this name, at the store that all share.
    pub(crate) async fn start(name: &str, store: &TwinStore) -> Self {
        Self::start_under(LEASE, name, store).await
    }

    /// The same, with a lease that lasts for so long. A third of that passes, by our clock, between two renewals.
    pub(crate) async fn start_under(lease: Duration, name: &str, store: &TwinStore) -> Self {
        let listener = http::listen((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port");
        let address = listener.local_addr().expect("a bound port");
        let clock = ManualClock::new();
        let config = NodeConfig {
            lease_ttl: lease,
            ..config(name, address, &clock)
        };
        let joined = Node::join(config, Arc::new(store.clone())).await;
        let node = joined.expect("the store answers");
        let (stop, stopped) = oneshot::channel::<()>();
        let app: Router = node.router();
        let server = http::serve(listener, app, ServerConfig::default(), async {
            drop(stopped.await);
        });
        tokio::spawn(server);
        Self {
            node,
            address,
            clock,
            _stop: stop,
        }
    }

    /// Waits until it serves so many shards.
    pub(crate) async fn serves(&self, shards: usize) {
        while self.node.engines().len() != shards {
            sleep(Duration::from_millis(2)).await;
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], None).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask("PUT", path, &[], Some(body)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("POST", path, &[], Some(body)).await
    }

    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut request = axum::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or(Body::empty(), |body| body.to_string().into());
        let client = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
        let answer = client.request(request.body(body).expect("a request")).await;
        let (head, body) = answer.expect("it answers").into_parts();
        let body = axum::body::to_bytes(Body::new(body), usize::MAX).await;
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: body.expect("all of it").to_vec(),
        }
    }
}

/// A chart of ten seats in one row, and an event of it.
pub(crate) async fn put_on_sale(host: &Host, event: &str) {
    let seats: Vec<Value> = (1..=10).map(|seat| json!(seat.to_string())).collect();
    let chart = json!({"sections": [{"name": "S", "rows": [{"label": "A", "seats": seats}]}]});
    let put = host.put("/v1/charts/row", chart).await;
    assert!(matches!(put.status, 200 | 201), "{put:?}");
    let path = format!("/v1/events/{event}");
    let put = host.put(&path, json!({"chart": "row"})).await;
    assert_eq!(put.status, 201, "{put:?}");
}

/// Holds a seat.
pub(crate) async fn hold(host: &Host, event: &str, seat: u32) -> Answer {
    let path = format!("/v1/events/{event}/holds");
    let body = json!({"user": format!("user {seat}"), "seats": [format!("S/A/{seat}")]});
    host.post(&path, body).await
}

fn config(name: &str, address: SocketAddr, clock: &ManualClock) -> NodeConfig {
    NodeConfig {
        name: name.into(),
        address: format!("http://{address}"),
        prefix: "/test".into(),
        incarnation: 1,
        shards: SHARDS,
        lease_ttl: LEASE,
        restart_grace: Duration::ZERO,
        log_budget_bytes: 1 << 20,
        engine: EngineConfig::default(),
        default_shard: None,
        unlock: Unlock::Served,
        gate: Arc::new(Gate::new(GateConfig::default()).on(Arc::new(BootClock::new()))),
        streams: Streams::new(StreamLimits::default()),
        clock: Arc::new(clock.clone()),
        resume: node::by_boot_clock(0),
        appends: Arc::default(),
    }
}

/// The stream of an event, as this node gives it.
pub(crate) async fn follow(host: &Host, event: &str) -> Body {
    stream(host, &format!("/v1/events/{event}/stream")).await
}

/// The same, for somebody who has seen this event of it.
pub(crate) async fn follow_after(host: &Host, event: &str, id: &str) -> Body {
    stream(host, &format!("/v1/events/{event}/stream?after={id}")).await
}

async fn stream(host: &Host, path: &str) -> Body {
    let client = Client::builder(TokioExecutor::new()).build::<_, Body>(HttpConnector::new());
    let uri = format!("http://{}{path}", host.address);
    let answer = client.get(uri.parse().expect("a URI")).await;
    let answer = answer.expect("it answers");
    assert_eq!(answer.status(), 200);
    Body::new(answer.into_body())
}

/// What has come of a stream so far.
pub(crate) async fn read_until(body: &mut Body, wanted: &str) -> String {
    let mut text = String::new();
    while !text.contains(wanted) {
        let frame = std::future::poll_fn(|cx| {
            hyper::body::Body::poll_frame(std::pin::Pin::new(&mut *body), cx)
        });
        let Some(frame) = frame.await else { break };
        let data: Bytes = frame.expect("it goes on").into_data().unwrap_or_default();
        text.push_str(std::str::from_utf8(&data).expect("UTF-8"));
    }
    text
}
