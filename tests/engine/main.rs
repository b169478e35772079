//! The engine as a whole, through its public API: beside a simple model, in a crowd, and where it once went wrong.
//!
//! `PROPTEST_RNG_SEED=7` runs the model's scripts from a seed, `PROPTEST_CASES=10000` more of them.

mod crowd;
mod house;
mod machine;
mod model;
mod regressions;
mod restart;
