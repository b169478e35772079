//! The events of one shard that are followed at its owner, through one stream.
//!
//! | an event is | from | to |
//! |---|---|---|
//! | wanted | somebody asks for it | `start`, or nobody waits for that any more |
//! | told of | `start` | `cut` or `closed`, or the end of the stream |
//! | over | then | |
//!
//! Only the stream moves an event on. Whoever wants something else of it asks the owner ([`super::telling`]) and waits until the
//! stream says so, one after the other ([`Claim::turn`]).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    sync::{Mutex as AsyncMutex, MutexGuard as AsyncMutexGuard, Notify, watch},
    time::{Instant, MissedTickBehavior, interval_at, timeout_at},
};

use super::upstream::{Said, Upstream, read};
use crate::{cluster::owner::Node as Owner, event::Name, feed::Feed, limits};

/// The stream of a shard, and the events that are followed through it.
pub(super) struct Following {
    pub(super) owner: Owner,
    /// What the owner calls it.
    pub(super) number: u64,
    events: Mutex<Events>,
    enough: Notify,
}

#[derive(Default)]
struct Events {
    by_name: HashMap<Name, Entry>,
    /// Nothing is followed through it any more.
    has_ended: bool,
}

struct Entry {
    followed: Arc<Followed>,
    /// How many have a claim on it.
    claims: usize,
    /// Nobody has followed it when it was last looked.
    was_idle: bool,
}

struct Followed {
    stage: watch::Sender<Stage>,
    turn: AsyncMutex<()>,
}

/// What an event is, and the feed into which is put what is told of it.
#[derive(Clone)]
pub(super) enum Stage {
    Wanted,
    Told(Arc<Feed>),
    Over,
}

/// Keeps an event in the table that was not told of yet.
pub(super) struct Claim {
    following: Arc<Following>,
    name: Name,
    followed: Arc<Followed>,
}

impl Following {
    pub(super) fn new(owner: Owner, number: u64) -> Self {
        Self {
            owner,
            number,
            events: Mutex::default(),
            enough: Notify::new(),
        }
    }

    /// How many events are followed, or about to be.
    pub(super) fn count(&self) -> usize {
        self.events().by_name.len()
    }

    pub(super) fn has_ended(&self) -> bool {
        self.events().has_ended
    }

    /// An event to be followed, or not any more. `None`: the stream has ended.
    pub(super) fn claim(self: &Arc<Self>, name: &Name) -> Option<Claim> {
        let mut events = self.events();
        if events.has_ended {
            return None;
        }
        let entry = events.wanted(name);
        entry.claims += 1;
        Some(Claim {
            following: Arc::clone(self),
            name: name.clone(),
            followed: Arc::clone(&entry.followed),
        })
    }

    /// Passes on what comes, until the end: that of the stream, or of what it is needed for, or when an owner of whom nothing was
    /// heard for longer than he can be silent is out of reach. Says which events nobody has followed for a while; if it is still
    /// so, he is to be asked to tell no more of them.
    pub(super) async fn read(&self, mut upstream: Upstream, is_idle: impl Fn(Name)) {
        let linger = limits::RELAY_LINGER;
        let mut looks = interval_at(Instant::now() + linger, linger);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last_heard = Instant::now();
        loop {
            let silence = last_heard + limits::RELAY_SILENCE_MAX;
            tokio::select! {
                event = timeout_at(silence, upstream.next()) => {
                    let Ok(Some(event)) = event else { break };
                    last_heard = Instant::now();
                    if let Some((of, said)) = read(&event) {
                        self.hear(&of, said);
                    }
                }
                _ = looks.tick() => {
                    self.look_for_idle().into_iter().for_each(&is_idle);
                    if self.ends_unless_needed() {
                        break;
                    }
                }
                () = self.enough.notified() => break,
            }
        }
        self.end();
    }

    /// Ends all that is followed through it. Clients come again.
    pub(super) fn end(&self) {
        let mut events = self.events();
        events.has_ended = true;
        for (_, entry) in events.by_name.drain() {
            entry.followed.end(Feed::cut);
        }
        self.enough.notify_one();
    }

    fn hear(&self, of: &Name, said: Said) {
        let mut events = self.events();
        if events.has_ended {
            return;
        }
        let followed = match said {
            // It may be long ago that somebody has asked for it, and given up.
            Said::Start(_) => Arc::clone(&events.wanted(of).followed),
            _ => match events.by_name.get(of) {
                Some(entry) => Arc::clone(&entry.followed),
                None => return,
            },
        };
        match (said, followed.feed()) {
            (Said::Start(at), None) => followed.begin(Feed::relaying(at.life, at.lsn)),
            // A second start: the owner was asked twice, and may have left something out between the two.
            (Said::Start(at) | Said::Reset(at), Some(feed)) => feed.relay_break(at.lsn),
            (Said::Seats(to, text), Some(feed)) => feed.relay(to.lsn, text),
            (Said::Closed, Some(_)) => events.end(of, Feed::close),
            (Said::Cut, Some(_)) => events.end(of, Feed::cut),
            // The rest of what was told before it was wanted again.
            (Said::Seats(..) | Said::Reset(_) | Said::Closed | Said::Cut, None) => {}
        }
    }

    /// The events that nobody follows, nor has followed when this was last asked.
    fn look_for_idle(&self) -> Vec<Name> {
        let mut idle = Vec::new();
        for (name, entry) in &mut self.events().by_name {
            let is_idle = entry
                .followed
                .feed()
                .is_some_and(|feed| feed.followers() == 0);
            if is_idle && entry.was_idle {
                idle.push(name.clone());
            }
            entry.was_idle = is_idle;
        }
        idle
    }

    fn ends_unless_needed(&self) -> bool {
        let mut events = self.events();
        events.has_ended |= events.by_name.is_empty();
        events.has_ended
    }

    fn events(&self) -> MutexGuard<'_, Events> {
        // Nothing panics while this is locked.
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Events {
    fn wanted(&mut self, name: &Name) -> &mut Entry {
        self.by_name.entry(name.clone()).or_insert_with(|| Entry {
            followed: Arc::new(Followed {
                stage: watch::Sender::new(Stage::Wanted),
                turn: AsyncMutex::default(),
            }),
            claims: 0,
            was_idle: false,
        })
    }

    fn end(&mut self, name: &Name, how: impl FnOnce(&Feed)) {
        if let Some(entry) = self.by_name.remove(name) {
            entry.followed.end(how);
        }
    }
}

impl Followed {
    fn feed(&self) -> Option<Arc<Feed>> {
        match &*self.stage.borrow() {
            Stage::Told(feed) => Some(Arc::clone(feed)),
            Stage::Wanted | Stage::Over => None,
        }
    }

    fn begin(&self, feed: Feed) {
        self.stage.send_replace(Stage::Told(Arc::new(feed)));
    }

    fn end(&self, how: impl FnOnce(&Feed)) {
        if let Stage::Told(feed) = self.stage.send_replace(Stage::Over) {
            how(&feed);
        }
    }
}

impl Claim {
    /// Whoever asks the owner for something waits for the one before.
    pub(super) async fn turn(&self) -> AsyncMutexGuard<'_, ()> {
        self.followed.turn.lock().await
    }

    pub(super) fn stage(&self) -> Stage {
        self.followed.stage.borrow().clone()
    }

    /// The stage that comes after being wanted. May wait for ever.
    pub(super) async fn begun(&self) -> Stage {
        self.first(|stage| !matches!(stage, Stage::Wanted)).await
    }

    /// Returns once it is over. May wait for ever.
    pub(super) async fn ended(&self) {
        self.first(|stage| matches!(stage, Stage::Over)).await;
    }

    async fn first(&self, is_it: impl FnMut(&Stage) -> bool) -> Stage {
        let mut stages = self.followed.stage.subscribe();
        let stage = stages.wait_for(is_it).await;
        // The sender is here, so there is one.
        stage.map_or(Stage::Over, |stage| stage.clone())
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut events = self.following.events();
        let Some(entry) = events.by_name.get_mut(&self.name) else {
            return;
        };
        if !Arc::ptr_eq(&entry.followed, &self.followed) {
            return;
        }
        entry.claims -= 1;
        if entry.claims == 0 && matches!(self.stage(), Stage::Wanted) {
            events.by_name.remove(&self.name);
        }
    }
}

#[cfg(test)]
mod tests;
