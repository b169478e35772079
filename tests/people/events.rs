//! `seatlock event` against a server.

use crate::server::Server;

/// A server with a chart of a hundred seats.
fn server() -> Server {
    let server = Server::start();
    server
        .ask(&["chart", "new", "arena", "sections=1", "rows=10", "seats=10"])
        .well();
    server
}

fn json(server: &Server, arguments: &[&str]) -> serde_json::Value {
    let arguments = [arguments, &["--json"]].concat();
    serde_json::from_str(&server.ask(&arguments).well()).expect("JSON")
}

#[test]
fn an_event_is_made_with_the_rules_that_are_given() {
    let server = server();
    let create = [
        "event",
        "create",
        "hamlet",
        "--chart",
        "arena",
        "--title",
        "Hamlet",
        "--hold-ttl",
        "5m",
        "--hold-longest",
        "1h",
        "--paying",
        "2m",
        "--hold-seats-max",
        "6",
        "--user-seats-max",
        "8",
        "--user-holds-max",
        "2",
        "--cool-down",
        "30s",
        "--orphans",
        "refused",
        "--opens",
        "2026-01-01T10:00:00+01:00",
        "--closes",
        "2099-01-01T00:00:00Z",
    ];
    assert_eq!(
        server.ask(&create).well(),
        "The event hamlet is created: open, with 100 seats of the chart arena.\n"
    );
    let event = json(&server, &["event", "show", "hamlet"]);
    assert_eq!(
        (&event["title"], &event["state"]),
        (&"Hamlet".into(), &"open".into())
    );
    let rules = &event["rules"];
    for (rule, value) in [
        ("hold_ttl_seconds", 300),
        ("hold_longest_seconds", 3600),
        ("paying_seconds", 120),
        ("hold_seats_max", 6),
        ("user_seats_max", 8),
        ("user_holds_max", 2),
        ("cool_down_seconds", 30),
    ] {
        assert_eq!(rules[rule], value, "{rule}");
    }
    assert_eq!(rules["orphans"], "refused");
    let opens: jiff::Timestamp = rules["opens"]
        .as_str()
        .and_then(|date| date.parse().ok())
        .expect("a date");
    assert_eq!(opens.to_string(), "2026-01-01T09:00:00Z");
}

#[test]
fn an_event_that_is_there_is_changed_in_what_is_given() {
    let server = server();
    server
        .ask(&[
            "event",
            "create",
            "hamlet",
            "--chart",
            "arena",
            "--paused",
            "--hold-seats-max",
            "4",
        ])
        .well();
    let again = [
        "event",
        "create",
        "hamlet",
        "--chart",
        "arena",
        "--title",
        "Hamlet II",
    ];
    let said = server.ask(&again).well();
    assert_eq!(
        said,
        "The event hamlet is changed: paused, with 100 seats of the chart arena.\n"
    );
    let event = json(&server, &["event", "show", "hamlet"]);
    assert_eq!(
        (&event["title"], &event["rules"]["hold_seats_max"]),
        (&"Hamlet II".into(), &4.into())
    );
}

#[test]
fn rules_that_the_server_refuses_are_told_by_field() {
    let server = server();
    let rules = ["--hold-ttl", "2h", "--hold-longest", "1h"];
    let said = server.ask(
        &[
            &["event", "create", "hamlet", "--chart", "arena"][..],
            &rules,
        ]
        .concat(),
    );
    let complaint = said.with_code(1);
    assert!(
        complaint.contains("FIELD") && complaint.contains("hold_longest"),
        "{complaint}"
    );
    let complaint = server
        .ask(&["event", "create", "hamlet", "--chart", "opera"])
        .with_code(1);
    assert_eq!(complaint, "error: There is no such chart.\n");
}

#[test]
fn an_event_is_shown_with_its_rules_and_bars_of_its_seats() {
    let server = server();
    server
        .ask(&[
            "event", "create", "hamlet", "--chart", "arena", "--title", "To be",
        ])
        .well();
    let text = server.ask(&["event", "show", "hamlet"]).well();
    for line in [
        "title           To be",
        "hold_ttl        10m",
        "user_seats_max  20",
        "available    100  ##############################",
        "booked         0",
    ] {
        assert!(
            text.lines().any(|shown| shown == line),
            "{line:?} is missing in\n{text}"
        );
    }
    let list = server.ask(&["event", "list"]).well();
    let line = list.lines().find(|line| line.starts_with("hamlet"));
    let words: Vec<&str> = line.expect("the event").split_whitespace().collect();
    assert_eq!(
        words,
        [
            "hamlet", "open", "arena", "100", "100", "0", "0", "0", "To", "be"
        ]
    );
}

#[test]
fn a_sale_is_paused_opened_closed_and_removed() {
    let server = server();
    server
        .ask(&["event", "create", "hamlet", "--chart", "arena"])
        .well();
    let complaint = server.ask(&["event", "remove", "hamlet"]).with_code(1);
    assert_eq!(complaint, "error: The event is not closed.\n");
    for (command, state) in [
        (&["event", "pause", "hamlet"][..], "paused"),
        (&["event", "open", "hamlet"], "open"),
        (&["event", "close", "hamlet", "--yes"], "closed"),
    ] {
        let said = server.ask(command).well();
        assert_eq!(
            said,
            format!("The event hamlet is {state}, with 100 seats of the chart arena.\n")
        );
    }
    assert_eq!(
        server.ask(&["event", "open", "hamlet"]).with_code(1),
        "error: The event is closed.\n"
    );
    assert_eq!(
        server.ask(&["event", "remove", "hamlet"]).well(),
        "The event hamlet is removed.\n"
    );
}

#[test]
fn what_is_done_to_an_event_that_is_not_there_makes_none() {
    let server = server();
    for arguments in [
        &["event", "show", "nope"][..],
        &["event", "pause", "nope"],
        &["event", "open", "nope"],
        &["event", "close", "nope", "--yes"],
        &["event", "remove", "nope"],
    ] {
        assert_eq!(
            server.ask(arguments).with_code(1),
            "error: There is no such event.\n"
        );
    }
}

#[test]
fn closing_without_yes_and_without_a_terminal_does_nothing() {
    let server = server();
    server
        .ask(&["event", "create", "hamlet", "--chart", "arena"])
        .well();
    let complaint = server.ask(&["event", "close", "hamlet"]).with_code(2);
    assert!(complaint.contains("final"), "{complaint}");
    assert_eq!(json(&server, &["event", "show", "hamlet"])["state"], "open");
}
