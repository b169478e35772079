//! Streams of events that another node serves: one to the owner of a shard, whoever follows whatever of it.

use std::{collections::BTreeMap, time::Duration};

use axum::body::Body;
use seatlock::cluster::{
    placement::Placement,
    twin::{Mishaps, TwinStore},
};
use serde_json::json;
use tokio::time::sleep;

use crate::hall::{Host, LEASE, SHARDS, follow, follow_after, hold, put_on_sale, read_until};

const ALL: usize = SHARDS as usize;

/// So many names of events of one shard.
fn neighbours(count: usize) -> Vec<String> {
    let placement = Placement::new(SHARDS).expect("a valid count");
    let mut by_shard: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for number in 0.. {
        let name = format!("play-{number}");
        let names = by_shard.entry(placement.shard_of(&name)).or_default();
        names.push(name);
        if names.len() == count {
            return std::mem::take(names);
        }
    }
    unreachable!("there is no end of numbers")
}

/// Nodes that share the shards between them, and events of one shard on sale. The first of the nodes is the events' owner.
async fn nodes(names: &[&str], events: &[String]) -> (TwinStore, Vec<Host>) {
    let store = TwinStore::reliable();
    let mut hosts = Vec::new();
    for name in names {
        hosts.push(Host::start(name, &store).await);
    }
    for event in events {
        put_on_sale(&hosts[0], event).await;
    }
    let shares = || hosts.iter().map(|host| host.node.engines().len());
    while shares().sum::<usize>() != ALL || shares().any(|share| share == 0) {
        sleep(Duration::from_millis(2)).await;
    }
    let path = format!("/v1/events/{}", events[0]);
    let owner = hosts[0].get(&path).await.node().to_owned();
    let place = names.iter().position(|name| *name == owner);
    hosts.swap(0, place.expect("one of them"));
    (store, hosts)
}

async fn begun(host: &Host, event: &str) -> Body {
    let mut body = follow(host, event).await;
    let start = read_until(&mut body, "event: start").await;
    assert!(start.contains("event: start"), "{start}");
    body
}

async fn close(at: &Host, event: &str) {
    let path = format!("/v1/events/{event}");
    let closed = at.put(&path, json!({"state": "closed"})).await;
    assert_eq!(closed.status, 200, "{closed:?}");
}

/// Holds seats one after the other, each once the one before was told of. What was told.
async fn sell(at: &Host, event: &str, seats: &[u32], body: &mut Body) -> String {
    let mut told = String::new();
    for seat in seats {
        assert_eq!(hold(at, event, *seat).await.status, 201);
        told += &read_until(body, &format!("\"held\":[{}]", seat - 1)).await;
    }
    told
}

/// The seats that were told of, in that order.
fn held(told: &str) -> Vec<u32> {
    let parts = told.split("\"held\":[").skip(1);
    let seats = parts.map(|part| part.split(']').next().expect("a list").parse());
    seats.map(|seat| seat.expect("a seat")).collect()
}

/// Mutations: `Following::hear` gives what it hears to any event; `Node::stream_to` opens a stream each time; the owner is asked
/// again for an event that he tells of already.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_a_shard_come_through_one_stream_and_each_to_those_who_follow_it() {
    let events = neighbours(2);
    let (_store, hosts) = nodes(&["a", "b"], &events).await;
    let (owner, other) = (&hosts[0], &hosts[1]);
    let (one, two) = (&*events[0], &*events[1]);
    let (first, second, third) =
        tokio::join!(begun(other, one), begun(other, two), begun(other, one));
    let (mut first, mut second, mut third) = (first, second, third);
    assert_eq!(other.node.relay_count(), 1);
    assert_eq!(other.node.relayed_events(), 2);
    assert_eq!(
        (owner.node.relay_count(), owner.node.relayed_events()),
        (0, 0)
    );
    let (of_one, of_two) = tokio::join!(
        sell(owner, one, &[1, 3, 5, 7], &mut first),
        sell(other, two, &[2, 4, 6, 8], &mut second),
    );
    assert_eq!(held(&of_one), [0, 2, 4, 6]);
    assert_eq!(held(&of_two), [1, 3, 5, 7]);
    let again = read_until(&mut third, "\"held\":[6]").await;
    assert_eq!(again, of_one, "the owner's own bytes, for all");
}

/// Mutation: the end of a feed that is cut is not told to other nodes: then nobody comes again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_follows_comes_again_when_the_shard_moves_and_goes_on_at_the_next_owner() {
    let events = neighbours(2);
    let (_store, hosts) = nodes(&["a", "b", "c"], &events).await;
    let mut bodies = Vec::new();
    for host in &hosts[1..] {
        for event in &events {
            bodies.push(begun(host, event).await);
        }
    }
    assert!(hosts[0].node.hand_over_all().await.is_ok());
    for mut body in bodies {
        // It ends, and not because the event was closed.
        let rest = read_until(&mut body, "event: closed").await;
        assert!(!rest.contains("closed"), "{rest}");
    }
    assert_eq!(hosts[0].node.engines().len(), 0);
    // One of them is the owner by now, and the other has a stream to it.
    let of_one = &*events[0];
    for (host, seat) in hosts.iter().zip(1..) {
        let mut body = begun(host, of_one).await;
        let told = sell(&hosts[1], of_one, &[seat], &mut body).await;
        assert_eq!(held(&told), [seat - 1]);
    }
}

/// Mutation: the answer of the owner to `PUT` is taken for a good one; then this waits for a start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_follows_what_there_is_not_is_told_so_and_nothing_is_kept_of_it() {
    let events = neighbours(3);
    let (_store, hosts) = nodes(&["a", "b"], &events[..2]).await;
    let (owner, other) = (&hosts[0], &hosts[1]);
    close(owner, &events[1]).await;
    for (event, status, problem) in [
        (&*events[2], 404, "/problems/unknown-event"),
        ("No%20name", 404, "/problems/unknown-event"),
        (&*events[1], 409, "/problems/event-closed"),
    ] {
        let path = format!("/v1/events/{event}/stream");
        for host in &hosts {
            let refused = host.get(&path).await;
            assert_eq!(
                (refused.status, refused.json()["type"].clone()),
                (status, json!(problem))
            );
        }
    }
    assert_eq!(other.node.relayed_events(), 0);
    let _goes_on = begun(other, &events[0]).await;
    assert_eq!(other.node.relayed_events(), 1);
}

/// Mutation: `Said::Closed` cuts the feed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_an_event_is_passed_on_and_its_neighbour_goes_on() {
    let events = neighbours(2);
    let (_store, hosts) = nodes(&["a", "b"], &events).await;
    let other = &hosts[1];
    let mut ends = begun(other, &events[0]).await;
    let mut goes_on = begun(other, &events[1]).await;
    close(other, &events[0]).await;
    let told = read_until(&mut ends, "event: closed").await;
    assert!(told.contains("event: closed"), "{told}");
    let told = sell(other, &events[1], &[1], &mut goes_on).await;
    assert_eq!(held(&told), [0]);
    assert_eq!(other.node.relayed_events(), 1);
}

/// Mutation: `Claim` takes an event from the table when it is dropped, though it is told of already.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_to_a_node_that_still_follows_goes_on_where_he_was() {
    let events = neighbours(1);
    let (_store, hosts) = nodes(&["a", "b"], &events).await;
    let (other, event) = (&hosts[1], &*events[0]);
    let mut stays = begun(other, event).await;
    let mut goes = begun(other, event).await;
    let seen = sell(other, event, &[1], &mut goes).await;
    drop(goes);
    sell(other, event, &[2], &mut stays).await;
    let id = seen
        .split("id: ")
        .last()
        .and_then(|rest| rest.lines().next());
    let mut back = follow_after(other, event, id.expect("an id")).await;
    let told = read_until(&mut back, "\"held\":[1]").await;
    assert!(
        told.contains("event: start") && !told.contains("event: reset"),
        "{told}"
    );
    assert_eq!(held(&told), [1]);
}

/// Mutation: the end of a feed that is cut is not told to other nodes: then this does not end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_node_passes_on_ends_once_the_owners_lease_may_have_ended() {
    let events = neighbours(2);
    let (store, hosts) = nodes(&["a", "b"], &events).await;
    let (owner, other) = (&hosts[0], &hosts[1]);
    let bodies = [
        begun(other, &events[0]).await,
        begun(other, &events[1]).await,
    ];
    // Nothing that is asked of the store is answered any more.
    store.mishap(Mishaps {
        refused: 1_000,
        ..Mishaps::default()
    });
    owner.clock.advance(LEASE * 9 / 10);
    for mut body in bodies {
        let rest = read_until(&mut body, "event: closed").await;
        assert!(!rest.contains("closed"), "it goes on: {rest}");
    }
    let path = format!("/v1/events/{}/stream", events[0]);
    let refused = other.get(&path).await;
    assert_eq!(refused.status, 503, "{refused:?}");
}
