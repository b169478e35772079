//! Requests that come again: the same one gets the same answer, and is carried out once.
//!
//! The rules of `draft-ietf-httpapi-idempotency-key-header-07`. A client names a request by a key of its own choice.
//! If it never gets the answer it sends the same request under the same key, and is told what the first one was told.
//!
//! | the key is | and the request | then |
//! |---|---|---|
//! | new, or forgotten | | [`Begin::Fresh`]: it is carried out |
//! | finished | the same | [`Begin::Same`]: the answer that was given |
//! | known | another | [`Begin::Mismatch`]: 422 |
//! | in progress | the same | [`Begin::InProgress`]: 409 |
//! | no key | | [`Begin::KeyInvalid`]: 400 |
//!
//! A key belongs to a scope, the principal who uses it, so nobody sees another's answers. What makes a request the same
//! is its [`Fingerprint`].
//!
//! # What is kept, and how long
//! The answer of each request that was finished, for [`limits::REPEAT_KEPT_MIN`] from its beginning or until the
//! moment that it was finished with, whichever is later, while there is room. There is room for so many requests and
//! so many bytes, [`limits::REPEATS_MAX`] and [`limits::REPEATS_BYTES_MAX`] unless told otherwise, spread evenly over
//! [`limits::TABLE_SHARDS`] parts; where one is full, its oldest answers are forgotten. A request in progress never is:
//! when a part has nothing else, further ones are [`Begin::Busy`].
//!
//! Finish what changed something. What changed nothing can as well be carried out again, and takes no room.
//!
//! # Threads
//! A request and its repetitions meet under one mutex, held for one look-up, so of any number of them at once exactly
//! one is fresh. No mutex is held while a request is carried out. Which keys share a mutex is left to a hash with a
//! secret; nothing else depends on that.

mod answer;
mod key;
mod seal;
mod shard;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use self::shard::{Room, Seen, Shard};
pub use self::{
    answer::{Answer, AnswerTooLong, Kept},
    key::{Fingerprint, RepeatId},
    seal::{Draw, Secret},
};
use crate::{limits, tick::Moment};

/// The requests of all principals that are in progress or whose answer is kept. Cheap to clone; clones share them.
#[derive(Clone)]
pub struct Repeats(Arc<Table>);

struct Table {
    shards: Box<[Mutex<Shard>]>,
    hasher: RandomState,
    room: Room,
}

/// What to do with a request that carries a key.
#[derive(Debug)]
#[must_use]
pub enum Begin {
    /// It is the first: carry it out, and finish the ticket.
    Fresh(Ticket),
    /// It has been carried out: give the same answer.
    Same(Arc<Answer>),
    /// Another request has this key.
    Mismatch,
    /// The first is being carried out now.
    InProgress,
    /// What the header says is no key: neither a string in quotes (RFC 9651, section 3.3.3) nor the same without
    /// them, of 1 to [`limits::REPEAT_KEY_BYTES_MAX`] visible ASCII characters.
    KeyInvalid,
    /// Too many requests are in progress for this one to be remembered. Nothing was done; it can be sent again.
    Busy,
}

impl Repeats {
    /// Nothing yet, and room for so many requests and so many bytes of answers.
    pub fn new(requests_max: usize, bytes_max: usize) -> Self {
        let share = |all: usize| all.div_ceil(limits::TABLE_SHARDS);
        Self(Arc::new(Table {
            shards: (0..limits::TABLE_SHARDS)
                .map(|_| Mutex::default())
                .collect(),
            hasher: RandomState::new(),
            room: Room {
                requests: share(requests_max),
                bytes: share(bytes_max),
            },
        }))
    }

    /// Begins a request: `scope` is whose key it is, `header` the value of `Idempotency-Key`.
    pub fn begin(&self, scope: &str, header: &str, fingerprint: Fingerprint, now: Moment) -> Begin {
        let Some(id) = RepeatId::of(scope, header) else {
            return Begin::KeyInvalid;
        };
        match self.shard(id).begin(id, fingerprint, self.0.room, now) {
            Seen::Finished(answer) => Begin::Same(answer),
            Seen::Another => Begin::Mismatch,
            Seen::InProgress => Begin::InProgress,
            Seen::Full => Begin::Busy,
            Seen::Nothing => Begin::Fresh(Ticket {
                repeats: self.clone(),
                id,
                fingerprint,
                begun: now,
                finished: false,
            }),
        }
    }

    /// Takes back what was recorded, if its time has not passed. As in [`Ticket::finish`] what came before makes room,
    /// so bring them in the order in which they were finished, or in that of their [`Kept::until`].
    pub fn restore(&self, kept: Kept, now: Moment) {
        if now < kept.until {
            self.shard(kept.id).keep(kept, self.0.room);
        }
    }

    /// Every answer that is kept, to be recorded: a part of the table at a time, the oldest of each first.
    pub fn kept(&self) -> impl Iterator<Item = Kept> {
        self.0.shards.iter().flat_map(|shard| lock(shard).kept())
    }

    /// Forgets all answers whose time has passed, wherever they are. New requests do so as well, a few at a time; this
    /// is for a timer, so that the memory is given back in a quiet hour.
    pub fn sweep(&self, now: Moment) {
        let shards = self.0.shards.iter();
        shards.for_each(|shard| lock(shard).forget_ended(usize::MAX, now));
    }

    /// From now on takes note of which answers are forgotten, for [`Repeats::drain_forgotten`].
    pub fn note_forgotten(&self) {
        let shards = self.0.shards.iter();
        shards.for_each(|shard| lock(shard).note_forgotten());
    }

    /// Tells of the answers that were forgotten since the last time, some at a time. While `tell` is called no request
    /// with one of these keys begins, so what is recorded of one that does comes after it.
    pub fn drain_forgotten(&self, tell: impl Fn(Vec<RepeatId>)) {
        for shard in &self.0.shards {
            let mut shard = lock(shard);
            let forgotten = shard.take_forgotten();
            if !forgotten.is_empty() {
                tell(forgotten);
            }
        }
    }

    /// How many requests are remembered, finished or in progress.
    pub fn count(&self) -> usize {
        self.0.shards.iter().map(|shard| lock(shard).count()).sum()
    }

    /// Bytes of all answers that are kept, with what it takes to keep them.
    pub fn bytes(&self) -> usize {
        self.0.shards.iter().map(|shard| lock(shard).bytes()).sum()
    }

    /// The part that an id lies in. By a hash with a secret of its own: keys are chosen by clients, who could aim at
    /// one part otherwise.
    fn shard(&self, id: RepeatId) -> MutexGuard<'_, Shard> {
        let shards = &self.0.shards;
        let count = u64::try_from(shards.len()).unwrap_or(u64::MAX);
        let place = usize::try_from(self.0.hasher.hash_one(id) % count);
        lock(&shards[place.unwrap_or_default()])
    }
}

/// The right to carry out a request, and the duty to say how that ended.
///
/// Dropped without [`Ticket::finish`] it frees the key, as the request then has changed nothing. So whoever carries
/// the change through to its end takes the ticket along: a handler's future is dropped when its client hangs up.
#[derive(Debug)]
#[must_use]
pub struct Ticket {
    repeats: Repeats,
    id: RepeatId,
    fingerprint: Fingerprint,
    begun: Moment,
    finished: bool,
}

impl Ticket {
    /// What [`Ticket::finish`] would keep: to be recorded first, so that an answer which was given is never forgotten.
    pub fn kept(&self, answer: Answer, keep_until: Moment) -> Kept {
        Kept {
            id: self.id,
            fingerprint: self.fingerprint,
            answer: Arc::new(answer),
            until: keep_until.max(self.begun.plus(limits::REPEAT_KEPT_MIN)),
        }
    }

    /// Keeps the answer for repetitions, and returns it.
    pub fn finish(self, answer: Answer, keep_until: Moment) -> Arc<Answer> {
        let kept = self.kept(answer, keep_until);
        self.finish_with(kept)
    }

    /// Keeps what this ticket's [`Ticket::kept`] has made.
    pub fn finish_with(mut self, kept: Kept) -> Arc<Answer> {
        debug_assert_eq!(kept.id, self.id, "another request's answer");
        let answer = Arc::clone(&kept.answer);
        self.repeats.shard(self.id).keep(kept, self.repeats.0.room);
        self.finished = true;
        answer
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !self.finished {
            self.repeats.shard(self.id).free(self.id);
        }
    }
}

/// A panic under the mutex can leave a wrong count of bytes behind at worst; answers are values that are never changed.
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Repeats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Repeats({:?} a shard)", self.0.room)
    }
}
