//! The client of etcd against etcd itself, which the tests start. Without an `etcd` they are skipped and say so; with
//! `SEATLOCK_TEST_ETCD=required` they fail then.

mod conditions;
mod failures;
mod fencing;
mod full;
mod generated;
mod leases;
mod members;
mod secured;
#[path = "../cluster/store_cases.rs"]
mod store_cases;
mod watching;

use std::{
    env,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use seatlock::cluster::{
    etcd::{Etcd, EtcdConfig},
    store::{Action, Condition, Done, Entry, Keys, Revision, Store, StoreError, Txn},
};

use members::{Members, Plan};

/// Enough for etcd on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A cluster, and the right to have one: one at a time, as leaders get lost on a machine that is too busy.
struct Cluster {
    members: Members,
    _turn: MutexGuard<'static, ()>,
}

/// None: there is no etcd.
fn cluster(plan: &Plan) -> Option<Cluster> {
    static TURN: Mutex<()> = Mutex::new(());
    if !members::is_installed() {
        let is_required = env::var("SEATLOCK_TEST_ETCD").is_ok_and(|value| value == "required");
        assert!(!is_required, "etcd is not installed");
        println!("etcd is not installed: the test is skipped");
        return None;
    }
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    Some(Cluster {
        members: Members::start(plan).expect("etcd starts"),
        _turn: turn,
    })
}

impl Cluster {
    fn config(&self, timeout: Duration) -> EtcdConfig {
        config(&self.members, timeout)
    }

    fn client(&self, timeout: Duration) -> Etcd {
        client(&self.members, timeout)
    }
}

fn config(members: &Members, timeout: Duration) -> EtcdConfig {
    let endpoints = members.endpoints();
    let parsed = endpoints.iter().map(|endpoint| endpoint.parse());
    EtcdConfig {
        endpoints: parsed.collect::<Result<_, _>>().expect("endpoints"),
        timeout,
        login: None,
        tls: None,
    }
}

fn client(members: &Members, timeout: Duration) -> Etcd {
    Etcd::new(config(members, timeout)).expect("a client")
}

fn put(key: &str, value: impl Into<Bytes>) -> Action {
    Action::Put {
        key: key.to_owned().into(),
        value: value.into(),
        lease: None,
    }
}

fn missing(key: &str) -> Condition {
    Condition::WrittenAt(key.to_owned().into(), Revision::MISSING)
}

/// A transaction without conditions.
fn then(actions: impl Into<Vec<Action>>) -> Txn {
    Txn {
        then: actions.into(),
        ..Txn::default()
    }
}

/// What a key is; repeated until there is an answer, as reading does no harm.
async fn read(etcd: &Etcd, key: &str) -> Option<Entry> {
    let get = then([Action::Get(Keys::one(key.to_owned()), 1)]);
    let mut done = until_answered(etcd, get).await;
    done.found.remove(0).pop()
}

/// Asks until there is an answer.
async fn until_answered(etcd: &Etcd, txn: Txn) -> Done {
    let mut errors = Vec::new();
    for _ in 0..600 {
        match etcd.txn(txn.clone()).await {
            Ok(done) => return done,
            Err(error @ StoreError::Impossible(_)) => panic!("{error}"),
            Err(error) => errors.push(error.to_string()),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("etcd does not answer: {errors:#?}");
}
