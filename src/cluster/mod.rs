//! Several nodes that run as one: who owns which events, and the ledger that outlives any one machine.
//!
//! etcd keeps the ledger and says who the owner of a shard is; there is no consensus, election or failure detector here.
//!
//! | file | what it is |
//! |---|---|
//! | `store` | what is asked of etcd, as values |

pub mod store;
