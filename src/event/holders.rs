//! Which user is behind which taking.
//!
//! A seat's word has room for a number, not for a name. Every request that takes a seat gets a fresh number here, and
//! its record stands before the seat's CAS, so whoever sees the number in a word can ask for the user. The scribe,
//! which sees every change in order, removes the record when the hold has ended.
//!
//! The table is sharded, each shard behind a lock that is held for one insertion, look-up or removal. The seats know
//! nothing of it: whoever changes them by taking alone waits for nobody.
//!
//! Bounded by the seats: besides the takings that hold or have booked one there are only those of requests under way
//! and those whose end the scribe has not read yet.

use dashmap::{DashMap, Entry};

use super::user::User;
use crate::{
    ids::TakingId,
    seat::{Change, Seat, SeatWord},
    sync::atomic::{AtomicU64, Ordering},
};

/// The users of all takings that hold or have booked a seat.
#[derive(Debug, Default)]
pub struct Holders {
    records: DashMap<TakingId, User>,
    numbers: AtomicU64,
}

impl Holders {
    /// Nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives a user a fresh taking. Numbers wrap after a billion takings; those still in use are skipped.
    pub fn admit(&self, user: User) -> TakingId {
        loop {
            let taking = self.next_number();
            if let Entry::Vacant(place) = self.records.entry(taking) {
                place.insert(user);
                return taking;
            }
        }
    }

    /// Forgets a taking that has taken nothing.
    pub fn dismiss(&self, taking: TakingId) {
        self.records.remove(&taking);
    }

    /// Whether this user is behind this taking. False as well if the taking has ended, so ask the seat again before
    /// you say that it is another's.
    pub fn is(&self, taking: TakingId, user: &User) -> bool {
        self.records
            .get(&taking)
            .is_some_and(|record| *record == *user)
    }

    /// Forgets the taking that a change has ended, if it has ended one: the scribe calls this for each change.
    pub fn note(&self, change: &Change) {
        match (owner(change.before), owner(change.after)) {
            (Some(before), after) if after != Some(before) => self.dismiss(before),
            _ => {}
        }
    }

    /// How many takings are remembered.
    pub fn count(&self) -> usize {
        self.records.len()
    }

    fn next_number(&self) -> TakingId {
        // Relaxed: that no two get the same number is all that is asked.
        let count = self.numbers.fetch_add(1, Ordering::Relaxed);
        let number = count % u64::from(crate::limits::TAKINGS_MAX) + 1;
        let number = u32::try_from(number).ok().and_then(TakingId::new);
        number.expect("the remainder and one are within the numbers that there are")
    }
}

/// The taking that a word names.
fn owner(word: SeatWord) -> Option<TakingId> {
    match word.view() {
        Seat::Held { taking, .. } | Seat::Booked { taking, .. } => Some(taking),
        Seat::Available { .. } | Seat::Withheld { .. } | Seat::InChange(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::{Lsn, SeatId},
        limits,
        tick::Tick,
    };

    fn change(before: SeatWord, after: SeatWord) -> Change {
        Change {
            seat: SeatId::new(0),
            before,
            after,
            rest: 0,
        }
    }

    #[test]
    fn a_taking_is_remembered_until_its_hold_or_booking_ends() {
        let holders = Holders::new();
        let user = User::new("ada");
        let taking = holders.admit(user.clone());
        let held = SeatWord::held(taking, Tick::new(5));
        let booked = SeatWord::booked(taking, Lsn::new(2));
        holders.note(&change(SeatWord::FRESH, held));
        holders.note(&change(held, booked));
        assert!(holders.is(taking, &user) && !holders.is(taking, &User::new("bob")));
        holders.note(&change(booked, SeatWord::available(Lsn::new(3))));
        assert_eq!(holders.count(), 0);
    }

    #[test]
    fn a_steal_ends_the_taking_that_it_steals_from_alone() {
        let holders = Holders::new();
        let [old, new] = ["ada", "bob"].map(|name| holders.admit(User::new(name)));
        holders.note(&change(
            SeatWord::held(old, Tick::new(5)),
            SeatWord::held(new, Tick::new(9)),
        ));
        assert!(!holders.is(old, &User::new("ada")) && holders.is(new, &User::new("bob")));
    }

    #[test]
    fn numbers_wrap_and_skip_the_ones_in_use() {
        let holders = Holders::new();
        let first = holders.admit(User::new("ada"));
        assert_eq!(first, TakingId::FIRST);
        holders
            .numbers
            .store(u64::from(limits::TAKINGS_MAX) - 1, Ordering::Relaxed);
        assert_eq!(holders.admit(User::new("bob")).get(), limits::TAKINGS_MAX);
        assert_eq!(
            holders.admit(User::new("eve")),
            first.next(),
            "ada still has the first"
        );
    }
}
