//! What a user has, as far as he was told.

use std::{collections::VecDeque, slice};

use seatlock::{
    ids::{SeatId, TakingId},
    limits::TAKINGS_MAX,
    tick::Tick,
};

/// Holds, and bookings, that one user keeps at most.
const KEPT_MAX: u32 = 4;

/// Seats that were taken together.
#[derive(Debug, Clone)]
pub struct Taking {
    /// Under this id.
    pub id: TakingId,
    /// Until then.
    pub until: Tick,
    /// These.
    pub seats: Party,
}

/// One seat, or several. Most are one, and need no allocation.
#[derive(Debug, Clone)]
pub enum Party {
    /// One.
    One(SeatId),
    /// Several, in ascending order.
    Many(Box<[SeatId]>),
}

/// Everything that a user has.
#[derive(Debug)]
pub struct Basket {
    held: Vec<Taking>,
    booked: Vec<Taking>,
    kept_max: usize,
}

/// Holds that were left alone, and that somebody comes back to when their deadlines come. Time is long and operations
/// are short, so without a bound all seats would soon be held by nobody who cares.
#[derive(Debug)]
pub struct Forgotten {
    takings: VecDeque<Taking>,
    at_once_max: usize,
    /// Where the share is less than one seat: of so many times a hold's length one is spent on a forgotten hold.
    one_in: u32,
    not_before: Option<Tick>,
}

impl Party {
    /// The seats.
    pub fn seats(&self) -> &[SeatId] {
        match self {
            Self::One(seat) => slice::from_ref(seat),
            Self::Many(seats) => seats,
        }
    }
}

impl Basket {
    /// The basket of one of `users`, which leaves about half of the seats to the others.
    pub fn of(users: u32, seats: u32) -> Self {
        let kept_max = (seats / users.saturating_mul(4).max(1)).clamp(1, KEPT_MAX);
        Self {
            held: Vec::new(),
            booked: Vec::new(),
            kept_max: kept_max as usize,
        }
    }

    /// Remembers a hold.
    pub fn hold(&mut self, taking: Taking) {
        self.held.push(taking);
    }

    /// Remembers a booking.
    pub fn book(&mut self, taking: Taking) {
        self.booked.push(taking);
    }

    /// Takes out one of the holds, chosen by any number.
    pub fn take_held(&mut self, any: usize) -> Option<Taking> {
        (!self.held.is_empty()).then(|| self.held.swap_remove(any % self.held.len()))
    }

    /// Takes out the oldest booking.
    pub fn take_booked(&mut self) -> Option<Taking> {
        (!self.booked.is_empty()).then(|| self.booked.remove(0))
    }

    /// Whether there are as many holds as a user keeps.
    pub fn is_full(&self) -> bool {
        self.held.len() >= self.kept_max
    }

    /// Whether there are as many bookings as a user keeps.
    pub fn is_sated(&self) -> bool {
        self.booked.len() >= self.kept_max
    }
}

impl Forgotten {
    /// What one of `threads` may leave to expire: together an eighth of the seats at once.
    pub fn of(threads: u32, seats: u32) -> Self {
        let shares = threads.saturating_mul(8);
        let at_once_max = (seats / shares).max(1) as usize;
        Self {
            takings: VecDeque::new(),
            at_once_max,
            one_in: shares.div_ceil(seats),
            not_before: None,
        }
    }

    /// Whether one more may be forgotten now.
    pub fn has_room(&self, now: Tick) -> bool {
        self.takings.len() < self.at_once_max
            && self.not_before.is_none_or(|tick| tick.reached_at(now))
    }

    /// Forgets a hold.
    pub fn forget(&mut self, taking: Taking, now: Tick) {
        let left = u32::try_from(taking.until.since(now)).unwrap_or(0);
        self.not_before = (self.one_in > 1).then(|| now.plus(left.saturating_mul(self.one_in)));
        self.takings.push_back(taking);
    }

    /// Takes out the oldest if its deadline has come.
    pub fn remember(&mut self, now: Tick) -> Option<Taking> {
        self.takings
            .pop_front_if(|taking| taking.until.reached_at(now))
    }
}

/// The ids of one line: every id whose remainder over all lines is the line's number. So no two lines share one, and
/// the auditor sees from an id whose it is and, because they are counted upwards, that it is new.
#[derive(Debug)]
pub struct Takings {
    last: u32,
    first: u32,
    stride: u32,
}

impl Takings {
    /// The ids of line `line` of `lines`.
    pub fn of_line(line: u32, lines: u32) -> Self {
        // Zero is nobody's, so line 0 begins one stride later.
        let first = if line == 0 { lines } else { line };
        Self {
            last: 0,
            first,
            stride: lines,
        }
    }

    /// The next one; after the last comes the first, whose seat nobody has held for a billion takings.
    pub fn fresh(&mut self) -> TakingId {
        let next = if self.last == 0 {
            self.first
        } else {
            self.last + self.stride
        };
        self.last = if next > TAKINGS_MAX { self.first } else { next };
        TakingId::new(self.last).unwrap_or(TakingId::FIRST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_share_no_id_and_an_id_tells_its_line() {
        let mut all: Vec<u32> = Vec::new();
        for line in 0..3 {
            let mut takings = Takings::of_line(line, 3);
            let ids: Vec<_> = (0..100).map(|_| takings.fresh().get()).collect();
            assert!(ids.iter().all(|id| id % 3 == line) && ids.is_sorted());
            all.extend(ids);
        }
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn after_the_last_id_of_a_line_comes_its_first() {
        let mut takings = Takings::of_line(2, 5);
        takings.last = TAKINGS_MAX - 1;
        assert_eq!(takings.fresh().get(), 2);
    }

    fn taking(number: u32, until: u32) -> Taking {
        let id = TakingId::new(number).expect("small");
        Taking {
            id,
            until: Tick::new(until),
            seats: Party::One(SeatId::new(number)),
        }
    }

    #[test]
    fn a_basket_is_full_at_its_share_of_the_seats() {
        for (users, seats, kept_max) in [(16, 64, 1), (4, 64, 4), (1, 1_000_000, 4), (1_000, 1, 1)]
        {
            let mut basket = Basket::of(users, seats);
            (0..kept_max).for_each(|number| {
                assert!(!basket.is_full() && !basket.is_sated());
                basket.hold(taking(number + 1, 0));
                basket.book(taking(number + 1, 0));
            });
            assert!(basket.is_full() && basket.is_sated());
        }
    }

    #[test]
    fn what_was_forgotten_is_remembered_at_its_deadline_and_makes_room_then() {
        let mut forgotten = Forgotten::of(4, 64);
        let now = Tick::new(0);
        (0..2).for_each(|number| {
            assert!(forgotten.has_room(now));
            forgotten.forget(taking(number + 1, 10), now);
        });
        assert!(!forgotten.has_room(now));
        assert!(forgotten.remember(Tick::new(9)).is_none());
        assert_eq!(
            forgotten
                .remember(Tick::new(10))
                .map(|taking| taking.id.get()),
            Some(1)
        );
        assert!(forgotten.has_room(now));
    }

    #[test]
    fn the_only_seat_is_forgotten_an_eighth_of_the_time_by_all_threads_together() {
        let mut forgotten = Forgotten::of(4, 1);
        forgotten.forget(taking(1, 110), Tick::new(100));
        assert!(forgotten.remember(Tick::new(110)).is_some());
        assert!(!forgotten.has_room(Tick::new(100 + 32 * 10 - 1)));
        assert!(forgotten.has_room(Tick::new(100 + 32 * 10)));
    }
}
