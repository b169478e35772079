//! What may be asked of a seat, and what follows from its word, the time and who asks.
//!
//! [`Step::decide`] is a pure function: the map and the groups ask it, the tests go through all of its cases, and
//! the stress replays the tape with it.
//!
//! | step | free | held, live, mine | held, live, another's | hold expired | booked, mine | booked, another's | withheld |
//! |---|---|---|---|---|---|---|---|
//! | hold | **held** | held | held | **held** | booked | booked | withheld |
//! | book | **booked** | held | held | **booked** | booked | booked | withheld |
//! | confirm | not held | **booked** | not yours | expired | already | booked | withheld |
//! | release | not held | **free** | not yours | expired | booked | booked | withheld |
//! | extend | not held | **held**, already, shorter | not yours | expired | booked | booked | withheld |
//! | cancel | not booked | not booked | not booked | not booked | **free** | not yours | withheld |
//! | block | **withheld** | held | held | **withheld** | booked | booked | already |
//! | unblock | not withheld | not withheld | not withheld | not withheld | not withheld | not withheld | **free** |
//! | expire | not held | unexpired | unexpired | **free** | not held | not held | not held |

use super::word::{Seat, SeatWord};
use crate::{
    ids::{Lsn, TakingId},
    mutation::{self, Mutation},
    tick::Tick,
};

/// A change of one seat that somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Hold a free seat, or one whose hold has expired, until a deadline. The taking must be a fresh one.
    Hold {
        /// Who takes it.
        taking: TakingId,
        /// The first tick at which the hold will have expired.
        until: Tick,
    },
    /// Book a free seat, or one whose hold has expired, without holding it first. The taking must be a fresh one.
    Book {
        /// Who takes it.
        taking: TakingId,
    },
    /// Book the seat that this taking holds.
    Confirm {
        /// Who holds it.
        taking: TakingId,
    },
    /// Give back the seat that this taking holds.
    Release {
        /// Who holds it.
        taking: TakingId,
    },
    /// Move the deadline of this taking's hold to a later tick.
    Extend {
        /// Who holds it.
        taking: TakingId,
        /// The new deadline.
        until: Tick,
    },
    /// Free the seat that this taking has booked.
    Cancel {
        /// Who booked it.
        taking: TakingId,
    },
    /// Withhold a free seat from sale.
    Block,
    /// Put a withheld seat on sale.
    Unblock,
    /// Free a seat whose hold has expired: the wheel's step.
    Expire,
}

/// Why a seat was not changed. Each names what was seen, not what was wished for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Somebody holds it, and the deadline has not come.
    Held,
    /// It is sold.
    Booked,
    /// It is not for sale.
    Withheld,
    /// Nobody holds it.
    NotHeld,
    /// Another taking holds it or has booked it.
    NotYours,
    /// The deadline has come.
    Expired,
    /// The deadline that was asked for lies before the one that the hold has.
    Shorter,
    /// It is not sold.
    NotBooked,
    /// It is for sale.
    NotWithheld,
    /// The deadline has not come, so the wheel has no business here.
    Unexpired,
    /// Alone it would have been [`Decision::Already`]; in a group whose other seats would change, it must change
    /// too or be left out.
    Unchanged,
}

/// What follows from a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The seat is to become this.
    Become(Next),
    /// It is as asked for; nothing changes.
    Already,
    /// It stays as it is.
    Refuse(Refusal),
}

/// What a seat is to become; a word as soon as the change has its LSN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Free.
    Free,
    /// Held by a taking until a deadline.
    Held(TakingId, Tick),
    /// Sold to a taking.
    Booked(TakingId),
    /// Not for sale.
    Withheld,
}

impl Next {
    /// The word that the change with this LSN leaves.
    #[inline]
    pub fn word(self, lsn: Lsn) -> SeatWord {
        match self {
            Self::Free if mutation::is(Mutation::NoLsnInAvailable) => SeatWord::FRESH,
            Self::Free => SeatWord::available(lsn),
            Self::Held(taking, until) => SeatWord::held(taking, until),
            Self::Booked(taking) => SeatWord::booked(taking, lsn),
            Self::Withheld => SeatWord::withheld(lsn),
        }
    }
}

impl Step {
    /// What follows from this step for a seat with this word at this time.
    ///
    /// # Panics
    /// For a word in change: a seat has to be settled before anything can be decided about it.
    #[inline(always)]
    pub fn decide(self, word: SeatWord, now: Tick) -> Decision {
        let seat = word.view();
        match self {
            Self::Hold { taking, until } => take(seat, now, Next::Held(taking, until)),
            Self::Book { taking } => take(seat, now, Next::Booked(taking)),
            Self::Block => match seat {
                Seat::Withheld { .. } => Decision::Already,
                _ => take(seat, now, Next::Withheld),
            },
            Self::Confirm { taking } => match seat {
                Seat::Booked { taking: by, .. } if by == taking => Decision::Already,
                _ => with_hold(seat, taking, now, |_| {
                    Decision::Become(Next::Booked(taking))
                }),
            },
            Self::Release { taking } => {
                with_hold(seat, taking, now, |_| Decision::Become(Next::Free))
            }
            Self::Extend { taking, until } => {
                with_hold(seat, taking, now, |old| match until.since(old) {
                    0 => Decision::Already,
                    ..0 => Decision::Refuse(Refusal::Shorter),
                    _ => Decision::Become(Next::Held(taking, until)),
                })
            }
            Self::Cancel { taking } => cancel(seat, taking),
            Self::Unblock => match seat {
                Seat::Withheld { .. } => Decision::Become(Next::Free),
                _ => Decision::Refuse(Refusal::NotWithheld),
            },
            Self::Expire => expire(seat, now),
        }
    }
}

/// What `next` becomes of a seat that is to be taken: only a free one can be, or one whose hold has expired.
#[inline]
fn take(seat: Seat, now: Tick, next: Next) -> Decision {
    match seat {
        Seat::Available { .. } => Decision::Become(next),
        Seat::Held { until, .. } if until.reached_at(now) => Decision::Become(next),
        Seat::Held { .. } => Decision::Refuse(Refusal::Held),
        Seat::Booked { .. } => Decision::Refuse(Refusal::Booked),
        Seat::Withheld { .. } => Decision::Refuse(Refusal::Withheld),
        Seat::InChange(_) => in_change(),
    }
}

/// What follows for a seat that only its live hold's owner may change; `then` is given the hold's deadline.
#[inline]
fn with_hold(
    seat: Seat,
    taking: TakingId,
    now: Tick,
    then: impl FnOnce(Tick) -> Decision,
) -> Decision {
    match seat {
        Seat::Held { until, .. } if until.reached_at(now) => Decision::Refuse(Refusal::Expired),
        Seat::Held { taking: by, until } if by == taking => then(until),
        Seat::Held { .. } => Decision::Refuse(Refusal::NotYours),
        Seat::Available { .. } => Decision::Refuse(Refusal::NotHeld),
        Seat::Booked { .. } => Decision::Refuse(Refusal::Booked),
        Seat::Withheld { .. } => Decision::Refuse(Refusal::Withheld),
        Seat::InChange(_) => in_change(),
    }
}

#[inline]
fn cancel(seat: Seat, taking: TakingId) -> Decision {
    match seat {
        Seat::Booked { taking: by, .. } if by == taking => Decision::Become(Next::Free),
        Seat::Booked { .. } => Decision::Refuse(Refusal::NotYours),
        Seat::Withheld { .. } => Decision::Refuse(Refusal::Withheld),
        Seat::Available { .. } | Seat::Held { .. } => Decision::Refuse(Refusal::NotBooked),
        Seat::InChange(_) => in_change(),
    }
}

#[inline]
fn expire(seat: Seat, now: Tick) -> Decision {
    match seat {
        Seat::Held { until, .. }
            if until.reached_at(now) || mutation::is(Mutation::WheelFreesUnexpired) =>
        {
            Decision::Become(Next::Free)
        }
        Seat::Held { .. } => Decision::Refuse(Refusal::Unexpired),
        _ => Decision::Refuse(Refusal::NotHeld),
    }
}

#[cold]
fn in_change() -> ! {
    unreachable!("a seat in change is settled before anything is decided about it")
}

#[cfg(test)]
mod tests;
