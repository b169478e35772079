//! Seatlock holds seats for buyers while they pay, confirms or releases them, and never sells a seat twice.
//!
//! It is made for the minutes in which a hundred thousand people want the same ten thousand seats. This page is the
//! map of the code; `README.md` says how to run it and what it reaches.
//!
//! # What it promises
//! - **Never twice.** A seat has at most one holder at a time and is booked at most once until it is cancelled.
//! - **All or nothing.** A change of several seats happens at one instant for every observer, or not at all.
//! - **Exact deadlines.** Before its deadline nobody else can take a held seat; from its deadline on nobody can
//!   confirm it. Both are decided by the tick in the seat's own word, whenever the wheel gets there.
//! - **Acknowledged means durable.** What a client was told of a sale survives `kill -9`, a power cut, a full disk and a
//!   failed sync ([`ledger`]).
//! - **Nobody waits for a stalled thread.** A thread stopped at any instruction keeps nobody from changing a seat.
//! - **Bounded.** Every limit is in [`limits`]; at each one there is a clear refusal.
//!
//! # One change, from top to bottom
//! `POST /v1/events/hamlet/holds` with `{"user": "ada", "seats": ["Stalls/A/12", "Stalls/A/13"]}` comes in at [`http`],
//! which knows keys, JSON and statuses and decides nothing. It finds the two labels in the event's [`chart`] and asks the
//! [`engine`], which reads the [`clock`] once, looks at the event's rules, counts two seats for *ada*
//! ([`access::budget`]), writes a hold down under a fresh taking ([`event::Holds`]) and asks the seats to hold both of
//! them for it, or none. The group ([`seat::group`]) loads each word, decides ([`seat::step`]) that a free seat may be
//! held, puts a reference to its descriptor in the place of the words, takes two LSNs from the [`tape`], and decides by
//! one CAS: that is the moment at which the seats are held. A single seat needs no descriptor: its word is exchanged by
//! one CAS ([`seat::map`]). The changes are published on the tape under their LSNs, and the seats' blocks are marked on
//! the [`wheel`] in the slot of their deadline. Tape and wheels are shared by all events ([`venue`]).
//!
//! Three threads follow in their own time. The [`scribe`] reads the tape in order, keeps the mirrors, puts ended holds
//! away, and has the [`ledger`] take down whatever it has read as one batch, with a note of each hold that has changed. Once
//! that is durable it tells the event's [`feed`] what its seats are now, and wakes those whose answer had to wait for it:
//! a confirm always does, a hold only if the operator wants it so. The [`reaper`] goes around the wheels and frees what has
//! expired. The crier tells all who follow a feed what is new, each change encoded once for all of them.
//!
//! Who wants the best seats instead of certain ones has them chosen by [`event::best`] first, from the live words; what
//! was chosen may be gone a moment later, and then is chosen anew.
//!
//! A start goes the other way: the ledger's last words and notes become seats, events and holds again, and what has
//! expired meanwhile is free before anybody is served (`engine::recovery`).
//!
//! In a cluster each shard of events has an engine like this one, whose ledger is in etcd, and the [`node`] finds the one that a
//! request is for, here or at another node ([`cluster`]).
//!
//! # Floors
//! A file imports from lower floors only, never sideways; `tests/floors.rs` reads this table and checks it.
//!
//! | floor | modules | what they are for |
//! |---|---|---|
//! | 12 | `main` `cli` | the command line |
//! | 11 | `node` | several engines of a cluster, behind one address |
//! | 10 | `http` | HTTP: translates, decides nothing; the pages, which are its clients |
//! | 9 | `engine` | owns the events and the threads; the API for embedders, HTTP and simulations |
//! | 8 | `cluster` | several nodes as one: the ledger of a shard |
//! | 8 | `event` | names, rules, holds |
//! | 7 | `event::best` `feed` | the best free seats for a party; live availability |
//! | 7 | `ledger` | what survives a crash |
//! | 7 | `reaper` `scribe` `shard` `venue` | the wheel's reader, the tape's reader; what a map, and what all events, share |
//! | 6 | `cluster::tenure` | what a node and a shard are to each other |
//! | 6 | `cluster::membership` `cluster::roster` | how a node is there; who is, and owns what |
//! | 6 | `seat::group` `seat::snapshot` `tape` `wheel` | several seats at once; all at a glance; order; reminders |
//! | 5 | `cluster::checkpoint` `cluster::upkeep` | where a shard's past lies; keeping etcd small |
//! | 5 | `seat::map` | all seats; changes of one |
//! | 4 | `cluster::keys` | what things are called in etcd |
//! | 4 | `seat::outcome` `seat::slab` | how a change ended; the group changes under way |
//! | 4 | `cluster::lease` `cluster::member` `cluster::sharing` | until when, as whom, and what by rights |
//! | 3 | `cluster::owner` `cluster::parts` `cluster::placement` `cluster::twin` | who serves what; a simulated etcd |
//! | 3 | `seat::cell` `seat::descriptor` `seat::step` `seat::trail` | words in memory; decisions; what a change leaves |
//! | 3 | `cluster::etcd` | etcd itself, asked over gRPC |
//! | 2 | `access` `metrics` `repeat` | who may ask, and how often; what is counted; requests that come again |
//! | 2 | `chart` `clock` `entropy` `seat::word` | seats as people know them; time; chance; a seat's state as a value |
//! | 2 | `cluster::store` | what is asked of etcd |
//! | 2 | `event::hints` | where it is worth looking for free seats |
//! | 1 | `ids` `mutation` `tick` | values |
//! | 0 | `limits` `sync` | bounds; atomics of `std` or of a model checker |
//!
//! The seats, the tape, the wheel and what serves them know no tokio, no JSON and no names: numbers in, outcomes out.
//! That is what the model checkers run, under `--cfg loom` and `--cfg shuttle`, from the package `loom-tests`.
//!
//! # Four ideas that the rest follows from
//! 1. **No word ever comes back** ([`seat::word`]), so a CAS from a word that was seen is a CAS from the state that
//!    was seen, and the LSN taken between the two puts the change in its place.
//! 2. **Taking a number is taking the place in the queue** ([`tape`]): order without a lock.
//! 3. **The wheel is liveness, the word is safety** ([`wheel`]): a mark that is lost, repeated or late frees no live
//!    hold.
//! 4. **Who meets an unfinished group finishes or aborts it** ([`seat::group`]): nobody waits for its owner.
//!
//! Points of linearization carry the comment `LINEARIZATION POINT`, those of durability `DURABILITY POINT`, so that `grep`
//! finds them.
//!
//! # As a library
//! The seats alone, without tape, wheel, threads or clock:
//!
//! ```
//! use seatlock::{ids::{SeatId, TakingId}, seat::{NoTrail, Outcome, Seats}, tick::Tick};
//!
//! let seats = Seats::new(1_000, NoTrail)?;
//! let (seat, taking) = (SeatId::new(7), TakingId::FIRST);
//! let (now, until) = (Tick::new(0), Tick::new(6_000));
//! assert!(matches!(seats.hold(seat, taking, until, now), Outcome::Done { .. }));
//! assert!(matches!(seats.hold(seat, taking.next(), until, now), Outcome::Refused { .. }));
//! assert!(matches!(seats.confirm(seat, taking, now), Outcome::Done { .. }));
//! # Ok::<(), seatlock::seat::SeatCountError>(())
//! ```
//!
//! With everything that belongs to it, on a clock of one's own:
//!
//! ```
//! use seatlock::{
//!     chart::GridPlan,
//!     clock::ManualClock,
//!     engine::{Asks, CreateEvent, Engine, EngineConfig, EventSpec, HoldKey, IfFree, State, Told, Want},
//!     event::{Name, Rules, Stage, User, best::Wish},
//! };
//!
//! let engine = Engine::start(EngineConfig::default(), ManualClock::new())?;
//! let (arena, hamlet) = (Name::new("arena")?, Name::new("hamlet")?);
//! let chart = GridPlan::parse("sections=4 rows=50 seats=60")?.chart()?;
//! let _ = engine.put_chart(arena.clone(), chart);
//! let told = Told { title: "Hamlet".into(), rules: Rules::default() };
//! let spec = EventSpec { name: hamlet, chart: arena, told, state: State::Open };
//! let CreateEvent::Created(event) = engine.create_event(spec) else { panic!("it is the first") };
//!
//! let asks = Asks { best: vec![Wish::new(2)?], ..Asks::default() };
//! let want = Want { user: User::new("ada"), order: None, asks };
//! let hold = engine.hold(&event, want).expect("the house is empty");
//! let key = HoldKey { id: hold.view.id, token: hold.token };
//! let booking = engine.confirm(&key, IfFree::Leave, None).expect("in time");
//! assert!(matches!(booking.stage, Stage::Booked { .. }));
//! assert_eq!(booking.seats, hold.view.seats);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(not(any(loom, shuttle)))]
pub mod access;
#[cfg(not(any(loom, shuttle)))]
pub mod chart;
pub mod clock;
#[cfg(not(any(loom, shuttle)))]
pub mod cluster;
#[cfg(not(any(loom, shuttle)))]
pub mod engine;
#[cfg(not(any(loom, shuttle)))]
pub mod entropy;
#[cfg(not(any(loom, shuttle)))]
pub mod event;
#[cfg(not(any(loom, shuttle)))]
pub mod feed;
#[cfg(not(any(loom, shuttle)))]
pub mod http;
pub mod ids;
#[cfg(not(any(loom, shuttle)))]
pub mod ledger;
pub mod limits;
#[cfg(not(any(loom, shuttle)))]
pub mod metrics;
pub mod mutation;
#[cfg(not(any(loom, shuttle)))]
pub mod node;
pub mod reaper;
#[cfg(not(any(loom, shuttle)))]
pub mod repeat;
pub mod scribe;
pub mod seat;
pub mod shard;
mod sync;
pub mod tape;
pub mod tick;
pub mod venue;
pub mod wheel;
