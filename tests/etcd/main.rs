//! The client of etcd against etcd itself.

mod generated;
