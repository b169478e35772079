//! etcd runs full, and is given room again.

use std::{sync::Arc, time::Duration};

use seatlock::cluster::{
    etcd::Etcd,
    store::{Action, Keys, Store, StoreError},
};

use crate::{Cluster, PATIENCE, Plan, cluster, put, read, then, until_answered};

const QUOTA: u64 = 8 << 20;

fn small() -> Plan {
    Plan {
        quota: Some(QUOTA),
        ..Plan::default()
    }
}

/// What became of each of some writes.
#[derive(Default)]
struct Tally {
    done: Vec<String>,
    refused: Vec<String>,
    unknown: Vec<String>,
}

/// Writes with many at once until etcd is full, and a few times more.
async fn fill(etcd: &Arc<Etcd>) -> Tally {
    let writers = (0..16).map(|writer| {
        let etcd = Arc::clone(etcd);
        tokio::spawn(async move {
            let (mut tally, mut late) = (Tally::default(), 0);
            for number in 0.. {
                let key = format!("k/{writer}/{number:04}");
                match etcd.txn(then([put(&key, vec![7; 100_000])])).await {
                    Ok(_) => tally.done.push(key),
                    Err(StoreError::Refused(_)) => tally.refused.push(key),
                    Err(StoreError::Unknown(_)) => tally.unknown.push(key),
                    Err(error) => panic!("{error}"),
                }
                late += u32::from(!tally.refused.is_empty());
                if late == 3 {
                    break;
                }
            }
            tally
        })
    });
    let mut all = Tally::default();
    for writer in writers.collect::<Vec<_>>() {
        let mut tally = writer.await.expect("it does not panic");
        all.done.append(&mut tally.done);
        all.refused.append(&mut tally.refused);
        all.unknown.append(&mut tally.unknown);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_when_etcd_fills_up_is_not_there() {
    let Some(cluster) = cluster(&small()) else {
        return;
    };
    let etcd = Arc::new(cluster.client(PATIENCE));
    let tally = fill(&etcd).await;
    assert!(!tally.done.is_empty() && !tally.refused.is_empty());
    for key in &tally.done {
        assert!(read(&etcd, key).await.is_some(), "{key} was acknowledged");
    }
    for key in &tally.refused {
        assert!(read(&etcd, key).await.is_none(), "{key} was refused");
    }
    let mut there = 0;
    for key in &tally.unknown {
        there += u32::from(read(&etcd, key).await.is_some());
    }
    println!(
        "{} done, {} refused; of {} that were answered with 'no space' {there} are there",
        tally.done.len(),
        tally.refused.len(),
        tally.unknown.len(),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_etcd_refuses_until_it_has_room_again() {
    let Some(cluster) = cluster(&small()) else {
        return;
    };
    let Cluster { members, .. } = &cluster;
    let etcd = Arc::new(cluster.client(PATIENCE));
    let lease = etcd.grant(Duration::from_secs(600)).await.expect("granted");
    fill(&etcd).await;
    assert_eq!(etcd.is_full().await, Ok(true));

    // Another one learns it from the first that it tries.
    let other = crate::client(members, PATIENCE);
    let answer = other.txn(then([put("x", "")])).await;
    assert!(matches!(answer, Err(StoreError::Unknown(_))), "{answer:?}");
    let answer = other.txn(then([put("x", "")])).await;
    assert!(matches!(answer, Err(StoreError::Refused(_))), "{answer:?}");
    let answer = other.grant(Duration::from_secs(5)).await;
    assert!(matches!(answer, Err(StoreError::Refused(_))), "{answer:?}");
    // What takes no room goes on: reading, leases, removing.
    assert_eq!(read(&other, "x").await, None);
    other.renew(lease).await.expect("renewed");
    let all = then([Action::Delete(Keys::range("k/", "k0"))]);
    let removed = other.txn(all).await.expect("done").revision;

    etcd.compact(removed).await.expect("compacted");
    let again = etcd.compact(removed).await;
    assert!(matches!(again, Err(StoreError::Impossible(_))), "{again:?}");
    let member = &etcd.members()[0];
    let before = etcd.status(member).await.expect("its state");
    etcd.defragment(member, PATIENCE).await.expect("done");
    let after = etcd.status(member).await.expect("its state");
    assert!(
        after.bytes < before.bytes && before.bytes > QUOTA / 2,
        "{before:?} {after:?}"
    );
    assert_eq!(
        etcd.is_full().await,
        Ok(true),
        "it does not notice by itself"
    );
    etcd.disarm().await.expect("disarmed");
    for etcd in [&*etcd, &other] {
        until_answered(etcd, then([put("x", "")])).await;
    }
}
