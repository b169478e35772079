//! An event on sale through `/v1`, what it is asked, and the constant that it is compared with.

use std::{
    io::{self, Write},
    sync::Arc,
};

use axum::{
    Router,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION},
    },
    routing::post,
};
use rand::{RngExt, rngs::SmallRng};
use seatlock::{
    chart::{Chart, GridPlan},
    clock::BootClock,
    engine::{CreateEvent, Engine, EngineConfig, EventSpec, State, Told},
    event::{Name, Rules},
    http::{self, Unlock},
    tick::Ttl,
};

/// Seats of the event whose seats are asked for by name. With a TTL of 50 ms nearly all of them are free at any time.
const NUMBERED_SEATS: u32 = 1_000_000;

/// The house whose best seats are asked for: 100,000 seats.
const HOUSE: &str = "sections=20 rows=50 seats=100";

/// Which seats a hold is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// One by its label.
    One,
    /// Four by their labels.
    Four,
    /// The best two that there are.
    Best,
}

impl Wanted {
    /// Which part of the constant's rate a hold is to reach.
    pub(crate) const fn to_constant_min(self) -> f64 {
        match self {
            Self::One => 0.8,
            Self::Four => 0.7,
            Self::Best => 0.6,
        }
    }

    /// Writes a request of a user who is one of a million.
    pub(crate) fn ask(self, out: &mut Vec<u8>, rng: &mut SmallRng) -> io::Result<()> {
        let user = rng.random_range(0..1_000_000);
        let mut seat = || rng.random_range(1..=NUMBERED_SEATS);
        let wish = match self {
            Self::One => format!(r#""seats":["{}"]"#, seat()),
            Self::Four => {
                let [a, b, c, d] = [seat(), seat(), seat(), seat()];
                format!(r#""seats":["{a}","{b}","{c}","{d}"]"#)
            }
            Self::Best => r#""best":[{"quantity":2}]"#.to_owned(),
        };
        let body = format!(r#"{{"user":"user-{user}",{wish}}}"#);
        write!(
            out,
            "POST /v1/events/gala/holds HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}

/// The event on sale.
pub(crate) fn holds(wanted: Wanted) -> Router {
    let config = EngineConfig {
        seats: 0,
        ..EngineConfig::default()
    };
    let engine = Engine::start(config, BootClock::new()).expect("the engine starts");
    let name = Name::new("gala").expect("a name");
    let chart = match wanted {
        Wanted::One | Wanted::Four => Chart::numbered(NUMBERED_SEATS),
        Wanted::Best => GridPlan::parse(HOUSE)
            .and_then(|plan| plan.chart())
            .expect("a house"),
    };
    let _new = engine.put_chart(name.clone(), chart);
    let rules = Rules {
        hold_ttl: Ttl::from_ticks(5).expect("a valid TTL"),
        ..Rules::DEFAULT
    };
    let made = engine.create_event(EventSpec {
        chart: name.clone(),
        name,
        told: Told {
            title: "Gala".into(),
            rules,
        },
        state: State::Open,
    });
    assert!(matches!(made, CreateEvent::Created(_)));
    http::router(Arc::new(engine), Unlock::Absent)
}

/// An answer to a hold, header by header and byte by byte, without asking anybody.
pub(crate) fn constant(wanted: Wanted) -> Router {
    let seats = match wanted {
        Wanted::One => r#""123456""#,
        Wanted::Four => r#""123456","234567","345678","456789""#,
        Wanted::Best => r#""10/25/50","10/25/51""#,
    };
    let body: &'static str = Box::leak(
        format!(
            r#"{{"id":"cc1c539b40000001","token":"f8146fa4d0414226477f51bf026b78cb","event":"gala","user":"user-123456","state":"held","seats":[{seats}],"areas":[],"began":"2026-11-22T21:28:10.938Z","deadline":"2026-11-22T21:28:10.990Z","seconds_left":0,"extendable_until":"2026-11-22T23:28:10.940Z","lsn":1234567}}"#
        )
        .into_boxed_str(),
    );
    let answer = async move || {
        (
            StatusCode::CREATED,
            [
                (CONTENT_TYPE.as_str(), "application/json"),
                (CACHE_CONTROL.as_str(), "no-store"),
                (LOCATION.as_str(), "/v1/holds/cc1c539b40000001"),
                ("seatlock-lsn", "1234567"),
            ],
            body,
        )
    };
    Router::new().route("/v1/events/{event}/holds", post(answer))
}
