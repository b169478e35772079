//! Shards go from node to node, and nobody is told anything wrong meanwhile.

use std::time::Duration;

use seatlock::cluster::twin::TwinStore;
use tokio::time::sleep;

use crate::hall::{Host, SHARDS, follow, hold, put_on_sale, read_until};

const ALL: usize = SHARDS as usize;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_handed_over_is_there_at_the_next() {
    let store = TwinStore::reliable();
    let a = Host::start("a", &store).await;
    a.serves(ALL).await;
    put_on_sale(&a, "hamlet").await;
    assert_eq!(hold(&a, "hamlet", 1).await.status, 201);
    let b = Host::start("b", &store).await;
    assert!(a.node.hand_over_all().await.is_ok());
    b.serves(ALL).await;
    assert_eq!(a.node.engines().len(), 0);
    let foreseen = b.node.counts().foreseen.get();
    assert!(foreseen >= 2, "the chart and the event's copy of it");
    let taken = hold(&a, "hamlet", 1).await;
    assert_eq!((taken.status, taken.node()), (423, "b"));
    assert_eq!(hold(&a, "hamlet", 2).await.status, 201);
    assert!(a.node.stay().await.is_ok());
    while a.node.engines().is_empty() {
        sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_during_a_hand_over_waits_and_is_answered() {
    let store = TwinStore::reliable();
    let a = Host::start("a", &store).await;
    a.serves(ALL).await;
    for event in ["hamlet", "faust", "othello"] {
        put_on_sale(&a, event).await;
    }
    let b = Host::start("b", &store).await;
    let asking = async {
        let mut statuses = Vec::new();
        for seat in 1..=10 {
            for event in ["hamlet", "faust", "othello"] {
                statuses.push(hold(&b, event, seat).await.status);
            }
        }
        statuses
    };
    let (statuses, handed) = tokio::join!(asking, a.node.hand_over_all());
    assert!(handed.is_ok());
    assert_eq!(statuses, [201; 30]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_gone_is_followed_by_the_other() {
    let store = TwinStore::reliable();
    let a = Host::start("a", &store).await;
    a.serves(ALL).await;
    put_on_sale(&a, "hamlet").await;
    assert_eq!(hold(&a, "hamlet", 4).await.status, 201);
    a.node.leave().await;
    let b = Host::start("b", &store).await;
    b.serves(ALL).await;
    assert_eq!(hold(&b, "hamlet", 4).await.status, 423);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_is_passed_on_and_ends_when_the_event_moves() {
    let store = TwinStore::reliable();
    let a = Host::start("a", &store).await;
    a.serves(ALL).await;
    put_on_sale(&a, "hamlet").await;
    let b = Host::start("b", &store).await;
    // Whoever owns the event, the other passes the stream on.
    while a.node.engines().len() == ALL || a.node.engines().len() + b.node.engines().len() < ALL {
        sleep(Duration::from_millis(2)).await;
    }
    let owner = a.get("/v1/events/hamlet").await.node().to_owned();
    let (here, there) = if owner == "a" { (&a, &b) } else { (&b, &a) };
    let mut body = follow(there, "hamlet").await;
    let begun = read_until(&mut body, "event: start").await;
    assert!(begun.contains("event: start"), "{begun}");
    assert_eq!(hold(there, "hamlet", 5).await.status, 201);
    let told = read_until(&mut body, "\"held\":[4]").await;
    assert!(told.contains("\"held\":[4]"), "{told}");
    assert_eq!(there.node.relay_count(), 1);
    assert!(here.node.hand_over_all().await.is_ok());
    // It ends, and not because the event was closed.
    let rest = read_until(&mut body, "event: closed").await;
    assert!(!rest.contains("closed"), "{rest}");
}
