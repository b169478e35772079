//! Too much of something: guesses, requests from one address, and one request sent many times at once.

use std::{sync::Barrier, thread};

use seatlock::{
    access::{
        client::{ForwardedBy, Proxies},
        key::{Keys, Role},
        rate::Rate,
    },
    http::v1::gate::GateConfig,
    limits,
};
use serde_json::json;

use super::shop::{Call, Shop, key, keys};
use crate::talk::Talk;

fn guarded() -> GateConfig {
    GateConfig {
        keys: Keys::parse(&keys()).expect("a valid file"),
        ..GateConfig::default()
    }
}

/// The statuses of the same request, sent so often over one connection.
fn statuses(talk: &mut Talk, call: &Call<'_>, times: u32) -> Vec<u16> {
    (0..times).map(|_| call.over(talk).status).collect()
}

#[test]
fn guessing_keys_is_answered_429_and_an_honest_client_elsewhere_notices_nothing() {
    let shop = Shop::open();
    let guess = Call {
        method: "GET",
        path: "/v1/events",
        key: Some("sk_0000"),
        ..Call::default()
    };
    let answered = statuses(&mut shop.host.talk(), &guess, 100);
    let told = limits::GUESSES_AT_ONCE as usize;
    assert!(answered[..told].iter().all(|status| *status == 401));
    assert!(answered[told..].iter().all(|status| *status == 429));
    let refused = shop.call(&guess);
    assert!(refused.header("retry-after").is_some());
    let mut elsewhere = shop.host.talk_from("127.0.0.2");
    assert_eq!(guess.over(&mut elsewhere).status, 401);
    drop(shop.book());
}

#[test]
fn guessing_tokens_is_answered_429_and_the_right_one_still_opens() {
    let shop = Shop::open();
    let held = shop.hold();
    let (path, sales) = (format!("/v1/holds/{}", held.id), key(Role::Sales));
    let mut guesses = Vec::new();
    for number in 0..100_u32 {
        let token = format!("{number:032x}");
        let reply = shop.call(&Call {
            method: "GET",
            path: &path,
            key: Some(&sales),
            headers: vec![("seatlock-token", &token)],
            ..Call::default()
        });
        guesses.push(reply.status);
    }
    let told = limits::GUESSES_AT_ONCE as usize;
    assert!(
        guesses[..told].iter().all(|status| *status == 403),
        "{guesses:?}"
    );
    assert!(
        guesses[told..].iter().all(|status| *status == 429),
        "{guesses:?}"
    );
    let right = shop.call(&Call {
        method: "GET",
        path: &path,
        key: Some(&sales),
        headers: vec![("seatlock-token", &held.token)],
        ..Call::default()
    });
    assert_eq!(right.status, 200);
}

#[test]
fn forwarded_headers_of_anybody_but_a_proxy_get_nobody_another_rate() {
    let shop = Shop::with(GateConfig {
        rate_per_client: Rate::new(1, 3),
        ..guarded()
    });
    let mut talk = shop.host.talk();
    let spoofed: Vec<u16> = (0..6)
        .map(|number| {
            let forwarded = format!("198.51.100.{number}");
            let element = format!("for={forwarded}");
            let call = Call {
                method: "GET",
                path: "/v1/events",
                headers: vec![
                    ("x-forwarded-for", &forwarded),
                    ("forwarded", &element),
                    ("x-real-ip", &forwarded),
                ],
                ..Call::default()
            };
            call.over(&mut talk).status
        })
        .collect();
    assert_eq!(spoofed, [200, 200, 200, 429, 429, 429]);
}

#[test]
fn behind_a_proxy_each_client_has_a_rate_of_its_own() {
    let shop = Shop::with(GateConfig {
        rate_per_client: Rate::new(1, 1),
        proxies: Proxies::parse("127.0.0.1", ForwardedBy::XForwardedFor).expect("an address"),
        ..guarded()
    });
    let status = |forwarded: &str| {
        let call = Call {
            method: "GET",
            path: "/v1/events",
            headers: vec![("x-forwarded-for", forwarded)],
            ..Call::default()
        };
        shop.call(&call).status
    };
    assert_eq!([status("198.51.100.1"), status("198.51.100.2")], [200, 200]);
    let made_up = "198.51.100.9, 198.51.100.1";
    assert_eq!(
        status(made_up),
        429,
        "the right-most is the one that the proxy saw"
    );
}

#[test]
fn of_sixty_four_at_once_with_one_idempotency_key_one_holds() {
    const CLIENTS: usize = 64;
    let shop = Shop::open();
    let body = json!({"user": "ada", "best": [{"quantity": 1}]}).to_string();
    let sales = key(Role::Sales);
    let call = Call {
        method: "POST",
        path: "/v1/events/finale/holds",
        key: Some(&sales),
        headers: vec![("idempotency-key", "\"8e03978e\"")],
        body: &body,
    };
    let (together, address) = (Barrier::new(CLIENTS), shop.host.address);
    let ask = || {
        let mut talk = Talk::to(address);
        together.wait();
        loop {
            let reply = call.over(&mut talk);
            if reply.status != 409 {
                return reply;
            }
            assert_eq!(reply.header("retry-after"), Some("1"));
        }
    };
    let replies: Vec<_> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(ask)).collect();
        let joined = clients.into_iter().map(|client| client.join());
        joined.map(|reply| reply.expect("no panic")).collect()
    });
    let first = &replies[0].json()["id"];
    assert!(
        replies
            .iter()
            .all(|reply| reply.status == 201 && reply.json()["id"] == *first)
    );
    let replayed = replies
        .iter()
        .filter(|reply| reply.header("idempotency-replayed") == Some("true"));
    assert_eq!(replayed.count(), CLIENTS - 1);
    let event = shop.call(&Call {
        method: "GET",
        path: "/v1/events/finale",
        ..Call::default()
    });
    let json = event.json();
    let held = json["counts"]["held"].as_u64();
    assert!(held.is_none_or(|held| held <= 1), "{json}");
}
