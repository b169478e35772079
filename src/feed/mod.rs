//! Live availability of one event: written by one thread, followed by thousands.
//!
//! ```text
//!   scribe --note, advance--> map --flush--> ring of deltas --poll_next--> subscriptions
//!                              |
//!                              +--snapshot--> readers of the whole map
//! ```
//!
//! - **The map** is what the changes up to one LSN, its position, have left: two bits a seat. It moves by whole batches
//!   of the scribe, so no reader sees half a group. A [`Snapshot`] is the map at its position.
//! - **A delta** says what the seats that changed since the one before are now. It covers `(from, to]`, and its statuses
//!   are those at `to`, so it may be applied to any state in between. That is the whole rule for clients: *take a
//!   snapshot; apply each delta whose `to` is greater than your position, in order; its `to` is your position then.*
//! - **Nobody follows, nothing is written**: while an event has no subscription its changes only gather as marks, one a
//!   seat, and the first who comes makes one delta of them. Who comes back after a while still resumes by it.
//! - **A slow reader holds a number**, that of his next delta. When that delta has gone from the ring he is told to
//!   take a new snapshot ([`Update::Reset`]). Each delta is encoded once, whoever reads it.
//!
//! | file | what it is |
//! |---|---|
//! | `row`, `map` | statuses in two bits; all of them, shared with snapshots and copied on write |
//! | `touched` | which seats have changed since the last delta |
//! | `position` | places in the history, as clients keep them |
//! | `ring` | the last deltas |
//! | `sse` | their text |
//! | `subscription` | one who follows |
//!
//! # Who waits for whom
//! The scribe takes the map's lock once a batch. Others hold it while they count the chunks of a snapshot (a few
//! nanoseconds each) or read the statuses of a delta's seats (at most [`DELTA_SEATS_MAX`], about 50 µs). Encoding and
//! waking, which take as long as there are followers, happen outside it.

mod map;
mod position;
mod ring;
mod row;
mod sse;
mod subscription;
mod touched;

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use tokio::sync::Notify;

pub use map::{Counts, Snapshot};
pub use position::{Life, NoPosition, Position};
pub use row::{Row, Shown};
pub use sse::HEARTBEAT;
pub use subscription::{Since, Subscription, Update};

use crate::{
    ids::{Lsn, SeatId},
    limits::{
        self, DELTA_SEATS_MAX, FEED_FRESH_KEPT, FLUSH_INTERVAL_A_STREAM, FLUSH_INTERVAL_MAX,
        FLUSH_INTERVAL_MIN,
    },
};
use map::Map;
use ring::{Cursor, Ending, Ring};
use touched::Touched;

/// The live availability of an event.
pub struct Feed {
    life: Life,
    /// Changes of a batch that is still being read. The scribe alone comes here.
    fresh: Mutex<Vec<(SeatId, Shown)>>,
    state: Mutex<State>,
    /// Whoever takes both locks takes this one first.
    ring: Mutex<Ring>,
    /// Rings when there is something new in the ring.
    news: Arc<Notify>,
    followers: AtomicUsize,
}

/// What the scribe writes.
struct State {
    map: Map,
    touched: Touched,
    position: Lsn,
}

/// What has changed since the last delta.
enum Changes {
    /// Each seat once, in ascending order.
    Listed(Vec<(SeatId, Shown)>),
    /// More than a delta may have.
    TooMany,
}

impl Feed {
    /// The feed of an event whose `seats` are all available and whose changes come after `origin`.
    ///
    /// # Panics
    /// Beyond [`crate::limits::SEATS_MAX`] seats.
    pub fn new(seats: u32, life: Life, origin: Lsn) -> Self {
        Self {
            life,
            fresh: Mutex::default(),
            state: Mutex::new(State {
                map: Map::new(seats),
                touched: Touched::new(seats),
                position: origin,
            }),
            ring: Mutex::new(Ring::new(seats, origin)),
            news: Arc::default(),
            followers: AtomicUsize::new(0),
        }
    }

    /// A feed for [`Feed::relay`]: it passes on what another feed of this life tells from `origin` on, and knows no seats.
    pub fn relaying(life: Life, origin: Lsn) -> Self {
        let feed = Self::new(0, life, origin);
        *locked(&feed.ring) = Ring::new(limits::CHART_SEATS_MAX, origin);
        feed
    }

    /// The feed of an event of which these seats were something at `origin`.
    #[must_use]
    pub fn restored(self, seats: impl IntoIterator<Item = (SeatId, Shown)>) -> Self {
        let mut state = locked(&self.state);
        for (seat, shown) in seats {
            let _is_news = state.map.set(seat, shown);
        }
        drop(state);
        self
    }

    /// Takes note of a change. It is shown from the next [`Feed::advance`] on. For the scribe, in the tape's order.
    ///
    /// # Panics
    /// Later, in `advance`, if there is no such seat.
    pub fn note(&self, seat: SeatId, shown: Shown) {
        locked(&self.fresh).push((seat, shown));
    }

    /// Shows what was noted as the state after `lsn`: any LSN from that of the last noted change on that comes before
    /// the next one. Does nothing when nothing was noted.
    pub fn advance(&self, lsn: Lsn) {
        let mut fresh = locked(&self.fresh);
        if fresh.is_empty() {
            return;
        }
        let mut state = locked(&self.state);
        let State {
            map,
            touched,
            position,
        } = &mut *state;
        for (seat, shown) in fresh.drain(..) {
            if map.set(seat, shown) {
                touched.add(seat);
            }
        }
        *position = lsn;
        drop(state);
        fresh.shrink_to(FEED_FRESH_KEPT);
    }

    /// The whole map as it is now.
    pub fn snapshot(&self) -> Snapshot {
        let state = locked(&self.state);
        state.map.snapshot(self.life, state.position)
    }

    /// How many seats there are of each status now.
    pub fn counts(&self) -> Counts {
        locked(&self.state).map.counts()
    }

    /// The last change that is shown.
    pub fn position(&self) -> Position {
        self.at(locked(&self.state).position)
    }

    /// How many follow. Momentary: others come and go.
    pub fn followers(&self) -> usize {
        // Relaxed: a number to look at. Where it decides something, `subscribe` counts under the ring's lock.
        self.followers.load(Ordering::Relaxed)
    }

    /// Tells all followers what has changed since this was last called. To be called every [`flush_interval`].
    pub fn flush(&self) {
        if self.followers() > 0 && self.close_delta(&mut locked(&self.ring)) {
            self.news.notify_waiters();
        }
    }

    /// Ends all subscriptions, present and future, once they have read what there is: the event is closed.
    pub fn close(&self) {
        self.end(Ending::Closed);
    }

    /// As [`Feed::close`], but the event goes on: somebody else tells of it from now on. Who follows is not told that it is
    /// over, and comes again.
    pub fn cut(&self) {
        self.end(Ending::Cut);
    }

    /// What was cut goes on here after all, for those who come from now on.
    pub fn mend(&self) {
        locked(&self.ring).mend();
    }

    /// Passes a delta on that another feed of the same life has written: everything that came after the last one and up to
    /// `to`. For a feed that nobody writes to but by this and [`Feed::relay_break`].
    pub fn relay(&self, to: Lsn, text: Bytes) {
        self.move_on(to, |ring| ring.push(to, text));
    }

    /// Passes on that another feed has left changes out.
    pub fn relay_break(&self, to: Lsn) {
        self.move_on(to, |ring| ring.break_off(to));
    }

    /// Follows the event.
    ///
    /// The first update is [`Update::Start`], or [`Update::Reset`] when what came after the position asked for is no
    /// longer known, lies in the future, or belongs to another [`Life`].
    pub fn subscribe(self: &Arc<Self>, since: Since) -> Subscription {
        let mut ring = locked(&self.ring);
        // Relaxed: see `followers`.
        if self.followers.fetch_add(1, Ordering::Relaxed) == 0 {
            self.close_delta(&mut ring);
        }
        let here = self.at(ring.newest());
        let (cursor, opening) = match since {
            Since::Now => (ring.end(), Update::Start(here)),
            Since::After(after) => self.resume(&ring, after).map_or_else(
                || (ring.end(), Update::Reset(here)),
                |cursor| (cursor, Update::Start(after)),
            ),
            Since::Unknown => (ring.end(), Update::Reset(here)),
        };
        Subscription::new(self, cursor, opening)
    }

    fn move_on(&self, to: Lsn, write: impl FnOnce(&mut Ring)) {
        let mut ring = locked(&self.ring);
        write(&mut ring);
        // Under the ring's lock, so that nobody who comes finds a change here that is in no delta.
        locked(&self.state).position = to;
        drop(ring);
        self.news.notify_waiters();
    }

    fn end(&self, ending: Ending) {
        let mut ring = locked(&self.ring);
        self.close_delta(&mut ring);
        ring.close(ending);
        drop(ring);
        self.news.notify_waiters();
    }

    fn resume(&self, ring: &Ring, after: Position) -> Option<Cursor> {
        // A snapshot may be ahead of the last delta.
        let is_ours = after.life == self.life && after.lsn <= locked(&self.state).position;
        ring.resume(after.lsn).filter(|_| is_ours)
    }

    /// Puts what has changed since the last delta into the ring. Whether there was anything.
    fn close_delta(&self, ring: &mut Ring) -> bool {
        let (to, changes) = {
            let mut state = locked(&self.state);
            if state.position == ring.newest() {
                return false;
            }
            (state.position, state.take_changes())
        };
        match changes {
            Changes::Listed(changes) => {
                ring.push(to, sse::delta(self.life, ring.newest(), to, &changes));
            }
            Changes::TooMany => ring.break_off(to),
        }
        true
    }

    fn at(&self, lsn: Lsn) -> Position {
        Position {
            life: self.life,
            lsn,
        }
    }
}

/// How long to wait between two calls of [`Feed::flush`] when there are so many followers in all.
pub fn flush_interval(followers: usize) -> Duration {
    let followers = u32::try_from(followers).unwrap_or(u32::MAX);
    FLUSH_INTERVAL_A_STREAM
        .saturating_mul(followers)
        .clamp(FLUSH_INTERVAL_MIN, FLUSH_INTERVAL_MAX)
}

impl State {
    fn take_changes(&mut self) -> Changes {
        let count = self.touched.count();
        if count > DELTA_SEATS_MAX {
            self.touched.clear();
            return Changes::TooMany;
        }
        let mut changes = Vec::with_capacity(count as usize);
        self.touched
            .take(|seat| changes.push((seat, self.map.shown(seat))));
        Changes::Listed(changes)
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed")
            .field("position", &self.position())
            .field("followers", &self.followers())
            .finish_non_exhaustive()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic of the scribe ends the process; nobody else leaves anything half done under these locks.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
