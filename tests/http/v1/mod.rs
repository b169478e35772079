//! `/v1`: the door, repeated requests, and what attackers try.

mod charts;
mod cluster;
pub(crate) mod desk;
mod document;
mod durable;
mod journey;
mod once;
mod operator;
mod outcomes;
pub(crate) mod shop;
mod threats_access;
mod threats_bombs;
mod threats_flood;
mod threats_secrets;
