//! `GET seats`: its two forms, its caches, and that all of them say the same.

use std::{io::Read, sync::Arc};

use axum::{body::to_bytes, http::HeaderMap};
use flate2::read::GzDecoder;
use seatlock::{
    chart::Chart,
    clock::BootClock,
    engine::{Engine, EngineConfig, HoldAnswer, ReleaseAnswer},
    event::User,
    feed::Shown,
    http::v1::{
        availability::{self, MAP_TYPE},
        stream::StreamLimits,
        texts::Texts,
    },
    limits::PAGE_SEATS,
};

use crate::{
    apps::patient,
    stall::Stall,
    talk::{Host, Reply},
};

/// Numbered seats, and a lawn after them.
fn ground(numbered: u32, lawn: u32) -> (Stall, Host) {
    let rows = format!(r#"[{{"label": "\"A\"", "seats": {numbered}}}]"#);
    let sections = match numbered {
        0 => String::new(),
        _ => format!(r#"{{"name": "Stalls", "rows": {rows}}}"#),
    };
    let areas = match lawn {
        0 => String::new(),
        _ => format!(r#"{{"name": "Lawn", "capacity": {lawn}}}"#),
    };
    let chart = format!(r#"{{"sections": [{sections}], "areas": [{areas}]}}"#);
    let chart = Chart::from_json(chart.as_bytes()).expect("a chart");
    let stall = Stall::on(chart, StreamLimits::default());
    let host = Host::start(stall.app(), patient());
    (stall, host)
}

fn ask(host: &Host, method: &str, headers: &str) -> Reply {
    let mut talk = host.talk();
    talk.say(format!(
        "{method} /seats HTTP/1.1\r\nhost: test\r\n{headers}\r\n"
    ));
    talk.reply_to(method)
}

fn unpacked(reply: &Reply) -> Vec<u8> {
    assert_eq!(reply.header("content-encoding"), Some("gzip"));
    let mut text = Vec::new();
    let mut decoder = GzDecoder::new(&reply.body[..]);
    decoder
        .read_to_end(&mut text)
        .expect("one gzip stream with a right checksum");
    assert!(decoder.into_inner().is_empty(), "and nothing after it");
    text
}

#[test]
fn json_has_seats_by_label_and_areas_by_count() {
    let (stall, host) = ground(2, 3);
    stall.change(7, 1, Shown::Booked);
    stall.change(8, 4, Shown::Held);
    let reply = ask(&host, "GET", "");
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let expected = r#"{"event":"finale","position":8,"resume":"0000beef-8","counts":{"available":3,"held":1,"booked":1,"withheld":0},"areas":{"Lawn":{"available":2,"held":1,"booked":0,"withheld":0}},"seats":{"Stalls/\"A\"/1":"available","Stalls/\"A\"/2":"booked"}}"#;
    assert_eq!(String::from_utf8_lossy(&reply.body), expected);
}

#[test]
fn the_binary_map_is_as_drawn() {
    let (stall, host) = ground(5, 0);
    stall.change(0x0102_0304_0506, 1, Shown::Held);
    stall.change(0x0102_0304_0507, 4, Shown::Withheld);
    let reply = ask(&host, "GET", &format!("accept: {MAP_TYPE}\r\n"));
    assert_eq!(reply.header("content-type"), Some(MAP_TYPE));
    let head = b"SLMP\x01\x02\x18\0\x05\0\0\0\xef\xbe\0\0\x07\x05\x04\x03\x02\x01\0\0";
    assert_eq!(
        reply.body,
        [&head[..], &[0b0100, 0b11, 0, 0, 0, 0, 0, 0]].concat()
    );
}

#[test]
fn compressed_pages_of_any_age_make_one_text() {
    for numbered in [0, 1, PAGE_SEATS, 3 * PAGE_SEATS + 10] {
        let (stall, host) = ground(numbered, 10);
        for lsn in 1..5 {
            let gzip = ask(&host, "GET", "accept-encoding: br, gzip\r\n");
            let plain = ask(&host, "GET", "");
            assert_eq!(unpacked(&gzip), plain.body);
            assert_eq!(plain.json()["position"], lsn - 1);
            let seats = plain.json()["seats"].as_object().map(serde_json::Map::len);
            assert_eq!(seats, usize::try_from(numbered).ok());
            stall.change(lsn, numbered / 2, Shown::Booked);
            stall.change(lsn, numbered + 9, Shown::Held);
        }
    }
}

#[test]
fn each_form_and_coding_has_a_tag_of_its_own_that_lasts_until_a_change() {
    let (stall, host) = ground(3_000, 0);
    let map = format!("accept: {MAP_TYPE}\r\n");
    let forms = ["", "accept-encoding: gzip\r\n", &map];
    let tags = || {
        forms.map(|form| {
            let reply = ask(&host, "GET", form);
            assert_eq!(reply.header("vary"), Some("accept, accept-encoding"));
            reply.header("etag").expect("a tag").to_owned()
        })
    };
    let first = tags();
    assert_eq!(first, tags());
    assert_eq!(
        first,
        ["\"0000beef-0\"", "\"0000beef-0.gz\"", "\"0000beef-0.map\""]
    );
    for (form, tag) in forms.iter().zip(&first) {
        for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
            let reply = ask(&host, "GET", &format!("{form}if-none-match: {known}\r\n"));
            assert_eq!(reply.status, 304, "{known}");
            assert_eq!(reply.header("etag"), Some(tag.as_str()));
            assert_eq!(reply.body, b"");
        }
    }
    let another = format!("if-none-match: {}\r\n", first[1]);
    assert_eq!(
        ask(&host, "GET", &another).status,
        200,
        "plain is not compressed"
    );
    stall.change(1, 1, Shown::Held);
    for (form, tag) in forms.iter().zip(&first) {
        let reply = ask(&host, "GET", &format!("{form}if-none-match: {tag}\r\n"));
        assert_eq!(reply.status, 200);
    }
}

#[test]
fn head_has_the_headers_of_get_and_no_body() {
    let (_stall, host) = ground(100, 0);
    let (get, head) = (ask(&host, "GET", ""), ask(&host, "HEAD", ""));
    for name in [
        "content-type",
        "content-length",
        "etag",
        "vary",
        "cache-control",
    ] {
        assert!(get.header(name).is_some(), "{name}");
        assert_eq!(get.header(name), head.header(name), "{name}");
    }
}

#[test]
fn a_form_is_chosen_by_weight() {
    let (_stall, host) = ground(10, 0);
    let table = [
        ("*/*", "application/json"),
        ("text/html", "application/json"),
        (
            "application/json, application/vnd.seatlock.map;q=0.9",
            "application/json",
        ),
        (
            "application/json;q=0.9, application/vnd.seatlock.map",
            MAP_TYPE,
        ),
        ("application/vnd.seatlock.map;q=0", "application/json"),
        ("application/vnd.seatlock.map, */*;q=0.1", MAP_TYPE),
    ];
    for (accept, expected) in table {
        let reply = ask(&host, "GET", &format!("accept: {accept}\r\n"));
        assert_eq!(reply.header("content-type"), Some(expected), "{accept}");
    }
}

/// A thousand times: the scribe, which the map comes from, is always behind a little.
#[test]
fn who_was_told_of_a_change_sees_it() {
    let engine = Engine::start(EngineConfig::default(), BootClock::new()).expect("an engine");
    let event = engine.default_event().expect("the event of the small API");
    let (texts, nothing_special, ada) = (Texts::default(), HeaderMap::new(), User::new("ada"));
    let seen = async || {
        let answer = availability::seats(&engine, &texts, event, &nothing_special).await;
        let body = to_bytes(answer.into_body(), usize::MAX).await;
        String::from_utf8(body.expect("a body").to_vec()).expect("JSON")
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(async {
        for _ in 0..500 {
            assert!(matches!(engine.hold_seat(3, &ada), HoldAnswer::Held { .. }));
            assert!(seen().await.contains(r#""3":"held""#));
            assert!(matches!(
                engine.release_seat(3),
                ReleaseAnswer::Released { .. }
            ));
            assert!(seen().await.contains(r#""3":"available""#));
        }
    });
    assert!(Arc::ptr_eq(&texts.of(event), &texts.of(event)));
}
