//! Nodes of a cluster in this process, on a simulated etcd: who answers what, and who must not.

mod asking;
mod hall;
mod handing;
mod pins;
mod streams;
mod zombie;
