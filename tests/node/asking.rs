//! Any node can be asked for anything.

use seatlock::cluster::twin::TwinStore;
use serde_json::json;

use crate::hall::{Host, SHARDS, hold, put_on_sale};

/// Two nodes that share the shards between them.
async fn two() -> (Host, Host) {
    two_at(&TwinStore::reliable()).await
}

/// Two nodes that share the shards between them, at this store.
pub(crate) async fn two_at(store: &TwinStore) -> (Host, Host) {
    let a = Host::start("a", store).await;
    a.serves(usize::from(SHARDS)).await;
    let b = Host::start("b", store).await;
    // With names as short as these it is not one of them alone.
    let shared = async {
        loop {
            let (of_a, of_b) = (a.node.engines().len(), b.node.engines().len());
            if of_a + of_b == usize::from(SHARDS) && of_b > 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    };
    shared.await;
    (a, b)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_event_has_one_node_and_every_node_answers_for_it() {
    let (a, b) = two().await;
    let mut owners = std::collections::BTreeSet::new();
    for event in ["hamlet", "faust", "othello", "macbeth", "medea", "tartuffe"] {
        put_on_sale(&b, event).await;
        let path = format!("/v1/events/{event}/seats");
        let (one, other) = (a.get(&path).await, b.get(&path).await);
        assert_eq!((one.status, &one.body), (200, &other.body));
        assert_eq!(one.node(), other.node());
        owners.insert(one.node().to_owned());
    }
    assert_eq!(owners.len(), 2, "both have some");
    let list = a.get("/v1/events").await.json();
    assert_eq!(list, b.get("/v1/events").await.json());
    let names: Vec<_> = list["events"].as_array().expect("a list").iter().collect();
    assert_eq!(names.len(), 7, "the small API's event is one of them");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_is_found_by_its_id_alone_wherever_it_is_asked_for() {
    let (a, b) = two().await;
    put_on_sale(&a, "hamlet").await;
    let held = hold(&b, "hamlet", 3).await;
    assert_eq!(held.status, 201, "{held:?}");
    let (id, token) = (held.json()["id"].clone(), held.json()["token"].clone());
    let path = format!("/v1/holds/{}/confirm", id.as_str().expect("an id"));
    for host in [&a, &b] {
        let confirmed = host.post(&path, json!({"token": token})).await;
        assert_eq!(confirmed.status, 200, "{confirmed:?}");
        assert_eq!(confirmed.json()["state"], "booked");
    }
    assert_eq!(hold(&a, "hamlet", 3).await.status, 409);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_prefers_it_is_sent_to_the_owner() {
    let (a, b) = two().await;
    put_on_sale(&a, "hamlet").await;
    let path = "/v1/events/hamlet";
    let owner = a.get(path).await;
    let (here, there) = if owner.node() == "a" {
        (&a, &b)
    } else {
        (&b, &a)
    };
    let prefer = [("prefer", "return=minimal, redirect")];
    assert_eq!(here.ask("GET", path, &prefer, None).await.status, 200);
    let sent = there.ask("GET", path, &prefer, None).await;
    let location = format!("http://{}{path}", here.address);
    assert_eq!(
        (sent.status, sent.header("location")),
        (307, Some(&*location))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_node_is_told_that_it_is_misdirected() {
    let (a, b) = two().await;
    put_on_sale(&a, "hamlet").await;
    let path = "/v1/events/hamlet";
    let owner = a.get(path).await.node().to_owned();
    let there = if owner == "a" { &b } else { &a };
    let guessed = "0".repeat(64);
    let answer = there
        .ask("GET", path, &[("seatlock-hop", &guessed)], None)
        .await;
    assert_eq!((answer.status, answer.node()), (200, &*owner));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nodes_ask_each_other_is_for_nobody_else() {
    let (a, b) = two().await;
    put_on_sale(&a, "hamlet").await;
    for shard in 0..SHARDS {
        for (method, what) in [
            ("POST", ""),
            ("POST", "/expect"),
            ("GET", "/charts"),
            ("GET", "/stream"),
            ("PUT", "/stream/1/hamlet"),
            ("DELETE", "/stream/1/hamlet"),
        ] {
            let path = format!("/v1/cluster/shards/{shard}{what}");
            for host in [&a, &b] {
                let answer = host.ask(method, &path, &[], None).await;
                assert_eq!(answer.status, 404, "{method} {path}");
            }
        }
    }
    assert_eq!(
        a.node.counts().foreseen.get() + b.node.counts().foreseen.get(),
        0
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cluster_shows_who_serves_what() {
    let (a, b) = two().await;
    let view = b.get("/v1/cluster").await.json();
    assert_eq!(view["node"], "b");
    let nodes = view["nodes"].as_array().expect("a list");
    assert_eq!(nodes.len(), 2);
    assert!(
        nodes
            .iter()
            .all(|node| node["reached"] == true && node["certain"] == true)
    );
    let shards = view["shards"].as_array().expect("a list");
    assert_eq!(shards.len(), usize::from(SHARDS));
    assert!(shards.iter().all(|shard| shard["state"] == "serving"));
    let of_a = shards.iter().filter(|shard| shard["owner"] == "a").count();
    assert_eq!(of_a, a.node.engines().len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_keeps_its_chart_and_a_new_one_gets_the_new() {
    let (a, b) = two().await;
    put_on_sale(&a, "hamlet").await;
    assert_eq!(
        b.put("/v1/charts/row", json!({"seats": 3})).await.status,
        200
    );
    assert_eq!(
        b.put("/v1/events/faust", json!({"chart": "row"}))
            .await
            .status,
        201
    );
    let total = async |event: &str| {
        let shown = a.get(&format!("/v1/events/{event}")).await.json();
        shown["counts"]["available"].clone()
    };
    assert_eq!(
        (total("hamlet").await, total("faust").await),
        (json!(10), json!(3))
    );
    let none = b
        .put("/v1/events/othello", json!({"chart": "nowhere"}))
        .await;
    assert_eq!(none.json()["type"], "/problems/unknown-chart");
}
