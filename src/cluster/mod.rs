//! Several nodes that run as one: who owns which events, and the ledger that outlives any one machine.
//!
//! etcd keeps the ledger and says who the owner of a shard is; there is no consensus, election or failure detector here.
//! Whoever decides what to ask of it does no input or output and reads no clock ([`tenure`]), so that a model checker plays
//! the code that runs; what it asks is a value ([`store`]), which etcd answers, or its [`twin`].
//!
//! | file | what it is |
//! |---|---|
//! | `store` | what is asked of etcd, as values |
//! | `placement` | which shard an event belongs to |
//! | `keys` | what things are called in the store |
//! | `owner` | who serves a shard, and since when: the term |
//! | `checkpoint` | where a shard's snapshot ends and its log goes on |
//! | `tenure` | what a node and a shard are to each other: takes, reads, appends, snapshots, hands over |
//! | `lease` | until when an owner may be believed |
//! | `twin` | etcd's simulated twin, which loses and delays answers as a seed says |

pub mod checkpoint;
pub mod keys;
pub mod lease;
pub mod owner;
pub mod placement;
pub mod store;
pub mod tenure;
pub mod twin;
