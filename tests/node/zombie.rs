//! A node that was replaced and does not know it yet tells nobody anything.
//!
//! It must not depend on being told: all that it has to go by is its own clock.

use std::time::Duration;

use seatlock::cluster::{
    keys::ClusterKeys,
    owner::{Node, Owner},
    placement::Placement,
    store::{Action, LeaseId, Revision, Txn},
    twin::TwinStore,
};
use serde_json::json;

use crate::hall::{Host, LEASE, SHARDS, follow, hold, put_on_sale, read_until};

const ALL: usize = SHARDS as usize;

async fn alone() -> (TwinStore, Host) {
    let store = TwinStore::reliable();
    let a = Host::start("a", &store).await;
    a.serves(ALL).await;
    put_on_sale(&a, "hamlet").await;
    (store, a)
}

/// Mutation: `Served::is_certain` says yes always.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_read_once_the_lease_may_have_ended() {
    let (_store, a) = alone().await;
    let paths = ["/v1/events/hamlet", "/v1/events/hamlet/seats", "/e/hamlet"];
    for path in paths {
        assert_eq!(a.get(path).await.status, 200, "{path}");
    }
    // Its renewals go by the same clock, which has jumped: the next is sent a hundred seconds of ours from now.
    a.clock.advance(LEASE * 9 / 10);
    for path in paths {
        let refused = a.get(path).await;
        assert_eq!(refused.status, 503, "{path}");
        assert!(refused.header("retry-after").is_some());
    }
    let unsure = hold(&a, "hamlet", 1).await;
    assert_eq!(unsure.status, 503, "{unsure:?}");
}

/// Mutation: without `keep_streams_certain` in the steward's loop, who follows an event here would never know that another node sells
/// it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_ends_once_the_lease_may_have_ended() {
    let (store, a) = alone().await;
    let mut stream = follow(&a, "hamlet").await;
    assert!(
        read_until(&mut stream, "event: start")
            .await
            .contains("start")
    );
    // Nothing that is asked of the store is answered any more.
    store.mishap(seatlock::cluster::twin::Mishaps {
        refused: 1_000,
        ..Default::default()
    });
    a.clock.advance(LEASE * 9 / 10);
    let rest = read_until(&mut stream, "event: closed").await;
    assert!(
        !rest.contains("closed"),
        "it has ended, and the event goes on: {rest}"
    );
}

/// Mutation: without the wait for what was read to be in the store, somebody is told of a hold that nobody has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_told_of_a_hold_that_is_not_in_the_store() {
    let (store, a) = alone().await;
    store.mishap(seatlock::cluster::twin::Mishaps {
        refused: 1_000,
        ..Default::default()
    });
    // It is held in memory, and can't be written down.
    let unsure = hold(&a, "hamlet", 1).await;
    assert_eq!(unsure.status, 503, "{unsure:?}");
    let second = hold(&a, "hamlet", 1).await;
    assert_eq!(
        second.status, 503,
        "it is not said that the seat is held: {second:?}"
    );
    store.mishap(Default::default());
    loop {
        let answer = hold(&a, "hamlet", 1).await;
        match answer.status {
            503 => tokio::time::sleep(Duration::from_millis(5)).await,
            status => break assert_eq!(status, 423, "the first one has it after all"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_replaced_drops_what_it_has_and_hands_on() {
    let (store, a) = alone().await;
    let b = Host::start("b", &store).await;
    let lease = lease_of(&b, "a").await;
    // As if it had been cut off for too long.
    assert!(store.with(|twin| twin.end(lease)).is_ok());
    b.serves(ALL).await;
    a.serves(0).await;
    let answer = hold(&a, "hamlet", 1).await;
    assert_eq!((answer.status, answer.node()), (201, "b"));
    let again = b
        .post(
            "/v1/events/hamlet/holds",
            json!({"user": "x", "seats": ["S/A/1"]}),
        )
        .await;
    assert_eq!(again.status, 423);
}

/// What the node of this name lives by.
async fn lease_of(host: &Host, name: &str) -> LeaseId {
    let view = host.get("/v1/cluster").await.json();
    let mut nodes = view["nodes"].as_array().expect("a list").iter();
    let node = nodes.find(|node| node["name"] == name);
    let lease = node.expect("it is there")["lease"].as_str();
    let lease = i64::from_str_radix(lease.expect("hexadecimal"), 16);
    LeaseId::new(lease.expect("a number"))
}

/// A node was cut off from etcd. Another took its shard, and handed it back as soon as it was there again, 50 ms later: before
/// its steward had looked. That the shard was another's for a while it could not see any more, the roster said its own name;
/// and as the event was sold out, nobody asked for a change, by which its ledger would have found out. It refused to read from
/// its memory, as it must, and went on refusing: the CI's cluster run found an event that no node had shown for 30 s.
///
/// Mutation: `ShardLedger::idle` keeps to itself that the ledger has failed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shard_that_came_back_before_anybody_looked_is_served_again() {
    let store = TwinStore::reliable();
    let a = Host::start_under(Duration::from_millis(300), "a", &store).await;
    a.serves(ALL).await;
    put_on_sale(&a, "hamlet").await;
    let (before, taken) = (lease_of(&a, "a").await, a.node.counts().taken.get());
    // What the other one does, its own term included, and what comes next for this one, at one instant.
    let placement = Placement::new(SHARDS).expect("a valid count");
    let key = ClusterKeys::new("/test", 1)
        .shard(placement.shard_of("hamlet"))
        .owner();
    let put = |name: &str, lease| {
        let node = Node {
            name: name.into(),
            address: format!("http://{}", a.address),
            lease,
        };
        let after = Revision::MISSING;
        Txn {
            then: vec![Action::Put {
                key: key.clone(),
                value: Owner { node, after }.encode(),
                lease: None,
            }],
            ..Txn::default()
        }
    };
    store.with(|twin| {
        twin.end(before).expect("it is there");
        let _ = twin
            .txn(&put("b", LeaseId::new(i64::MAX)))
            .expect("there is room");
        // Leases are numbered, and only this node gets any.
        let _ = twin
            .txn(&put("a", LeaseId::new(before.get() + 1)))
            .expect("there is room");
    });
    while a.node.counts().taken.get() == taken {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(
        a.node.counts().lost.get(),
        1,
        "all others are still its own"
    );
    assert_eq!(a.get("/v1/events/hamlet").await.status, 200);
    assert_eq!(hold(&a, "hamlet", 1).await.status, 201);
}
