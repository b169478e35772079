//! Stress.
pub mod audit;
pub mod claim;
pub mod cli;
pub mod clock;
pub mod http;
pub mod latency;
pub mod linear;
pub mod plan;
pub mod progress;
pub mod reaping;
pub mod report;
pub mod run;
pub mod sabotage;
pub mod signals;
pub mod worker;
