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

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use smallvec::{SmallVec, smallvec};

use super::{
    token::{Token, TokenHash},
    user::User,
};
use crate::{
    ids::{EventId, HoldId, SeatId, TakingId},
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

/// What of a hold changes while it lives.
#[derive(Debug)]
pub struct Cart {
    /// Its seats in ascending order; those of an ended one are the ones that it had at its end.
    pub seats: TakenSeats,
    /// How far it has come.
    pub stage: Stage,
    /// The shop's own reference.
    pub order: Option<Arc<str>>,
    /// When it began.
    pub began: Moment,
    /// The first moment at which it has expired; for all of its seats the same.
    pub deadline: Moment,
    /// Its user's budget counts it. Rules change: what was counted is to be counted off again, and nothing else.
    pub is_counted: bool,
    /// The takings under which it can be found: the first, and those of whose end the scribe has not read.
    pub(super) takings: SmallVec<[Unread; 1]>,
    /// It was put away among the ended ones.
    pub(super) is_put_away: bool,
}

/// The seats of a hold. Most have no more than four.
pub type TakenSeats = SmallVec<[Taken; 4]>;

/// A taking, and of how many of its seats the scribe has not read that they have left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unread {
    pub(super) taking: TakingId,
    pub(super) seats: u32,
}

/// A seat that has left a hold without a request of the hold's own: its time had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// The seat.
    pub seat: SeatId,
    /// Whether the hold has ended with this seat.
    pub ends_hold: bool,
    /// How long it was kept from others.
    pub kept: Duration,
    /// Whether its user's budget has counted it.
    pub is_counted: bool,
}

/// A seat that a hold has, and the taking under which its word says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// The seat.
    pub seat: SeatId,
    /// The taking.
    pub taking: TakingId,
    /// The seat has left the hold, which has ended; it stays in the list to be told of.
    pub has_left: bool,
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
    pub(super) fn new(begins: Begins, first: TakingId, chance: u64) -> Self {
        let id = HoldId::new(first, chance);
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

impl Cart {
    /// Whether it has seats that nobody else can take, as far as `now` goes.
    pub fn is_alive(&self, now: Moment) -> bool {
        matches!(self.stage, Stage::Held | Stage::Paying) && now < self.deadline
    }

    /// Ends a hold whose deadline has come at `now`. The words of its seats said so before.
    pub fn expire_if_over(&mut self, now: Moment) {
        if matches!(self.stage, Stage::Held | Stage::Paying) && now >= self.deadline {
            self.stage = Stage::Ended(End {
                how: How::Expired,
                at: self.deadline,
            });
        }
    }

    /// Notes that seats are about to be taken under a taking, before they are: the scribe may read of them at once.
    pub fn expect(&mut self, seats: impl IntoIterator<Item = SeatId>, taking: TakingId) {
        let before = self.seats.len();
        self.seats.extend(seats.into_iter().map(|seat| Taken {
            seat,
            taking,
            has_left: false,
        }));
        let count = self.seats.len() - before;
        self.seats.sort_unstable_by_key(|taken| taken.seat);
        if let Some(unread) = self.unread(taking) {
            unread.seats = u32::try_from(count).expect("a hold has at most 64 seats");
        }
    }

    /// Takes back what was expected under a taking: nothing was taken.
    pub fn unexpect(&mut self, taking: TakingId) {
        self.seats.retain(|taken| taken.taking != taking);
        if let Some(unread) = self.unread(taking) {
            unread.seats = 0;
        }
    }

    /// Notes that a seat has left because its time had come; none if that was known, or the seat had left otherwise.
    pub fn lapse(&mut self, seat: SeatId, taking: TakingId) -> Option<Left> {
        let is_meant = |taken: &&mut Taken| taken.seat == seat && taken.taking == taking;
        let taken = self.seats.iter_mut().find(is_meant)?;
        if taken.has_left {
            return None;
        }
        taken.has_left = true;
        self.expire_if_over(self.deadline);
        Some(Left {
            seat,
            ends_hold: self.seats.iter().all(|taken| taken.has_left),
            kept: self.began.until(self.deadline),
            is_counted: self.is_counted,
        })
    }

    /// Notes that one seat of a hold that is not booked was given back. Whether the hold is over by that.
    ///
    /// Whoever has a later clock may have ended it before: then it stays as it ended.
    pub fn give_back(&mut self, seat: SeatId, at: Moment) -> bool {
        let is_last = self
            .seats
            .iter()
            .all(|taken| taken.has_left || taken.seat == seat);
        let has_ended = matches!(self.stage, Stage::Ended(_));
        if has_ended {
            self.seats
                .iter_mut()
                .filter(|taken| taken.seat == seat)
                .for_each(|taken| taken.has_left = true);
        } else if is_last {
            self.end(How::Released, at);
        } else {
            self.remove(&[seat]);
        }
        is_last
    }

    /// Takes seats off the list whose change this request has made.
    pub fn remove(&mut self, seats: &[SeatId]) {
        self.seats.retain(|taken| !seats.contains(&taken.seat));
    }

    /// Notes that all seats have left, and that it is over. Answers with how many had not left before.
    pub fn end(&mut self, how: How, at: Moment) -> u32 {
        self.stage = Stage::Ended(End { how, at });
        let mut left = 0;
        for taken in self.seats.iter_mut().filter(|taken| !taken.has_left) {
            taken.has_left = true;
            left += 1;
        }
        left
    }

    /// The taking under which it has a seat, if it has it still.
    pub fn taking_of(&self, seat: SeatId) -> Option<TakingId> {
        let place = self
            .seats
            .binary_search_by_key(&seat, |taken| taken.seat)
            .ok()?;
        Some(self.seats[place])
            .filter(|taken| !taken.has_left)
            .map(|taken| taken.taking)
    }

    pub(super) fn unread(&mut self, taking: TakingId) -> Option<&mut Unread> {
        self.takings
            .iter_mut()
            .find(|unread| unread.taking == taking)
    }

    /// Whether the scribe has read of the end of all that it ever took.
    pub(super) fn is_read(&self) -> bool {
        self.takings.iter().all(|unread| unread.seats == 0)
    }
}

impl Unread {
    /// A taking under which nothing was taken yet.
    pub(super) const fn of(taking: TakingId) -> Self {
        Self { taking, seats: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAKING: TakingId = TakingId::FIRST;

    fn cart(seats: u32) -> Cart {
        let hold = Hold::new(
            Begins {
                event: EventId::new(1),
                user: User::new("ada"),
                token: None,
                order: None,
                now: Moment::from_ticks(0),
                deadline: Moment::from_ticks(10),
                is_counted: true,
            },
            TAKING,
            0,
        );
        let mut cart = hold.cart.into_inner().expect("nobody panicked");
        cart.expect((0..seats).map(SeatId::new), TAKING);
        cart
    }

    #[test]
    fn a_hold_has_expired_with_its_first_seat_and_ends_with_its_last() {
        let mut cart = cart(2);
        let first = cart.lapse(SeatId::new(1), TAKING).expect("it was there");
        assert!(!first.ends_hold && !cart.is_alive(Moment::from_ticks(9)));
        assert_eq!(cart.lapse(SeatId::new(1), TAKING), None, "it has left");
        let last = cart.lapse(SeatId::new(0), TAKING).expect("it was there");
        assert!(last.ends_hold);
    }

    /// Somebody with a later clock had stolen one seat of a hold, and the administrator, whose clock was read before its
    /// deadline, released the other. The hold was not over for either of them, so its user was counted for it for ever.
    #[test]
    fn the_last_seat_ends_a_hold_whoever_takes_it_off() {
        let mut cart = cart(2);
        let _ = cart.lapse(SeatId::new(0), TAKING).expect("it was there");
        assert!(cart.give_back(SeatId::new(1), Moment::from_ticks(9)));
        let expired = End {
            how: How::Expired,
            at: Moment::from_ticks(10),
        };
        assert_eq!(cart.stage, Stage::Ended(expired), "it stays as it ended");
    }

    #[test]
    fn seats_that_are_given_back_leave_the_list_until_the_last_one() {
        let mut cart = cart(2);
        assert!(!cart.give_back(SeatId::new(0), Moment::from_ticks(3)));
        assert_eq!(cart.taking_of(SeatId::new(0)), None);
        assert!(cart.give_back(SeatId::new(1), Moment::from_ticks(4)));
        let released = End {
            how: How::Released,
            at: Moment::from_ticks(4),
        };
        assert_eq!((cart.stage, cart.seats.len()), (Stage::Ended(released), 1));
    }
}
