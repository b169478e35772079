//! What an operator can do beyond shops: ask who has a seat, and give a hold back without its token.

use serde_json::json;

use super::desk::{Desk, problem};

const SEAT: &str = "/v1/events/play/seat?label=";

fn who_has(desk: &Desk, label: &str) -> serde_json::Value {
    let reply = desk.get(&format!("{SEAT}{label}"));
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

#[test]
fn a_seat_tells_who_has_it_from_the_hold_to_the_booking_and_back() {
    let desk = Desk::open();
    let free = json!({"seat": "Stalls/A/1", "status": "available"});
    assert_eq!(who_has(&desk, "Stalls/A/1"), free);
    let hold = desk.hold("ada", &["Stalls/A/1", "Stalls/A/2"]);
    let held = who_has(&desk, "Stalls%2FA%2F1");
    assert_eq!(
        (&held["status"], &held["hold"]["id"]),
        (&json!("held"), &json!(hold.id))
    );
    assert_eq!(held["hold"]["user"], "ada");
    assert_eq!(
        held["hold"].get("token"),
        None,
        "nobody is told a token again"
    );
    assert_eq!(desk.with(&hold, "confirm", json!({})).status, 200);
    let booked = who_has(&desk, "Stalls/A/2");
    assert_eq!(
        (&booked["status"], &booked["hold"]["state"]),
        (&json!("booked"), &json!("booked"))
    );
    let part = json!({"seats": ["Stalls/A/1"]});
    let cancel = format!("/v1/bookings/{}/cancel", hold.id);
    assert_eq!(desk.post(&cancel, &part).status, 200);
    assert_eq!(who_has(&desk, "Stalls/A/1"), free);
    assert_eq!(who_has(&desk, "Stalls/A/2")["hold"]["id"], json!(hold.id));
}

#[test]
fn from_its_deadline_on_a_hold_has_no_seat() {
    let desk = Desk::open();
    desk.hold("ada", &["Stalls/A/1"]);
    desk.pass(59);
    assert_eq!(who_has(&desk, "Stalls/A/1")["hold"]["user"], "ada");
    desk.pass(1);
    let free = json!({"seat": "Stalls/A/1", "status": "available"});
    assert_eq!(who_has(&desk, "Stalls/A/1"), free);
}

#[test]
fn a_withheld_seat_tells_why() {
    let desk = Desk::open();
    let block = json!({"seats": ["Stalls/A/3"], "reason": "camera"});
    assert_eq!(desk.post("/v1/events/play/block", &block).status, 200);
    let withheld = json!({"seat": "Stalls/A/3", "status": "withheld", "reason": "camera"});
    assert_eq!(who_has(&desk, "Stalls/A/3"), withheld);
}

#[test]
fn what_is_no_seat_is_told_as_that() {
    let desk = Desk::open();
    for label in ["Stalls/A/99", "Lawn", "", "%00"] {
        let told = problem(&desk.get(&format!("{SEAT}{label}")), 404, "unknown-seats");
        assert_eq!(told["errors"][0]["field"], "label");
    }
    problem(&desk.get("/v1/events/play/seat"), 422, "invalid");
    problem(&desk.get(&format!("{SEAT}%FF")), 422, "invalid");
    let unknown = "/v1/events/none/seat?label=Stalls/A/1";
    problem(&desk.get(unknown), 404, "unknown-event");
}

#[test]
fn a_hold_is_given_back_without_its_token_and_its_owner_is_told() {
    let desk = Desk::open();
    let hold = desk.hold("ada", &["Stalls/A/1", "Stalls/A/2"]);
    let revoke = format!("/v1/holds/{}/revoke", hold.id);
    for _ in 0..2 {
        let reply = desk.send("POST", &revoke, "", &[]);
        assert_eq!(
            (reply.status, &reply.json()["state"]),
            (200, &json!("released"))
        );
    }
    assert_eq!(who_has(&desk, "Stalls/A/2")["status"], "available");
    let confirm = desk.with(&hold, "confirm", json!({}));
    let told = problem(&confirm, 410, "hold-ended");
    assert_eq!(told["hold"]["state"], "released");
    // What he was counted for is counted off: somebody who may have ten seats can have ten again.
    for seats in [1..=6, 7..=10] {
        let seats: Vec<String> = seats.map(|seat| format!("Stalls/A/{seat}")).collect();
        assert_eq!(desk.ask("ada", json!({"seats": seats})).status, 201);
    }
}

#[test]
fn a_booking_an_ended_hold_and_nothing_are_not_given_back() {
    let desk = Desk::open();
    let booked = desk.hold("ada", &["Stalls/A/1"]);
    assert_eq!(desk.with(&booked, "confirm", json!({})).status, 200);
    let revoke = |id: &str| desk.post(&format!("/v1/holds/{id}/revoke"), &json!({}));
    problem(&revoke(&booked.id), 409, "already-booked");
    let expired = desk.hold("bob", &["Stalls/A/2"]);
    desk.pass(60);
    problem(&revoke(&expired.id), 410, "hold-ended");
    problem(&revoke("00000000000000aa"), 404, "unknown-hold");
    problem(&revoke("x"), 404, "unknown-hold");
    let body = json!({"token": booked.token});
    let path = format!("/v1/holds/{}/revoke", booked.id);
    problem(&desk.post(&path, &body), 422, "invalid");
}
