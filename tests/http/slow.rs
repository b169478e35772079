//! Slow clients hold nothing. The times are short here, and no test says how long a thing takes: what must end is
//! waited for, and what must last is given time in which it could have ended.

use std::thread;

use crate::{
    apps::{ENOUGH, PAUSE, SHORT, echo, patient},
    talk::{Host, Talk},
};
use seatlock::http::ServerConfig;

/// Sends `text` again and again, slowly, until the server has closed.
fn drip(talk: &mut Talk, text: &str) {
    for _ in 0..2_000 {
        if talk.try_say(text).is_err() {
            return;
        }
        thread::sleep(PAUSE);
    }
    panic!("the server goes on listening");
}

#[test]
fn a_client_that_says_nothing_or_half_a_head_is_closed() {
    let config = ServerConfig {
        head_timeout: SHORT,
        ..patient()
    };
    let host = Host::start(echo(), config);
    for beginning in [
        "",
        "G",
        "GET /echo/1 HTTP/1.1\r\n",
        "GET /echo/1 HTTP/1.1\r\nhost: x\r\n",
    ] {
        let mut talk = host.talk();
        talk.say(beginning);
        assert_eq!(talk.rest(), b"", "{beginning:?}");
    }
}

#[test]
fn a_head_that_drips_in_is_closed_on_a_fresh_and_on_a_used_connection() {
    let config = ServerConfig {
        head_timeout: ENOUGH,
        ..patient()
    };
    let host = Host::start(echo(), config);
    let mut fresh = host.talk();
    fresh.say("GET /echo/1 HTTP/1.1\r\n");
    drip(&mut fresh, "x: y\r\n");
    let mut used = host.talk();
    assert_eq!(used.ask("GET", "/echo/1").status, 200);
    used.say("GET /echo/1 HTTP/1.1\r\n");
    drip(&mut used, "x: y\r\n");
}

#[test]
fn between_requests_the_idle_timeout_counts_and_not_the_head_timeout() {
    let config = ServerConfig {
        head_timeout: ENOUGH,
        ..patient()
    };
    let host = Host::start(echo(), config);
    let mut talk = host.talk();
    assert_eq!(talk.ask("GET", "/echo/1").status, 200);
    thread::sleep(ENOUGH * 2);
    assert_eq!(talk.ask("GET", "/echo/1").status, 200);
    let config = ServerConfig {
        idle_timeout: SHORT,
        ..patient()
    };
    let host = Host::start(echo(), config);
    let mut talk = host.talk();
    assert_eq!(talk.ask("GET", "/echo/1").status, 200);
    assert_eq!(talk.rest(), b"");
}

#[test]
fn a_body_that_stops_or_drips_is_answered_408_and_its_connection_closed() {
    let config = ServerConfig {
        body_timeout: SHORT,
        ..patient()
    };
    let host = Host::start(echo(), config);
    let head = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n";
    for drips in [0, 5] {
        let mut talk = host.talk();
        talk.say(head);
        for _ in 0..drips {
            // It may be refused before the last one.
            let _ = talk.try_say("x");
            thread::sleep(PAUSE);
        }
        let reply = talk.reply();
        assert_eq!(reply.status, 408);
        assert_eq!(reply.header("connection"), Some("close"));
        assert!(!reply.message().is_empty());
        assert_eq!(talk.rest(), b"");
    }
}

#[test]
fn a_reader_that_takes_nothing_or_too_little_is_closed() {
    let config = ServerConfig {
        write_timeout: SHORT,
        ..patient()
    };
    let host = Host::start(echo(), config);
    let mut deaf = host.talk();
    deaf.request("GET", "/flood");
    drip(&mut deaf, "GET /flood HTTP/1.1\r\nhost: x\r\n\r\n");
    let mut slow = host.talk();
    slow.request("GET", "/flood");
    let mut taken = 0;
    while let Ok(count @ 1..) = slow.try_read() {
        taken += count;
        thread::sleep(PAUSE / 4);
    }
    assert!(
        taken < 64 << 20,
        "it cannot have got everything at this pace"
    );
}
