//! A small house with everything in it, and an engine that sells it.

use std::{sync::Arc, thread, time::Duration};

use seatlock::{
    chart::Chart,
    clock::ManualClock,
    engine::{
        Archive, CreateEvent, Engine, EngineConfig, Event, EventSpec, HoldKey, NewHold, State, Told,
    },
    entropy::SeededEntropy,
    event::{Name, Rules},
    ledger::TwinLedger,
    limits,
    tick::Ttl,
};

/// Two sections, two categories, an accessible seat beside its companion's, two areas: 28 seats and places.
const HOUSE: &str = r#"{
    "categories": [{"name": "gold"}, {"name": "silver"}],
    "sections": [
        {"name": "Stalls", "category": "gold", "rows": [{"label": "A", "seats": 6}, {"label": "B", "seats": 6}]},
        {"name": "Balcony", "category": "silver", "rows": [
            {"label": "A", "seats": [
                {"label": "1W", "accessible": true}, {"label": "1C", "companion": true}, "2", "3",
                {"label": "4", "category": "gold"}
            ]}
        ]}
    ],
    "areas": [
        {"name": "Lawn", "capacity": 8, "category": "silver"},
        {"name": "Bar", "capacity": 3, "category": "gold"}
    ]
}"#;

/// Seats of the event `default`.
pub(crate) const SMALL_SEATS: u32 = 6;

pub(crate) const TICK: Duration = Duration::from_nanos(limits::TICK_NANOS);

pub(crate) fn chart() -> Chart {
    Chart::from_json(HOUSE.as_bytes()).expect("a right chart")
}

pub(crate) fn ttl(ticks: u32) -> Ttl {
    Ttl::from_ticks(ticks).expect("a valid TTL")
}

/// How long a hold in the event `default` lasts.
pub(crate) fn small_ttl() -> Ttl {
    ttl(20)
}

pub(crate) fn name(text: &str) -> Name {
    Name::new(text).expect("a valid name")
}

/// An engine on a clock that stands still, whose chance is a seed's.
pub(crate) fn engine(seed: u64) -> (Engine, ManualClock) {
    let clock = ManualClock::new();
    let engine = Engine::start_with(config(), clock.clone(), SeededEntropy::new(seed));
    (engine.expect("started"), clock)
}

/// An engine that goes on from what this ledger has.
pub(crate) fn engine_on(ledger: &TwinLedger, clock: &ManualClock, seed: u64) -> Engine {
    let archive = Archive::new(Box::new(ledger.clone()), ledger.state());
    let entropy = SeededEntropy::new(seed);
    Engine::start_on(config(), clock.clone(), entropy, archive).expect("it makes sense")
}

fn config() -> EngineConfig {
    EngineConfig {
        seats: SMALL_SEATS,
        hold_ttl: small_ttl(),
    }
}

pub(crate) fn spec(event: &str, chart: &str, rules: Rules, state: State) -> EventSpec {
    EventSpec {
        name: name(event),
        chart: name(chart),
        told: Told {
            title: event.into(),
            rules,
        },
        state,
    }
}

/// An open event of a chart that is there.
pub(crate) fn open_event(engine: &Engine, event: &str, chart: &str, rules: Rules) -> Arc<Event> {
    match engine.create_event(spec(event, chart, rules, State::Open)) {
        CreateEvent::Created(event) => event,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn key(hold: &NewHold) -> HoldKey {
    HoldKey {
        id: hold.view.id,
        token: hold.token,
    }
}

/// Waits until the scribe has read everything that was changed before.
pub(crate) fn catch_up(engine: &Engine) {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime
        .expect("a runtime without drivers")
        .block_on(engine.caught_up());
}

/// Waits for what a thread of the engine does in its own time.
pub(crate) fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..5_000 {
        if done() {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
    panic!("{what} did not happen");
}
