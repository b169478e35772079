//! Leases, and the keys that go with them.

use std::time::Duration;

use bytes::Bytes;
use seatlock::cluster::{
    etcd::Etcd,
    store::{Action, LeaseId, Store, StoreError},
};

use crate::{PATIENCE, Plan, cluster, put, read, then};

fn put_under(key: &str, lease: LeaseId) -> Action {
    Action::Put {
        key: key.to_owned().into(),
        value: Bytes::new(),
        lease: Some(lease),
    }
}

/// Waits until it is gone, however long that takes.
async fn gone(etcd: &Etcd, key: &str) {
    while read(etcd, key).await.is_some() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_lease_that_is_not_renewed_takes_its_keys_along() {
    let Some(cluster) = cluster(&Plan::default()) else {
        return;
    };
    let etcd = cluster.client(PATIENCE);
    let lease = etcd
        .grant(Duration::from_millis(1_500))
        .await
        .expect("granted");
    let both = then([put_under("a", lease), put("b", "")]);
    etcd.txn(both).await.expect("done");
    assert_eq!(read(&etcd, "a").await.expect("there").lease, Some(lease));
    let lasts = etcd.renew(lease).await.expect("renewed");
    assert!(
        lasts >= Duration::from_secs(2),
        "whole seconds, rounded up: {lasts:?}"
    );
    gone(&etcd, "a").await;
    assert!(read(&etcd, "b").await.is_some(), "without a lease");

    let late = etcd.renew(lease).await;
    assert!(matches!(late, Err(StoreError::Impossible(_))), "{late:?}");
    let late = etcd.txn(then([put("c", ""), put_under("d", lease)])).await;
    assert!(matches!(late, Err(StoreError::Impossible(_))), "{late:?}");
    assert_eq!(read(&etcd, "c").await, None, "all of it or nothing");
}

#[tokio::test]
async fn a_revoked_lease_is_gone_at_once() {
    let Some(cluster) = cluster(&Plan::default()) else {
        return;
    };
    let etcd = cluster.client(PATIENCE);
    let lease = etcd.grant(Duration::from_secs(600)).await.expect("granted");
    etcd.txn(then([put_under("a", lease)])).await.expect("done");
    etcd.revoke(lease).await.expect("revoked");
    assert_eq!(read(&etcd, "a").await, None);
    let again = etcd.revoke(lease).await;
    assert!(matches!(again, Err(StoreError::Impossible(_))), "{again:?}");
}

#[tokio::test]
async fn a_key_that_is_put_again_without_the_lease_outlives_it() {
    let Some(cluster) = cluster(&Plan::default()) else {
        return;
    };
    let etcd = cluster.client(PATIENCE);
    let lease = etcd.grant(Duration::from_secs(600)).await.expect("granted");
    etcd.txn(then([put_under("a", lease)])).await.expect("done");
    etcd.txn(then([put("a", "")])).await.expect("done");
    etcd.revoke(lease).await.expect("revoked");
    assert_eq!(read(&etcd, "a").await.expect("there").lease, None);
}
