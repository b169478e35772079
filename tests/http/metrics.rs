//! Health, readiness and metrics over the wire.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use seatlock::{
    clock::ManualClock,
    engine::{Engine, EngineConfig},
    http::{App, Check, Observer, ServerConfig, Unlock, app, health, metrics},
    metrics::Registry,
};

use crate::{
    apps::{PAUSE, echo, patient},
    process::{Process, seatlock},
    talk::{Host, Talk},
};

/// A server of `app` that counts, and shows what it counted.
fn observed(app: impl Into<App>, config: ServerConfig) -> Host {
    let mut registry = Registry::new();
    let observer = Some(Arc::new(Observer::new(&mut registry)));
    let app = app.into().merge(metrics(Arc::new(registry)));
    Host::start(app, ServerConfig { observer, ..config })
}

fn text(talk: &mut Talk) -> String {
    let reply = talk.ask("GET", "/metrics");
    assert_eq!(reply.status, 200);
    let media_type = reply.header("content-type").expect("a media type");
    assert!(
        media_type.starts_with("application/openmetrics-text"),
        "{media_type}"
    );
    String::from_utf8(reply.body).expect("UTF-8")
}

fn number(text: &str, series: &str) -> Option<u64> {
    let value = |line: &str| line.strip_prefix(series)?.trim().parse().ok();
    text.lines().find_map(value)
}

#[test]
fn requests_and_connections_are_counted() {
    let host = observed(echo(), patient());
    let mut talk = host.talk();
    assert_eq!(talk.ask("GET", "/lock/1").status, 404);
    assert_eq!(talk.ask("GET", "/lock/2").status, 404);
    assert_eq!(talk.ask("GET", "/panic").status, 500);
    drop(host.talk());
    let text = text(&mut talk);
    for (series, expected) in [
        (
            r#"seatlock_requests_total{route="/lock/{id}",status="404"}"#,
            2,
        ),
        (r#"seatlock_requests_total{route="other",status="500"}"#, 1),
        (
            r#"seatlock_request_duration_seconds_count{route="/lock/{id}"}"#,
            2,
        ),
    ] {
        assert_eq!(number(&text, series), Some(expected), "{series} in\n{text}");
    }
    assert!(
        number(&text, "seatlock_connections_open") >= Some(1),
        "{text}"
    );
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn refusals_are_counted_by_their_kind() {
    let engine = Engine::start(EngineConfig::default(), ManualClock::new()).expect("started");
    let host = observed(app(Arc::new(engine), Unlock::Served), patient());
    let mut talk = host.talk();
    let mut hold = |user: &str| {
        let body = format!(r#"{{"user":"{user}","seats":["1"]}}"#);
        talk.say(format!(
            "POST /v1/events/default/holds HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        ));
        talk.reply().status
    };
    assert_eq!([hold("ada"), hold("bob"), hold("eve")], [201, 423, 423]);
    assert_eq!(talk.ask("GET", "/v1/nothing").status, 404);
    let text = text(&mut talk);
    for (problem, expected) in [("seats-held", 2), ("unknown-path", 1), ("busy", 0)] {
        let series = format!(r#"seatlock_refusals_total{{problem="{problem}"}}"#);
        assert_eq!(
            number(&text, &series),
            Some(expected),
            "{series} in\n{text}"
        );
    }
}

#[test]
fn whatever_clients_make_up_the_series_are_as_many() {
    let host = observed(echo(), patient());
    let mut talk = host.talk();
    let series = |talk: &mut Talk| text(talk).lines().count();
    let mut ask = |numbers: std::ops::Range<u32>| {
        for number in numbers {
            talk.ask("GET", &format!("/v1/holds/{number}"));
            talk.ask("GET", &format!("/made/up/{number}"));
            talk.say(format!(
                "X{number} /lock/{number}?user={number} HTTP/1.1\r\nhost: x\r\n\r\n"
            ));
            talk.reply();
        }
        series(&mut talk)
    };
    let few = {
        ask(0..2);
        ask(2..3)
    };
    assert_eq!(ask(3..1_000), few);
}

#[test]
fn refused_connections_are_counted_by_reason() {
    let config = ServerConfig {
        connections_max: 2,
        connections_per_peer_max: 1,
        peers_uncounted: Vec::new(),
        ..patient()
    };
    let host = observed(echo(), config);
    let mut inside = host.talk();
    assert_eq!(inside.ask("GET", "/echo/1").status, 200);
    assert_eq!(host.talk().reply().status, 503);
    let text = text(&mut inside);
    let series = r#"seatlock_connections_refused_total{reason="address"}"#;
    assert_eq!(number(&text, series), Some(1), "{text}");
    assert_eq!(
        number(&text, "seatlock_connections_total"),
        Some(1),
        "{text}"
    );
}

#[test]
fn a_failing_check_makes_it_unready_by_name_and_alive_all_the_same() {
    let broken = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&broken);
    let disk = Check::new("disk", move || {
        if seen.load(Ordering::SeqCst) {
            Err("it is full".into())
        } else {
            Ok(())
        }
    });
    let host = Host::start(
        health(vec![Check::new("clock", || Ok(())), disk]),
        patient(),
    );
    let mut talk = host.talk();
    for is_broken in [false, true, false] {
        broken.store(is_broken, Ordering::SeqCst);
        let reply = talk.ask("GET", "/readyz");
        assert_eq!(reply.status, if is_broken { 503 } else { 200 });
        let failing = &reply.json()["failing"];
        if is_broken {
            assert_eq!(
                *failing,
                serde_json::json!([{"check": "disk", "reason": "it is full"}])
            );
        } else {
            assert!(failing.is_null());
        }
        assert_eq!(talk.ask("GET", "/healthz").status, 200);
    }
    assert_eq!(talk.ask("POST", "/healthz").status, 405);
}

#[test]
fn the_binary_shows_its_seats_and_can_do_so_elsewhere() {
    let process = Process::start(seatlock(&["--listen", "127.0.0.1:0"]));
    let mut talk = Talk::to(process.address);
    assert_eq!(talk.ask("POST", "/lock/1").status, 200);
    // What the seats are is shown as soon as the scribe has read of it.
    let held = r#"seatlock_seats{status="held"}"#;
    let mut shown = text(&mut talk);
    while number(&shown, held) != Some(1) {
        thread::sleep(Duration::from_millis(1));
        shown = text(&mut talk);
    }
    let text = shown;
    for (series, expected) in [
        (r#"seatlock_seats{status="available"}"#, 9),
        (held, 1),
        (
            r#"seatlock_requests_total{route="/lock/{id}",status="200"}"#,
            1,
        ),
    ] {
        assert_eq!(number(&text, series), Some(expected), "{series} in\n{text}");
    }
    assert_eq!(talk.ask("GET", "/readyz").status, 200);

    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|probe| probe.local_addr());
    let elsewhere = free.expect("a free port");
    let address = elsewhere.to_string();
    let process = Process::start(seatlock(&[
        "--listen=127.0.0.1:0",
        "--metrics-listen",
        &address,
    ]));
    let mut inside = Talk::to(process.address);
    assert_eq!(inside.ask("GET", "/metrics").status, 404);
    assert_eq!(inside.ask("GET", "/healthz").status, 200);
    let mut outside = Talk::to(elsewhere);
    assert_eq!(outside.ask("GET", "/seats").status, 404);
    assert_eq!(outside.ask("GET", "/metrics").status, 200);
}

#[test]
fn a_closed_connection_is_not_open() {
    let host = observed(echo(), patient());
    let mut talk = host.talk();
    for _ in 0..10 {
        assert_eq!(host.ask("GET", "/echo/1").status, 200);
    }
    let alone = (0..1_000).any(|_| {
        std::thread::sleep(PAUSE);
        number(&text(&mut talk), "seatlock_connections_open") == Some(1)
    });
    assert!(alone, "ten are closed, one is open");
}
