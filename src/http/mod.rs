//! The small HTTP API, and the server that it runs on.

mod answer;
mod connection;
mod intake;
mod listing;
mod page;
mod patience;
mod request;
mod routes;
mod server;
mod wire;

pub use routes::{Unlock, router};
pub use server::{Drained, ServerConfig, listen, serve};
