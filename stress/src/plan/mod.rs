//! What is played: how often each operation, and on which seats.

pub mod mix;
pub mod skew;
