//! What a shop does from chart to booking, and after it.

use serde_json::{Value, json};

use super::desk::{Desk, problem};

fn labels(view: &Value) -> Vec<&str> {
    view["seats"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_str)
        .collect()
}

#[test]
fn a_mix_of_all_ways_is_one_hold_and_becomes_a_booking() {
    let desk = Desk::open();
    let asked = json!({
        "user": "ada",
        "seats": ["Stalls/A/1"],
        "best": [{"quantity": 2, "sections": ["Stalls"], "adjacent": "required"}],
        "areas": [{"area": "Lawn", "quantity": 3}],
        "order": "order 7",
    });
    let reply = desk.post("/v1/events/play/holds", &asked);
    assert_eq!(reply.status, 201);
    let view = reply.json();
    assert_eq!((labels(&view).len(), labels(&view)[0]), (3, "Stalls/A/1"));
    assert_eq!(view["areas"], json!([{"area": "Lawn", "quantity": 3}]));
    assert_eq!(
        (&view["state"], &view["order"], &view["event"]),
        (&json!("held"), &json!("order 7"), &json!("play"))
    );
    assert_eq!(view["seconds_left"], 60);
    let path = format!("/v1/holds/{}", view["id"].as_str().expect("an id"));
    assert_eq!(reply.header("location"), Some(&*path));
    assert_eq!(
        reply.header("seatlock-lsn"),
        Some(&*view["lsn"].to_string())
    );

    let token = view["token"].as_str().expect("a token");
    let confirm = || {
        desk.send(
            "POST",
            &format!("{path}/confirm"),
            "",
            &[("seatlock-token", token)],
        )
    };
    let booked = confirm().json();
    assert_eq!(
        (&booked["state"], &booked["seconds_left"]),
        (&json!("booked"), &json!(0))
    );
    assert_eq!(booked.get("token"), None, "it is told once");
    let again = confirm();
    assert_eq!(
        (again.status, &again.json()["lsn"]),
        (200, &json!(0)),
        "a repeated confirm changes nothing"
    );
    let event = desk.get("/v1/events/play").json();
    assert_eq!(
        event["counts"],
        json!({"available": 64, "held": 0, "booked": 6, "withheld": 0})
    );
}

#[test]
fn a_cart_grows_and_shrinks_and_has_one_deadline() {
    let desk = Desk::open();
    let hold = desk.hold("ada", &["Stalls/A/1"]);
    desk.pass(30);
    let added = desk.with(
        &hold,
        "add",
        json!({"seats": ["Stalls/A/2"], "areas": [{"area": "Lawn", "quantity": 2}]}),
    );
    let view = added.json();
    assert_eq!(
        (labels(&view), &view["seconds_left"]),
        (vec!["Stalls/A/1", "Stalls/A/2"], &json!(30))
    );
    problem(
        &desk.with(&hold, "add", json!({"seats": ["Stalls/A/2"]})),
        422,
        "invalid",
    );
    let given = desk.with(
        &hold,
        "give-back",
        json!({"seats": ["Stalls/A/1"], "areas": [{"area": "Lawn", "quantity": 1}]}),
    );
    assert_eq!(labels(&given.json()), ["Stalls/A/2"]);
    assert_eq!(
        given.json()["areas"],
        json!([{"area": "Lawn", "quantity": 1}])
    );
    problem(
        &desk.with(&hold, "give-back", json!({"seats": ["Stalls/A/1"]})),
        422,
        "invalid",
    );
    assert_eq!(
        desk.with(&hold, "release", json!({})).json()["state"],
        "released"
    );
    assert_eq!(
        desk.with(&hold, "release", json!({})).status,
        200,
        "said again, it is true again"
    );
    assert_eq!(desk.seat("Stalls/A/2"), "available");
    assert_eq!(desk.look(&hold)["state"], "released");
}

#[test]
fn a_hold_is_extended_up_to_the_longest() {
    let desk = Desk::open();
    let hold = desk.hold("ada", &["Stalls/A/1"]);
    for _ in 0..14 {
        desk.pass(59);
        assert_eq!(
            desk.with(&hold, "extend", json!({})).json()["seconds_left"],
            60
        );
    }
    desk.pass(50);
    let last = desk.with(&hold, "extend", json!({})).json();
    assert_eq!(last["deadline"], last["extendable_until"]);
    let told = problem(&desk.with(&hold, "extend", json!({})), 409, "at-longest");
    assert_eq!(told["hold"]["state"], "held");
}

#[test]
fn a_hold_that_is_being_paid_for_does_not_expire_at_its_deadline() {
    let desk = Desk::open();
    let hold = desk.hold("ada", &["Stalls/A/1"]);
    let paying = desk.with(&hold, "pay", json!({})).json();
    assert_eq!(
        (&paying["state"], &paying["seconds_left"]),
        (&json!("paying"), &json!(360))
    );
    desk.pass(300);
    problem(
        &desk.ask("bob", json!({"seats": ["Stalls/A/1"]})),
        423,
        "seats-held",
    );
    assert_eq!(
        desk.with(&hold, "pay", json!({})).json()["seconds_left"],
        60,
        "once"
    );
    assert_eq!(
        desk.with(&hold, "confirm", json!({})).json()["state"],
        "booked"
    );
}

#[test]
fn a_late_payment_books_seats_that_are_still_free() {
    let desk = Desk::open();
    let hold = desk.hold("ada", &["Stalls/A/1", "Stalls/A/2"]);
    desk.pass(100);
    problem(&desk.with(&hold, "confirm", json!({})), 410, "hold-ended");
    let booked = desk
        .with(
            &hold,
            "confirm",
            json!({"if_free": "retake", "order": "late"}),
        )
        .json();
    assert_eq!(
        (&booked["state"], &booked["order"]),
        (&json!("booked"), &json!("late"))
    );
    assert_eq!(desk.seat("Stalls/A/2"), "booked");
}

#[test]
fn a_booking_is_moved_and_cancelled_seat_by_seat() {
    let desk = Desk::open();
    let hold = desk.hold("ada", &["Stalls/A/1", "Stalls/A/2"]);
    desk.with(&hold, "confirm", json!({}));
    let other = desk.hold("bob", &["Stalls/A/9"]);
    let path = |call: &str| format!("/v1/bookings/{}/{call}", hold.id);
    let to = |seat: &str| json!({"from": ["Stalls/A/1"], "to": [seat]});
    problem(
        &desk.post(&path("move"), &to("Stalls/A/9")),
        423,
        "seats-held",
    );
    desk.with(&other, "confirm", json!({}));
    problem(
        &desk.post(&path("move"), &to("Stalls/A/9")),
        409,
        "seats-taken",
    );
    let moved = desk.post(&path("move"), &to("Stalls/A/5")).json();
    assert_eq!(labels(&moved), ["Stalls/A/2", "Stalls/A/5"]);
    assert_eq!(desk.seat("Stalls/A/1"), "available");
    problem(
        &desk.post(&path("move"), &json!({"from": ["Stalls/A/2"], "to": []})),
        422,
        "invalid",
    );
    let cancelled = desk
        .post(&path("cancel"), &json!({"seats": ["Stalls/A/2"]}))
        .json();
    assert_eq!(
        (labels(&cancelled), &cancelled["state"]),
        (vec!["Stalls/A/5"], &json!("booked"))
    );
    assert_eq!(
        desk.post(&path("cancel"), &json!({})).json()["state"],
        "cancelled"
    );
    assert_eq!(
        desk.get(&format!("/v1/bookings/{}", hold.id)).json()["state"],
        "cancelled"
    );
}

#[test]
fn all_bookings_are_exported_a_seat_a_line() {
    let desk = Desk::open();
    let hold = desk.ask(
        "Ada, the first",
        json!({"seats": ["Stalls/A/2"], "areas": [{"area": "Lawn", "quantity": 1}]}),
    );
    let hold = hold.json();
    let confirm = format!("/v1/holds/{}/confirm", hold["id"].as_str().expect("an id"));
    let asked = json!({"token": hold["token"], "order": "say \"7\""});
    assert_eq!(desk.post(&confirm, &asked).status, 200);
    let _held = desk.hold("bob", &["Stalls/A/1"]);
    let reply = desk.get("/v1/events/play/bookings");
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, Some("text/csv"))
    );
    let id = hold["id"].as_str().expect("an id");
    let begin = format!("{id},2026-06-01T12:00:00.000Z,\"Ada, the first\",\"say \"\"7\"\"\"");
    let expected = format!(
        "booking,booked_at,user,order,seat,category\n\
         {begin},Stalls/A/2,gold\n{begin},Lawn,standing\n"
    );
    assert_eq!(String::from_utf8_lossy(&reply.body), expected);
}

#[test]
fn seats_are_kept_from_sale_and_put_on_sale_again() {
    let desk = Desk::open();
    let seats = json!({"seats": ["Stalls/A/1", "Stalls/A/2"], "reason": "camera"});
    let blocked = desk.post("/v1/events/play/block", &seats);
    assert_eq!(
        blocked.header("seatlock-lsn"),
        Some(&*blocked.json()["lsn"].to_string())
    );
    assert_eq!(desk.seat("Stalls/A/1"), "withheld");
    desk.hold("ada", &["Stalls/A/3"]);
    let held = json!({"seats": ["Stalls/A/3", "Stalls/A/4"]});
    problem(
        &desk.post("/v1/events/play/block", &held),
        423,
        "seats-held",
    );
    assert_eq!(desk.seat("Stalls/A/4"), "available", "all or nothing");
    let seats = json!({"seats": ["Stalls/A/1", "Stalls/A/2"]});
    assert_eq!(desk.post("/v1/events/play/unblock", &seats).status, 200);
    assert_eq!(desk.seat("Stalls/A/2"), "available");
}

#[test]
fn what_the_small_api_holds_is_an_ordinary_hold() {
    let desk = Desk::open();
    let held = desk.post(
        "/v1/events/default/holds",
        &json!({"user": "ada", "seats": ["7"]}),
    );
    assert_eq!(held.status, 201);
    assert_eq!(desk.send("POST", "/lock/7?user=bob", "", &[]).status, 423);
    assert_eq!(desk.send("POST", "/lock/8?user=bob", "", &[]).status, 200);
    let asked = json!({"user": "ada", "seats": ["8"]});
    problem(
        &desk.post("/v1/events/default/holds", &asked),
        423,
        "seats-held",
    );
}
