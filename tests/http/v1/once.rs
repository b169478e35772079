//! Requests that come again, row by row of the table in `http::v1::once`, and many of them at once.

use std::{
    cell::Cell,
    sync::{
        Barrier, LazyLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use axum::{
    body,
    http::{self, HeaderMap, Method, StatusCode, Uri, header::LOCATION},
    response::Response,
};
use bytes::Bytes;
use seatlock::{
    access::key::Role,
    clock::{Clock, ManualClock},
    engine::{Engine, EngineConfig, Now},
    http::v1::{
        gate::{Caller, Gate, GateConfig},
        once::{self, Asked, Reply},
    },
    limits,
    repeat::Repeats,
    tick::Moment,
};

/// Nobody asks it for anything here: it is what a ledger would be told by.
static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::start(EngineConfig::default(), ManualClock::new()).expect("started"));

const PATH: &str = "/v1/holds/00000000000000aa/confirm";

/// What a test asks, with one thing changed at a time.
#[derive(Clone)]
struct Asking {
    from: &'static str,
    path: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    body: &'static str,
}

impl Asking {
    fn with(key: &'static str) -> Self {
        Self {
            from: "192.0.2.1",
            path: PATH,
            headers: vec![("idempotency-key", key)],
            body: "{}",
        }
    }

    fn and(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The caller of an open server, whose scope is his address.
    fn caller(&self, at: Moment) -> Caller {
        let gate = Gate::new(GateConfig::default());
        let clock = ManualClock::starting_at(at);
        let now = Now {
            moment: at,
            date: clock.date(),
        };
        let peer = self.from.parse().expect("an address");
        gate.enter(&HeaderMap::new(), Some(peer), Role::Public, now)
            .expect("the server is open")
    }

    fn ask(&self, repeats: &Repeats, at: Moment, work: impl FnOnce() -> Reply) -> Response {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            headers.append(*name, value.parse().expect("a header"));
        }
        let asked = Asked {
            method: &Method::POST,
            uri: &Uri::from_static(self.path),
            headers: &headers,
            body: self.body.as_bytes(),
        };
        once::once(repeats, &ENGINE, &self.caller(at), asked, work)
    }
}

fn reply(status: u16, text: &'static str) -> Reply {
    let answer = http::Response::builder()
        .status(status)
        .header(LOCATION, PATH)
        .body(Bytes::from_static(text.as_bytes()))
        .expect("a valid answer");
    Reply {
        answer,
        keep_until: None,
    }
}

fn repeats() -> Repeats {
    Repeats::new(10_000, 16 << 20)
}

const BEGINNING: Moment = Moment::from_nanos(0);

fn text(answer: Response) -> String {
    let body = body::to_bytes(answer.into_body(), usize::MAX);
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let bytes = runtime.expect("a runtime").block_on(body);
    String::from_utf8(bytes.expect("a whole body").into()).expect("UTF-8")
}

fn is_replayed(answer: &Response) -> bool {
    answer.headers().contains_key(once::IDEMPOTENCY_REPLAYED)
}

#[test]
fn the_same_request_again_is_answered_alike_and_carried_out_once() {
    let (repeats, asking) = (repeats(), Asking::with("k"));
    let first = asking.ask(&repeats, BEGINNING, || reply(201, "first"));
    assert!(!is_replayed(&first));
    let again = asking.ask(&repeats, BEGINNING, || panic!("carried out twice"));
    assert_eq!(again.status(), StatusCode::CREATED);
    assert_eq!(again.headers()[LOCATION], PATH);
    assert!(is_replayed(&again));
    assert_eq!(text(again), "first");
}

#[test]
fn without_a_key_each_request_is_carried_out() {
    let (repeats, count) = (repeats(), Cell::new(0));
    let mut asking = Asking::with("");
    asking.headers.clear();
    for _ in 0..3 {
        let answer = asking.ask(&repeats, BEGINNING, || {
            count.set(count.get() + 1);
            reply(200, "")
        });
        assert!(!is_replayed(&answer));
    }
    assert_eq!((count.get(), repeats.count()), (3, 0));
}

#[test]
fn another_request_under_the_same_key_is_refused() {
    let (repeats, first) = (repeats(), Asking::with("k"));
    drop(first.ask(&repeats, BEGINNING, || reply(200, "secret")));
    let others = [
        Asking {
            body: "{ }",
            ..first.clone()
        },
        Asking {
            path: "/v1/holds/00000000000000ab/confirm",
            ..first.clone()
        },
        Asking {
            path: "/v1/holds/00000000000000aa/confirm?x",
            ..first.clone()
        },
        first
            .clone()
            .and("seatlock-token", "0123456789abcdef0123456789abcdef"),
    ];
    for other in others {
        let answer = other.ask(&repeats, BEGINNING, || panic!("carried out"));
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!text(answer).contains("secret"));
    }
    let another_header = first.and("user-agent", "another");
    assert!(is_replayed(&another_header.ask(
        &repeats,
        BEGINNING,
        || panic!("carried out")
    )));
}

#[test]
fn callers_dont_meet_under_one_key() {
    let (repeats, one) = (repeats(), Asking::with("k"));
    drop(one.ask(&repeats, BEGINNING, || reply(200, "one")));
    let other = Asking {
        from: "192.0.2.2",
        ..one
    };
    let answer = other.ask(&repeats, BEGINNING, || reply(200, "other"));
    assert!(!is_replayed(&answer));
    assert_eq!(text(answer), "other");
}

#[test]
fn what_is_no_key_is_refused_and_so_are_two() {
    let repeats = repeats();
    let two = Asking::with("a").and("idempotency-key", "a");
    for asking in [
        Asking::with(""),
        Asking::with("a b"),
        Asking::with("\"a"),
        two,
    ] {
        let answer = asking.ask(&repeats, BEGINNING, || panic!("carried out"));
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    }
}

#[test]
fn answers_that_are_final_are_kept_and_others_are_not() {
    for (status, kept) in [
        (200, true),
        (201, true),
        (409, true),
        (410, true),
        (423, true),
        (400, false),
        (401, false),
        (403, false),
        (404, false),
        (422, false),
        (429, false),
        (500, false),
        (503, false),
    ] {
        let (repeats, asking) = (repeats(), Asking::with("k"));
        drop(asking.ask(&repeats, BEGINNING, || reply(status, "first")));
        let again = asking.ask(&repeats, BEGINNING, || reply(200, "second"));
        assert_eq!(is_replayed(&again), kept, "{status}");
        let expected = if kept { "first" } else { "second" };
        assert_eq!(text(again), expected, "{status}");
    }
}

#[test]
fn an_answer_is_kept_for_a_day_or_until_the_deadline_if_that_is_later() {
    let day = limits::REPEAT_KEPT_MIN;
    for (keep_until, days) in [
        (None, 1),
        (Some(BEGINNING.plus(day / 2)), 1),
        (Some(BEGINNING.plus(day * 3)), 3),
    ] {
        let (repeats, asking) = (repeats(), Asking::with("k"));
        let first = || Reply {
            keep_until,
            ..reply(200, "first")
        };
        drop(asking.ask(&repeats, BEGINNING, first));
        let end = BEGINNING.plus(day * days);
        let before = Moment::from_nanos(end.nanos() - 1);
        assert!(is_replayed(
            &asking.ask(&repeats, before, || reply(200, "second"))
        ));
        assert!(!is_replayed(
            &asking.ask(&repeats, end, || reply(200, "second"))
        ));
    }
}

#[test]
fn an_answer_that_is_too_long_to_be_kept_is_given() {
    let (repeats, asking) = (repeats(), Asking::with("k"));
    let long: &'static str = "x".repeat(limits::REPEAT_ANSWER_BYTES_MAX).leak();
    let answer = asking.ask(&repeats, BEGINNING, || reply(200, long));
    assert_eq!(text(answer).len(), long.len());
    assert_eq!(repeats.count(), 0);
}

#[test]
fn after_a_panic_the_key_is_free_again() {
    let (repeats, asking) = (repeats(), Asking::with("k"));
    let panics = thread::scope(|scope| {
        let fails = || asking.ask(&repeats, BEGINNING, || panic!("as the test wants it"));
        scope.spawn(fails).join().is_err()
    });
    assert!(panics);
    let answer = asking.ask(&repeats, BEGINNING, || reply(200, "second"));
    assert_eq!(answer.status(), StatusCode::OK);
}

#[test]
fn of_sixty_four_at_once_one_is_carried_out_and_the_others_are_told_to_wait_or_answered_alike() {
    const THREADS: usize = 64;
    let (repeats, asking) = (repeats(), Asking::with("k"));
    let (together, count) = (Barrier::new(THREADS), AtomicU32::new(0));
    let ask = || {
        together.wait();
        asking.ask(&repeats, BEGINNING, || {
            count.fetch_add(1, Ordering::Relaxed);
            // Long enough for some of the others to come meanwhile.
            thread::yield_now();
            reply(200, "first")
        })
    };
    let answers: Vec<Response> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(ask)).collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined.map(|answer| answer.expect("no panic")).collect()
    });
    assert_eq!(count.into_inner(), 1);
    for answer in answers {
        match answer.status() {
            StatusCode::OK => assert_eq!(text(answer), "first"),
            StatusCode::CONFLICT => assert!(answer.headers().contains_key("retry-after")),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn one_that_comes_while_the_first_is_carried_out_is_told_to_wait() {
    let (repeats, asking) = (repeats(), Asking::with("k"));
    let first = asking.ask(&repeats, BEGINNING, || {
        let meanwhile = asking.ask(&repeats, BEGINNING, || panic!("carried out twice"));
        assert_eq!(meanwhile.status(), StatusCode::CONFLICT);
        assert_eq!(meanwhile.headers()["retry-after"], "1");
        reply(200, "first")
    });
    assert_eq!(first.status(), StatusCode::OK);
}
