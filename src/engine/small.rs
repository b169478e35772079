//! The small API's questions: single seats of the event `default`, by number, for users whose name is enough.
//!
//! A hold that is made here is an ordinary one without a token. One that has a token is its owner's alone: here it can
//! be neither confirmed by who knows the user's name, nor, but for the administrator's call, released.

use std::sync::Arc;

use super::{
    Core, Engine,
    answer::{ConfirmRefusal, HoldView, Now, TakeRefusal},
    event::Event,
    request::{Asks, Want},
    small_answer::{ConfirmAnswer, HoldAnswer, ReleaseAnswer},
};
use crate::{
    access::budget::Leaving,
    event::{Hold, How, Stage, User},
    feed::Shown,
    ids::{SeatId, TakingId},
    seat::{Outcome, Seat, StatusMap},
};

impl Engine {
    /// How many seats the event `default` has; they are numbered from 1.
    pub fn seat_count(&self) -> u32 {
        self.default.as_ref().map_or(0, |event| event.seats.count())
    }

    /// Holds a seat for a user until the TTL has passed. Of several who ask at once exactly one gets it.
    ///
    /// A user who holds the seat already is refused like anybody else. What an event's rules refuse, such as a hold
    /// while it is paused, is answered 'busy'.
    pub fn hold_seat(&self, seat_number: u32, user: &User) -> HoldAnswer {
        let Some((event, seat)) = self.seat(seat_number) else {
            return HoldAnswer::NoSuchSeat;
        };
        let now = self.core.now();
        if let Some(refusal) = HoldAnswer::in_the_way(event.seats.read(seat), now.moment.tick()) {
            return refusal;
        }
        let want = Want {
            user: user.clone(),
            order: None,
            asks: Asks {
                seats: vec![seat],
                ..Asks::default()
            },
        };
        match self.core.hold(event, want, None, now) {
            Ok(HoldView { lsn, deadline, .. }) => HoldAnswer::Held { lsn, deadline },
            Err(TakeRefusal::InTheWay(seats)) => match seats.first().map(|seat| seat.shown) {
                Some(Shown::Held) => HoldAnswer::AlreadyHeld,
                _ => HoldAnswer::AlreadyBooked,
            },
            Err(_) => HoldAnswer::Busy,
        }
    }

    /// Books the seat that this user holds.
    ///
    /// After the deadline nobody can, and the seat is freed on the spot. A confirm that races with a hold's end, or
    /// with another confirm, is answered as if it had come just before or just after.
    pub fn confirm_seat(&self, seat_number: u32, user: &User) -> ConfirmAnswer {
        let Some((event, seat)) = self.seat(seat_number) else {
            return ConfirmAnswer::NoSuchSeat;
        };
        let now = self.core.now();
        loop {
            let word = event.seats.read(seat);
            let Seat::Held { taking, .. } = word.view() else {
                return ConfirmAnswer::NotHeld;
            };
            if word.is_expired(now.moment.tick()) {
                // Whoever loses this race leaves the seat free just the same.
                let _ = event.seats.expire(seat, now.moment.tick());
                return ConfirmAnswer::Expired;
            }
            let hold = self.core.holds.of(taking);
            match hold.filter(|hold| !hold.has_token() && hold.user() == user) {
                Some(hold) => return self.core.confirm_seat(event, &hold, now),
                None if event.seats.read(seat) == word => return ConfirmAnswer::NotYours,
                // The seat has changed since it was read: ask again. Somebody else got on, so this comes to an end.
                None => {}
            }
        }
    }

    /// Frees a held seat, whoever holds it: the administrator's call of the small API. Other seats of the same hold
    /// stay held.
    pub fn release_seat(&self, seat_number: u32) -> ReleaseAnswer {
        let Some((event, seat)) = self.seat(seat_number) else {
            return ReleaseAnswer::NoSuchSeat;
        };
        let now = self.core.now();
        loop {
            let word = event.seats.read(seat);
            let taking = match word.view() {
                Seat::Held { .. } if word.is_expired(now.moment.tick()) => {
                    return ReleaseAnswer::AlreadyFree;
                }
                Seat::Held { taking, .. } => taking,
                Seat::Available { .. } => return ReleaseAnswer::AlreadyFree,
                Seat::Booked { .. } | Seat::Withheld { .. } => return ReleaseAnswer::AlreadyBooked,
                Seat::InChange(_) => unreachable!("a map shows no seat in change"),
            };
            match self.core.release_seat(event, seat, taking, now) {
                Outcome::Done { lsn, .. } => return ReleaseAnswer::Released { lsn },
                Outcome::Busy { .. } => return ReleaseAnswer::Busy,
                // Changed since it was read: ask again.
                Outcome::Already { .. } | Outcome::Refused { .. } => {}
            }
        }
    }

    /// Writes down what every seat of the event `default` is now.
    ///
    /// # Panics
    /// If `into` was made for another number of seats.
    pub fn snapshot(&self, into: &mut StatusMap) {
        if let Some(event) = &self.default {
            event.seats.snapshot(self.core.clock.now().tick(), into);
        }
    }

    fn seat(&self, seat_number: u32) -> Option<(&Arc<Event>, SeatId)> {
        let event = self.default.as_ref()?;
        let seat = event.seats.seat(seat_number.checked_sub(1)?)?;
        Some((event, seat))
    }
}

impl Core {
    fn confirm_seat(&self, event: &Arc<Event>, hold: &Arc<Hold>, now: Now) -> ConfirmAnswer {
        let mut cart = hold.cart();
        match cart.stage {
            Stage::Held | Stage::Paying => match self.book(event, hold, &mut cart, now) {
                Ok(lsn) => ConfirmAnswer::Booked { lsn },
                Err(ConfirmRefusal::Busy) => ConfirmAnswer::Busy,
                Err(_) => ConfirmAnswer::Expired,
            },
            Stage::Booked { .. } => ConfirmAnswer::NotHeld,
            Stage::Ended(end) if end.how == How::Expired => ConfirmAnswer::Expired,
            Stage::Ended(_) => ConfirmAnswer::NotHeld,
        }
    }

    fn release_seat(&self, event: &Event, seat: SeatId, taking: TakingId, now: Now) -> Outcome {
        let _freeing = event.hints.freeing(event.plan.cells_of(&[seat]));
        let Some(hold) = self.holds.of(taking) else {
            // Its end is on the tape already; the seat's word is another by now.
            return event.seats.release(seat, taking, now.moment.tick());
        };
        let mut cart = hold.cart();
        let outcome = event.seats.release(seat, taking, now.moment.tick());
        if let Outcome::Done { .. } = outcome {
            let ends_hold = cart.give_back(seat, now.moment);
            let leaving = Leaving {
                seats: 1,
                holds: u32::from(ends_hold),
                wasted_seat_seconds: 0,
            };
            self.count_off(event, &hold, &cart, leaving, now.moment);
            self.holds.put_away_if_over(&hold, &mut cart);
        }
        outcome
    }
}
