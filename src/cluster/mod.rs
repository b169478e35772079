//! Several nodes that run as one: who owns which events, and the ledger that outlives any one machine.
//!
//! etcd keeps the ledger and says who the owner of a shard is; there is no consensus, election or failure detector here.
//! Whoever decides what to ask of it does no input or output and reads no clock ([`tenure`]), so that a model checker plays
//! the code that runs; what it asks is a value ([`store`]), which etcd answers, or its [`twin`].
//!
//! | file | what it is |
//! |---|---|
//! | `store` | what is asked of etcd, as values |
//! | `etcd` | etcd itself, asked over gRPC |
//! | `placement` | which shard an event belongs to |
//! | `sharing` | whose share a shard is |
//! | `keys` | what things are called in the store |
//! | `member` | a node, as it says of itself |
//! | `roster` | who is there and who owns what |
//! | `pinning` | an event gets a shard of its own, and never is in two |
//! | `membership` | how a node is there: keeps its lease |
//! | `owner` | who serves a shard, and since when: the term |
//! | `checkpoint` | where a shard's snapshot ends and its log goes on |
//! | `tenure` | what a node and a shard are to each other: takes, reads, appends, snapshots, hands over |
//! | `parts` | a batch in one slot of the log, or in several |
//! | `shard_ledger` | a shard's ledger, as the engine's scribe writes it |
//! | `lease` | until when an owner may be believed |
//! | `upkeep` | keeps etcd small |
//! | `twin` | etcd's simulated twin, which loses and delays answers as a seed says |

pub mod checkpoint;
pub mod etcd;
pub mod keys;
pub mod lease;
pub mod member;
pub mod membership;
pub mod owner;
pub mod parts;
pub mod pinning;
pub mod placement;
pub mod roster;
pub mod shard_ledger;
pub mod sharing;
pub mod store;
pub mod tenure;
pub mod twin;
pub mod upkeep;
