//! Models of Seatlock's lock-free core.
//!
//! A model is a small play: a few threads, a few seats, and what must be true however the threads take turns. The
//! same bodies run under three checkers, chosen by a `cfg` of the build:
//!
//! | build | threads | what it is good for |
//! |---|---|---|
//! | `--cfg loom` | up to 3 here | every interleaving within a bound, and every value that a load may return |
//! | `--cfg shuttle` | up to 8 | random schedules, all accesses sequentially consistent: wrong protocols |
//! | neither | real ones | what the machine really does |
//!
//! `cargo loom` runs all under loom, `cargo loom shuttle` under shuttle, `cargo loom mutations` breaks the core on
//! purpose, once for each [`seatlock::mutation::Mutation`], and sees to it that a model notices. Under plain
//! `cargo test` the bodies run on real threads.
//!
//! | module | what it is |
//! |---|---|
//! | [`play`] | the stage with its seats, tape and wheel, and the players who change them |
//! | [`audit`] | the oracle that every model ends with: the replay of the tape |
//! | [`models`] | the models, by subject |
//! | [`faults`] | which model notices which fault |
//! | [`runner`] | how a model is run under each checker |

pub mod audit;
pub mod faults;
pub mod models;
pub mod play;
pub mod runner;
