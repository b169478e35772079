//! How much one user may hold and waste: the defence against hoarding (OWASP automated threat OAT-021, *denial of
//! inventory*).
//!
//! A hoarder holds seats that he doesn't mean to buy, so that nobody else can. Two caps bound what he has at any time:
//! seats, held and booked together, and live holds. A third bounds what he can do over time: each seat that he gives
//! back or lets expire has wasted the seconds for which it was held, and once he has wasted too many seat-seconds he
//! may hold nothing until enough of them are forgotten. Half are forgotten with each half-life, so an honest buyer who
//! has changed his mind a few times never notices. And a seat that he has just let expire is not his again for a
//! while, so that he can't keep it by a chain of holds.
//!
//! # What to call when
//! | what happened | call |
//! |---|---|
//! | a hold is asked for | [`Budgets::cooling`] for each seat, then [`Budgets::admit`] with a new hold |
//! | seats are added to a hold | [`Budgets::admit`] without |
//! | what was admitted was refused elsewhere | [`Budgets::leave`] with the same seats and holds, nothing wasted |
//! | a seat is given back, a hold released or expired | [`Budgets::leave`] with what it wasted |
//! | seats were let expire | also [`Budgets::cool`] |
//! | a hold is confirmed | [`Budgets::leave`] with one hold and no seats: they stay his |
//! | booked seats are cancelled | [`Budgets::leave`] with the seats |
//!
//! # Threads and bounds
//! A user's counters change under one mutex, held for one look-up, so of two requests that race for his last seat one
//! is refused. Users are spread over [`limits::TABLE_SHARDS`] such mutexes, and within each over a table, by one hash
//! with a secret: nobody can choose names that collide.
//!
//! Each shard remembers its part of [`limits::BUDGET_USERS_MAX`]. When it is full it first forgets users of whom
//! nothing is left, then those who hold nothing and have wasted less than half of what they may: they would be let in
//! anyway, at worst to a seat that still cools down. It looks for them once in [`limits::SWEEP_PAUSE`] at most. If
//! there are none, new users are refused with [`Which::Table`]. Whoever holds a seat is never forgotten.

mod cooling;
mod tally;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    hash::{BuildHasher, Hash, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hashbrown::HashTable;

use self::cooling::Cooling;
pub use self::tally::Tally;
use crate::{ids::SeatId, limits, tick::Moment};

/// What each user of an event may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Seats held and booked at a time.
    pub seats_max: u32,
    /// Live holds at a time.
    pub holds_max: u32,
    /// Seat-seconds wasted and not forgotten. With zero of them, one is too many.
    pub wasted_seat_seconds_max: u32,
    /// Time in which half of what was wasted is forgotten. Zero switches this cap off.
    pub half_life: Duration,
}

/// What a user no longer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Leaving {
    /// Seats.
    pub seats: u32,
    /// Live holds.
    pub holds: u32,
    /// Seats times the seconds for which they were held in vain.
    pub wasted_seat_seconds: u32,
}

/// More than the user may have. Nothing was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Over {
    /// The cap in the way.
    pub which: Which,
    /// When time alone will have helped; `None` if the user has to give something back.
    pub retry_after: Option<Duration>,
}

/// A cap of [`Caps`], or the table's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// [`Caps::seats_max`].
    Seats,
    /// [`Caps::holds_max`].
    Holds,
    /// [`Caps::wasted_seat_seconds_max`].
    Wasted,
    /// There are too many users who hold something; this one could not be remembered.
    Table,
}

/// The counters of all users. `K` names a user within an event.
pub struct Budgets<K> {
    shards: Box<[Mutex<Shard<K>>]>,
    hasher: RandomState,
    users_per_shard: usize,
}

struct Shard<K> {
    users: HashTable<(K, Entry)>,
    /// Before this moment a search for users who can be forgotten is not repeated.
    sweep_from: Moment,
}

#[derive(Default)]
struct Entry {
    tally: Tally,
    cooling: Cooling,
}

impl<K: Hash + Eq + Clone> Budgets<K> {
    /// Nobody yet; at most so many users, [`limits::BUDGET_USERS_MAX`] as a rule.
    pub fn new(users_max: usize) -> Self {
        Self {
            shards: (0..limits::TABLE_SHARDS)
                .map(|_| Mutex::default())
                .collect(),
            hasher: RandomState::new(),
            users_per_shard: users_max.div_ceil(limits::TABLE_SHARDS),
        }
    }

    /// Counts `seats` for the user, as a hold of their own if `new_hold`, unless that is more than he may have.
    ///
    /// # Errors
    /// [`Over`] with the first cap in the way, in the order in which [`Which`] has them.
    pub fn admit(
        &self,
        user: &K,
        seats: u32,
        new_hold: bool,
        caps: &Caps,
        now: Moment,
    ) -> Result<(), Over> {
        let (hash, mut shard) = self.shard(user);
        if let Some(entry) = shard.entry(hash, user) {
            entry.tally = entry.tally.admit(seats, new_hold, caps, now)?;
            return Ok(());
        }
        let tally = Tally::NONE.admit(seats, new_hold, caps, now)?;
        if !shard.has_room(self.users_per_shard, caps, now) {
            return Err(Over {
                which: Which::Table,
                retry_after: Some(limits::SWEEP_PAUSE),
            });
        }
        shard.insert(&self.hasher, hash, user.clone()).tally = tally;
        Ok(())
    }

    /// Counts what the user no longer has, and what he has wasted by it. He is forgotten if nothing is left.
    pub fn leave(&self, user: &K, leaving: Leaving, half_life: Duration, now: Moment) {
        let (hash, mut shard) = self.shard(user);
        if let Ok(mut found) = shard.users.find_entry(hash, |(other, _)| other == user) {
            let (_, entry) = found.get_mut();
            entry.tally = entry.tally.leave(leaving, half_life, now);
            if entry.is_nothing(now) {
                found.remove();
            }
        }
    }

    /// Keeps the user from these seats until a moment. In a full table this is not remembered of a user who isn't.
    pub fn cool(&self, user: &K, seats: &[SeatId], until: Moment, now: Moment) {
        let (hash, mut shard) = self.shard(user);
        let has_room = shard.users.len() < self.users_per_shard;
        if let Some(entry) = shard.entry(hash, user) {
            entry.cooling.add(seats, until, now);
        } else if has_room {
            let entry = shard.insert(&self.hasher, hash, user.clone());
            entry.cooling.add(seats, until, now);
        }
    }

    /// How long the user may not take this seat yet, if so.
    pub fn cooling(&self, user: &K, seat: SeatId, now: Moment) -> Option<Duration> {
        let (hash, mut shard) = self.shard(user);
        shard.entry(hash, user)?.cooling.left(seat, now)
    }

    /// The user's counters; [`Tally::NONE`] for an unknown one.
    pub fn tally(&self, user: &K) -> Tally {
        let (hash, mut shard) = self.shard(user);
        shard
            .entry(hash, user)
            .map_or(Tally::NONE, |entry| entry.tally)
    }

    /// Forgets all users of whom nothing is left. For a timer's thread: a shard at a time, each for as long as it
    /// takes to look at its users.
    pub fn sweep(&self, now: Moment) {
        self.shards.iter().for_each(|shard| lock(shard).sweep(now));
    }

    /// How many users are remembered.
    pub fn count(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| lock(shard).users.len())
            .sum()
    }

    /// Every user's counters, to be recorded: a shard at a time, so not those of one instant.
    pub fn tallies(&self) -> impl Iterator<Item = (K, Tally)> {
        self.shards.iter().flat_map(|shard| {
            let shard = lock(shard);
            let users = shard.users.iter();
            let tallies = users.map(|(user, entry)| (user.clone(), entry.tally));
            tallies.collect::<Vec<_>>()
        })
    }

    /// Sets a user's counters to what was recorded, whatever the bound: he had it.
    pub fn restore(&self, user: K, tally: Tally) {
        let (hash, mut shard) = self.shard(&user);
        match shard.entry(hash, &user) {
            Some(entry) => entry.tally = tally,
            None => shard.insert(&self.hasher, hash, user).tally = tally,
        }
    }

    /// The user's hash, and his shard. Its bits from the 32nd on say which: the table has the others.
    fn shard(&self, user: &K) -> (u64, MutexGuard<'_, Shard<K>>) {
        let hash = self.hasher.hash_one(user);
        let place = usize::try_from(hash >> u32::BITS).unwrap_or_default();
        (hash, lock(&self.shards[place % self.shards.len()]))
    }
}

impl<K: Hash + Eq> Shard<K> {
    fn entry(&mut self, hash: u64, user: &K) -> Option<&mut Entry> {
        let found = self.users.find_mut(hash, |(other, _)| other == user);
        found.map(|(_, entry)| entry)
    }

    /// Remembers a user who is not there, with nothing.
    fn insert(&mut self, hasher: &RandomState, hash: u64, user: K) -> &mut Entry {
        let new = (user, Entry::default());
        let inserted = self
            .users
            .insert_unique(hash, new, |(user, _)| hasher.hash_one(user));
        &mut inserted.into_mut().1
    }

    /// Makes room for one user if it can.
    fn has_room(&mut self, users_max: usize, caps: &Caps, now: Moment) -> bool {
        if self.users.len() >= users_max && now >= self.sweep_from {
            self.sweep_from = now.plus(limits::SWEEP_PAUSE);
            self.sweep(now);
            if self.users.len() >= users_max {
                self.users
                    .retain(|(_, entry)| !entry.tally.is_harmless(caps, now));
            }
        }
        self.users.len() < users_max
    }

    fn sweep(&mut self, now: Moment) {
        self.users.retain(|(_, entry)| !entry.is_nothing(now));
    }
}

impl Entry {
    fn is_nothing(&mut self, now: Moment) -> bool {
        self.cooling.forget_ended(now);
        self.cooling.is_empty() && self.tally.is_nothing(now)
    }
}

/// A panic under the mutex leaves whole counters behind, as each change is one assignment.
fn lock<K>(shard: &Mutex<Shard<K>>) -> MutexGuard<'_, Shard<K>> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<K> Default for Shard<K> {
    fn default() -> Self {
        Self {
            users: HashTable::new(),
            sweep_from: Moment::from_nanos(0),
        }
    }
}

impl<K> fmt::Debug for Budgets<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Budgets(at most {} users a shard)", self.users_per_shard)
    }
}
