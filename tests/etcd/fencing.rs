//! What the cluster's protocol rests on: whoever was deposed writes nothing any more.

use bytes::Bytes;
use seatlock::cluster::{
    etcd::Etcd,
    store::{Condition, Revision, Store, Txn},
};

use crate::{PATIENCE, Plan, cluster, missing, put, read};

/// Takes a shard from whoever had it since `seen`. The term, if nobody else was faster.
async fn take(etcd: &Etcd, name: &str, seen: Revision) -> Option<Revision> {
    let txn = Txn {
        when: vec![Condition::WrittenAt("shards/1/owner".into(), seen)],
        then: vec![put("shards/1/owner", name.to_owned())],
        otherwise: Vec::new(),
    };
    let done = etcd.txn(txn).await.expect("done");
    done.held.then_some(done.revision)
}

/// Appends to the shard's log as its owner of this term.
async fn append(etcd: &Etcd, term: Revision, slot: u32) -> bool {
    let key = format!("shards/1/log/{slot:08}");
    let before = Bytes::from(format!("shards/1/log/{:08}", slot - 1));
    let mut when = vec![
        Condition::WrittenAt("shards/1/owner".into(), term),
        missing(&key),
    ];
    if slot > 1 {
        when.push(Condition::Exists(before));
    }
    let txn = Txn {
        when,
        then: vec![put(&key, format!("by {}", term.get()))],
        otherwise: Vec::new(),
    };
    etcd.txn(txn).await.expect("done").held
}

#[tokio::test]
async fn an_append_loses_after_a_takeover() {
    let plan = Plan {
        members: 3,
        ..Plan::default()
    };
    let Some(cluster) = cluster(&plan) else {
        return;
    };
    // Two nodes, each at a member of its own.
    let (ada, mut config) = (cluster.client(PATIENCE), cluster.config(PATIENCE));
    config.endpoints.rotate_left(1);
    let bob = Etcd::new(config).expect("a client");

    let first = take(&ada, "ada", Revision::MISSING)
        .await
        .expect("it was nobody's");
    assert!(append(&ada, first, 1).await);
    assert!(!append(&ada, first, 1).await, "the slot is taken");
    assert!(!append(&ada, first, 3).await, "there is no slot before it");
    assert!(append(&ada, first, 2).await);

    let (one, other) = tokio::join!(take(&bob, "bob", first), take(&ada, "ada", first));
    assert!(
        one.is_some() ^ other.is_some(),
        "one of them: {one:?} {other:?}"
    );
    let second = one.or(other).expect("one of them");
    assert!(second > first);
    assert!(!append(&ada, first, 3).await, "its term is over");
    assert!(append(&bob, second, 3).await, "whoever knows the term");
    let written = read(&ada, "shards/1/log/00000003").await.expect("there");
    assert_eq!(written.value, format!("by {}", second.get()));
}
