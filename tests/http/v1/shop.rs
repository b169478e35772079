//! A shop that sells one event: a server with a key of each role, on a clock that stands still.

use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use seatlock::{
    access::key::{Key, Keys, Role},
    chart::{Chart, GridPlan},
    clock::ManualClock,
    engine::{Archive, CreateEvent, Engine, EngineConfig, EventSpec, State, Told},
    entropy::SystemEntropy,
    event::{Name, Rules},
    http::{
        self, ApiConfig, ServerConfig,
        v1::gate::{Gate, GateConfig},
    },
};
use serde_json::{Value, json};

use super::cluster;
use crate::talk::{Host, Reply, Talk};

pub(crate) struct Shop {
    pub(crate) host: Host,
    /// In a cluster: the node that serves, where the other hands on.
    _owner: Option<Host>,
    pub(crate) clock: ManualClock,
    users: AtomicU32,
}

/// A hold, as its owner was told of it.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) id: String,
    pub(crate) token: String,
}

/// A request: `call` sends it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Call<'c> {
    pub(crate) method: &'c str,
    pub(crate) path: &'c str,
    pub(crate) key: Option<&'c str>,
    pub(crate) headers: Vec<(&'c str, &'c str)>,
    pub(crate) body: &'c str,
}

impl Call<'_> {
    /// As it goes over the wire.
    pub(crate) fn bytes(&self) -> String {
        let Self {
            method, path, body, ..
        } = self;
        let length = body.len();
        let mut text =
            format!("{method} {path} HTTP/1.1\r\nhost: shop\r\ncontent-length: {length}\r\n");
        if !body.is_empty() {
            text.push_str("content-type: application/json\r\n");
        }
        if let Some(key) = self.key {
            // Writing to a string cannot fail.
            let _ = write!(text, "authorization: Bearer {key}\r\n");
        }
        for (name, value) in &self.headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        text + "\r\n" + body
    }

    pub(crate) fn over(&self, talk: &mut Talk) -> Reply {
        talk.say(self.bytes());
        talk.reply_to(self.method)
    }
}

/// The key of a role, the same in each test.
pub(crate) fn key(role: Role) -> String {
    Key::make([role as u8 + 1; 32]).text().to_owned()
}

/// The keys' file.
pub(crate) fn keys() -> String {
    Role::ALL
        .map(|role| {
            format!(
                "{0} {0} {1}\n",
                role.name(),
                Key::make([role as u8 + 1; 32]).hash()
            )
        })
        .concat()
}

impl Shop {
    pub(crate) fn open() -> Self {
        Self::with(GateConfig {
            keys: Keys::parse(&keys()).expect("a valid file"),
            ..GateConfig::default()
        })
    }

    pub(crate) fn with(gate: GateConfig) -> Self {
        if cluster::is_wanted() {
            return Self::in_cluster(gate);
        }
        let api = ApiConfig {
            gate: Arc::new(Gate::new(gate)),
            ..ApiConfig::default()
        };
        Self::on(ManualClock::new(), Archive::none(), api)
    }

    /// A shop that goes on from what a ledger has.
    pub(crate) fn on(clock: ManualClock, archive: Archive, config: ApiConfig) -> Self {
        let engine = EngineConfig::default();
        let engine = Engine::start_on(engine, clock.clone(), SystemEntropy, archive);
        let engine = Arc::new(engine.expect("started"));
        if engine.entry("finale").is_none() {
            put_on_sale(&engine);
        }
        for kept in engine.take_answers() {
            config.repeats.restore(kept, engine.now().moment);
        }
        let app = http::app_with(engine, config);
        Self {
            host: Host::start(app, ServerConfig::default()),
            _owner: None,
            clock,
            users: AtomicU32::new(0),
        }
    }

    fn in_cluster(gate: GateConfig) -> Self {
        let clock = ManualClock::new();
        let (host, owner) = cluster::start(gate, &clock);
        let shop = Self {
            host,
            _owner: Some(owner),
            clock,
            users: AtomicU32::new(0),
        };
        let mut chart = Vec::new();
        arena().to_json(&mut chart).expect("a vector takes it");
        let chart = String::from_utf8(chart).expect("JSON is text");
        let event = json!({"chart": "arena", "title": "Finale"}).to_string();
        for (path, body) in [("/v1/charts/arena", chart), ("/v1/events/finale", event)] {
            let put = shop.call(&Call {
                method: "PUT",
                path,
                key: Some(&key(Role::Admin)),
                body: &body,
                ..Call::default()
            });
            assert_eq!(put.status, 201, "{put:?}");
        }
        shop
    }

    pub(crate) fn call(&self, call: &Call<'_>) -> Reply {
        call.over(&mut self.host.talk())
    }

    /// A hold of a seat, by a user who has no other.
    pub(crate) fn hold(&self) -> Held {
        let user = self.users.fetch_add(1, Ordering::Relaxed);
        let body = json!({"user": format!("user {user}"), "best": [{"quantity": 1}]});
        let reply = self.call(&Call {
            method: "POST",
            path: "/v1/events/finale/holds",
            key: Some(&key(Role::Sales)),
            body: &body.to_string(),
            ..Call::default()
        });
        assert_eq!(reply.status, 201, "{reply:?}");
        let text = |field: &str| match &reply.json()[field] {
            Value::String(text) => text.clone(),
            other => panic!("{field} is {other}"),
        };
        Held {
            id: text("id"),
            token: text("token"),
        }
    }

    /// A booking, by the same way.
    pub(crate) fn book(&self) -> Held {
        let held = self.hold();
        let reply = self.call(&Call {
            method: "POST",
            path: &format!("/v1/holds/{}/confirm", held.id),
            key: Some(&key(Role::Sales)),
            headers: vec![("seatlock-token", &held.token)],
            ..Call::default()
        });
        assert_eq!(reply.status, 200, "{reply:?}");
        held
    }
}

fn arena() -> Chart {
    let plan = GridPlan::parse("sections=2 rows=20 seats=50").expect("a plan");
    plan.chart().expect("a chart")
}

/// A chart `arena` and an event `finale` of two thousand seats.
fn put_on_sale(engine: &Engine) {
    let name = |text| Name::new(text).expect("a name");
    let _put = engine.put_chart(name("arena"), arena());
    let spec = EventSpec {
        name: name("finale"),
        chart: name("arena"),
        told: Told {
            title: "Finale".into(),
            rules: Rules::DEFAULT,
        },
        state: State::Open,
    };
    assert!(matches!(engine.create_event(spec), CreateEvent::Created(_)));
}
