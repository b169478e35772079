//! What the server takes and refuses, in which order it answers, and how it stops.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use axum::{
    Router,
    routing::{get, post},
};
use tokio::sync::Semaphore;

use crate::{
    apps::{PAUSE, SHORT, echo, gated, patient},
    talk::{Host, Talk},
};
use seatlock::http::{Drained, Peer, ServerConfig, health};

#[test]
fn a_body_that_is_too_long_is_answered_413_and_not_read() {
    let config = ServerConfig {
        body_bytes_max: 1_000,
        ..patient()
    };
    let host = Host::start(echo(), config);
    let mut talk = host.talk();
    talk.say("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1001\r\n\r\n");
    assert_eq!(talk.reply().status, 413);
    assert_eq!(talk.rest(), b"");
    let mut talk = host.talk();
    talk.say("POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
    talk.say(format!("3e9\r\n{}\r\n", "x".repeat(1_001)));
    assert_eq!(talk.reply().status, 413);
    assert_eq!(talk.rest(), b"");
}

#[test]
fn a_client_that_is_still_sending_can_read_why_it_was_refused() {
    let host = Host::start(echo(), patient());
    let mut talk = host.talk();
    let length = 512 * 1024;
    talk.say(format!(
        "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n"
    ));
    // Without a pause for it to read, the reset that answers these bytes would discard the 413.
    for _ in 0..length / 4096 {
        if talk.try_say([b'x'; 4096]).is_err() {
            break;
        }
    }
    assert_eq!(talk.reply().status, 413);
}

#[test]
fn a_body_within_the_limit_arrives_whole_and_the_connection_goes_on() {
    let config = ServerConfig {
        body_bytes_max: 1_000,
        ..patient()
    };
    let host = Host::start(echo(), config);
    let mut talk = host.talk();
    let body = "x".repeat(1_000);
    talk.say(format!(
        "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{body}"
    ));
    assert_eq!(talk.reply().body, body.as_bytes());
    talk.say("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n");
    thread::sleep(PAUSE);
    talk.say("ab");
    assert_eq!(talk.reply().body, b"ab");
    talk.say("POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n");
    thread::sleep(PAUSE);
    talk.say("1\r\nb\r\n0\r\nsome: trailer\r\n\r\n");
    assert_eq!(talk.reply().body, b"ab");
    talk.say("POST /echo HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n");
    assert_eq!(talk.reply_to("HEAD").status, 100);
    talk.say("ab");
    assert_eq!(talk.reply().body, b"ab");
}

#[test]
fn a_connection_too_many_is_told_so_and_gets_in_later() {
    let config = ServerConfig {
        connections_max: 2,
        ..patient()
    };
    let host = Host::start(echo(), config);
    let mut inside = [host.talk(), host.talk()];
    for talk in &mut inside {
        assert_eq!(talk.ask("GET", "/echo/1").status, 200);
    }
    let mut outside = host.talk();
    let reply = outside.reply();
    assert_eq!(reply.status, 503);
    assert_eq!(reply.header("retry-after"), Some("1"));
    assert!(!reply.message().is_empty());
    assert_eq!(outside.rest(), b"");
    assert_eq!(inside[0].ask("GET", "/echo/1").status, 200);
    drop(inside);
    let gets_in = (0..1_000).any(|_| {
        thread::sleep(PAUSE);
        let mut talk = host.talk();
        talk.try_say("GET /echo/1 HTTP/1.1\r\nhost: x\r\n\r\n")
            .is_ok()
            && talk.reply().status == 200
    });
    assert!(gets_in);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let host = Host::start(echo(), patient());
    let mut talk = host.talk();
    let all: String = (0..1_000)
        .map(|n| format!("GET /echo/{n} HTTP/1.1\r\nhost: x\r\n\r\n"))
        .collect();
    talk.say(all);
    for n in 0..1_000 {
        assert_eq!(talk.reply().body, n.to_string().as_bytes());
    }
}

/// With hyper's own way of answering pipelined requests together, 13 kB of them held 1.8 GB of answers.
#[test]
fn answers_that_nobody_reads_are_not_made() {
    const REQUESTS: usize = 400;
    const BYTES: usize = 64 * 1024;
    let made = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&made);
    let answer = async move || {
        counter.fetch_add(1, Ordering::Relaxed);
        vec![b'x'; BYTES]
    };
    let host = Host::start(Router::new().route("/", get(answer)), patient());
    let mut talk = host.talk();
    talk.say("GET / HTTP/1.1\r\n\r\n".repeat(REQUESTS));
    thread::sleep(SHORT);
    // As many as the buffers of two kernels take.
    assert!(made.load(Ordering::Relaxed) < REQUESTS / 2);
    for _ in 0..REQUESTS {
        assert_eq!(talk.reply().body.len(), BYTES);
    }
    assert_eq!(made.load(Ordering::Relaxed), REQUESTS);
}

/// hyper's own way of answering pipelined requests together keeps what is answered until the last one is.
#[test]
fn an_answer_does_not_wait_for_the_next_pipelined_request() {
    let (app, gate) = gated();
    let host = Host::start(app, patient());
    let mut talk = host.talk();
    talk.say("GET /echo/1 HTTP/1.1\r\nhost: x\r\n\r\nGET /wait HTTP/1.1\r\nhost: x\r\n\r\nGET /echo/2 HTTP/1.1\r\nhost: x\r\n\r\n");
    assert_eq!(talk.reply().body, b"1");
    gate.add_permits(1);
    assert_eq!(talk.reply().body, b"waited");
    assert_eq!(talk.reply().body, b"2");
}

#[test]
fn a_stop_answers_what_is_in_progress_and_closes_the_rest() {
    let (app, gate) = gated();
    let mut host = Host::start(app, patient());
    let mut idle = host.talk();
    assert_eq!(idle.ask("GET", "/echo/1").status, 200);
    let mut fresh = host.talk();
    let mut busy = host.talk();
    busy.say("GET /echo/1 HTTP/1.1\r\nhost: x\r\n\r\nGET /wait HTTP/1.1\r\nhost: x\r\n\r\n");
    assert_eq!(busy.reply().body, b"1", "so the next one is in progress");
    host.stop();
    assert_eq!(idle.rest(), b"");
    assert_eq!(fresh.rest(), b"");
    gate.add_permits(1);
    let reply = busy.reply();
    assert_eq!(
        (reply.body.as_slice(), reply.header("connection")),
        (&b"waited"[..], Some("close"))
    );
    assert_eq!(busy.rest(), b"");
    assert_eq!(host.ended(), Drained::Whole);
}

#[test]
fn a_stop_waits_no_longer_than_the_drain_timeout() {
    let (app, _gate) = gated();
    let config = ServerConfig {
        drain_timeout: SHORT,
        ..patient()
    };
    let host = Host::start(app, config);
    let mut busy = host.talk();
    busy.say("GET /echo/1 HTTP/1.1\r\nhost: x\r\n\r\nGET /wait HTTP/1.1\r\nhost: x\r\n\r\n");
    assert_eq!(busy.reply().body, b"1");
    assert_eq!(host.ended(), Drained::Cut { connections: 1 });
    assert_eq!(busy.rest(), b"");
}

#[test]
fn a_head_has_at_most_16_kib_and_100_headers() {
    let host = Host::start(echo(), patient());
    let head = |padding: usize| {
        format!(
            "GET /echo/1 HTTP/1.1\r\nhost: x\r\npad: {}\r\n\r\n",
            "x".repeat(padding)
        )
    };
    let full = 16 * 1024 - head(0).len();
    for (padding, status) in [(full, 200), (full + 1, 431), (100_000, 431)] {
        let mut talk = host.talk();
        // Refused before its end, it may not take all of it.
        let _ = talk.try_say(head(padding));
        assert_eq!(talk.reply().status, status, "{padding}");
    }
    for (count, status) in [(100, 200), (101, 431)] {
        let mut talk = host.talk();
        talk.say(format!(
            "GET /echo/1 HTTP/1.1\r\n{}\r\n",
            "x: y\r\n".repeat(count)
        ));
        assert_eq!(talk.reply().status, status, "{count}");
    }
}

#[test]
fn what_is_not_http_1_is_closed() {
    let host = Host::start(echo(), patient());
    for nonsense in [
        "\0\0\0\0\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}",
    ] {
        let mut talk = host.talk();
        talk.say(nonsense);
        let rest = talk.rest();
        assert!(rest.starts_with(b"HTTP/1.1 400 "), "{nonsense:?} {rest:?}");
    }
    let mut talk = host.talk();
    talk.say("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0");
    assert!(!talk.rest().starts_with(b"HTTP/1.1 200"));
}

#[test]
fn a_client_may_ask_for_the_end_or_end_its_own_side() {
    let host = Host::start(echo(), patient());
    for request in [
        "GET /echo/1 HTTP/1.0\r\n\r\n",
        "GET /echo/1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    ] {
        let mut talk = host.talk();
        talk.say(request);
        assert_eq!(talk.reply().body, b"1");
        assert_eq!(talk.rest(), b"");
    }
    let mut talk = host.talk();
    talk.request("GET", "/echo/1");
    talk.end().expect("an open socket");
    assert_eq!(talk.reply().body, b"1");
    assert_eq!(talk.rest(), b"");
}

#[test]
fn an_address_with_too_many_connections_is_refused_one_more() {
    let config = ServerConfig {
        connections_per_peer_max: 2,
        peers_uncounted: Vec::new(),
        ..patient()
    };
    let host = Host::start(echo(), config);
    let mut inside = [host.talk(), host.talk()];
    for talk in &mut inside {
        assert_eq!(talk.ask("GET", "/echo/1").status, 200);
    }
    assert_eq!(host.talk().reply().status, 503);
    // The other end of the loopback network is another address.
    assert_eq!(
        host.talk_from("127.0.0.2").ask("GET", "/echo/1").status,
        200
    );
    assert_eq!(inside[0].ask("GET", "/echo/1").status, 200);
}

#[test]
fn a_request_knows_the_address_that_it_comes_from() {
    let app = Router::new().route("/", get(async |Peer(address): Peer| address.to_string()));
    let host = Host::start(app, patient());
    for from in ["127.0.0.1", "127.0.0.2"] {
        let reply = host.talk_from(from).ask("GET", "/");
        let text = String::from_utf8(reply.body).expect("an address");
        assert!(text.starts_with(&format!("{from}:")), "{text}");
    }
}

/// Three of the routes, whose handlers count themselves and wait until somebody adds a permit to the gate.
fn waiting_room(gate: &Arc<Semaphore>, entered: &Arc<AtomicUsize>) -> Router {
    let (gate, entered) = (Arc::clone(gate), Arc::clone(entered));
    let wait = async move || {
        entered.fetch_add(1, Ordering::SeqCst);
        gate.acquire().await.expect("not closed").forget();
    };
    Router::new()
        .route("/seats", get(wait.clone()))
        .route("/lock/{id}", post(wait.clone()))
        .route("/confirm/{id}", post(wait))
        .merge(health(Vec::new()))
}

#[test]
fn overloaded_it_refuses_maps_before_holds_and_holds_before_confirms() {
    let (gate, entered) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let app = waiting_room(&gate, &entered);
    let config = ServerConfig {
        requests_max: 8,
        ..patient()
    };
    let host = Host::start(app, config);
    let mut waiting: Vec<Talk> = Vec::new();
    for (method, target, full) in [
        ("GET", "/seats", 4),
        ("POST", "/lock/1", 6),
        ("POST", "/confirm/1", 8),
    ] {
        while waiting.len() < full {
            let mut talk = host.talk();
            talk.request(method, target);
            waiting.push(talk);
        }
        while entered.load(Ordering::SeqCst) < full {
            thread::sleep(PAUSE);
        }
        let reply = host.ask(method, target);
        assert_eq!(
            (reply.status, reply.header("retry-after")),
            (503, Some("1"))
        );
    }
    assert_eq!(host.ask("GET", "/healthz").status, 200);
    gate.add_permits(1_000);
    for talk in &mut waiting {
        assert_eq!(talk.reply().status, 200);
    }
    assert_eq!(host.ask("GET", "/seats").status, 200);
}

#[test]
fn an_answer_that_takes_too_long_is_503_and_the_connection_goes_on() {
    let (app, _gate) = gated();
    let config = ServerConfig {
        answer_timeout: SHORT,
        ..patient()
    };
    let host = Host::start(app, config);
    let mut talk = host.talk();
    let reply = talk.ask("GET", "/wait");
    assert_eq!(
        (reply.status, reply.header("retry-after")),
        (503, Some("1"))
    );
    assert_eq!(talk.ask("GET", "/echo/1").body, b"1");
}

#[test]
fn a_handler_that_panics_is_500_and_the_connection_goes_on() {
    let host = Host::start(echo(), patient());
    let mut talk = host.talk();
    let reply = talk.ask("GET", "/panic");
    assert_eq!(reply.status, 500);
    assert!(!reply.message().is_empty());
    assert_eq!(talk.ask("GET", "/echo/1").body, b"1");
}
