//! All holds, by the numbers that the words of their seats carry.
//!
//! A seat's word has room for a number, not for a name. Every request that takes seats gets a fresh number here, its
//! taking, and the record stands before the seats' CAS, so whoever sees the number in a word can ask for the record.
//! The scribe, which sees every change in order, puts a record away when all that it took has ended; until then it
//! can be found by each of its takings, also by a scribe that has yet to read how it began.
//!
//! The table is sharded, each shard behind a lock that is held for one insertion, look-up or removal. The seats know
//! nothing of it: whoever changes them by taking alone waits for nobody.
//!
//! **Bounded** by the seats: besides the holds that have one there are only those of requests under way and those
//! whose end the scribe has not read yet. Of the ended ones the last [`limits::ENDED_HOLDS_MAX`] are kept.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use dashmap::{DashMap, Entry};
use hashbrown::HashMap;
use smallvec::smallvec;

use super::{
    cart::{Cart, Left, Unread},
    hold::{Begins, Hold},
    taking_hash::TakingHash,
};
use crate::{
    ids::{EventId, HoldId, Place, TakingId},
    limits,
    seat::{Change, Seat, SeatWord},
    sync::atomic::{AtomicU64, Ordering},
};

/// The records of all holds and bookings, and of the last that have ended.
#[derive(Debug, Default)]
pub struct Holds {
    by_taking: DashMap<TakingId, Arc<Hold>, TakingHash>,
    numbers: AtomicU64,
    place: Place,
    ended: Mutex<Ended>,
}

/// The ended holds, oldest first. One that was booked late and ended again is in it twice, of which the later counts.
#[derive(Debug, Default)]
struct Ended {
    by_id: HashMap<HoldId, (Arc<Hold>, u64)>,
    queue: VecDeque<(HoldId, u64)>,
    count: u64,
    /// Those of which nothing is left, for the ledger, if there is one.
    forgotten: Option<Vec<HoldId>>,
}

impl Holds {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// None yet; those that are forgotten are told of ([`Holds::take_forgotten`]), for a ledger to forget them too.
    pub fn in_ledger() -> Self {
        let holds = Self::default();
        holds.ended().forgotten = Some(Vec::new());
        holds
    }

    /// With ids that say that they are of this place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// A new hold, and its first taking. Of `chance` comes the part of its id that is random.
    pub fn begin(&self, begins: Begins, chance: u64) -> (Arc<Hold>, TakingId) {
        loop {
            let taking = self.next_number();
            if let Entry::Vacant(place) = self.by_taking.entry(taking) {
                let hold = Arc::new(Hold::new(begins, taking, self.place, chance));
                place.insert(Arc::clone(&hold));
                return (hold, taking);
            }
        }
    }

    /// A further taking for a hold. Numbers wrap after a billion takings; those still in use are skipped.
    ///
    /// The caller has the hold's cart locked and passes its takings, to which the new one is added.
    pub fn admit(&self, hold: &Arc<Hold>, cart: &mut Cart) -> TakingId {
        loop {
            let taking = self.next_number();
            if let Entry::Vacant(place) = self.by_taking.entry(taking) {
                place.insert(Arc::clone(hold));
                cart.takings.push(Unread::of(taking));
                return taking;
            }
        }
    }

    /// Forgets a taking under which there is nothing.
    pub fn dismiss(&self, taking: TakingId, cart: &mut Cart) {
        self.by_taking.remove(&taking);
        cart.takings.retain(|unread| unread.taking != taking);
    }

    /// Finds an ended hold by its id in the table of those alive again, before it takes seats once more. False: its
    /// number has come around and is another's; it cannot be revived.
    pub fn revive(&self, hold: &Arc<Hold>, cart: &mut Cart) -> bool {
        if !cart.is_put_away {
            return true;
        }
        let Some(first) = hold.id().first() else {
            return false;
        };
        let Entry::Vacant(place) = self.by_taking.entry(first) else {
            return false;
        };
        place.insert(Arc::clone(hold));
        cart.takings = smallvec![Unread::of(first)];
        cart.is_put_away = false;
        true
    }

    /// Puts a hold away that has nothing any more and of which the scribe has nothing left to read.
    pub fn put_away_if_over(&self, hold: &Arc<Hold>, cart: &mut Cart) {
        if !cart.is_read() || cart.is_put_away {
            return;
        }
        cart.is_put_away = true;
        // First here, then not there: it can be found at each moment.
        self.ended().push(hold);
        for unread in cart.takings.drain(..) {
            self.by_taking.remove(&unread.taking);
        }
    }

    /// The hold behind a taking. None as well if it has ended, so ask the seat again before you say that there is
    /// none.
    pub fn of(&self, taking: TakingId) -> Option<Arc<Hold>> {
        self.by_taking.get(&taking).map(|hold| Arc::clone(&hold))
    }

    /// The hold or booking with this id, alive or among the last that have ended.
    pub fn find(&self, id: HoldId) -> Option<Arc<Hold>> {
        id.first()
            .and_then(|first| self.of(first))
            .filter(|hold| hold.id() == id)
            .or_else(|| {
                self.ended()
                    .by_id
                    .get(&id)
                    .map(|(hold, _)| Arc::clone(hold))
            })
    }

    /// The holds and bookings of an event that are alive, in no order. A part of the table is locked at a time, so what
    /// comes and goes meanwhile may be among them or not.
    pub fn of_event(&self, event: EventId) -> Vec<Arc<Hold>> {
        let first = |taking: &TakingId, hold: &Arc<Hold>| hold.id().first() == Some(*taking);
        let holds = self.by_taking.iter();
        holds
            .filter(|entry| entry.event() == event && first(entry.key(), entry.value()))
            .map(|entry| Arc::clone(entry.value()))
            .collect()
    }

    /// Takes note that a change has ended a taking's hold of a seat, if it has: the scribe calls this for each change,
    /// in order. Answers with the hold, and with what has left it by that without anybody's knowing: requests take their
    /// seats off the list themselves, so what is still on it has expired.
    pub fn note(&self, change: &Change) -> Option<(Arc<Hold>, Option<Left>)> {
        let taking = owner(change.before)?;
        if owner(change.after) == Some(taking) {
            return None;
        }
        let hold = self.of(taking)?;
        let mut cart = hold.cart();
        let left = cart.lapse(change.seat, taking);
        self.read_end(&hold, &mut cart, taking);
        drop(cart);
        Some((hold, left))
    }

    /// The holds that were forgotten since this was asked the last time. One that was booked late meanwhile is there
    /// again.
    pub fn take_forgotten(&self) -> Vec<HoldId> {
        let mut forgotten = match &mut self.ended().forgotten {
            None => return Vec::new(),
            Some(forgotten) => std::mem::take(forgotten),
        };
        forgotten.retain(|id| self.find(*id).is_none());
        forgotten
    }

    /// Takes back a hold that was recorded, once its cart was settled: alive if it has seats, or among the ended ones, the
    /// oldest first. False: its takings are another's.
    pub fn restore(&self, hold: &Arc<Hold>) -> bool {
        let mut cart = hold.cart();
        if cart.seats.iter().all(|taken| taken.has_left) {
            cart.takings.clear();
            cart.is_put_away = true;
            self.ended().push(hold);
            return true;
        }
        let mut taken = cart.takings.iter().map(|unread| unread.taking);
        taken.all(|taking| match self.by_taking.entry(taking) {
            Entry::Vacant(place) => {
                place.insert(Arc::clone(hold));
                true
            }
            Entry::Occupied(_) => false,
        })
    }

    /// How many takings have had a number so far.
    pub fn numbered(&self) -> u64 {
        // Relaxed: that it is not less than it was when a taking was handed on is seen to by what handed it on.
        self.numbers.load(Ordering::Relaxed)
    }

    /// Goes on behind so many takings.
    pub fn resume_at(&self, numbered: u64) {
        // Relaxed: nobody else is there yet.
        self.numbers.store(numbered, Ordering::Relaxed);
    }

    /// Forgets a hold, with all of its takings, and without a trace: its event is gone.
    pub fn forget(&self, taking: TakingId) -> Option<Arc<Hold>> {
        let hold = self.of(taking)?;
        for unread in hold.cart().takings.drain(..) {
            self.by_taking.remove(&unread.taking);
        }
        self.ended().forget(hold.id());
        Some(hold)
    }

    /// How many takings can be found.
    pub fn taking_count(&self) -> usize {
        self.by_taking.len()
    }

    /// The scribe has read that a seat has left a taking. A taking that has none left is forgotten, but for the first,
    /// under which the hold is found.
    fn read_end(&self, hold: &Arc<Hold>, cart: &mut Cart, taking: TakingId) {
        let Some(unread) = cart.unread(taking) else {
            return;
        };
        unread.seats -= 1;
        let is_over = unread.seats == 0 && hold.id().first() != Some(taking);
        self.put_away_if_over(hold, cart);
        if is_over && !cart.is_put_away {
            self.dismiss(taking, cart);
        }
    }

    fn next_number(&self) -> TakingId {
        // Relaxed: that no two get the same number is all that is asked.
        let count = self.numbers.fetch_add(1, Ordering::Relaxed);
        let number = count % u64::from(limits::TAKINGS_MAX) + 1;
        let number = u32::try_from(number).ok().and_then(TakingId::new);
        number.expect("the remainder and one are within the numbers that there are")
    }

    fn ended(&self) -> MutexGuard<'_, Ended> {
        // Nothing panics while this is locked.
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ended {
    fn push(&mut self, hold: &Arc<Hold>) {
        self.count += 1;
        self.by_id.insert(hold.id(), (Arc::clone(hold), self.count));
        self.queue.push_back((hold.id(), self.count));
        while self.queue.len() > limits::ENDED_HOLDS_MAX {
            let Some((oldest, count)) = self.queue.pop_front() else {
                return;
            };
            if self
                .by_id
                .get(&oldest)
                .is_some_and(|(_, last)| *last == count)
            {
                self.by_id.remove(&oldest);
                self.forget(oldest);
            }
        }
    }
}

impl Ended {
    fn forget(&mut self, id: HoldId) {
        if let Some(forgotten) = &mut self.forgotten {
            forgotten.push(id);
        }
    }
}

/// The taking that a word names.
pub fn owner(word: SeatWord) -> Option<TakingId> {
    match word.view() {
        Seat::Held { taking, .. } | Seat::Booked { taking, .. } => Some(taking),
        Seat::Available { .. } | Seat::Withheld { .. } | Seat::InChange(_) => None,
    }
}
