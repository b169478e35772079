//! Seatlock.
pub mod clock;
#[cfg(not(any(loom, shuttle)))]
pub mod engine;
#[cfg(not(any(loom, shuttle)))]
pub mod event;
pub mod ids;
pub mod limits;
pub mod mutation;
pub mod reaper;
pub mod scribe;
pub mod seat;
pub mod shard;
mod sync;
pub mod tape;
pub mod tick;
pub mod wheel;
