//! Stress.
pub mod audit;
pub mod claim;
pub mod clock;
pub mod http;
pub mod linear;
pub mod plan;
