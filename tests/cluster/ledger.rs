//! A shard's ledger over a bad wire, from one owner to the next: what was acknowledged is there.
//!
//! `SEATLOCK_SEED=7` replays one seed, `SEATLOCK_SEEDS=10000` runs so many of them.

use std::{env, ops::Range, time::Duration};

use bytes::Bytes;
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use seatlock::{
    cluster::{
        keys::{ClusterKeys, ShardKeys, Slot},
        owner::Node,
        placement::ShardId,
        shard_ledger::{ShardLedger, Taken},
        store::{Action, LeaseId, Store, Txn},
        tenure::Tenure,
        twin::{Mishaps, TwinStore},
    },
    ledger::{AppendError, Key, Ledger, Note, NoteList, OwnedBatch, State},
    limits,
};
use tokio::runtime::{Builder, Runtime};

use crate::author;

/// One shard, its owners one after the other, and what must be there.
struct Trial {
    runtime: Runtime,
    store: TwinStore,
    chance: SmallRng,
    /// What was acknowledged, or was found by an owner, which is as good.
    state: State,
    /// What was begun since. It may be there or not.
    begun: Option<OwnedBatch>,
    nodes: u32,
    tally: Tally,
}

/// An owner who does not know yet that he is none any more, and what he is about to append.
struct Paused {
    ledger: Box<ShardLedger<TwinStore>>,
    batch: OwnedBatch,
}

/// How often what has happened.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    batches: u32,
    /// Times that there was no answer for now.
    later: u32,
    /// Owners who were told so.
    deposed: u32,
    /// Batches that were there although nobody was told.
    lucky: u32,
    /// Batches after which a snapshot was being written.
    snapshotting: u32,
}

const MISHAPS: Mishaps = Mishaps {
    answers_lost: 150,
    requests_lost: 100,
    late: 150,
    refused: 50,
};

fn seeds(usual: u64) -> Range<u64> {
    let number = |name| {
        let text = env::var(name).ok()?;
        Some(text.parse::<u64>().expect("a number"))
    };
    match number("SEATLOCK_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SEATLOCK_SEEDS").unwrap_or(usual),
    }
}

fn keys() -> ShardKeys {
    ClusterKeys::new("/trial", 1).shard(ShardId::new(5))
}

impl Trial {
    fn new(seed: u64, mishaps: Mishaps) -> Self {
        Self {
            runtime: Builder::new_current_thread().build().expect("a runtime"),
            store: TwinStore::new(seed, mishaps),
            chance: SmallRng::seed_from_u64(seed),
            state: State::new(),
            begun: None,
            nodes: 0,
            tally: Tally::default(),
        }
    }

    /// A node's key is put under a new lease, whatever the wire is like.
    fn join(&self) -> LeaseId {
        self.store.with(|twin| {
            let lease = twin.grant(Duration::from_secs(5));
            let put = Action::Put {
                key: keys().cluster().node(lease),
                value: Bytes::new(),
                lease: Some(lease),
            };
            let txn = Txn {
                then: vec![put],
                ..Txn::default()
            };
            twin.txn(&txn).expect("there is such a lease");
            lease
        })
    }

    fn node(&mut self) -> Node {
        self.nodes += 1;
        Node {
            name: format!("node-{}", self.nodes),
            address: String::new(),
            lease: self.join(),
        }
    }

    /// A node takes the shard, as often as it must try, and finds what must be there.
    fn crown(&mut self, node: &Node, budget_bytes: u64) -> Box<ShardLedger<TwinStore>> {
        loop {
            let tenure = Tenure::stranger(keys(), node.clone());
            let (store, runtime) = (self.store.clone(), self.runtime.handle().clone());
            match ShardLedger::take(store, runtime, tenure, budget_bytes) {
                Ok(Taken::Here(ledger)) => {
                    self.find(ledger.state());
                    return ledger;
                }
                Ok(Taken::There(owner)) => panic!("{owner:?} is gone"),
                Err(AppendError::NoRoom(_)) => self.tally.later += 1,
                Err(AppendError::Failed(error)) => panic!("{error}"),
            }
        }
    }

    fn find(&mut self, found: &State) {
        if let Some(batch) = self.begun.take()
            && !author::is_same(found, &self.state)
        {
            self.state.apply(&batch.borrow()).expect("it follows");
            self.tally.lucky += 1;
        }
        assert!(
            author::is_same(found, &self.state),
            "through {:?} is not what was acknowledged through {:?}",
            found.through(),
            self.state.through()
        );
    }

    /// An owner writes until his lease has ended, be it in the middle of an append. The owner before him, who was paused until now,
    /// gets nowhere. Answers with what he leaves.
    fn reign(&mut self, before: Option<Paused>, budget_bytes: u64, batches: u32) -> Paused {
        let node = self.node();
        let mut lease = node.lease;
        let mut ledger = self.crown(&node, budget_bytes);
        if let Some(mut before) = before {
            let appended = before.ledger.append(&before.batch.borrow());
            assert!(appended.is_err(), "it is another's shard");
            self.tally.deposed += u32::from(matches!(appended, Err(AppendError::Failed(_))));
        }
        for _ in 0..batches {
            let batch = author::next(&self.state, &mut self.chance);
            if !self.append(&mut ledger, &batch) {
                break;
            }
            if self.chance.random_ratio(1, 12) {
                self.end(lease);
                lease = self.join();
                ledger.live_by(lease);
                assert_eq!(ledger.readable_under(), None, "it is to be taken again");
            }
        }
        self.end(lease);
        let begun = self.begun.clone();
        let batch = begun.unwrap_or_else(|| author::next(&self.state, &mut self.chance));
        Paused { ledger, batch }
    }

    fn end(&self, lease: LeaseId) {
        let ended = self.store.with(|twin| twin.end(lease));
        ended.expect("it is there");
    }

    /// `false`: it gives up in the middle.
    fn append(&mut self, ledger: &mut ShardLedger<TwinStore>, batch: &OwnedBatch) -> bool {
        self.begun = Some(batch.clone());
        loop {
            match ledger.append(&batch.borrow()) {
                Ok(()) => {
                    self.begun = None;
                    self.state.apply(&batch.borrow()).expect("it follows");
                    assert!(author::is_same(ledger.state(), &self.state));
                    ledger.acknowledged();
                    self.tally.snapshotting += u32::from(ledger.is_snapshotting());
                    self.tally.batches += 1;
                    return true;
                }
                Err(AppendError::NoRoom(_)) => {
                    self.tally.later += 1;
                    if self.chance.random_ratio(1, 4) {
                        return false;
                    }
                }
                Err(AppendError::Failed(error)) => panic!("{error}"),
            }
        }
    }
}

#[test]
fn what_was_acknowledged_is_there_whoever_owns_it_next() {
    let mut all = Tally::default();
    for seed in seeds(12) {
        println!("seed {seed}");
        let mut trial = Trial::new(seed, MISHAPS);
        let budget_bytes = [0, 2_000, 1 << 20][usize::try_from(seed % 3).expect("small")];
        let mut before = None;
        for _ in 0..6 {
            before = Some(trial.reign(before, budget_bytes, 25));
        }
        all.batches += trial.tally.batches;
        all.later += trial.tally.later;
        all.deposed += trial.tally.deposed;
        all.lucky += trial.tally.lucky;
        all.snapshotting += trial.tally.snapshotting;
    }
    println!("{all:?}");
    if env::var("SEATLOCK_SEED").is_err() {
        assert!(all.later > 0 && all.lucky > 0 && all.deposed > 0 && all.snapshotting > 0);
    }
}

/// An owner who is deposed while a batch of several slots is half there: the next one sees nothing of it.
#[test]
fn a_deposed_owner_is_told_so_and_leaves_no_half_of_a_batch() {
    let mut trial = Trial::new(0, Mishaps::default());
    let (a, b) = (trial.node(), trial.node());
    let mut first = trial.crown(&a, 1 << 30);
    let batch = author::next(&trial.state, &mut trial.chance);
    assert!(trial.append(&mut first, &batch));
    let large = large(&trial.state);
    // Two of its slots are done, the next one is not.
    let slots = |store: &TwinStore| {
        let log = keys().log_from(Slot::FOUNDING);
        store.with(|twin| twin.range(&log).count())
    };
    let before = slots(&trial.store);
    let mut seed = 0;
    while slots(&trial.store) < before + 2 {
        seed += 1;
        trial.store.mishap(Mishaps {
            refused: 600,
            ..Mishaps::default()
        });
        assert!(seed < 1_000, "it comes to that");
        let refused = first.append(&large.borrow());
        assert!(
            matches!(refused, Err(AppendError::NoRoom(_))),
            "{refused:?}"
        );
    }
    trial.store.mishap(Mishaps::default());
    trial.end(a.lease);
    let mut second = trial.crown(&b, 1 << 30);
    let deposed = first.append(&large.borrow());
    let Err(AppendError::Failed(error)) = deposed else {
        panic!("{deposed:?}");
    };
    assert_eq!(error.to_string(), "the shard is node-2's by now");
    // What he has left of it is in nobody's way.
    assert!(trial.append(&mut second, &large));
    trial.end(b.lease);
    let c = trial.node();
    let _ = trial.crown(&c, 1 << 30);
}

/// A note that takes six slots.
fn large(state: &State) -> OwnedBatch {
    let value = Bytes::from(vec![7; 5 * limits::SLOT_BYTES_MAX]);
    let key = Key { kind: 1, id: 77 };
    OwnedBatch {
        clock: state.clock(),
        date: state.date(),
        through: state.through(),
        takings: state.takings(),
        notes: NoteList::from_iter([Note::Put { key, value }]),
        records: Vec::new(),
    }
}

#[test]
fn a_shard_that_is_handed_over_is_taken_at_once_and_its_log_is_short() {
    for seed in seeds(8) {
        println!("seed {seed}");
        let mut trial = Trial::new(seed, MISHAPS);
        let (a, b) = (trial.node(), trial.node());
        let mut first = trial.crown(&a, 1 << 30);
        for _ in 0..10 {
            let batch = author::next(&trial.state, &mut trial.chance);
            while !trial.append(&mut first, &batch) {}
        }
        while first.prepare_to_hand_over(0).is_err() {}
        while first.is_snapshotting() {
            first.idle().expect("it is A's");
        }
        loop {
            match first.hand_over(&b) {
                Ok(is_done) => {
                    assert!(is_done, "b is there");
                    break;
                }
                Err(AppendError::NoRoom(_)) => {}
                Err(AppendError::Failed(error)) => panic!("{error}"),
            }
        }
        assert_eq!((first.term(), first.readable_under()), (None, None));
        let batch = author::next(&trial.state, &mut trial.chance);
        let appended = first.append(&batch.borrow());
        assert!(matches!(appended, Err(AppendError::Failed(_))));
        assert!(first.idle().is_err());
        let log = keys().log_from(Slot::FOUNDING);
        assert_eq!(trial.store.with(|twin| twin.range(&log).count()), 1);
        // A's lease is still there.
        let mut second = trial.crown(&b, 1 << 30);
        while !trial.append(&mut second, &batch) {}
    }
}

#[test]
fn nobody_takes_a_shard_from_an_owner_who_is_there() {
    let mut trial = Trial::new(0, Mishaps::default());
    let (a, b) = (trial.node(), trial.node());
    let _first = trial.crown(&a, 1 << 30);
    let tenure = Tenure::stranger(keys(), b);
    let (store, runtime) = (trial.store.clone(), trial.runtime.handle().clone());
    let Ok(Taken::There(owner)) = ShardLedger::take(store, runtime, tenure, 0) else {
        panic!("a is there");
    };
    assert_eq!(owner.node, a);
    let renewed = trial.runtime.block_on(trial.store.renew(a.lease));
    assert_eq!(renewed, Ok(Duration::from_secs(5)));
}
