//! The engine: owns the events and the threads that serve them, and answers what shops and operators ask.
//!
//! Cheap to share (`Arc<Engine>`): every method takes `&self` and reads the clock once. Seats are changed without
//! waiting for anybody. What is not lock-free are the tables beside them: holds by taking ([`crate::event::Holds`]), what
//! a user has ([`crate::access::budget::Budgets`]), and the list of one hold's own seats. A thread that the system stops in one
//! of these holds up those who need the same part of it, until it goes on.
//!
//! | file | what it is |
//! |---|---|
//! | `registry`, `event` | which charts and events there are; one event |
//! | `office` | how events are made, changed and closed |
//! | `drawings` | charts that were read already, by what their notes say |
//! | `request`, `answer` | what is asked, and what is answered |
//! | `take`, `choice` | seats are chosen and taken, for a new hold or one that is alive |
//! | `cart`, `confirm` | what a hold's owner does with it; how it becomes a booking |
//! | `account` | what is counted for a user, and counted off again |
//! | `booking` | confirmed holds; withheld seats |
//! | `occupant` | who has a seat |
//! | `small`, `small_answer` | the small API's questions about single seats |
//! | `archive`, `recovery` | what an engine begins with that outlives it; how it goes on from that |
//! | `notes`, `record` | what is written down beside the changes of seats, when and how |
//! | `durable`, `acks` | waiting for changes to be durable |
//! | `threads`, `desk` | the reaper, the scribe and the feed's thread; what the scribe does with a batch |
//! | `by_hand` | an engine without threads, for simulations |

mod account;
mod acks;
mod answer;
mod archive;
mod booking;
mod by_hand;
mod cart;
mod choice;
mod confirm;
mod desk;
mod drawings;
mod durable;
mod event;
mod notes;
mod occupant;
mod office;
mod record;
mod recovery;
mod registry;
mod request;
mod small;
mod small_answer;
mod take;
mod threads;

use std::{
    fmt, io,
    sync::{Arc, Mutex},
};

pub use acks::{Standing, Unsure};
pub use answer::{
    AddRefusal, BlockRefusal, BookingRefusal, ConfirmRefusal, EndedView, ExtendRefusal,
    GiveBackRefusal, HoldView, NewHold, Now, Obstacle, ReleaseRefusal, SeatView, TakeRefusal,
    Unusable,
};
pub use archive::{Archive, OnFailure};
pub use drawings::{Drawing, Drawings, NoDigest, NoteDigest};
pub use event::{Event, State, Told};
pub use notes::Inside;
pub use office::{ChangeEvent, CloseEvent, CreateEvent, EventSpec};
pub use record::{Described, describe, recorded_seats};
pub use recovery::RecoveryError;
pub use registry::{ClosedEvent, Entry, PutChart};
pub use request::{Asks, HoldKey, IfFree, Part, Places, Want};
pub use small_answer::{ConfirmAnswer, HoldAnswer, ReleaseAnswer};

use crate::{
    access::budget::Budgets,
    clock::Clock,
    entropy::{Entropy, SystemEntropy},
    event::{Holds, User},
    feed::Life,
    ids::{EventId, Lsn, Place},
    ledger::{AppendError, Ledger},
    limits,
    repeat::Kept,
    seat::SeatCountError,
    tick::Ttl,
    venue::Venue,
};
use acks::Acks;
use by_hand::ByHand;
use notes::Notes;
use recovery::Recovery;
use registry::Registry;
use threads::{Pace, Threads};

/// What an engine begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineConfig {
    /// How many seats the event `default` has, numbered from 1: at most [`limits::SEATS_MAX`]. With zero there is no
    /// such event, and the small API has no seats; with more than [`limits::CHART_SEATS_MAX`] nobody can ask for the
    /// best of them.
    pub seats: u32,
    /// How long a hold in the event `default` lasts.
    pub hold_ttl: Ttl,
}

/// Events whose seats can be held, booked and given back.
///
/// Dropping it stops its threads; the scribe finishes the tape first.
#[derive(Debug)]
pub struct Engine {
    core: Arc<Core>,
    /// The event of the small API.
    default: Option<Arc<Event>>,
    threads: Threads,
    /// In the place of threads.
    by_hand: Option<ByHand>,
    /// What was kept for requests that come again, until somebody takes it.
    answers: Mutex<Vec<Kept>>,
}

/// An engine that nothing moves yet.
struct Built {
    core: Arc<Core>,
    default: Option<Arc<Event>>,
    answers: Vec<Kept>,
}

/// What the engine and its threads share.
pub(crate) struct Core {
    clock: Box<dyn Clock>,
    entropy: Box<dyn Entropy>,
    venue: Arc<Venue>,
    registry: Registry,
    holds: Holds,
    budgets: Budgets<(EventId, User)>,
    life: Life,
    notes: Notes,
    acks: Acks,
    drawings: Arc<Drawings>,
}

/// Why an engine could not be started.
#[derive(Debug)]
pub enum StartError {
    /// Too many seats.
    Seats(SeatCountError),
    /// The ledger's event `default` has another number of seats.
    OtherSeats {
        /// How many were asked for.
        asked: u32,
        /// How many there are.
        recorded: u32,
    },
    /// It can't go on from what the ledger has.
    Recovery(RecoveryError),
    /// The ledger did not take what the start has changed.
    Ledger(AppendError),
    /// The machine gave no thread.
    Thread(io::Error),
}

impl Engine {
    /// Starts an engine with the event `default`, whose seats are all free.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start(config: EngineConfig, clock: impl Clock) -> Result<Self, StartError> {
        Self::start_with(config, clock, SystemEntropy)
    }

    /// As [`Engine::start`], with another source of chance.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start_with(
        config: EngineConfig,
        clock: impl Clock,
        entropy: impl Entropy,
    ) -> Result<Self, StartError> {
        Self::start_on(config, clock, entropy, Archive::none())
    }

    /// As [`Engine::start_with`], going on from what a ledger has. The clock must not show an earlier time than in the
    /// ledger's last batch.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start_on(
        config: EngineConfig,
        clock: impl Clock,
        entropy: impl Entropy,
        archive: Archive,
    ) -> Result<Self, StartError> {
        let pace = Pace::of(archive.place);
        let (built, ledger, on_failure) = Self::build(config, clock, entropy, archive)?;
        let threads = Threads::start(&built.core, ledger, on_failure, pace);
        Ok(built.with(threads.map_err(StartError::Thread)?, None))
    }

    /// Everything but the threads, and what they need.
    fn build(
        config: EngineConfig,
        clock: impl Clock,
        entropy: impl Entropy,
        archive: Archive,
    ) -> Result<(Built, Box<dyn Ledger>, OnFailure), StartError> {
        let Archive {
            mut ledger,
            state,
            restart_grace,
            notes,
            place,
            drawings,
            on_failure,
        } = archive;
        let recovery = Recovery::of(&state, &drawings, clock.now(), restart_grace);
        let recovery = recovery.map_err(StartError::Recovery)?;
        let core = Arc::new(Core::after(
            recovery.through(),
            ledger.is_durable(),
            place,
            drawings,
            clock,
            entropy,
        ));
        let takings = state.takings();
        core.holds.resume_at(takings);
        drop(state);
        let appended = recovery.append(&core, ledger.as_mut(), &notes);
        appended.map_err(StartError::Ledger)?;
        let answers = core.rebuild(recovery, takings);
        let answers = answers.map_err(StartError::Recovery)?;
        let default = core.make_default(config)?;
        let built = Built {
            core,
            default,
            answers,
        };
        Ok((built, ledger, on_failure))
    }

    /// The instant, for a request that begins now.
    pub fn now(&self) -> Now {
        self.core.now()
    }

    /// Waits until the feeds show everything that was changed before this call, or can't for now: the ledger has no room.
    pub async fn caught_up(&self) {
        let last = self.core.venue.tape().next();
        self.threads.wake_scribe();
        // If it can't be waited for, what there is must do.
        let _sure = self.core.acks.wait(Lsn::new(last.get() - 1)).await;
    }

    /// Ends all subscriptions of all events, which go on elsewhere.
    pub fn cut_feeds(&self) {
        for event in self.core.registry.alive() {
            event.feed.cut();
        }
    }

    /// All events go on here after all, for those who subscribe from now on.
    pub fn mend_feeds(&self) {
        for event in self.core.registry.alive() {
            event.feed.mend();
        }
    }

    /// How many changes the scribe has not read yet.
    pub fn tape_depth(&self) -> u64 {
        self.core.venue.tape().depth()
    }

    /// How many ticks the slowest wheel is behind.
    pub fn wheel_lag_ticks(&self) -> u64 {
        self.core.venue.wheel_lag_ticks(self.core.clock.now())
    }

    /// How many takings are remembered: those of the holds and bookings that are alive, and of those whose end the
    /// scribe has still to read.
    pub fn taking_count(&self) -> usize {
        self.core.holds.taking_count()
    }

    /// How many users hold, have booked or have wasted something.
    pub fn user_count(&self) -> usize {
        self.core.budgets.sweep(self.core.clock.now());
        self.core.budgets.count()
    }
}

impl Built {
    fn with(self, threads: Threads, by_hand: Option<ByHand>) -> Engine {
        Engine {
            core: self.core,
            default: self.default,
            threads,
            by_hand,
            answers: Mutex::new(self.answers),
        }
    }
}

impl Core {
    /// A core without events, whose changes follow those up to `through`.
    fn after(
        through: Lsn,
        is_durable: bool,
        place: Option<Place>,
        drawings: Arc<Drawings>,
        clock: impl Clock,
        entropy: impl Entropy,
    ) -> Self {
        let chance = entropy.number() >> u32::BITS;
        let holds = if is_durable {
            Holds::in_ledger()
        } else {
            Holds::new()
        };
        let venue = match place {
            None => Venue::after(through),
            Some(_) => Venue::of_shard(through),
        };
        Self {
            life: Life::new(u32::try_from(chance).expect("32 bits are left")),
            clock: Box::new(clock),
            entropy: Box::new(entropy),
            venue: Arc::new(venue),
            registry: Registry::default(),
            holds: holds.at(place.unwrap_or_default()),
            budgets: Budgets::new(limits::BUDGET_USERS_MAX),
            notes: Notes::new(is_durable),
            acks: Acks::after(through),
            drawings,
        }
    }

    fn now(&self) -> Now {
        Now {
            moment: self.clock.now(),
            date: self.clock.date(),
        }
    }
}

impl EngineConfig {
    /// Seats of the small API unless told otherwise.
    pub const SEATS: u32 = 10;

    /// How long a hold of the small API lasts unless told otherwise.
    pub const HOLD_TTL: Ttl = Ttl::MINUTE;
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            seats: Self::SEATS,
            hold_ttl: Self::HOLD_TTL,
        }
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("registry", &self.registry)
            .field("holds", &self.holds.taking_count())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seats(error) => error.fmt(f),
            Self::OtherSeats { asked, recorded } => write!(
                f,
                "the event 'default' has {recorded} seats in the ledger, and cannot have {asked}"
            ),
            Self::Recovery(error) => write!(f, "the ledger makes no sense: {error}"),
            Self::Ledger(error) => error.fmt(f),
            Self::Thread(error) => write!(f, "no thread could be started: {error}"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Seats(error) => Some(error),
            Self::OtherSeats { .. } => None,
            Self::Recovery(error) => Some(error),
            Self::Ledger(error) => Some(error),
            Self::Thread(error) => Some(error),
        }
    }
}

#[cfg(test)]
mod tests;
