//! Charts over HTTP: both formats, in and out, and everything that is wrong with one at once.

use std::io::Read as _;

use serde_json::json;

use super::desk::{Desk, problem};
use crate::talk::Reply;

fn put_csv(desk: &Desk, name: &str, text: &str) -> Reply {
    let mut talk = desk.0.host.talk();
    let key = super::shop::key(seatlock::access::key::Role::Admin);
    talk.say(format!(
        "PUT /v1/charts/{name} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n\
         content-type: text/csv\r\ncontent-length: {}\r\n\r\n{text}",
        text.len()
    ));
    talk.reply()
}

#[test]
fn a_chart_goes_in_and_out_as_json_and_as_csv() {
    let desk = Desk::open();
    let csv = desk.send("GET", "/v1/charts/house", "", &[("accept", "text/csv")]);
    assert_eq!(csv.header("content-type"), Some("text/csv"));
    let text = String::from_utf8(csv.body).expect("a text");
    assert_eq!(put_csv(&desk, "copy", &text).status, 201);
    assert_eq!(put_csv(&desk, "copy", &text).status, 200, "replaced");
    let [one, other] = ["house", "copy"].map(|name| desk.get(&format!("/v1/charts/{name}")).json());
    assert_eq!(one, other);
    let line = &desk.get("/v1/charts").json()["charts"][1];
    assert_eq!(
        (&line["name"], &line["seats"], &line["areas"]),
        (&json!("copy"), &json!(70), &json!(["Lawn"]))
    );
}

#[test]
fn every_fault_is_told_with_line_field_and_reason_and_nothing_is_taken() {
    let desk = Desk::open();
    let body = "{\n\"sections\": [{\"name\": \"A/B\",\n\"rows\": [{\"label\": \"\", \"seats\": 1}]}],\n\"areas\": 5}";
    let told = problem(
        &desk.send("PUT", "/v1/charts/bad", body, &[]),
        422,
        "invalid-chart",
    );
    let errors = told["errors"].as_array().expect("a list");
    let lines: Vec<_> = errors
        .iter()
        .map(|error| (&error["line"], &error["field"]))
        .collect();
    assert_eq!(lines[0], (&json!(2), &json!("sections[0].name")), "{told}");
    assert_eq!(lines.len(), 3, "{told}");
    let told = problem(
        &put_csv(&desk, "bad", "section,row,seat\nA,1,1\nA,1,1\nA,,3\n"),
        422,
        "invalid-chart",
    );
    assert_eq!(
        (&told["errors"][0]["line"], &told["errors"][0]["field"]),
        (&json!(3), &json!("seat")),
        "{told}"
    );
    problem(&desk.get("/v1/charts/bad"), 404, "unknown-chart");
}

#[test]
fn a_chart_can_be_longer_than_other_bodies_but_only_for_who_may_send_one() {
    let desk = Desk::open();
    let rows: Vec<_> = (0..3_000)
        .map(|row| json!({"label": format!("row number {row}"), "seats": 20}))
        .collect();
    let chart = json!({"sections": [{"name": "Field", "rows": rows}]}).to_string();
    assert!(chart.len() > seatlock::limits::BODY_BYTES_MAX);
    let put = desk.send("PUT", "/v1/charts/field", &chart, &[]);
    assert_eq!((put.status, &put.json()["seats"]), (201, &json!(60_000)));
    let mut talk = desk.0.host.talk();
    let promised = "content-type: application/json\r\ncontent-length: 200000000\r\n\r\n{";
    talk.say(format!(
        "PUT /v1/charts/field HTTP/1.1\r\nhost: x\r\n{promised}"
    ));
    let refused = talk.reply();
    problem(&refused, 401, "key-missing");
    assert_eq!(refused.header("connection"), Some("close"));
}

#[test]
fn events_keep_the_chart_that_they_were_made_with() {
    let desk = Desk::open();
    let before = desk.get("/v1/events/play/chart").json();
    assert_eq!(
        desk.put("/v1/charts/house", &json!({"seats": 3})).status,
        200
    );
    assert_eq!(desk.delete("/v1/charts/house").status, 204);
    assert_eq!(desk.get("/v1/events/play/chart").json(), before);
    assert_eq!(desk.seat("Stalls/A/20"), "available");
    problem(
        &desk.put("/v1/charts/No%20Name", &json!({"seats": 3})),
        422,
        "invalid",
    );
}

#[test]
fn the_chart_of_an_event_is_sent_once_and_compressed_for_who_wants_it() {
    let desk = Desk::open();
    let path = "/v1/events/play/chart";
    let plain = desk.get(path);
    let tag = plain.header("etag").expect("a tag");
    let zipped = desk.send("GET", path, "", &[("accept-encoding", "gzip")]);
    assert_eq!(zipped.header("content-encoding"), Some("gzip"));
    assert_eq!(zipped.header("vary"), Some("accept, accept-encoding"));
    assert_ne!(zipped.header("etag"), Some(tag));
    let mut text = Vec::new();
    let mut unpacked = flate2::read::GzDecoder::new(&zipped.body[..]);
    unpacked.read_to_end(&mut text).expect("gzip");
    assert_eq!(text, plain.body);
    let again = desk.send("GET", path, "", &[("if-none-match", tag)]);
    assert_eq!((again.status, again.body.len()), (304, 0));
    let csv = desk.send("GET", path, "", &[("accept", "text/csv")]);
    assert_eq!(csv.header("content-type"), Some("text/csv"));
}
