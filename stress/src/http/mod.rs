//! The stress over HTTP: the small API from outside.

pub mod model;

use std::time::Duration;

use crate::{
    audit::verdict::Violation,
    plan::{Length, mix::Mix, skew::Skew},
};

/// A run against a server.
#[derive(Debug, Clone)]
pub struct HttpPlan {
    /// Where it is.
    pub url: String,
    /// Connections, each with a thread.
    pub connections: u32,
    /// Users, spread over the connections.
    pub users: u32,
    /// How often each operation.
    pub mix: Mix,
    /// Which seats.
    pub skew: Skew,
    /// How long the server's locks last.
    pub lock_ttl: Duration,
    /// When to stop.
    pub length: Length,
    /// The source of all choices.
    pub seed: u64,
    /// Whether to say nothing but the end.
    pub quiet: bool,
}
/// x
pub struct Ended {
    /// x
    pub violation: Option<Violation>,
}
/// x
pub fn run(_plan: &HttpPlan) -> Result<Ended, String> {
    Err("not yet".into())
}
/// x
pub fn summary(_: &Ended) -> String { String::new() }
