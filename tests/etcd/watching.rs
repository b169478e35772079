//! Following what becomes of keys.

use std::time::Duration;

use seatlock::cluster::{
    etcd::{Change, Etcd, Watch},
    store::{Action, Keys, Revision, Store, StoreError},
};

use crate::{Cluster, PATIENCE, Plan, cluster, put, then, until_answered};

async fn watch(etcd: &Etcd, since: Revision) -> Watch {
    let keys = Keys::range("nodes/", "nodes0");
    etcd.watch(keys, since).await.expect("a watch")
}

fn next(revision: Revision) -> Revision {
    Revision::new(revision.get() + 1)
}

#[tokio::test]
async fn changes_come_in_order_and_a_transactions_together() {
    let Some(cluster) = cluster(&Plan::default()) else {
        return;
    };
    let etcd = cluster.client(PATIENCE);
    let first = etcd
        .txn(then([put("nodes/1", "ada")]))
        .await
        .expect("done")
        .revision;
    // From the past on.
    let mut seen = watch(&etcd, first).await;
    let both = then([
        put("nodes/2", "bob"),
        put("elsewhere", ""),
        put("nodes/3", "eve"),
    ]);
    let second = etcd.txn(both).await.expect("done").revision;
    let third = then([Action::Delete(Keys::one("nodes/1"))]);
    let third = etcd.txn(third).await.expect("done").revision;

    let mut changes = Vec::new();
    while changes.len() < 4 {
        changes.extend(seen.next().await.expect("changes"));
    }
    let shown: Vec<_> = changes
        .iter()
        .map(|change| match change {
            Change::Put(entry) => (&entry.key[..], &entry.value[..], entry.revision),
            Change::Deleted(key, revision) => (&key[..], &b"gone"[..], *revision),
        })
        .collect();
    assert_eq!(
        shown,
        [
            (&b"nodes/1"[..], &b"ada"[..], first),
            (b"nodes/2", b"bob", second),
            (b"nodes/3", b"eve", second),
            (b"nodes/1", b"gone", third),
        ]
    );
}

#[tokio::test]
async fn the_end_of_a_lease_is_seen() {
    let Some(cluster) = cluster(&Plan::default()) else {
        return;
    };
    let etcd = cluster.client(PATIENCE);
    let lease = etcd.grant(Duration::from_secs(1)).await.expect("granted");
    let node = Action::Put {
        key: "nodes/7".into(),
        value: "ada".into(),
        lease: Some(lease),
    };
    let put = etcd.txn(then([node])).await.expect("done").revision;
    let changes = watch(&etcd, next(put)).await.next().await.expect("changes");
    let [Change::Deleted(key, revision)] = &changes[..] else {
        panic!("{changes:?}");
    };
    assert!(*key == "nodes/7" && *revision > put);
}

#[tokio::test]
async fn a_watch_ends_with_its_member_and_another_goes_on() {
    let plan = Plan {
        members: 3,
        ..Plan::default()
    };
    let Some(mut cluster) = cluster(&plan) else {
        return;
    };
    let Cluster { members, .. } = &mut cluster;
    let etcd = crate::client(members, PATIENCE);
    let first = etcd
        .txn(then([put("nodes/1", "ada")]))
        .await
        .expect("done")
        .revision;
    let mut seen = watch(&etcd, next(first)).await;
    members.kill(0);
    let ended = seen.next().await;
    assert!(matches!(ended, Err(StoreError::Unknown(_))), "{ended:?}");
    let second = until_answered(&etcd, then([put("nodes/2", "bob")]))
        .await
        .revision;
    let changes = watch(&etcd, next(first))
        .await
        .next()
        .await
        .expect("changes");
    let Some(Change::Put(entry)) = changes.first() else {
        panic!("{changes:?}");
    };
    assert!(entry.key == "nodes/2" && entry.revision <= second);
}

#[tokio::test]
async fn what_is_forgotten_can_not_be_followed() {
    let Some(cluster) = cluster(&Plan::default()) else {
        return;
    };
    let etcd = cluster.client(PATIENCE);
    let first = etcd
        .txn(then([put("nodes/1", "ada")]))
        .await
        .expect("done")
        .revision;
    let second = etcd
        .txn(then([put("nodes/1", "bob")]))
        .await
        .expect("done")
        .revision;
    etcd.compact(second).await.expect("compacted");
    let keys = Keys::range("nodes/", "nodes0");
    let refused = match etcd.watch(keys, first).await {
        // etcd says it with the first answer or with the second.
        Ok(mut watch) => watch.next().await.expect_err("it is forgotten"),
        Err(error) => error,
    };
    assert!(matches!(refused, StoreError::Impossible(_)), "{refused:?}");
}
