//! An event gets a shard of its own, before it is made or never.
//!
//! What must not come of it in any order is for the model to say (`tests/cluster/pins.rs`). Here it is seen that an event is in
//! two shards where `Node::make_here` does not keep its guard.

use seatlock::cluster::twin::{Mishaps, TwinStore};
use serde_json::{Value, json};

use crate::{
    asking::two_at,
    hall::{Answer, Host, SHARDS, hold, put_on_sale},
};

async fn pin(host: &Host, event: &str) -> Answer {
    host.put(&format!("/v1/cluster/pins/{event}"), json!({}))
        .await
}

/// The shards of the cluster once all of them are served.
async fn shards(host: &Host) -> Vec<Value> {
    loop {
        let shards = host.get("/v1/cluster").await.json()["shards"].take();
        let shards = shards.as_array().expect("a list").clone();
        if shards.iter().all(|shard| shard["state"] == "serving") {
            return shards;
        }
    }
}

fn problem(answer: &Answer) -> (u16, String) {
    let kind = answer.json()["type"].as_str().expect("a type").to_owned();
    (answer.status, kind)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pinned_event_is_alone_in_its_shard() {
    let (a, b) = two_at(&TwinStore::reliable()).await;
    let pinned = pin(&a, "hamlet").await;
    assert_eq!(pinned.status, 201, "{pinned:?}");
    assert_eq!(pinned.json(), json!({"event": "hamlet", "shard": SHARDS}));
    let again = pin(&b, "hamlet").await;
    assert_eq!((again.status, again.json()), (200, pinned.json()));
    let own = &shards(&b).await[usize::from(SHARDS)];
    assert_eq!(
        (&own["event"], &own["events"]),
        (&json!("hamlet"), &json!(0))
    );

    put_on_sale(&b, "hamlet").await;
    let held = hold(&a, "hamlet", 3).await;
    assert_eq!(held.status, 201, "{held:?}");
    assert_eq!(hold(&b, "hamlet", 3).await.status, 423);
    assert_eq!(shards(&a).await[usize::from(SHARDS)]["events"], 1);
    let id = held.json()["id"].clone();
    let path = format!("/v1/holds/{}/confirm", id.as_str().expect("an id"));
    let confirmed = b.post(&path, json!({"token": held.json()["token"]})).await;
    assert_eq!(confirmed.status, 200, "{confirmed:?}");
    assert_eq!(pin(&a, "hamlet").await.status, 200, "it stays what it is");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_not_be_pinned_stays_where_it_is() {
    let (a, b) = two_at(&TwinStore::reliable()).await;
    put_on_sale(&a, "hamlet").await;
    let refused = |kind: &str| format!("/problems/{kind}");
    for host in [&a, &b] {
        let made = problem(&pin(host, "hamlet").await);
        assert_eq!(made, (409, refused("event-made")));
        let small = problem(&pin(host, "default").await);
        assert_eq!(small, (409, refused("event-of-small-api")));
        let name = problem(&pin(host, "-x").await);
        assert_eq!(name, (422, refused("invalid")));
    }
    assert_eq!(shards(&a).await.len(), usize::from(SHARDS));
}

/// Whoever is faster: the event is in one shard, and that is its own if somebody was told so.
async fn pinned_while_it_is_made(store: &TwinStore, a: &Host, b: &Host, event: &str) {
    let path = format!("/v1/events/{event}");
    let make = |host| {
        let path = &path;
        async move { Host::put(host, path, json!({"chart": "row"})).await.status }
    };
    let (pinned, one, other) = tokio::join!(pin(a, event), make(a), make(b));
    store.settle();
    let status = loop {
        let made = make(b).await;
        if matches!(made, 200 | 201) {
            break [one, other, made];
        }
    };
    let shards = shards(a).await;
    let own = shards.iter().find(|shard| shard["event"] == event);
    let seen = format!("{event}: pin {}, made {status:?}, {own:?}", pinned.status);
    match pinned.status {
        201 => assert_eq!(own.expect(&seen)["events"], 1, "{seen}"),
        409 => assert!(own.is_none(), "{seen}"),
        _ => assert_eq!(pinned.status, 503, "{seen}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_is_made_while_it_is_pinned_is_in_one_shard() {
    let store = TwinStore::reliable();
    let (a, b) = two_at(&store).await;
    put_on_sale(&a, "first").await;
    for number in 0..12 {
        pinned_while_it_is_made(&store, &a, &b, &format!("event-{number}")).await;
    }
    let events = shards(&b).await.into_iter();
    let events: u64 = events.filter_map(|shard| shard["events"].as_u64()).sum();
    assert_eq!(events, 14, "with the first and the small API's");
}

/// Nobody hears what has become of a pin for a while, or it is done when nobody waits for it any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_whose_answer_is_lost_is_done_once() {
    let store = TwinStore::new(20_261_127, Mishaps::default());
    let (a, b) = two_at(&store).await;
    put_on_sale(&a, "first").await;
    store.mishap(Mishaps {
        answers_lost: 150,
        requests_lost: 100,
        late: 100,
        refused: 50,
    });
    for number in 0..6 {
        pinned_while_it_is_made(&store, &a, &b, &format!("event-{number}")).await;
    }
    store.mishap(Mishaps::default());
    store.settle();
    let events = shards(&b).await.into_iter();
    let events: u64 = events.filter_map(|shard| shard["events"].as_u64()).sum();
    assert_eq!(events, 8, "with the first and the small API's");
}
