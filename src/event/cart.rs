//! What of a hold changes while it lives: its seats, how far it has come, until when.

use std::{sync::Arc, time::Duration};

use smallvec::SmallVec;

use super::hold::{End, How, Stage};
use crate::{
    ids::{SeatId, TakingId},
    tick::Moment,
};

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
    use super::{
        super::{
            hold::{Begins, Hold},
            user::User,
        },
        *,
    };
    use crate::ids::{EventId, Place};

    const TAKING: TakingId = TakingId::FIRST;

    fn held(seats: u32) -> Hold {
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
            Place::ALONE,
            0,
        );
        hold.cart().expect((0..seats).map(SeatId::new), TAKING);
        hold
    }

    #[test]
    fn a_hold_has_expired_with_its_first_seat_and_ends_with_its_last() {
        let hold = held(2);
        let mut cart = hold.cart();
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
        let hold = held(2);
        let mut cart = hold.cart();
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
        let hold = held(2);
        let mut cart = hold.cart();
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
