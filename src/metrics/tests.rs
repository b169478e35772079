use std::{thread, time::Duration};

use super::*;

const ROUTES: &[&str] = &["/a", "/b/{id}"];

fn has(text: &str, line: &str) -> bool {
    text.lines().any(|present| present == line)
}

#[test]
fn durations_are_put_into_buckets() {
    let mut registry = Registry::new();
    let took = Arc::new(Durations::new());
    registry.durations("write", "Writing.", Arc::clone(&took));
    for micros in [20, 21, 600_000, 20_000_000] {
        took.took(Duration::from_micros(micros));
    }
    let text = registry.text();
    for line in [
        r#"seatlock_write_seconds_bucket{le="0.00002"} 1"#,
        r#"seatlock_write_seconds_bucket{le="0.00005"} 2"#,
        r#"seatlock_write_seconds_bucket{le="2.0"} 3"#,
        r#"seatlock_write_seconds_bucket{le="+Inf"} 4"#,
        "seatlock_write_seconds_count 4",
    ] {
        assert!(has(&text, line), "{line} is not in\n{text}");
    }
}

#[test]
fn answers_are_counted_by_route_and_status_and_put_into_buckets() {
    let mut registry = Registry::new();
    let requests = registry.requests(ROUTES);
    for (status, micros) in [(200, 1), (200, 30), (423, 60_000), (299, 20_000_000)] {
        requests.answered(RouteIndex(1), status, Duration::from_micros(micros));
    }
    let text = registry.text();
    for line in [
        r#"seatlock_requests_total{route="/b/{id}",status="200"} 2"#,
        r#"seatlock_requests_total{route="/b/{id}",status="423"} 1"#,
        r#"seatlock_requests_total{route="/b/{id}",status="other"} 1"#,
        r#"seatlock_request_duration_seconds_bucket{le="0.00002",route="/b/{id}"} 1"#,
        r#"seatlock_request_duration_seconds_bucket{le="0.00005",route="/b/{id}"} 2"#,
        r#"seatlock_request_duration_seconds_bucket{le="0.05",route="/b/{id}"} 2"#,
        r#"seatlock_request_duration_seconds_bucket{le="0.1",route="/b/{id}"} 3"#,
        r#"seatlock_request_duration_seconds_bucket{le="+Inf",route="/b/{id}"} 4"#,
        r#"seatlock_request_duration_seconds_count{route="/b/{id}"} 4"#,
    ] {
        assert!(has(&text, line), "{line} is missing in\n{text}");
    }
    assert!(!text.contains(r#"route="/a""#), "{text}");
}

#[test]
fn a_duration_on_a_bound_belongs_below_it() {
    let mut registry = Registry::new();
    let requests = registry.requests(ROUTES);
    requests.answered(RouteIndex(0), 200, Duration::from_micros(20));
    requests.answered(RouteIndex(0), 200, Duration::from_nanos(20_001));
    let text = registry.text();
    let line = r#"seatlock_request_duration_seconds_bucket{le="0.00002",route="/a"} 1"#;
    assert!(has(&text, line), "{text}");
}

#[test]
fn nothing_is_lost_between_threads() {
    let mut registry = Registry::new();
    let requests = registry.requests(ROUTES);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..10_000 {
                    requests.answered(RouteIndex(0), 200, Duration::ZERO);
                }
            });
        }
    });
    let line = r#"seatlock_requests_total{route="/a",status="200"} 80000"#;
    assert!(has(&registry.text(), line));
}

#[test]
fn counters_and_gauges_show_what_they_are_when_asked() {
    let mut registry = Registry::new();
    let lost = registry.counter("lost", "Things lost.");
    let [early, late] = registry.counters("trains", "Trains.", "when", ["early", "late"]);
    registry.gauge("depth", "How deep.", || 7);
    registry.gauges("seats", "Seats.", "status", ["available", "held"], || {
        [5, 6]
    });
    lost.inc();
    late.inc_by(3);
    early.inc();
    let text = registry.text();
    for line in [
        "# HELP seatlock_lost Things lost.",
        "# HELP seatlock_depth How deep.",
        "seatlock_lost_total 1",
        r#"seatlock_trains_total{when="early"} 1"#,
        r#"seatlock_trains_total{when="late"} 3"#,
        "seatlock_depth 7",
        r#"seatlock_seats{status="available"} 5"#,
        r#"seatlock_seats{status="held"} 6"#,
        &format!(
            r#"seatlock_build_info{{version="{}"}} 1"#,
            env!("CARGO_PKG_VERSION")
        ),
        "# EOF",
    ] {
        assert!(has(&text, line), "{line} is missing in\n{text}");
    }
}
