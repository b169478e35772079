//! Seatlock.
pub mod clock;
pub mod ids;
pub mod limits;
pub mod mutation;
pub mod reaper;
pub mod seat;
pub mod shard;
mod sync;
pub mod tape;
pub mod tick;
pub mod wheel;
