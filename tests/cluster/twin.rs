//! The twin is like etcd, and its wire as bad as it is asked to be.

use std::collections::BTreeMap;

use bytes::Bytes;
use seatlock::cluster::{
    store::{Action, Keys, Revision, Store, StoreError, Txn},
    twin::{Mishaps, TwinStore},
};
use tokio::runtime::Builder;

use crate::store_cases;

fn run<T>(what: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(what)
}

fn put(key: u32) -> Txn {
    let put = Action::Put {
        key: key.to_string().into(),
        value: Bytes::new(),
        lease: None,
    };
    Txn {
        then: vec![put],
        ..Txn::default()
    }
}

#[test]
fn it_does_what_etcd_does() {
    let store = TwinStore::reliable();
    run(store_cases::ask_all(&store, "/first"));
    run(store_cases::ask_all(&store, "/second"));
}

#[test]
fn it_begins_as_etcd_does_and_counts_what_is_written() {
    let store = TwinStore::reliable();
    let done = run(store.txn(Txn::default())).expect("a good wire");
    assert_eq!(done.revision, Revision::new(1));
    let done = run(store.txn(put(1))).expect("a good wire");
    assert_eq!(done.revision, Revision::new(2));
    let done = run(store.txn(Txn::default())).expect("a good wire");
    assert_eq!(done.revision, Revision::new(2));
}

#[test]
fn a_full_one_takes_nothing_and_deletes() {
    let store = TwinStore::reliable();
    run(store.txn(put(1))).expect("a good wire");
    store.with(|twin| twin.fill(true));
    let refused = run(store.txn(put(2)));
    assert!(matches!(refused, Err(StoreError::Refused(_))));
    let delete = Txn {
        then: vec![Action::Delete(Keys::one("1"))],
        ..Txn::default()
    };
    run(store.txn(delete)).expect("there is room for less");
    store.with(|twin| twin.fill(false));
    run(store.txn(put(2))).expect("there is room");
}

/// Whoever is answered is told the truth, whoever is not may find either, and the same seed does the same again.
#[test]
fn a_bad_wire_loses_answers_and_never_lies() {
    let mishaps = Mishaps {
        answers_lost: 100,
        requests_lost: 100,
        late: 100,
        refused: 100,
    };
    let play = |seed| {
        let store = TwinStore::new(seed, mishaps);
        let mut told = BTreeMap::new();
        for key in 0..300 {
            told.insert(key, run(store.txn(put(key))).map(|_| ()));
        }
        store.settle();
        let is_there = |key: &u32| {
            let keys = Keys::one(key.to_string());
            store.with(|twin| twin.range(&keys).count() == 1)
        };
        let mut unknown = [0, 0];
        for (key, told) in &told {
            match told {
                Ok(()) => assert!(is_there(key)),
                Err(StoreError::Unknown(_)) => unknown[usize::from(is_there(key))] += 1,
                Err(_) => assert!(!is_there(key)),
            }
        }
        assert!(unknown.iter().all(|count| *count > 0), "{unknown:?}");
        told
    };
    for seed in 0..10 {
        assert_eq!(play(seed), play(seed), "seed {seed}");
    }
}
