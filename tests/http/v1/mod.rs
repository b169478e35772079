//! `/v1`: the door, repeated requests, and what attackers try.

mod once;
