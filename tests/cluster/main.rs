//! The cluster's protocol: a model of it, the ledger of a shard over a bad wire, and the store's twin beside what etcd promises.
//!
//! `SEATLOCK_MODEL=long` explores larger bounds.

#[path = "../ledger/author.rs"]
#[expect(dead_code, reason = "what looks into files is of no use here")]
mod author;
mod ledger;
mod model;
mod pins;
mod store_cases;
mod twin;
