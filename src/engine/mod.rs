//! The engine: owns the seats and the two threads that serve them, and answers the questions of the small API.
//!
//! Cheap to share (`Arc<Engine>`): every method takes `&self` and reads the clock once. Seats are changed without
//! waiting for anybody. The table of users is not lock-free ([`crate::event::Holders`]): a thread that the system stops
//! in the few nanoseconds of an insertion holds up those who need the same shard of it, until it goes on.

mod answer;
mod threads;

use std::{fmt, io, sync::Arc};

pub use answer::{ConfirmAnswer, HoldAnswer, ReleaseAnswer};

use crate::{
    clock::Clock,
    event::{Holders, User},
    ids::SeatId,
    limits,
    seat::{Outcome, Refusal, Seat, SeatCountError, Seats, StatusMap},
    shard::Shard,
    tick::Ttl,
};
use threads::Threads;

/// What an engine is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineConfig {
    /// How many seats there are, numbered from 1: at most [`limits::SEATS_MAX`].
    pub seats: u32,
    /// How long a hold lasts.
    pub hold_ttl: Ttl,
}

/// Seats that can be held, confirmed and released by users.
///
/// Dropping it stops its threads; the scribe finishes the tape first.
#[derive(Debug)]
pub struct Engine {
    core: Arc<Core>,
    _threads: Threads,
}

/// What the engine and its threads share.
pub(crate) struct Core {
    clock: Box<dyn Clock>,
    shard: Arc<Shard>,
    seats: Seats<Arc<Shard>>,
    holders: Holders,
    hold_ttl: Ttl,
}

/// Why an engine could not be started.
#[derive(Debug)]
pub enum StartError {
    /// No seats, or too many.
    Seats(SeatCountError),
    /// The machine gave no thread.
    Thread(io::Error),
}

impl Engine {
    /// Starts an engine whose seats are all free.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start(config: EngineConfig, clock: impl Clock) -> Result<Self, StartError> {
        if config.seats > limits::SEATS_MAX {
            // The wheel is made before the map that would refuse it.
            return Err(StartError::Seats(SeatCountError {
                asked: config.seats,
            }));
        }
        let shard = Arc::new(Shard::new(config.seats, clock.now()));
        let seats = Seats::new(config.seats, Arc::clone(&shard)).map_err(StartError::Seats)?;
        let holders = Holders::new();
        let core = Arc::new(Core {
            clock: Box::new(clock),
            shard,
            seats,
            holders,
            hold_ttl: config.hold_ttl,
        });
        let threads = Threads::start(&core).map_err(StartError::Thread)?;
        Ok(Self {
            core,
            _threads: threads,
        })
    }

    /// How many seats there are; they are numbered from 1.
    pub fn seat_count(&self) -> u32 {
        self.core.seats.count()
    }

    /// Holds a seat for a user until the TTL has passed. Of several who ask at once exactly one gets it.
    ///
    /// A user who holds the seat already is refused like anybody else.
    pub fn hold(&self, seat_number: u32, user: &User) -> HoldAnswer {
        let Some(seat) = self.seat(seat_number) else {
            return HoldAnswer::NoSuchSeat;
        };
        let Core {
            clock,
            seats,
            holders,
            hold_ttl,
            ..
        } = &*self.core;
        let now = clock.now();
        // Most requests of an on-sale come too late: they are told so before anything is written down for them.
        if let Some(refusal) = HoldAnswer::in_the_way(seats.read(seat), now.tick()) {
            return refusal;
        }
        let deadline = now.deadline_moment(*hold_ttl);
        let taking = holders.admit(user.clone());
        let answer = match seats.hold(seat, taking, deadline.tick(), now.tick()) {
            Outcome::Done { lsn, .. } => return HoldAnswer::Held { lsn, deadline },
            Outcome::Busy { .. } => HoldAnswer::Busy,
            Outcome::Refused {
                why: Refusal::Held, ..
            } => HoldAnswer::AlreadyHeld,
            Outcome::Already { .. } | Outcome::Refused { .. } => HoldAnswer::AlreadyBooked,
        };
        holders.dismiss(taking);
        answer
    }

    /// Books the seat that this user holds.
    ///
    /// After the deadline nobody can, and the seat is freed on the spot. A confirm that races with a hold's end, or
    /// with another confirm, is answered as if it had come just before or just after.
    pub fn confirm(&self, seat_number: u32, user: &User) -> ConfirmAnswer {
        let Some(seat) = self.seat(seat_number) else {
            return ConfirmAnswer::NoSuchSeat;
        };
        let Core {
            clock,
            seats,
            holders,
            ..
        } = &*self.core;
        let now = clock.now();
        loop {
            let word = seats.read(seat);
            let Seat::Held { taking, .. } = word.view() else {
                return ConfirmAnswer::NotHeld;
            };
            if word.is_expired(now.tick()) {
                // Whoever loses this race leaves the seat free just the same.
                let _ = seats.expire(seat, now.tick());
                return ConfirmAnswer::Expired;
            }
            if holders.is(taking, user) {
                match seats.confirm(seat, taking, now.tick()) {
                    Outcome::Done { lsn, .. } => return ConfirmAnswer::Booked { lsn },
                    Outcome::Busy { .. } => return ConfirmAnswer::Busy,
                    Outcome::Already { .. } | Outcome::Refused { .. } => {}
                }
            } else if seats.read(seat) == word {
                return ConfirmAnswer::NotYours;
            }
            // The seat has changed since it was read: ask again. Somebody else got on, so this comes to an end.
        }
    }

    /// Frees a held seat, whoever holds it: the administrator's call of the small API.
    pub fn release_any(&self, seat_number: u32) -> ReleaseAnswer {
        let Some(seat) = self.seat(seat_number) else {
            return ReleaseAnswer::NoSuchSeat;
        };
        let now = self.core.clock.now().tick();
        loop {
            let word = self.core.seats.read(seat);
            let taking = match word.view() {
                Seat::Held { .. } if word.is_expired(now) => return ReleaseAnswer::AlreadyFree,
                Seat::Held { taking, .. } => taking,
                Seat::Available { .. } => return ReleaseAnswer::AlreadyFree,
                Seat::Booked { .. } | Seat::Withheld { .. } => return ReleaseAnswer::AlreadyBooked,
                Seat::InChange(_) => unreachable!("a map shows no seat in change"),
            };
            match self.core.seats.release(seat, taking, now) {
                Outcome::Done { lsn, .. } => return ReleaseAnswer::Released { lsn },
                Outcome::Busy { .. } => return ReleaseAnswer::Busy,
                // Changed since it was read: ask again.
                Outcome::Already { .. } | Outcome::Refused { .. } => {}
            }
        }
    }

    /// Writes down what every seat is now.
    ///
    /// # Panics
    /// If `into` was made for another number of seats.
    pub fn snapshot(&self, into: &mut StatusMap) {
        self.core.seats.snapshot(self.core.clock.now().tick(), into);
    }

    /// How many changes the scribe has not read yet.
    pub fn tape_depth(&self) -> u64 {
        self.core.shard.tape.depth()
    }

    /// How many takings are remembered: one a held or booked seat, and those that the scribe has still to remove.
    pub fn taking_count(&self) -> usize {
        self.core.holders.count()
    }

    fn seat(&self, seat_number: u32) -> Option<SeatId> {
        self.core.seats.seat(seat_number.checked_sub(1)?)
    }
}

impl EngineConfig {
    /// Seats of the small API unless told otherwise.
    pub const SEATS: u32 = 10;

    /// How long a hold lasts unless told otherwise.
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
            .field("seats", &self.seats.count())
            .field("hold_ttl", &self.hold_ttl)
            .finish()
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seats(error) => error.fmt(f),
            Self::Thread(error) => write!(f, "no thread could be started: {error}"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Seats(error) => Some(error),
            Self::Thread(error) => Some(error),
        }
    }
}

#[cfg(test)]
mod tests;
