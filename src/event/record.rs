//! Holds as they are written down, and read again.
//!
//! The note of a hold is written again whenever one of its seats has changed, with its cart locked, after the change; so it
//! may be ahead of the seats' words by a change that was not durable yet. The words decide ([`Cart::settle`]): what they
//! say is so, and the note tells when.
//!
//! ```text
//! version 2, event 4, user (flag, text or 32), token (maybe 16), began 8,
//! stage 1, at 8, deadline 8, is_counted 1, order (maybe text), takings (each 4), seats (each: seat 4, taking 4, has_left 1)
//! ```
//!
//! | stage | number | at |
//! |---|---|---|
//! | Held, Paying | 0, 1 | 0 |
//! | Booked | 2 | when |
//! | Ended: Released, Expired, Cancelled | 3, 4, 5 | when |

use smallvec::smallvec;

use super::{Begins, Cart, End, Hold, How, Stage, Taken, TokenHash, User, cart::Unread};
use crate::{
    ids::{EventId, HoldId, SeatId, TakingId},
    ledger::{Fields, Reading, Unreadable},
    tick::Moment,
};

/// The first version had what never changes in a note of its own.
const VERSION: u8 = 2;

/// A seat that a hold has, as the seat's word tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The seat.
    pub seat: SeatId,
    /// The taking that the word names.
    pub taking: TakingId,
    /// Until when it is held; none: it is booked.
    pub until: Option<Moment>,
}

impl Hold {
    /// Writes it down.
    pub fn record(&self, fields: Fields) -> Fields {
        let fields = fields.byte(VERSION).number(self.event().get());
        let fields = self.user().record(fields);
        let token = self.token_hash().map(TokenHash::bytes);
        let fields = fields
            .maybe(token, |fields, hash| fields.plain(&hash))
            .moment(self.began());
        self.cart().record(fields)
    }

    /// A hold from its note.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn recorded(id: HoldId, note: &[u8]) -> Result<Self, Unreadable> {
        let mut reading = Reading::of_version(note, VERSION)?;
        let event = EventId::new(reading.number()?);
        let user = User::recorded(&mut reading)?;
        let token = reading.maybe(Reading::plain)?.map(TokenHash::from_bytes);
        let began = reading.moment()?;
        let begins = Begins {
            event,
            user,
            token,
            order: None,
            now: began,
            deadline: began,
            is_counted: false,
        };
        let hold = Self::with_id(id, begins, smallvec![]);
        hold.cart().read(&mut reading)?;
        reading.end()?;
        Ok(hold)
    }
}

impl Cart {
    fn record(&self, fields: Fields) -> Fields {
        let (stage, at) = number(self.stage);
        fields
            .byte(stage)
            .moment(at)
            .moment(self.deadline)
            .flag(self.is_counted)
            .maybe(self.order.as_deref(), Fields::text)
            .each(self.takings.iter(), |fields, unread| {
                fields.number(unread.taking.get())
            })
            .each(self.seats.iter(), |fields, taken| {
                fields
                    .number(taken.seat.get())
                    .number(taken.taking.get())
                    .flag(taken.has_left)
            })
    }

    fn read(&mut self, reading: &mut Reading<'_>) -> Result<(), Unreadable> {
        let (number, at) = (reading.byte()?, reading.moment()?);
        self.stage = stage(number, at).ok_or(Unreadable::Field("stage"))?;
        self.deadline = reading.moment()?;
        self.is_counted = reading.flag()?;
        self.order = reading.maybe(Reading::text)?.map(Into::into);
        reading.each_into(&mut self.takings, |reading| taking(reading).map(Unread::of))?;
        reading.each_into(&mut self.seats, |reading| {
            Ok(Taken {
                seat: SeatId::new(reading.number()?),
                taking: taking(reading)?,
                has_left: reading.flag()?,
            })
        })
    }

    /// The takings under which its seats may stand in their words.
    pub fn taking_ids(&self) -> impl Iterator<Item = TakingId> {
        self.takings.iter().map(|unread| unread.taking)
    }

    /// Makes it what the words of its seats say that it is: these seats were found to be its own, in ascending order.
    /// `clock` is the time of the last batch. Whether it has any seats.
    pub fn settle(&mut self, first: TakingId, found: &[Found], clock: Moment) -> bool {
        self.takings = smallvec![Unread::of(first)];
        let Some(one) = found.first() else {
            self.end_without_seats(clock);
            return false;
        };
        self.seats.clear();
        for Found { seat, taking, .. } in found {
            self.seats.push(Taken {
                seat: *seat,
                taking: *taking,
                has_left: false,
            });
            match self.unread(*taking) {
                Some(unread) => unread.seats += 1,
                None => self.takings.push(Unread {
                    taking: *taking,
                    seats: 1,
                }),
            }
        }
        self.stage = match (one.until, self.stage) {
            (None, booked @ Stage::Booked { .. }) => booked,
            (None, _) => Stage::Booked { at: clock },
            // Where the word knows nothing of the time for paying, the hold was never put in 'paying' for good.
            (Some(until), Stage::Paying) if until >= self.deadline => Stage::Paying,
            (Some(_), _) => Stage::Held,
        };
        if let Some(until) = one.until {
            self.deadline = until;
        }
        true
    }

    /// No word names it: it has ended, at the latest by the time of the last batch.
    fn end_without_seats(&mut self, clock: Moment) {
        let how = match self.stage {
            Stage::Ended(_) => None,
            Stage::Booked { .. } => Some(How::Cancelled),
            Stage::Held | Stage::Paying => Some(How::Expired),
        };
        if let Some(how) = how {
            let _left = self.end(how, clock.min(self.deadline));
        }
        self.seats
            .iter_mut()
            .for_each(|taken| taken.has_left = true);
    }
}

fn taking(reading: &mut Reading<'_>) -> Result<TakingId, Unreadable> {
    TakingId::new(reading.number()?).ok_or(Unreadable::Field("taking"))
}

const fn number(stage: Stage) -> (u8, Moment) {
    match stage {
        Stage::Held => (0, Moment::from_nanos(0)),
        Stage::Paying => (1, Moment::from_nanos(0)),
        Stage::Booked { at } => (2, at),
        Stage::Ended(End { how, at }) => match how {
            How::Released => (3, at),
            How::Expired => (4, at),
            How::Cancelled => (5, at),
        },
    }
}

const fn stage(number: u8, at: Moment) -> Option<Stage> {
    let how = match number {
        0 => return Some(Stage::Held),
        1 => return Some(Stage::Paying),
        2 => return Some(Stage::Booked { at }),
        3 => How::Released,
        4 => How::Expired,
        5 => How::Cancelled,
        _ => return None,
    };
    Some(Stage::Ended(End { how, at }))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{super::Token, *};

    const FIRST: TakingId = TakingId::FIRST;

    fn hold() -> Hold {
        let begins = Begins {
            event: EventId::new(3),
            user: User::new("ada"),
            token: Some(Token::new([7; 16]).hash()),
            order: Some("order 12".into()),
            now: Moment::from_ticks(5),
            deadline: Moment::from_ticks(50),
            is_counted: true,
        };
        Hold::with_id(
            HoldId::new(FIRST, crate::ids::Place::ALONE, u64::MAX),
            begins,
            smallvec![Unread::of(FIRST)],
        )
    }

    fn note(hold: &Hold) -> Bytes {
        hold.record(Fields::default()).end()
    }

    fn again(hold: &Hold) -> Hold {
        Hold::recorded(hold.id(), &note(hold)).expect("what was written")
    }

    fn found(seat: u32, until: Option<u64>) -> Found {
        Found {
            seat: SeatId::new(seat),
            taking: FIRST,
            until: until.map(Moment::from_ticks),
        }
    }

    #[test]
    fn a_hold_is_read_as_it_was_written_at_each_stage() {
        let at = Moment::from_ticks(9);
        let ended = [How::Released, How::Expired, How::Cancelled];
        let ended = ended.map(|how| Stage::Ended(End { how, at }));
        for stage in [Stage::Held, Stage::Paying, Stage::Booked { at }]
            .into_iter()
            .chain(ended)
        {
            let hold = hold();
            hold.cart().stage = stage;
            hold.cart().expect([SeatId::new(4), SeatId::new(2)], FIRST);
            let again = again(&hold);
            assert_eq!(note(&again), note(&hold));
            assert_eq!((again.id(), again.user()), (hold.id(), hold.user()));
            assert!(again.opens_with(&Token::new([7; 16])));
            assert!(!again.opens_with(&Token::new([8; 16])));
        }
    }

    #[test]
    fn a_cart_that_is_ahead_of_the_words_goes_back_to_what_they_say() {
        let (hold, clock) = (hold(), Moment::from_ticks(20));
        let mut cart = hold.cart();
        cart.stage = Stage::Booked { at: clock };
        assert!(cart.settle(FIRST, &[found(2, Some(50)), found(4, Some(50))], clock));
        assert_eq!((cart.stage, cart.seats.len()), (Stage::Held, 2));
        assert_eq!(cart.unread(FIRST).map(|unread| unread.seats), Some(2));
        assert!(cart.settle(FIRST, &[found(2, None)], clock));
        assert_eq!(cart.stage, Stage::Booked { at: clock });
        assert!(cart.settle(FIRST, &[found(2, Some(50))], clock));
        assert_eq!(cart.stage, Stage::Held);
        assert!(cart.settle(FIRST, &[found(2, None)], clock));
        assert!(!cart.settle(FIRST, &[], clock));
        assert!(matches!(cart.stage, Stage::Ended(end) if end.how == How::Cancelled));
    }

    /// A `pay` that was never durable left 'paying' behind in the cart, which was written ahead of it. After the restart
    /// the hold had its one `pay` used up, and none of the time that it had brought.
    #[test]
    fn a_hold_is_paying_only_with_the_time_for_paying() {
        let (hold, clock) = (hold(), Moment::from_ticks(20));
        let mut cart = hold.cart();
        (cart.stage, cart.deadline) = (Stage::Paying, Moment::from_ticks(80));
        assert!(cart.settle(FIRST, &[found(2, Some(80))], clock));
        assert_eq!(cart.stage, Stage::Paying);
        assert!(cart.settle(FIRST, &[found(2, Some(50))], clock));
        assert_eq!(cart.stage, Stage::Held);
    }
}
