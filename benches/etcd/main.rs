//! What etcd takes for an append as an owner makes it, and for a plain write beside it.
//!
//! One append in flight at a time: IF the owner's key was last written at its term AND this slot is missing AND the one
//! before it is there THEN put the slot. `cargo bench --bench etcd` prints medians for one member and for three, on this
//! machine's disk and without a network; with `--test` each is done a few times. Without an `etcd` it says so and ends.

#[path = "../../tests/etcd/members.rs"]
#[expect(dead_code, reason = "nobody is killed here")]
mod members;

use std::{env, time::Duration, time::Instant};

use bytes::Bytes;
use seatlock::cluster::{
    etcd::{Etcd, EtcdConfig},
    store::{Action, Condition, Done, Revision, Store, StoreError, Txn},
};

use members::{Members, Plan};

/// Bytes of one record in a batch, about.
const RECORD: usize = 40;

/// What is written, and the bytes of it.
const SIZES: [(&str, usize); 3] = [
    ("1 record", RECORD),
    ("64 records", 64 * RECORD),
    ("128 KiB", 128 << 10),
];

fn put(key: String, value: Bytes) -> Action {
    Action::Put {
        key: key.into(),
        value,
        lease: None,
    }
}

/// The shard's log of one size of batches.
struct Shard<'e> {
    etcd: &'e Etcd,
    name: String,
    term: Revision,
    slot: u32,
}

impl Shard<'_> {
    fn key(&self, slot: u32) -> String {
        format!("{}/log/{slot:010}", self.name)
    }

    /// Nobody else writes here: a slot that is taken was taken by this very append, whose first answer was lost.
    async fn append(&mut self, batch: Bytes) -> Result<(), StoreError> {
        self.slot += 1;
        let mut when = vec![
            Condition::WrittenAt(format!("{}/owner", self.name).into(), self.term),
            Condition::WrittenAt(self.key(self.slot).into(), Revision::MISSING),
        ];
        if self.slot > 1 {
            when.push(Condition::Exists(self.key(self.slot - 1).into()));
        }
        let txn = Txn {
            when,
            then: vec![put(self.key(self.slot), batch)],
            otherwise: Vec::new(),
        };
        answered(self.etcd, txn).await?;
        Ok(())
    }
}

/// A disk that stands still for seconds makes etcd give up; the time until it has answered counts.
async fn answered(etcd: &Etcd, txn: Txn) -> Result<Done, StoreError> {
    loop {
        match etcd.txn(txn.clone()).await {
            Err(StoreError::Unknown(_)) => {}
            answer => return answer,
        }
    }
}

async fn take<'e>(etcd: &'e Etcd, name: &str) -> Result<Shard<'e>, StoreError> {
    let owner = put(format!("{name}/owner"), "bench".into());
    let txn = Txn {
        then: vec![owner],
        ..Txn::default()
    };
    Ok(Shard {
        etcd,
        name: name.to_owned(),
        term: answered(etcd, txn).await?.revision,
        slot: 0,
    })
}

/// Nanoseconds of each of so many appends, and of so many plain writes.
async fn measure(etcd: &Etcd, bytes: usize, turns: u32) -> Result<[Vec<u128>; 2], StoreError> {
    let batch = Bytes::from(vec![7; bytes]);
    let mut shard = take(etcd, &format!("shards/{bytes}")).await?;
    let (mut appends, mut writes) = (Vec::new(), Vec::new());
    // Turn by turn, so that both meet the same machine.
    for turn in 0..turns {
        let start = Instant::now();
        shard.append(batch.clone()).await?;
        appends.push(start.elapsed().as_nanos());
        let write = Txn {
            then: vec![put(format!("plain/{bytes}/{turn:010}"), batch.clone())],
            ..Txn::default()
        };
        let start = Instant::now();
        answered(etcd, write).await?;
        writes.push(start.elapsed().as_nanos());
    }
    Ok([appends, writes])
}

fn print(members: usize, what: &str, mut nanos: Vec<u128>) {
    nanos.sort_unstable();
    let at = |percent: usize| nanos[nanos.len() * percent / 100] as f64 / 1e6;
    let mean = nanos.iter().sum::<u128>() as f64 / nanos.len() as f64;
    println!(
        "{members:>7} {what:>22} {:>8.2} {:>8.2} {:>10.0}",
        at(50),
        at(99),
        1e9 / mean
    );
}

async fn bench(members: usize, turns: u32) -> Result<(), Box<dyn std::error::Error>> {
    let plan = Plan {
        members,
        is_on_disk: true,
        ..Plan::default()
    };
    let cluster = Members::start(&plan)?;
    let endpoints = cluster.endpoints();
    let etcd = Etcd::new(EtcdConfig {
        endpoints: endpoints
            .iter()
            .map(|endpoint| endpoint.parse())
            .collect::<Result<_, _>>()?,
        timeout: Duration::from_secs(30),
        login: None,
        tls: None,
    })?;
    for (what, bytes) in SIZES {
        let [appends, writes] = measure(&etcd, bytes, turns).await?;
        print(members, &format!("append, {what}"), appends);
        print(members, &format!("put, {what}"), writes);
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if !members::is_installed() {
        println!("etcd is not installed, and is not measured");
        return Ok(());
    }
    let is_test = env::args().any(|argument| argument == "--test");
    let turns = if is_test { 5 } else { 1_000 };
    let runtime = tokio::runtime::Runtime::new()?;
    println!(
        "{:>7} {:>22} {:>8} {:>8} {:>10}",
        "members", "", "p50 ms", "p99 ms", "a second"
    );
    for members in [1, 3] {
        runtime.block_on(bench(members, turns))?;
    }
    Ok(())
}
