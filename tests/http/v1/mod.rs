//! `/v1`: the door, repeated requests, and what attackers try.

mod once;
mod shop;
mod threats_access;
mod threats_bombs;
mod threats_flood;
mod threats_secrets;
