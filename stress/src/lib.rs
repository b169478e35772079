//! Puts Seatlock under load, and proves from the record that it kept its promises.
//!
//! `cargo run --release -p stress -- --help` teaches how to use it. How it works:
//!
//! ```text
//!   workers (worker)    reaper (reaping)          each tells what it did and saw on a ring of its own (claim)
//!        \    |    /        |
//!         Seats: the map under test
//!                |
//!              tape  -->  auditor (audit): replays it in the order of the LSNs, merged with the rings
//!                            |
//!              at the end: replay and memory agree, word by word (run)
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`cli`], [`plan`] | what is played, how often, on which seats |
//! | [`worker`] | threads that play users; every change they are granted is reported |
//! | [`reaping`] | the reaper's thread, and the trail that learns what it did |
//! | [`clock`] | the engine's clock, and an independent one to check it by |
//! | [`audit`] | the replay, a second implementation of the rules, real time, what was shown |
//! | [`sabotage`] | deliberate faults, each of which the audit must find |
//! | [`http`] | the small API of a running server: clients, and their judge |
//! | [`streams`] | thousands who follow one event, each with a map of its own |
//! | [`crash`] | a server that is killed under load and started again, and has to have kept its word |
//! | [`cluster`] | three nodes on three members of etcd, of which one thing after the other fails |
//! | [`simulate`] | an on-sale in virtual time: people, bots, crashes, late payments |
//! | [`fleet`] | a hundred nodes on etcd in virtual time: what etcd is asked for, and where it ends |
//! | [`linear`] | the search for an order that makes sense (linearizability) |
//! | [`broken`] | a promise that was broken, with what shows it |
//! | [`run`], [`signals`], [`progress`], [`pace`], [`latency`], [`report`] | a run from its beginning to its summary |
//! | [`contention`] | how unequally seats are wanted |
//! | [`html`], [`sheet`] | a report as one HTML file, and whether it can be written |
//! | [`full`] | all of it in one run, for one report |

pub mod audit;
pub mod broken;
pub mod claim;
pub mod cli;
pub mod clock;
pub mod cluster;
pub mod contention;
pub mod crash;
pub mod fleet;
mod folder;
pub mod full;
mod hall;
pub mod html;
pub mod http;
pub mod latency;
pub mod linear;
pub mod pace;
mod packed;
pub mod plan;
mod process;
pub mod progress;
pub mod reaping;
pub mod report;
pub mod run;
pub mod sabotage;
pub mod sheet;
pub mod signals;
pub mod simulate;
pub mod streams;
pub mod worker;
