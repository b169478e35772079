//! A deliberate fault, which the checks must find.

use clap::ValueEnum;

/// A deliberate fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Fault {
    /// None.
    #[default]
    None,
    /// Changes are answered when they are made, before etcd has them.
    EarlyAnswer,
    /// Nobody compares the term: what the dead owner sent late is appended after the new one has begun.
    NoFence,
}
