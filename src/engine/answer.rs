//! What the engine answers to a shop: each question has its own refusals, and losing a race is one like the others.

use std::{sync::Arc, time::Duration};

use super::event::Event;
use crate::{
    access::budget::Over,
    event::{How, Stage, Token, User},
    feed::Shown,
    ids::{HoldId, Lsn, SeatId},
    tick::{Date, Moment},
};

/// The instant of a request, read once at its start: for deadlines, and for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// On the clock that deadlines run on.
    pub moment: Moment,
    /// On the calendar.
    pub date: Date,
}

/// A hold or booking, as it was at the end of a request.
#[derive(Debug, Clone)]
pub struct HoldView {
    /// What it is called.
    pub id: HoldId,
    /// The event whose seats it has.
    pub event: Arc<Event>,
    /// Who made it.
    pub user: User,
    /// The shop's own reference.
    pub order: Option<Arc<str>>,
    /// How far it has come.
    pub stage: Stage,
    /// Its seats and places in ascending order; those of an ended one are the ones that it had at its end.
    pub seats: Vec<SeatId>,
    /// When it began.
    pub began: Moment,
    /// The first moment at which it has expired.
    pub deadline: Moment,
    /// The latest deadline that extensions can give it.
    pub longest: Moment,
    /// The instant of the request.
    pub now: Now,
    /// The change that the request made; [`Lsn::NONE`] if it made none.
    pub lsn: Lsn,
}

/// What one seat is, and who has it.
#[derive(Debug, Clone)]
pub struct SeatView {
    /// What the world is shown.
    pub shown: Shown,
    /// Why it is withheld, if it is and somebody has said.
    pub reason: Option<Arc<str>>,
    /// The hold or booking that has it.
    pub hold: Option<HoldView>,
}

/// A new hold, and the token that it can be used with. Nobody is told the token again.
#[derive(Debug)]
pub struct NewHold {
    /// The hold.
    pub view: HoldView,
    /// Its secret.
    pub token: Token,
}

/// A seat that keeps a request from being granted, and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Obstacle {
    /// Which seat.
    pub seat: SeatId,
    /// What it was when it was looked at.
    pub shown: Shown,
}

/// Why seats were not held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakeRefusal {
    /// The event is paused.
    Paused,
    /// The event was closed.
    Closed,
    /// The sale begins at this date.
    NotYetOnSale(Date),
    /// The sale ended at this date.
    NoLongerOnSale(Date),
    /// Nothing was asked for.
    Nothing,
    /// More seats than one hold can have.
    TooMany {
        /// How many it can have, those that it has included.
        seats_max: u32,
    },
    /// These seats were asked for more than once, or are in the hold already.
    NamedTwice(Vec<SeatId>),
    /// These seats are not free. Never empty.
    InTheWay(Vec<Obstacle>),
    /// Fewer seats are free than were asked for by 'best available' or in an area.
    NotEnough,
    /// These seats would be left single by the choice.
    Orphans(Vec<SeatId>),
    /// The user has as much as one user can have.
    Over(Over),
    /// The user has let these seats expire just now, and can take them again after this time.
    Cooling(Vec<SeatId>, Duration),
    /// Too much is going on; nothing changed.
    Busy,
}

/// Why a hold or booking cannot be used at all.
#[derive(Debug, Clone)]
pub enum Unusable {
    /// There is none with this id, or it has been forgotten.
    Unknown,
    /// The token is not the hold's.
    WrongToken,
    /// It is over.
    Ended(Box<EndedView>),
    /// It was confirmed, and so can be changed as a booking alone.
    IsBooked,
    /// It has not been confirmed, so there is no booking.
    NotBooked,
}

/// What became of an ended hold and of its seats.
#[derive(Debug, Clone)]
pub struct EndedView {
    /// The hold as it was.
    pub view: HoldView,
    /// How it ended.
    pub how: How,
    /// When.
    pub at: Moment,
    /// What its seats are now.
    pub seats: Vec<Obstacle>,
}

/// Why seats were not added to a hold.
#[derive(Debug, Clone)]
pub enum AddRefusal {
    /// The hold cannot be used.
    Unusable(Unusable),
    /// The seats were not held.
    Take(TakeRefusal),
}

/// Why seats were not given back.
#[derive(Debug, Clone)]
pub enum GiveBackRefusal {
    /// The hold cannot be used.
    Unusable(Unusable),
    /// The hold does not have these seats.
    NotInHold(Vec<SeatId>),
    /// The hold has not that many places in an area.
    NotThatMany,
    /// Nothing was named.
    Nothing,
    /// Too much is going on; nothing changed.
    Busy,
}

/// Why a hold's deadline was not moved.
#[derive(Debug, Clone)]
pub enum ExtendRefusal {
    /// The hold cannot be used.
    Unusable(Unusable),
    /// It lasts as long as it can already.
    AtLongest(Box<HoldView>),
    /// Too much is going on; nothing changed.
    Busy,
}

/// Why a hold was not confirmed.
#[derive(Debug, Clone)]
pub enum ConfirmRefusal {
    /// The hold cannot be used.
    Unusable(Unusable),
    /// It has expired, was to be taken again, and cannot be: these of its seats are others' by now.
    Gone(Vec<Obstacle>),
    /// It has expired, was to be taken again, and its event sells no more seats to this user or at all.
    Take(TakeRefusal),
    /// Too much is going on; nothing changed.
    Busy,
}

/// Why a hold was not released.
#[derive(Debug, Clone)]
pub enum ReleaseRefusal {
    /// The hold cannot be used.
    Unusable(Unusable),
    /// Too much is going on; nothing changed.
    Busy,
}

/// Why a booking was not changed.
#[derive(Debug, Clone)]
pub enum BookingRefusal {
    /// The booking cannot be used.
    Unusable(Unusable),
    /// The booking does not have these seats.
    NotInBooking(Vec<SeatId>),
    /// The booking has not that many places in an area.
    NotThatMany,
    /// Nothing was named.
    Nothing,
    /// As many seats must be moved to as from.
    Uneven,
    /// These seats were named more than once, or are the booking's already.
    NamedTwice(Vec<SeatId>),
    /// More seats than one change can have.
    TooMany {
        /// How many it can have.
        seats_max: u32,
    },
    /// These seats are not free. Never empty.
    InTheWay(Vec<Obstacle>),
    /// Too much is going on; nothing changed.
    Busy,
}

/// Why seats were not withheld, or not put on sale again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockRefusal {
    /// Nothing was named.
    Nothing,
    /// More seats than one change can have.
    TooMany {
        /// How many it can have.
        seats_max: u32,
    },
    /// These seats were named more than once.
    NamedTwice(Vec<SeatId>),
    /// These seats are in no state for it. Never empty.
    InTheWay(Vec<Obstacle>),
    /// Too much is going on; nothing changed.
    Busy,
}

impl Now {
    /// The date of a moment near this one.
    pub fn date_of(&self, moment: Moment) -> Date {
        if moment >= self.moment {
            self.date.plus(self.moment.until(moment))
        } else {
            self.date.minus(moment.until(self.moment))
        }
    }

    /// How long it is until a moment; zero when that is over.
    pub fn until(&self, moment: Moment) -> Duration {
        self.moment.until(moment)
    }
}
