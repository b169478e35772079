//! The small API's contract, row by row, on a clock that stands still.

use std::{collections::BTreeMap, sync::Arc, thread, time::Duration};

use crate::talk::{Host, Reply};
use seatlock::{
    clock::ManualClock,
    engine::{Engine, EngineConfig},
    http::{self, ServerConfig, Unlock},
    tick::Ttl,
};

const TTL: Duration = Duration::from_secs(60);

fn seats(count: u32) -> (Host, ManualClock) {
    with(count, Unlock::Served)
}

fn with(seats: u32, unlock: Unlock) -> (Host, ManualClock) {
    let clock = ManualClock::new();
    let hold_ttl = Ttl::new(TTL).expect("a valid TTL");
    let config = EngineConfig { seats, hold_ttl };
    let engine = Engine::start(config, clock.clone()).expect("started");
    let app = http::app(Arc::new(engine), unlock);
    (Host::start(app, ServerConfig::default()), clock)
}

/// The status of a POST, whose answer is checked for what all of them have in common.
fn post(host: &Host, target: &str) -> u16 {
    let reply = host.ask("POST", target);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    assert!(!reply.message().is_empty(), "{target}");
    reply.status
}

fn lsn(reply: &Reply) -> Option<u64> {
    let text = reply.header("seatlock-lsn")?;
    Some(text.parse().expect("a number"))
}

/// What `GET /seats` shows, by seat number.
fn shown(host: &Host) -> BTreeMap<u32, String> {
    let reply = host.ask("GET", "/seats");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    let json = reply.json();
    let seats = json.as_object().expect("an object");
    let seat = |(number, seat): (&String, &serde_json::Value)| {
        let status = seat["status"].as_str().expect("a status");
        assert_eq!(seat.as_object().map(|fields| fields.len()), Some(1));
        (number.parse().expect("a number"), status.to_owned())
    };
    seats.iter().map(seat).collect()
}

const NO_SEATS: [&str; 10] = [
    "abc",
    "-1",
    "1.5",
    "0",
    "01",
    "11",
    "99999999999999999999",
    "%FF",
    "1%2F2",
    "%00",
];

#[test]
fn a_call_for_a_seat_that_is_not_there_is_404() {
    let (host, _clock) = seats(10);
    for call in ["lock", "confirm", "unlock"] {
        for seat in NO_SEATS {
            assert_eq!(post(&host, &format!("/{call}/{seat}?user=ada")), 404);
        }
        assert_eq!(post(&host, &format!("/{call}/0?user=%FF")), 404);
    }
}

#[test]
fn lock_takes_what_is_available_or_expired_and_nothing_else() {
    let (host, clock) = seats(10);
    assert_eq!(post(&host, "/lock/1?user=ada"), 200);
    assert_eq!(post(&host, "/lock/1?user=bob"), 423);
    assert_eq!(post(&host, "/lock/1?user=ada"), 423, "not even by herself");
    clock.advance(TTL - Duration::from_millis(10));
    assert_eq!(post(&host, "/lock/1?user=bob"), 423);
    clock.advance(Duration::from_millis(10));
    assert_eq!(post(&host, "/lock/1?user=bob"), 200);
    assert_eq!(post(&host, "/confirm/1?user=bob"), 200);
    assert_eq!(post(&host, "/lock/1?user=ada"), 409);
    clock.advance(TTL);
    assert_eq!(post(&host, "/lock/1?user=ada"), 409, "a booking stays");
}

#[test]
fn confirm_books_for_the_one_who_holds_in_time() {
    let (host, _clock) = seats(10);
    assert_eq!(post(&host, "/confirm/1?user=ada"), 400, "available");
    assert_eq!(post(&host, "/lock/1?user=ada"), 200);
    assert_eq!(post(&host, "/confirm/1?user=bob"), 403);
    assert_eq!(post(&host, "/confirm/1?user=ada"), 200);
    assert_eq!(post(&host, "/confirm/1?user=ada"), 400, "booked");
}

#[test]
fn a_confirm_after_the_ttl_is_408_once_and_the_seat_is_available() {
    let (host, clock) = seats(10);
    // The engine's reaper can be faster, and then the answer is 400 as if nobody had locked the seat: ask until it
    // was not.
    let was_408 = (0..1_000).any(|_| {
        assert_eq!(post(&host, "/lock/1?user=ada"), 200);
        clock.advance(TTL);
        let late = post(&host, "/confirm/1?user=ada");
        assert!(matches!(late, 408 | 400), "{late}");
        assert_eq!(shown(&host)[&1], "available");
        assert_eq!(post(&host, "/confirm/1?user=ada"), 400);
        late == 408
    });
    assert!(was_408);
}

#[test]
fn unlock_frees_anybodys_lock_and_asks_for_no_user() {
    let (host, _clock) = seats(10);
    assert_eq!(post(&host, "/unlock/1"), 200, "available");
    assert_eq!(post(&host, "/lock/1?user=ada"), 200);
    assert_eq!(post(&host, "/unlock/1"), 200);
    assert_eq!(shown(&host)[&1], "available");
    assert_eq!(post(&host, "/lock/1?user=bob"), 200);
    assert_eq!(post(&host, "/confirm/1?user=bob"), 200);
    assert_eq!(post(&host, "/unlock/1"), 409);
}

#[test]
fn without_unlock_its_path_is_not_there() {
    let (host, _clock) = with(10, Unlock::Absent);
    assert_eq!(post(&host, "/lock/1?user=ada"), 200);
    assert_eq!(post(&host, "/unlock/1"), 404);
    assert_eq!(shown(&host)[&1], "locked");
}

#[test]
fn seats_shows_every_seat_once_and_no_lock_past_its_ttl() {
    let (host, clock) = seats(10);
    post(&host, "/lock/3?user=ada");
    post(&host, "/lock/10?user=ada");
    post(&host, "/confirm/10?user=ada");
    let expected = |third: &'static str| {
        (1..=10).map(move |number| match number {
            3 => (number, third.to_owned()),
            10 => (number, "booked".to_owned()),
            _ => (number, "available".to_owned()),
        })
    };
    assert!(shown(&host).into_iter().eq(expected("locked")));
    clock.advance(TTL);
    assert!(shown(&host).into_iter().eq(expected("available")));
}

#[test]
fn seats_of_many_pages_are_one_object() {
    for count in [1, 1_023, 1_024, 1_025, 5_000] {
        let (host, _clock) = seats(count);
        let chosen = [1, 1_024, 1_025, 2_048, 4_096, count];
        let locked: Vec<u32> = chosen.into_iter().filter(|seat| *seat <= count).collect();
        assert!(shown(&host).values().all(|status| status == "available"));
        for seat in &locked {
            post(&host, &format!("/lock/{seat}"));
        }
        let shown = shown(&host);
        assert!(shown.keys().copied().eq(1..=count));
        for (number, status) in shown {
            assert_eq!(status == "locked", locked.contains(&number), "{number}");
        }
    }
}

#[test]
fn any_text_is_a_user_and_two_texts_are_two() {
    let (host, _clock) = seats(100);
    let long = "x".repeat(10_000);
    let texts = [
        "",
        "anonymou",
        "Anonymous",
        "a%20b",
        "a%2Bb",
        "%F0%9F%8E%AB",
        "%00",
        &long,
        &long[1..],
    ];
    for (seat, owner) in (1..).zip(texts) {
        assert_eq!(post(&host, &format!("/lock/{seat}?user={owner}")), 200);
        for other in texts.into_iter().filter(|text| *text != owner) {
            assert_eq!(post(&host, &format!("/confirm/{seat}?user={other}")), 403);
        }
        assert_eq!(post(&host, &format!("/confirm/{seat}")), 403, "anonymous");
        assert_eq!(post(&host, &format!("/confirm/{seat}?user={owner}")), 200);
    }
}

#[test]
fn one_text_can_be_written_in_several_ways() {
    let (host, _clock) = seats(10);
    let ways = [
        ("", "?user=anonymous"),
        ("?user=a+b", "?user=a%20b"),
        ("?user=%C3%A4", "?x=1&user=ä&user=b"),
        ("?user", "?user="),
    ];
    for (seat, (one, other)) in (1..).zip(ways) {
        assert_eq!(post(&host, &format!("/lock/{seat}{one}")), 200);
        assert_eq!(post(&host, &format!("/confirm/{seat}{other}")), 200);
    }
}

#[test]
fn a_user_that_is_not_percent_encoded_utf8_is_400_and_changes_nothing() {
    let (host, _clock) = seats(10);
    for text in ["%FF", "%C3", "%ED%A0%80", "%", "%zz"] {
        assert_eq!(post(&host, &format!("/lock/1?user={text}")), 400);
    }
    assert_eq!(shown(&host)[&1], "available");
}

#[test]
fn a_change_carries_its_lsn_and_a_refusal_none() {
    let (host, _clock) = seats(10);
    let ask = |target: &str| lsn(&host.ask("POST", target));
    assert_eq!(ask("/unlock/1"), None, "nothing changed");
    let held = ask("/lock/1?user=ada").expect("a change");
    assert_eq!(ask("/lock/1?user=bob"), None);
    assert_eq!(ask("/confirm/1?user=bob"), None);
    let booked = ask("/confirm/1?user=ada").expect("a change");
    assert!(held < booked);
    ask("/lock/2?user=ada");
    assert!(booked < ask("/unlock/2").expect("a change"));
}

#[test]
fn unknown_paths_are_404_and_unknown_methods_405_with_allow() {
    let (host, _clock) = seats(10);
    for path in [
        "/",
        "/seat",
        "/seats/1",
        "/lock",
        "/lock/",
        "/lock/1/2",
        "//lock/1",
        "/%2e%2e/seats",
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let reply = host.ask(method, path);
            assert_eq!(reply.status, 404, "{method} {path}");
            assert!(!reply.message().is_empty());
        }
    }
    for (method, path, allowed) in [
        ("POST", "/seats", "GET,HEAD,OPTIONS"),
        ("DELETE", "/seats", "GET,HEAD,OPTIONS"),
        ("GET", "/lock/1", "POST,OPTIONS"),
        ("HEAD", "/unlock/1", "POST,OPTIONS"),
        ("PUT", "/confirm/abc", "POST,OPTIONS"),
        ("BREW", "/lock/1", "POST,OPTIONS"),
    ] {
        let reply = host.ask(method, path);
        assert_eq!((reply.status, reply.header("allow")), (405, Some(allowed)));
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert!(method == "HEAD" || !reply.message().is_empty());
    }
}

#[test]
fn a_head_of_the_seats_is_their_answer_without_the_body() {
    for count in [10, 5_000] {
        let (host, _clock) = seats(count);
        let mut talk = host.talk();
        let head = talk.ask("HEAD", "/seats");
        let full = talk.ask("GET", "/seats");
        assert_eq!((head.status, full.status), (200, 200));
        if count == 10 {
            assert_eq!(head.header("content-length"), full.header("content-length"));
        }
    }
}

#[test]
fn any_origin_may_call_with_any_headers() {
    let (host, _clock) = seats(10);
    for path in ["/seats", "/lock/1", "/confirm/1", "/unlock/1"] {
        let mut talk = host.talk();
        talk.say(format!(
            "OPTIONS {path} HTTP/1.1\r\nhost: test\r\norigin: https://shop.example\r\n\
             access-control-request-method: POST\r\naccess-control-request-headers: authorization, x-any\r\n\r\n"
        ));
        let reply = talk.reply();
        assert_eq!((reply.status, reply.body.len()), (204, 0));
        let allowed = |what: &str| reply.header(&format!("access-control-allow-{what}"));
        assert_eq!(allowed("origin"), Some("*"));
        assert_eq!(allowed("methods"), Some("GET, HEAD, POST"));
        assert_eq!(allowed("headers"), Some("authorization, x-any"));
    }
    let reply = host.ask("POST", "/lock/1");
    assert_eq!(
        reply.header("access-control-expose-headers"),
        Some("seatlock-lsn")
    );
}

#[test]
fn a_reader_sees_every_change_that_was_acknowledged_before_he_asked() {
    const WRITERS: u32 = 4;
    let (host, _clock) = seats(2_000);
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let host = &host;
            scope.spawn(move || {
                let mut talk = host.talk();
                for round in 0..50 {
                    let seat = 1 + writer + WRITERS * (round * 7 % 500);
                    let target = format!("/lock/{seat}?user={writer}");
                    assert_eq!(talk.ask("POST", &target).status, 200, "{target}");
                    let seen = talk.ask("GET", "/seats").json();
                    assert_eq!(seen[seat.to_string()]["status"], "locked", "{target}");
                    assert_eq!(talk.ask("POST", &format!("/unlock/{seat}")).status, 200);
                    let seen = talk.ask("GET", "/seats").json();
                    assert_eq!(seen[seat.to_string()]["status"], "available", "{target}");
                }
            });
        }
    });
}
