//! Each condition, each action, each limit.

use bytes::Bytes;
use seatlock::{
    cluster::{
        etcd::Etcd,
        store::{Action, Condition, Keys, Revision, Store, StoreError, Txn},
    },
    limits::ETCD_REQUEST_BYTES_MAX,
};

use crate::{PATIENCE, Plan, cluster, missing, put, read, store_cases, then};

#[tokio::test]
async fn etcd_does_what_its_twin_does() {
    let plan = Plan {
        members: 3,
        ..Plan::default()
    };
    let Some(cluster) = cluster(&plan) else {
        return;
    };
    // By way of each member.
    for at in 0..3 {
        let mut config = cluster.config(PATIENCE);
        config.endpoints.rotate_left(at);
        let etcd = Etcd::new(config).expect("a client");
        store_cases::ask_all(&etcd, &format!("by {at}")).await;
    }
}

#[tokio::test]
async fn a_transaction_does_the_one_or_the_other() {
    let Some(cluster) = cluster(&Plan::default()) else {
        return;
    };
    let etcd = cluster.client(PATIENCE);
    let once = Txn {
        when: vec![missing("a")],
        then: vec![put("a", "first"), put("b", "too")],
        otherwise: vec![Action::Get(Keys::one("a"), 1)],
    };
    let first = etcd.txn(once.clone()).await.expect("done");
    assert!(first.held && first.found == [vec![], vec![]]);
    let second = etcd.txn(once).await.expect("done");
    assert!(!second.held, "it is there now");
    let found = &second.found[0][0];
    assert_eq!(
        (&found.key[..], &found.value[..]),
        (&b"a"[..], &b"first"[..])
    );
    assert_eq!((found.revision, found.lease), (first.revision, None));
    assert_eq!(second.revision, first.revision, "nothing was written");
    let b = read(&etcd, "b").await.expect("written");
    assert_eq!(b.revision, first.revision, "one transaction, one revision");
}

#[tokio::test]
async fn conditions_hold_for_what_was_written_when_it_was() {
    let Some(cluster) = cluster(&Plan::default()) else {
        return;
    };
    let etcd = cluster.client(PATIENCE);
    let first = etcd
        .txn(then([put("a", "1")]))
        .await
        .expect("done")
        .revision;
    let second = etcd
        .txn(then([put("a", "1")]))
        .await
        .expect("done")
        .revision;
    assert!(second > first);
    let key = Bytes::from("a");
    for (condition, expected) in [
        (Condition::WrittenAt(key.clone(), second), true),
        (Condition::WrittenAt(key.clone(), first), false),
        (Condition::WrittenAt(key.clone(), Revision::MISSING), false),
        (
            Condition::WrittenAt(key.clone(), Revision::new(u64::MAX)),
            false,
        ),
        (Condition::Exists(key.clone()), true),
        (Condition::Exists("b".into()), false),
        (missing("b"), true),
        (Condition::WrittenAt("b".into(), second), false),
    ] {
        let txn = Txn {
            when: vec![Condition::Exists(key.clone()), condition.clone()],
            ..Txn::default()
        };
        let done = etcd.txn(txn).await.expect("done");
        assert_eq!(done.held, expected, "{condition:?}");
    }
    etcd.txn(then([Action::Delete(Keys::one("a"))]))
        .await
        .expect("done");
    let gone = Txn {
        when: vec![missing("a")],
        ..Txn::default()
    };
    assert!(
        etcd.txn(gone).await.expect("done").held,
        "as if it had never been"
    );
}

#[tokio::test]
async fn ranges_are_read_in_order_up_to_a_limit_and_removed() {
    let Some(cluster) = cluster(&Plan::default()) else {
        return;
    };
    let etcd = cluster.client(PATIENCE);
    let names = ["log/3", "log/1", "log/2", "lo", "log0"];
    etcd.txn(then(names.map(|name| put(name, name))))
        .await
        .expect("done");
    let range = || Keys::range("log/", "log0");
    let read = then([
        Action::Get(range(), 9),
        Action::Get(range(), 2),
        Action::Get(range(), 0),
        Action::Get(Keys::range("log/2", "log/1"), 9),
    ]);
    let found = etcd.txn(read).await.expect("done").found;
    let keys =
        |at: usize| -> Vec<Bytes> { found[at].iter().map(|entry| entry.key.clone()).collect() };
    assert_eq!(keys(0), ["log/1", "log/2", "log/3"]);
    assert_eq!(keys(1), ["log/1", "log/2"], "at most two");
    assert_eq!((keys(2).len(), keys(3).len()), (0, 0));

    let removed = then([
        Action::Delete(range()),
        Action::Get(Keys::range("a", "z"), 9),
    ]);
    let left = &etcd.txn(removed).await.expect("done").found[1];
    let left: Vec<_> = left.iter().map(|entry| &entry.key[..]).collect();
    assert_eq!(
        left,
        [&b"lo"[..], b"log0"],
        "in order, so it saw what was removed before it"
    );
}

#[tokio::test]
async fn what_is_impossible_is_called_so_and_does_nothing() {
    let Some(cluster) = cluster(&Plan::default()) else {
        return;
    };
    let etcd = cluster.client(PATIENCE);
    let endless = |action: fn(Keys) -> Action| action(Keys::range("a", &b"\0"[..]));
    for (what, actions) in [
        (
            "too many operations",
            (0..200).map(|at| put(&format!("k{at}"), "")).collect(),
        ),
        ("a key twice", vec![put("a", "1"), put("a", "2")]),
        ("an empty key", vec![put("", "1")]),
        (
            "too many bytes",
            vec![put("a", vec![0; ETCD_REQUEST_BYTES_MAX])],
        ),
        (
            "an end that is none",
            vec![put("a", "1"), endless(Action::Delete)],
        ),
        (
            "an end that is none",
            vec![put("a", "1"), endless(|keys| Action::Get(keys, 1))],
        ),
    ] {
        let answer = etcd.txn(then(actions)).await;
        assert!(
            matches!(answer, Err(StoreError::Impossible(_))),
            "{what}: {answer:?}"
        );
    }
    let all = then([Action::Get(Keys::range("0", "z"), 9)]);
    assert_eq!(etcd.txn(all).await.expect("done").found, [vec![]]);
}

#[tokio::test]
async fn a_transaction_of_almost_the_limit_goes_there_and_back() {
    let Some(cluster) = cluster(&Plan::default()) else {
        return;
    };
    let etcd = cluster.client(PATIENCE);
    let value = Bytes::from(vec![7; ETCD_REQUEST_BYTES_MAX - 64]);
    etcd.txn(then([put("large", value.clone())]))
        .await
        .expect("done");
    assert_eq!(read(&etcd, "large").await.expect("there").value, value);
    // etcd's own limit, where the operator has set a lower one than ours.
    let plan = Plan {
        arguments: vec!["--max-request-bytes=65536".into()],
        ..Plan::default()
    };
    drop(cluster);
    let Some(cluster) = crate::cluster(&plan) else {
        return;
    };
    let etcd = cluster.client(PATIENCE);
    for bytes in [100_000, 1_000_000] {
        let answer = etcd.txn(then([put("large", vec![7; bytes])])).await;
        assert!(
            matches!(answer, Err(StoreError::Impossible(_))),
            "{answer:?}"
        );
    }
    assert_eq!(read(&etcd, "large").await, None);
}
