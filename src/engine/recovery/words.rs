//! What the words of a ledger say, and what a start makes of them.

use std::{ops::Range, time::Duration};

use super::{super::record::Seated, RecoveryError, Told, owner};
use crate::{
    event::Found,
    ids::{EventId, Lsn, SeatId},
    ledger::{Note, State},
    limits::BLOCK_SEATS,
    seat::{Change, Seat, SeatWord},
    tape::{Entry, Record},
    tick::Moment,
};

/// The words as they are from the start on.
#[derive(Debug, Default)]
pub(crate) struct Amended {
    /// Of each event, in their order: its seats that are not as if never taken.
    pub(crate) words: Vec<Vec<(SeatId, SeatWord)>>,
    /// What the start has changed, by the seats' numbers over all events.
    pub(crate) records: Vec<Record>,
    /// The last of these changes, or the last before them.
    pub(crate) through: Lsn,
    /// Seats of no event.
    pub(crate) strays: Vec<Note>,
}

impl Amended {
    pub(super) fn of(
        state: &State,
        seated: &[(EventId, Seated)],
        now: Moment,
        grace: Duration,
    ) -> Self {
        let mut amended = Self {
            words: seated.iter().map(|_| Vec::new()).collect(),
            through: state.through(),
            ..Self::default()
        };
        let grounds: Vec<Range<u32>> = seated.iter().map(|(_, event)| ground(event)).collect();
        let mut place = 0;
        for (seat, word) in state.words() {
            while grounds
                .get(place)
                .is_some_and(|ground| ground.end <= seat.get())
            {
                place += 1;
            }
            match grounds
                .get(place)
                .filter(|ground| ground.contains(&seat.get()))
            {
                None => amended.stray(seat),
                Some(ground) => {
                    let word = amended.amend(seat, word, state.clock(), now, grace);
                    let seat = SeatId::new(seat.get() - ground.start);
                    amended.words[place].push((seat, word));
                }
            }
        }
        amended
    }

    /// The seats of holds, by the words that name one of their takings: the hold's place in `told`, and the seat. Holds
    /// are in order, and so are the seats of each.
    ///
    /// # Errors
    /// [`RecoveryError::Taking`].
    pub(super) fn found(
        &self,
        told: &Told,
        now: Moment,
    ) -> Result<Vec<(usize, Found)>, RecoveryError> {
        let mut owners = Vec::with_capacity(told.holds.len());
        for (place, hold) in told.holds.iter().enumerate() {
            // What it took first is what most holds have taken only.
            let first = hold.id().first();
            let cart = hold.cart();
            let others = cart.taking_ids().filter(|taking| Some(*taking) != first);
            let takings = first.into_iter().chain(others);
            owners.extend(takings.map(|taking| ((hold.event(), taking), place)));
        }
        let mut owned = Vec::with_capacity(told.holds.len());
        for ((event, seated), words) in told.seated.iter().zip(&self.words) {
            for (seat, word) in words {
                let Some((taking, until)) = owner(*word, now) else {
                    continue;
                };
                let number = SeatId::new(ground(seated).start + seat.get());
                let seat = *seat;
                let found = Found {
                    seat,
                    taking,
                    until,
                };
                owned.push(((*event, taking), number, found));
            }
        }
        // Joined by sorting: there are millions of both, and in a table each look-up would be a miss of the cache.
        owners.sort_unstable();
        owned.sort_unstable_by_key(|(owner, number, _)| (*owner, *number));
        let mut owners = owners.into_iter().peekable();
        let mut join = |(owner, number, found): (_, _, Found)| {
            while owners.next_if(|(other, _)| *other < owner).is_some() {}
            match owners.peek() {
                Some((other, place)) if *other == owner => Ok((*place, found)),
                _ => Err(RecoveryError::Taking(number, found.taking)),
            }
        };
        let found: Result<Vec<_>, _> = owned.into_iter().map(&mut join).collect();
        let mut found = found?;
        found.sort_unstable_by_key(|(place, found)| (*place, found.seat));
        Ok(found)
    }

    fn amend(
        &mut self,
        seat: SeatId,
        before: SeatWord,
        last: Moment,
        now: Moment,
        grace: Duration,
    ) -> SeatWord {
        let Seat::Held { taking, until } = before.view() else {
            return before;
        };
        let deadline = until.moment_near(last);
        let is_saved = deadline > last && !grace.is_zero();
        let kept_until = if is_saved {
            deadline.max(now.plus(grace).rounded_up())
        } else {
            deadline
        };
        let lsn = self.through.plus(1);
        let after = if kept_until <= now {
            SeatWord::available(lsn)
        } else {
            SeatWord::held(taking, kept_until.tick())
        };
        if after != before {
            self.through = lsn;
            let change = Change {
                seat,
                before,
                after,
                rest: 0,
            };
            self.records.push(Record {
                lsn,
                entry: Entry::Change(change),
            });
        }
        after
    }

    fn stray(&mut self, seat: SeatId) {
        let end = SeatId::new(seat.get() + 1);
        match self.strays.last_mut() {
            Some(Note::Fresh { seats }) if seats.end == seat => seats.end = end,
            _ => self.strays.push(Note::Fresh { seats: seat..end }),
        }
    }
}

fn ground(event: &Seated) -> Range<u32> {
    // An event that lies beyond all numbers is found out when its plot is asked for.
    let first = event.lot.blocks.0.saturating_mul(BLOCK_SEATS);
    first..first.saturating_add(event.seats)
}
