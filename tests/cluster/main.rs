//! The cluster's protocol: a model of it, and the store's twin beside what etcd promises.
//!
//! `SEATLOCK_MODEL=long` explores larger bounds.

mod model;
mod store_cases;
mod twin;
