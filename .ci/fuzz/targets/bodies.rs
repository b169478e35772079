//! Requests of `/v1`: whatever their bodies and headers say, no panic and no 5xx, and every refusal is a problem.
//!
//! The first byte says what is asked, the rest is the body. The engine's clock moves with each request, so that holds
//! expire now and then.

#![no_main]

use std::{sync::Arc, sync::LazyLock, time::Duration};

use axum::{
    body::{self, Body},
    http::{Request, Response},
};
use libfuzzer_sys::fuzz_target;
use seatlock::{
    chart::Chart,
    clock::ManualClock,
    engine::{Engine, EngineConfig},
    event::Name,
    http::{self, App, Unlock},
};
use tokio::runtime::{self, Runtime};

const CALLS: [(&str, &str); 14] = [
    ("PUT", "/v1/charts/small"),
    ("PUT", "/v1/events/finale"),
    ("PUT", "/v1/events/other"),
    ("POST", "/v1/events/finale/holds"),
    ("POST", "/v1/events/finale/block"),
    ("POST", "/v1/events/finale/unblock"),
    ("POST", "/v1/holds/{id}/confirm"),
    ("POST", "/v1/holds/{id}/release"),
    ("POST", "/v1/holds/{id}/extend"),
    ("POST", "/v1/holds/{id}/pay"),
    ("POST", "/v1/holds/{id}/add"),
    ("POST", "/v1/holds/{id}/give-back"),
    ("POST", "/v1/bookings/{id}/cancel"),
    ("POST", "/v1/bookings/{id}/move"),
];

struct Shop {
    app: App,
    clock: ManualClock,
    runtime: Runtime,
    /// Of a hold that was alive at the start.
    id: String,
    token: String,
}

static SHOP: LazyLock<Shop> = LazyLock::new(Shop::open);

fuzz_target!(|bytes: &[u8]| {
    let Some((which, body)) = bytes.split_first() else {
        return;
    };
    let (method, path) = CALLS[usize::from(*which) % CALLS.len()];
    let shop = &*SHOP;
    let answer = shop.ask(method, path, body);
    let status = answer.status();
    assert!(!status.is_server_error() || status == 503, "{status}");
    if status.is_client_error() {
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
    shop.clock.advance(Duration::from_millis(10));
});

impl Shop {
    fn open() -> Self {
        let clock = ManualClock::new();
        let engine = Engine::start(EngineConfig::default(), clock.clone()).expect("started");
        let chart = br#"{"sections":[{"name":"A","rows":[{"label":"1","seats":500}]}],"areas":[{"name":"L","capacity":50}]}"#;
        let chart = Chart::from_json(chart).expect("a chart");
        let _put = engine.put_chart(Name::new("arena").expect("a name"), chart);
        let mut shop = Self {
            app: http::app(Arc::new(engine), Unlock::Served),
            clock,
            runtime: runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"),
            id: String::new(),
            token: String::new(),
        };
        let made = shop.ask("PUT", "/v1/events/finale", br#"{"chart":"arena","title":"F","state":"open"}"#);
        assert_eq!(made.status(), 201);
        let held = shop.ask("POST", "/v1/events/finale/holds", br#"{"user":"a","seats":["A/1/1"]}"#);
        assert_eq!(held.status(), 201);
        let text = shop.runtime.block_on(body::to_bytes(held.into_body(), usize::MAX)).expect("a body");
        let json: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        let field = |name: &str| json[name].as_str().expect("a text").to_owned();
        (shop.id, shop.token) = (field("id"), field("token"));
        shop
    }

    fn ask(&self, method: &str, path: &str, body: &[u8]) -> Response<Body> {
        let request = Request::builder()
            .method(method)
            .uri(path.replace("{id}", &self.id))
            .header("content-type", "application/json")
            .header("seatlock-token", &self.token)
            .body(Body::from(body.to_vec()))
            .expect("a request");
        self.runtime.block_on(self.app.call(request))
    }
}
