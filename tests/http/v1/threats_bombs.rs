//! Bodies that are meant to hurt: each is refused at once, with a problem, and the server goes on.

use std::time::{Duration, Instant};

use seatlock::{access::key::Role, limits};

use super::shop::{Call, Shop, key};
use crate::talk::Reply;

const HOLDS: &str = "/v1/events/finale/holds";

/// Far longer than it takes, far shorter than a bomb that goes off would.
const AT_ONCE: Duration = Duration::from_secs(5);

fn post(shop: &Shop, headers: &[(&str, &str)], body: &str) -> Reply {
    let begun = Instant::now();
    let reply = shop.call(&Call {
        method: "POST",
        path: HOLDS,
        key: Some(&key(Role::Sales)),
        headers: headers.to_vec(),
        body,
    });
    assert!(
        begun.elapsed() < AT_ONCE,
        "{} bytes took {:?}",
        body.len(),
        begun.elapsed()
    );
    reply
}

fn assert_refused(reply: &Reply, status: u16, what: &str) {
    assert_eq!(reply.status, status, "{what}: {reply:?}");
    let media_type = reply.header("content-type");
    assert_eq!(media_type, Some("application/problem+json"), "{what}");
    assert_eq!(reply.json()["status"], status, "{what}");
}

#[test]
fn nested_bodies_are_refused_however_deep() {
    let shop = Shop::open();
    let depths = [17, 1_000, limits::BODY_BYTES_MAX / 2 - 100];
    for depth in depths {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let depth = depth / open.len();
            let deep = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            for body in [
                deep.clone(),
                open.repeat(depth),
                format!(r#"{{"user":"a","best":{deep}}}"#),
            ] {
                let reply = post(&shop, &[], &body);
                assert!(matches!(reply.status, 400 | 422), "{depth} deep: {reply:?}");
            }
        }
    }
}

#[test]
fn a_body_beyond_the_bound_is_refused_before_it_is_read() {
    let shop = Shop::open();
    let long = format!(r#"{{"user":"{}"}}"#, "a".repeat(limits::BODY_BYTES_MAX));
    assert_refused(&post(&shop, &[], &long), 413, "a long body");
}

#[test]
fn what_is_not_described_is_refused_and_named() {
    let shop = Shop::open();
    for (body, field) in [
        (r#"{"user":"a","seats":["A/1/1"],"admin":true}"#, "admin"),
        (r#"{"user":"a","user":"b","seats":["A/1/1"]}"#, "user"),
        (
            r#"{"user":"a","best":[{"quantity":1,"quantity":2}]}"#,
            "quantity",
        ),
        (
            r#"{"user":"a","best":[{"quantity":1,"free":true}]}"#,
            "free",
        ),
        (r#"{"user":"a","best":[{"quantity":-1}]}"#, "quantity"),
        (r#"{"user":"a","best":[{"quantity":1e3}]}"#, "quantity"),
        (r#"{"user":"a","best":[{"quantity":65}]}"#, "quantity"),
        (r#"{"user":7,"seats":["A/1/1"]}"#, "user"),
        (r#"{"user":"","seats":["A/1/1"]}"#, "user"),
        (r#"{"user":"a","seats":"A/1/1"}"#, "seats"),
        (r#"{"user":"a","seats":[null]}"#, "seats"),
    ] {
        let reply = post(&shop, &[], body);
        assert_refused(&reply, 422, body);
        let errors = reply.json()["errors"].to_string();
        assert!(errors.contains(field), "{body}: {errors}");
    }
    for body in [
        "",
        "null",
        "[]",
        "7",
        "{",
        "{\"user\":\"a\"} {}",
        "\u{feff}{}",
        "{\"user\":\"\\ud800\"}",
    ] {
        let reply = post(&shop, &[], body);
        assert!(matches!(reply.status, 400 | 422), "{body:?}: {reply:?}");
    }
}

#[test]
fn long_texts_and_many_seats_are_refused() {
    let shop = Shop::open();
    let user = format!(r#"{{"user":"{}","seats":["A/1/1"]}}"#, "a".repeat(257));
    assert_refused(&post(&shop, &[], &user), 422, "a long name");
    let seats: Vec<String> = (0..65)
        .map(|seat| format!("\"A/{}/{}\"", seat / 50 + 1, seat % 50 + 1))
        .collect();
    let seats = format!(r#"{{"user":"a","seats":[{}]}}"#, seats.join(","));
    assert_refused(&post(&shop, &[], &seats), 422, "65 seats");
    let twice = r#"{"user":"a","seats":["A/1/1","A/1/1"]}"#;
    assert_refused(&post(&shop, &[], twice), 422, "a seat twice");
}

#[test]
fn compressed_bodies_are_refused_unseen() {
    let shop = Shop::open();
    for coding in ["gzip", "deflate", "br", "zstd", "identity, gzip"] {
        let reply = post(&shop, &[("content-encoding", coding)], "\x1f\x0b");
        assert_refused(&reply, 415, coding);
    }
}

#[test]
fn after_all_that_seats_are_still_sold() {
    let shop = Shop::open();
    for bomb in [
        "[".repeat(10_000),
        "\"".repeat(10_000),
        "9".repeat(10_000),
        "\\u0000".repeat(1_000),
    ] {
        assert!(matches!(post(&shop, &[], &bomb).status, 400 | 422));
    }
    drop(shop.book());
}
