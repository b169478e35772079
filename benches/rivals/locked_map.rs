//! A `HashMap` behind one lock: what most people write first.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError, RwLock},
};

use seatlock::ids::SeatId;

use super::{Design, Record};
use crate::load::Terms;

/// Seats by number, behind a mutex.
pub(crate) struct MutexMap(Mutex<HashMap<u32, Record>>);

/// Seats by number, behind a lock that readers share. Changes need it for themselves.
pub(crate) struct RwLockMap(RwLock<HashMap<u32, Record>>);

/// What the two have in common: somehow they get at the map.
trait Locked: Send + Sync + 'static {
    const NAME: &'static str;
    fn around(map: HashMap<u32, Record>) -> Self;
    fn with(&self, change: impl FnOnce(&mut HashMap<u32, Record>) -> bool) -> bool;
}

impl Locked for MutexMap {
    const NAME: &'static str = "Mutex<HashMap>";

    fn around(map: HashMap<u32, Record>) -> Self {
        Self(Mutex::new(map))
    }

    #[inline]
    fn with(&self, change: impl FnOnce(&mut HashMap<u32, Record>) -> bool) -> bool {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Locked for RwLockMap {
    const NAME: &'static str = "RwLock<HashMap>";

    fn around(map: HashMap<u32, Record>) -> Self {
        Self(RwLock::new(map))
    }

    #[inline]
    fn with(&self, change: impl FnOnce(&mut HashMap<u32, Record>) -> bool) -> bool {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<L: Locked> Design for L {
    const NAME: &'static str = L::NAME;

    fn new(seats: u32) -> Self {
        L::around((0..seats).map(|seat| (seat, Record::Available)).collect())
    }

    #[inline]
    fn hold(&self, seat: SeatId, terms: Terms) -> bool {
        self.with(|map| {
            map.get_mut(&seat.get())
                .is_some_and(|record| record.hold(terms))
        })
    }

    #[inline]
    fn confirm(&self, seat: SeatId, terms: Terms) -> bool {
        self.with(|map| {
            map.get_mut(&seat.get())
                .is_some_and(|record| record.confirm(terms))
        })
    }

    #[inline]
    fn release(&self, seat: SeatId, terms: Terms) -> bool {
        self.with(|map| {
            map.get_mut(&seat.get())
                .is_some_and(|record| record.release(terms))
        })
    }

    #[inline]
    fn cancel(&self, seat: SeatId, terms: Terms) -> bool {
        self.with(|map| {
            map.get_mut(&seat.get())
                .is_some_and(|record| record.cancel(terms))
        })
    }
}
