//! The table of outcomes and statuses in `http::v1::problem`, row by row.

use serde_json::{Value, json};

use super::desk::{Desk, problem};

const HOLDS: &str = "/v1/events/play/holds";

#[test]
fn seats_that_are_merely_held_are_423_and_each_is_listed() {
    let desk = Desk::open();
    desk.hold("ada", &["Stalls/A/1", "Stalls/A/2"]);
    let asked = json!({"seats": ["Stalls/A/3", "Stalls/A/2", "Stalls/A/1"]});
    let told = problem(&desk.ask("bob", asked), 423, "seats-held");
    let held = |seat| json!({"seat": seat, "status": "held"});
    assert_eq!(
        told["seats"],
        json!([held("Stalls/A/2"), held("Stalls/A/1")])
    );
    assert_eq!(desk.seat("Stalls/A/3"), "available");
}

#[test]
fn one_booked_or_withheld_seat_makes_it_409() {
    let desk = Desk::open();
    let hold = desk.hold("ada", &["Stalls/A/1"]);
    desk.hold("eve", &["Stalls/A/2"]);
    assert_eq!(desk.with(&hold, "confirm", json!({})).status, 200);
    let asked = json!({"seats": ["Stalls/A/1", "Stalls/A/2"]});
    let told = problem(&desk.ask("bob", asked), 409, "seats-taken");
    assert_eq!(told["seats"][0]["status"], "booked");
    assert_eq!(told["seats"][1]["status"], "held");
    desk.post("/v1/events/play/block", &json!({"seats": ["Stalls/A/3"]}));
    let told = problem(
        &desk.ask("bob", json!({"seats": ["Stalls/A/3"]})),
        409,
        "seats-taken",
    );
    assert_eq!(told["seats"][0]["status"], "withheld");
}

#[test]
fn too_few_free_seats_are_409() {
    let desk = Desk::open();
    desk.put(
        "/v1/events/play",
        &json!({"hold_seats_max": 64, "user_seats_max": 100}),
    );
    problem(
        &desk.ask(
            "ada",
            json!({"best": [{"quantity": 21, "categories": ["gold"]}]}),
        ),
        409,
        "not-enough-seats",
    );
    problem(
        &desk.ask("ada", json!({"areas": [{"area": "Lawn", "quantity": 51}]})),
        409,
        "not-enough-seats",
    );
}

#[test]
fn a_choice_that_leaves_an_orphan_is_409_where_the_rules_say_so() {
    let desk = Desk::open();
    desk.put("/v1/events/play", &json!({"orphans": "refused"}));
    let told = problem(
        &desk.ask("ada", json!({"seats": ["Stalls/A/2"]})),
        409,
        "orphans-left",
    );
    assert_eq!(
        told["seats"],
        json!([{"seat": "Stalls/A/1", "status": "available"}])
    );
}

#[test]
fn an_event_that_sells_nothing_now_is_409_and_holds_can_still_be_confirmed() {
    let desk = Desk::open();
    let hold = desk.hold("ada", &["Stalls/A/1"]);
    let asked = || desk.ask("bob", json!({"seats": ["Stalls/A/2"]}));
    let put = |body: Value| assert_eq!(desk.put("/v1/events/play", &body).status, 200, "{body}");
    put(json!({"state": "paused"}));
    problem(&asked(), 409, "event-paused");
    put(json!({"state": "open", "opens": "2500-01-01T00:00:00+01:00"}));
    assert_eq!(
        problem(&asked(), 409, "not-on-sale")["opens"],
        "2499-12-31T23:00:00.000Z"
    );
    put(json!({"opens": null, "closes": "1970-01-01T00:00:01Z"}));
    assert_eq!(
        problem(&asked(), 409, "not-on-sale")["closed"],
        "1970-01-01T00:00:01.000Z"
    );
    assert_eq!(desk.with(&hold, "confirm", json!({})).status, 200);
    put(json!({"state": "closed"}));
    problem(&asked(), 409, "event-closed");
    problem(
        &desk.put("/v1/events/play", &json!({"state": "open"})),
        409,
        "event-closed",
    );
}

#[test]
fn what_does_not_exist_is_404() {
    let desk = Desk::open();
    problem(&desk.get("/v1/charts/none"), 404, "unknown-chart");
    problem(&desk.delete("/v1/charts/none"), 404, "unknown-chart");
    problem(
        &desk.put("/v1/events/new", &json!({"chart": "none"})),
        404,
        "unknown-chart",
    );
    problem(&desk.get("/v1/events/none"), 404, "unknown-event");
    problem(
        &desk.get("/v1/bookings/0000000000000001"),
        404,
        "unknown-hold",
    );
    problem(&desk.get("/v1/bookings/none"), 404, "unknown-hold");
    problem(&desk.get("/v1/none"), 404, "unknown-path");
    problem(&desk.get("/problems/none"), 404, "unknown-path");
    let asked = json!({
        "seats": ["Stalls/A/1", "Stalls/A/21"],
        "best": [{"quantity": 1, "categories": ["lead"], "sections": ["Stalls", "Cellar"]}],
        "areas": [{"area": "Moor", "quantity": 1}],
    });
    let told = problem(&desk.ask("ada", asked), 404, "unknown-seats");
    let fields: Vec<_> = told["errors"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|fault| &fault["field"])
        .collect();
    assert_eq!(
        fields,
        [
            "seats[1]",
            "best[0].categories[0]",
            "best[0].sections[1]",
            "areas[0].area"
        ]
    );
}

#[test]
fn an_expired_hold_is_410_with_what_became_of_its_seats() {
    let desk = Desk::open();
    let hold = desk.hold("ada", &["Stalls/A/1", "Stalls/A/2"]);
    desk.pass(61);
    desk.hold("bob", &["Stalls/A/2"]);
    let told = problem(&desk.with(&hold, "confirm", json!({})), 410, "hold-ended");
    assert_eq!(told["hold"]["state"], "expired");
    assert_eq!(
        told["seats"][0],
        json!({"seat": "Stalls/A/1", "status": "available"})
    );
    assert_eq!(
        told["seats"][1],
        json!({"seat": "Stalls/A/2", "status": "held"})
    );
    problem(
        &desk.with(&hold, "confirm", json!({"if_free": "retake"})),
        410,
        "hold-ended",
    );
    for call in ["extend", "pay", "release"] {
        problem(&desk.with(&hold, call, json!({})), 410, "hold-ended");
    }
}

#[test]
fn a_hold_is_used_with_its_own_token_alone() {
    let desk = Desk::open();
    let [hold, other] = ["Stalls/A/1", "Stalls/A/2"].map(|seat| desk.hold("ada", &[seat]));
    let path = format!("/v1/holds/{}/confirm", hold.id);
    problem(
        &desk.post(&path, &json!({"token": other.token})),
        403,
        "wrong-token",
    );
    problem(
        &desk.post(&path, &json!({"token": "short"})),
        403,
        "wrong-token",
    );
    problem(&desk.post(&path, &json!({})), 422, "invalid");
    let both = json!({"token": other.token}).to_string();
    let told = problem(
        &desk.send("POST", &path, &both, &[("seatlock-token", &hold.token)]),
        422,
        "invalid",
    );
    assert_eq!(told["errors"][0]["field"], "token");
    assert_eq!(desk.look(&hold)["state"], "held");
}

#[test]
fn holds_and_bookings_are_not_one_another() {
    let desk = Desk::open();
    let hold = desk.hold("ada", &["Stalls/A/1"]);
    let cancel = format!("/v1/bookings/{}/cancel", hold.id);
    problem(&desk.post(&cancel, &json!({})), 409, "not-booked");
    assert_eq!(desk.with(&hold, "confirm", json!({})).status, 200);
    problem(
        &desk.with(&hold, "extend", json!({})),
        409,
        "already-booked",
    );
    problem(
        &desk.with(&hold, "release", json!({})),
        409,
        "already-booked",
    );
}

#[test]
fn each_wrong_field_is_named_in_422() {
    let desk = Desk::open();
    let long = "x".repeat(65);
    let asked = json!({"user": long, "order": "", "best": [{"quantity": 0, "accessible": 1}], "seats": vec!["a"; 65]});
    let told = problem(&desk.post(HOLDS, &asked), 422, "invalid");
    let fields: Vec<_> = told["errors"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|fault| &fault["field"])
        .collect();
    assert_eq!(
        fields,
        [
            "user",
            "order",
            "seats",
            "best[0].quantity",
            "best[0].accessible"
        ]
    );
    for (body, field) in [
        (r#"{}"#, "user"),
        (r#"{"user":"ada","user":"bob"}"#, "user"),
        (r#"{"user":"ada","sets":[]}"#, "sets"),
        (r#"{"user":"ada","seats":[1]}"#, "seats[0]"),
        (r#"{"user":"ada","best":[[2]]}"#, "best[0]"),
        (
            r#"{"user":"ada","areas":[{"area":"Lawn","quantity":-1}]}"#,
            "areas[0].quantity",
        ),
        (r#"["ada"]"#, ""),
    ] {
        let told = problem(&desk.send("POST", HOLDS, body, &[]), 422, "invalid");
        assert_eq!(told["errors"][0]["field"], field, "{body}");
    }
    problem(&desk.ask("ada", json!({})), 422, "invalid");
    problem(
        &desk.ask("ada", json!({"seats": ["Stalls/A/1", "Stalls/A/1"]})),
        422,
        "invalid",
    );
    let rules = json!({"hold_ttl_seconds": 0, "opens": "soon", "user_holds_max": 0, "title": ""});
    let told = problem(&desk.put("/v1/events/play", &rules), 422, "invalid");
    assert_eq!(told["errors"].as_array().map(Vec::len), Some(4), "{told}");
    let rules = json!({"hold_longest_seconds": 30});
    let told = problem(&desk.put("/v1/events/play", &rules), 422, "invalid");
    assert_eq!(told["errors"][0]["field"], "hold_longest_seconds");
}

#[test]
fn what_is_no_json_is_400_also_when_it_is_deep() {
    let desk = Desk::open();
    for body in [
        "{",
        "nul",
        "{\"user\":\"\\ud800\"}",
        "{\"user\":\"a\"}x",
        &"[".repeat(60_000),
    ] {
        problem(&desk.send("POST", HOLDS, body, &[]), 400, "malformed");
    }
}

#[test]
fn another_type_of_body_is_415_and_a_long_one_413() {
    let desk = Desk::open();
    let body = r#"{"user":"ada"}"#;
    let gzip = [("content-encoding", "gzip")];
    problem(
        &desk.send("POST", HOLDS, body, &gzip),
        415,
        "unsupported-media-type",
    );
    let mut talk = desk.0.host.talk();
    talk.say("POST /v1/events/play/holds HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ");
    talk.say(super::shop::key(seatlock::access::key::Role::Sales));
    talk.say("\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\n{}");
    problem(&talk.reply(), 415, "unsupported-media-type");
    let long = json!({"user": "x".repeat(70_000)}).to_string();
    problem(&desk.send("POST", HOLDS, &long, &[]), 413, "body-too-long");
}

#[test]
fn a_user_with_too_much_is_429_with_retry_after() {
    let desk = Desk::open();
    desk.put(
        "/v1/events/play",
        &json!({"user_seats_max": 2, "cool_down_seconds": 100}),
    );
    desk.hold("ada", &["Stalls/A/1", "Stalls/A/2"]);
    let refused = desk.ask("ada", json!({"seats": ["Stalls/A/3"]}));
    problem(&refused, 429, "user-limit");
    assert_eq!(refused.header("retry-after"), Some("60"));
}

#[test]
fn an_event_keeps_its_chart_and_is_removed_when_closed_alone() {
    let desk = Desk::open();
    problem(
        &desk.put("/v1/events/play", &json!({"chart": "other"})),
        409,
        "chart-fixed",
    );
    problem(&desk.delete("/v1/events/play"), 409, "event-not-closed");
    problem(
        &desk.put("/v1/events/default", &json!({"state": "closed"})),
        409,
        "event-of-small-api",
    );
    assert_eq!(
        desk.put("/v1/events/play", &json!({"state": "closed"}))
            .json()["state"],
        "closed"
    );
    assert_eq!(desk.delete("/v1/events/play").status, 204);
    problem(&desk.get("/v1/events/play"), 404, "unknown-event");
}

#[test]
fn another_method_is_405_and_each_type_is_explained() {
    let desk = Desk::open();
    let refused = desk.send("PUT", "/v1/charts", "{}", &[]);
    let told = problem(&refused, 405, "method-not-allowed");
    assert!(
        refused
            .header("allow")
            .is_some_and(|allowed| allowed.contains("GET"))
    );
    let explained = desk.get(told["type"].as_str().expect("a type"));
    assert_eq!(
        (explained.status, explained.header("content-type")),
        (200, Some("text/plain; charset=utf-8"))
    );
}
