//! A hold: who has which seats until when, and what became of it.
//!
//! What a hold may still do is decided by the words of its seats. The record says what the words have no room for: the
//! user, the token, the list of seats. Its list is locked while one request changes it, so that two requests of one
//! buyer come one after the other; nobody else's seats are touched by that lock.
//!
//! ```text
//! Held --pay--> Paying          Held, Paying --confirm--> Booked --cancel--> Ended(Cancelled)
//!                               Held, Paying --release--> Ended(Released)
//!                               Held, Paying --deadline-> Ended(Expired) --retake--> Booked
//! ```

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smallvec::{SmallVec, smallvec};

use super::{
    cart::{Cart, TakenSeats, Unread},
    token::{Token, TokenHash},
    user::User,
};
use crate::{
    ids::{EventId, HoldId, Place, TakingId},
    tick::Moment,
};

/// The record of a hold, and of the booking that it becomes.
#[derive(Debug)]
pub struct Hold {
    id: HoldId,
    event: EventId,
    user: User,
    token: Option<TokenHash>,
    began: Moment,
    cart: Mutex<Cart>,
}

/// How far a hold has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It lives until its deadline.
    Held,
    /// It lives until its deadline, which was moved once so that the payment can arrive.
    Paying,
    /// It was confirmed.
    Booked {
        /// When.
        at: Moment,
    },
    /// It is over.
    Ended(End),
}

/// How a hold or a booking ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// In which way.
    pub how: How,
    /// When.
    pub at: Moment,
}

/// In which way a hold or a booking ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum How {
    /// Its seats were given back.
    Released,
    /// Its deadline came.
    Expired,
    /// It had been booked, and the booking was cancelled.
    Cancelled,
}

impl Hold {
    /// A hold that has no seats yet and is to take them under its first taking.
    pub(super) fn new(begins: Begins, first: TakingId, place: Place, chance: u64) -> Self {
        let id = HoldId::new(first, place, chance);
        Self::with_id(id, begins, smallvec![Unread::of(first)])
    }

    /// A hold of this name that has taken nothing under these takings yet.
    pub(super) fn with_id(id: HoldId, begins: Begins, takings: SmallVec<[Unread; 1]>) -> Self {
        let cart = Cart {
            seats: TakenSeats::new(),
            stage: Stage::Held,
            order: begins.order,
            began: begins.now,
            deadline: begins.deadline,
            is_counted: begins.is_counted,
            takings,
            is_put_away: false,
        };
        Self {
            id,
            began: begins.now,
            event: begins.event,
            user: begins.user,
            token: begins.token,
            cart: Mutex::new(cart),
        }
    }

    /// What it is called.
    pub fn id(&self) -> HoldId {
        self.id
    }

    /// The event whose seats it has.
    pub fn event(&self) -> EventId {
        self.event
    }

    /// Who made it.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// When it began.
    pub fn began(&self) -> Moment {
        self.began
    }

    /// What is kept of its token.
    pub(super) fn token_hash(&self) -> Option<TokenHash> {
        self.token
    }

    /// Whether it can be used with this token. One that was made without a token can be used with none.
    pub fn opens_with(&self, token: &Token) -> bool {
        self.token.is_some_and(|hash| hash.is_of(token))
    }

    /// Whether it has a token. One that has none was made by the small API, where the user's name is enough.
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// What of it changes, for one request at a time.
    pub fn cart(&self) -> MutexGuard<'_, Cart> {
        // Whoever panicked with this lock was in the midst of a change of memory alone: the words say what is so.
        self.cart.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a hold begins with.
#[derive(Debug)]
pub struct Begins {
    /// The event whose seats it takes.
    pub event: EventId,
    /// Who makes it.
    pub user: User,
    /// What its token is kept as.
    pub token: Option<TokenHash>,
    /// The shop's own reference.
    pub order: Option<Arc<str>>,
    /// The moment of the request.
    pub now: Moment,
    /// The first moment at which it will have expired.
    pub deadline: Moment,
    /// Whether its user's budget has counted it.
    pub is_counted: bool,
}
