//! Seats: the word, the map, single changes and groups. The lock-free core.
//!
//! | file | what it is | what it does not know |
//! |---|---|---|
//! | [`word`] | a seat's state as a value | that it is ever shared |
//! | [`step`] | what may be asked of a seat, and what follows | words in memory, LSNs |
//! | [`trail`] | what a change leaves behind it | who reads it |
//! | `cell` | one word in memory and the orderings on it | what the words mean |
//! | `descriptor`, `slab` | what a group under way says about its seats | the seats themselves |
//! | [`outcome`] | how a change of one seat ended | how it was done |
//! | [`map`] | all seats; changes of one | tape, wheel, clock, names |
//! | [`group`] | changes of several at one instant | the same |
//! | [`snapshot`] | all statuses at a glance | the same |
//!
//! # Rules that every change keeps
//! 1. A word is decided from as it was loaded, and exchanged only from what was decided from.
//! 2. An LSN is taken after that load and before the CAS; for a group, after its last installation and before its
//!    decision. It is published or voided before anything else is waited for.
//! 3. No word comes back: Available carries an LSN, Held a taking that is used once and whose deadline only grows.
//! 4. Whoever makes a word Held marks it afterwards.
//! 5. A word in change is settled by whoever meets it and wants to change it; readers look through it.

mod cell;
mod descriptor;
pub mod group;
pub mod map;
pub mod outcome;
mod slab;
pub mod snapshot;
pub mod step;
pub mod trail;
pub mod word;

pub use group::{Group, GroupError, GroupOutcome, InTheWay};
pub use map::Seats;
pub use outcome::{Outcome, SeatCountError};
pub use slab::Descriptors;
pub use snapshot::StatusMap;
pub use step::{Decision, Next, Refusal, Step};
pub use trail::{Change, NoTrail, Trail};
pub use word::{Seat, SeatWord, Status};
