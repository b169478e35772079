//! The one place where what the engine answers becomes a problem.
//!
//! | outcome | status | type |
//! |---|---|---|
//! | seats in the way, all of them merely held | 423 | `seats-held` |
//! | seats in the way, one of them booked or withheld | 409 | `seats-taken` |
//! | fewer seats free than were asked for without naming them | 409 | `not-enough-seats` |
//! | a choice by hand that leaves single seats | 409 | `orphans-left` |
//! | the event is paused, closed, not on sale now | 409 | `event-paused`, `event-closed`, `not-on-sale` |
//! | the hold is a booking, is none yet, lasts as long as it can | 409 | `already-booked`, `not-booked`, `at-longest` |
//! | no such chart, event, hold, booking, seat | 404 | `unknown-chart`, `-event`, `-hold`, `-seats` |
//! | the hold has ended, its seats may be others' | 410 | `hold-ended` |
//! | the token is another hold's | 403 | `wrong-token` |
//! | no key, an unknown one, one of too low a role | 401, 401, 403 | `key-missing`, `key-unknown`, `role-too-small` |
//! | a field is wrong, a chart is wrong | 422 | `invalid`, `invalid-chart` |
//! | not JSON, too deep; no key at all | 400 | `malformed`, `idempotency-key-invalid` |
//! | another type of body, too long, too slow | 415, 413, 408 | `unsupported-media-type`, `body-too-long`, `body-too-slow` |
//! | the key was another request's, is in use | 422, 409 | `idempotency-key-reused`, `idempotency-key-in-use` |
//! | too many requests, seats of one user, seats again too soon, streams | 429 | `too-often`, `user-limit`, `cooling-down`, `too-many-streams` |
//! | no room for another chart, event, seat | 409 | `no-room` |
//! | too much going on; took too long | 503 | `busy`, `took-too-long` |
//! | another node serves it; no node does; the server is no node | 421, 503, 409 | `misdirected`, `no-owner`, `alone` |
//! | the ledger has no room; had none when it was done | 503 | `ledger-full`, `unknown-outcome` |
//!
//! A type is a path below `/problems/`, where `GET` explains it. 429 and 503 carry `Retry-After`. Nothing has changed
//! after any of these.

mod kind;
mod member;
mod text;

use std::time::Duration;

pub(in crate::http) use kind::Kind;
pub(super) use member::{Fault, Problem, SeatStatus};
pub(super) use text::schemas;

use super::{date::Stamp, gate::Denied, once::Unrepeatable, stream::Full};
use crate::{
    access::{
        budget::{Over, Which},
        rate::RetryAfter,
    },
    chart::{Chart, ImportErrors},
    engine::{
        AddRefusal, BlockRefusal, BookingRefusal, ConfirmRefusal, Event, ExtendRefusal,
        GiveBackRefusal, Obstacle, PutChart, ReleaseRefusal, TakeRefusal, Unusable,
    },
    event::RuleError,
    feed::Shown,
    ids::SeatId,
    limits,
};

/// After which a busy server is worth asking again.
const BUSY: Duration = Duration::from_secs(1);

impl Problem {
    /// The server has too much to do.
    pub(in crate::http) fn busy() -> Self {
        Self::new(Kind::Busy).with_retry_after(BUSY)
    }

    /// A problem that time may solve.
    pub(super) fn later(kind: Kind) -> Self {
        Self::new(kind).with_retry_after(BUSY)
    }

    /// What was asked for is not done yet.
    pub(super) fn took_too_long() -> Self {
        Self::new(Kind::TookTooLong).with_retry_after(BUSY)
    }

    /// Seats were not held.
    pub(super) fn take(event: &Event, refusal: TakeRefusal) -> Self {
        let chart = event.chart();
        match refusal {
            TakeRefusal::Paused => Self::new(Kind::Paused),
            TakeRefusal::Closed => Self::new(Kind::Closed),
            TakeRefusal::NotYetOnSale(opens) => Self::new(Kind::NotOnSale).with_opens(Stamp(opens)),
            TakeRefusal::NoLongerOnSale(closed) => {
                Self::new(Kind::NotOnSale).with_closed(Stamp(closed))
            }
            TakeRefusal::Nothing => nothing(),
            TakeRefusal::TooMany { seats_max } => too_many(seats_max),
            TakeRefusal::NamedTwice(seats) => {
                each(chart, &seats, "is named twice or in the hold already")
            }
            TakeRefusal::InTheWay(seats) => in_the_way(chart, &seats),
            TakeRefusal::NotEnough => Self::new(Kind::NotEnough),
            TakeRefusal::Orphans(seats) => {
                Self::new(Kind::Orphans).with_seats(all(chart, &seats, Shown::Available))
            }
            TakeRefusal::Over(over) => over_limit(event, over),
            TakeRefusal::Cooling(seats, wait) => Self::new(Kind::CoolingDown)
                .with_seats(all(chart, &seats, Shown::Available))
                .with_retry_after(wait),
            TakeRefusal::Busy => Self::busy(),
        }
    }
}

impl Problem {
    /// A hold or booking cannot be used.
    pub(super) fn unusable(unusable: Unusable) -> Self {
        match unusable {
            Unusable::Unknown => Self::new(Kind::NoSuchHold),
            Unusable::WrongToken => Self::new(Kind::WrongToken),
            Unusable::IsBooked => Self::new(Kind::IsBooked),
            Unusable::NotBooked => Self::new(Kind::NotBooked),
            Unusable::Ended(ended) => {
                let seats = statuses(ended.view.event.chart(), &ended.seats);
                Self::new(Kind::Ended)
                    .with_seats(seats)
                    .with_hold(ended.view)
            }
        }
    }

    /// Seats were not added to a hold of this event.
    pub(super) fn add(event: &Event, refusal: AddRefusal) -> Self {
        match refusal {
            AddRefusal::Unusable(unusable) => Self::unusable(unusable),
            AddRefusal::Take(refusal) => Self::take(event, refusal),
        }
    }

    /// Seats were not given back.
    pub(super) fn give_back(event: &Event, refusal: GiveBackRefusal) -> Self {
        match refusal {
            GiveBackRefusal::Unusable(unusable) => Self::unusable(unusable),
            GiveBackRefusal::NotInHold(seats) => each(event.chart(), &seats, "is not in the hold"),
            GiveBackRefusal::NotThatMany => not_that_many(),
            GiveBackRefusal::Nothing => nothing(),
            GiveBackRefusal::Busy => Self::busy(),
        }
    }

    /// A deadline was not moved.
    pub(super) fn extend(refusal: ExtendRefusal) -> Self {
        match refusal {
            ExtendRefusal::Unusable(unusable) => Self::unusable(unusable),
            ExtendRefusal::AtLongest(hold) => Self::new(Kind::AtLongest).with_hold(*hold),
            ExtendRefusal::Busy => Self::busy(),
        }
    }

    /// A hold of this event was not confirmed. There is no event if it was closed meanwhile.
    pub(super) fn confirm(event: Option<&Event>, refusal: ConfirmRefusal) -> Self {
        match (refusal, event) {
            (ConfirmRefusal::Unusable(unusable), _) => Self::unusable(unusable),
            (ConfirmRefusal::Gone(seats), Some(event)) => {
                Self::new(Kind::Ended).with_seats(statuses(event.chart(), &seats))
            }
            (ConfirmRefusal::Take(refusal), Some(event)) => Self::take(event, refusal),
            (ConfirmRefusal::Busy, _) => Self::busy(),
            (_, None) => Self::new(Kind::NoSuchHold),
        }
    }

    /// A hold was not released.
    pub(super) fn release(refusal: ReleaseRefusal) -> Self {
        match refusal {
            ReleaseRefusal::Unusable(unusable) => Self::unusable(unusable),
            ReleaseRefusal::Busy => Self::busy(),
        }
    }

    /// A booking was not changed.
    pub(super) fn booking(event: &Event, refusal: BookingRefusal) -> Self {
        let chart = event.chart();
        match refusal {
            BookingRefusal::Unusable(unusable) => Self::unusable(unusable),
            BookingRefusal::NotInBooking(seats) => each(chart, &seats, "is not in the booking"),
            BookingRefusal::NotThatMany => not_that_many(),
            BookingRefusal::Nothing => nothing(),
            BookingRefusal::Uneven => {
                Self::invalid_field("to", "must name as many seats as are moved")
            }
            BookingRefusal::NamedTwice(seats) => {
                each(chart, &seats, "is named twice or in the booking already")
            }
            BookingRefusal::TooMany { seats_max } => too_many(seats_max),
            BookingRefusal::InTheWay(seats) => in_the_way(chart, &seats),
            BookingRefusal::Busy => Self::busy(),
        }
    }

    /// Seats were not withheld, or not put on sale again.
    pub(super) fn block(event: &Event, refusal: BlockRefusal) -> Self {
        let chart = event.chart();
        match refusal {
            BlockRefusal::Nothing => nothing(),
            BlockRefusal::TooMany { seats_max } => too_many(seats_max),
            BlockRefusal::NamedTwice(seats) => each(chart, &seats, "is named twice"),
            BlockRefusal::InTheWay(seats) => in_the_way(chart, &seats),
            BlockRefusal::Busy => Self::busy(),
        }
    }

    /// Rules contradict one another or a limit.
    pub(super) fn rules(errors: &[RuleError]) -> Self {
        let fault = |error: &RuleError| Fault::new(field_of_rule(error.field), error.reason);
        Self::invalid(errors.iter().map(fault).collect())
    }

    /// An import is no chart.
    pub(super) fn chart(errors: &ImportErrors) -> Self {
        Self::new(Kind::BadChart).with_lines(errors.errors(), errors.count())
    }

    /// A chart was not kept; none if it was.
    pub(super) fn put_chart(outcome: PutChart) -> Option<Self> {
        let detail = match outcome {
            PutChart::Created | PutChart::Replaced => return None,
            PutChart::TooManyCharts => "There are as many charts as there can be.",
            PutChart::TooManySeats => "All charts together would have too many seats.",
        };
        Some(Self::new(Kind::Full).with_detail(detail))
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        let kind = match denied {
            Denied::KeyMissing { .. } => Kind::NoApiKey,
            Denied::UnknownKey => Kind::UnknownApiKey,
            Denied::RoleTooSmall { .. } => Kind::RoleTooSmall,
            Denied::TooOften(RetryAfter(wait)) => {
                return Self::new(Kind::TooOften).with_retry_after(wait);
            }
        };
        Self::new(kind).with_challenge(denied.challenge())
    }
}

impl From<Full> for Problem {
    fn from(full: Full) -> Self {
        match full {
            Full::Server => Self::busy(),
            Full::Client => Self::new(Kind::TooManyStreams).with_retry_after(limits::STREAM_RETRY),
        }
    }
}

impl From<Unrepeatable> for Problem {
    fn from(unrepeatable: Unrepeatable) -> Self {
        match unrepeatable {
            Unrepeatable::KeyInvalid => Self::new(Kind::KeyInvalid),
            Unrepeatable::KeyReused => Self::new(Kind::KeyReused),
            Unrepeatable::InProgress => Self::new(Kind::InProgress).with_retry_after(BUSY),
            Unrepeatable::Busy => Self::busy(),
        }
    }
}

/// Locked as long as patience may help, and a conflict once it can't.
fn in_the_way(chart: &Chart, seats: &[Obstacle]) -> Problem {
    let are_held = seats.iter().all(|seat| seat.shown == Shown::Held);
    let kind = if are_held {
        Kind::SeatsHeld
    } else {
        Kind::SeatsTaken
    };
    Problem::new(kind).with_seats(statuses(chart, seats))
}

fn over_limit(event: &Event, over: Over) -> Problem {
    let detail = match over.which {
        Which::Seats => "The user has as many seats as one user can have.",
        Which::Holds => "The user has as many holds as one user can have.",
        Which::Wasted => "The user has let too many seats go to waste.",
        Which::Table => return Problem::busy(),
    };
    // Where time alone helps with nothing else, it ends the holds that the user has now.
    let wait = over
        .retry_after
        .unwrap_or_else(|| event.rules().hold_ttl.span());
    Problem::new(Kind::UserLimit)
        .with_detail(detail)
        .with_retry_after(wait)
}

fn nothing() -> Problem {
    Problem::invalid_field("", "names no seats")
}

fn too_many(seats_max: u32) -> Problem {
    Problem::invalid_field("", format!("asks for more than {seats_max} seats"))
}

fn not_that_many() -> Problem {
    Problem::invalid_field("areas", "names more places than there are")
}

fn each(chart: &Chart, seats: &[SeatId], reason: &str) -> Problem {
    let fault = |seat: &SeatId| Fault::new("seats", format!("{} {reason}", chart.label(*seat)));
    Problem::invalid(seats.iter().map(fault).collect())
}

fn all(chart: &Chart, seats: &[SeatId], shown: Shown) -> Vec<SeatStatus> {
    let obstacles: Vec<Obstacle> = seats.iter().map(|&seat| Obstacle { seat, shown }).collect();
    statuses(chart, &obstacles)
}

fn statuses(chart: &Chart, seats: &[Obstacle]) -> Vec<SeatStatus> {
    let status = |obstacle: &Obstacle| SeatStatus {
        seat: chart.label(obstacle.seat).to_string(),
        status: obstacle.shown.name(),
    };
    seats.iter().map(status).collect()
}

/// A rule's field as the API calls it.
fn field_of_rule(field: &'static str) -> &'static str {
    match field {
        "hold_ttl" => "hold_ttl_seconds",
        "hold_longest" => "hold_longest_seconds",
        "paying" => "paying_seconds",
        other => other,
    }
}
