//! Somebody who follows an event over all restarts, and goes on each time from the last thing that he has seen.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, SystemTime},
};

use rand::{RngExt, SeedableRng, rngs::SmallRng};
use tokio::{
    runtime,
    time::{Instant, timeout_at},
};

use crate::streams::{
    client::{Client, Course, Map, Next},
    event,
    line::{self, Line},
};

/// Between two attempts to reach a server that is not there.
const PAUSE: Duration = Duration::from_millis(10);

/// How long he stays on one connection, at the most: every connection is worth a resumption.
const STAY_MAX_MILLIS: u64 = 400;

/// No lags are measured here.
const COURSE: Course = Course {
    changes_a_second: 1,
    started: None,
    until: None,
};

/// A follower on a thread of his own.
#[derive(Debug)]
pub(super) struct Follower {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    address: SocketAddr,
    event: &'static str,
    seen: Mutex<Seen>,
    stop: AtomicBool,
}

/// What he has seen.
#[derive(Debug)]
struct Seen {
    client: Client,
    last_id: Option<String>,
    /// How often he went on without a new map, and how often he was told to take one.
    resumed: u64,
    begun: u64,
    wrong: Option<String>,
}

/// How his map compares with the server's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Compared {
    Same,
    /// He is not there yet, or further already.
    Elsewhere,
    Wrong(String),
}

impl Follower {
    pub(super) fn start(address: SocketAddr, event: &'static str, seed: u64) -> Self {
        let shared = Arc::new(Shared {
            address,
            event,
            seen: Mutex::new(Seen {
                client: Client::new(),
                last_id: None,
                resumed: 0,
                begun: 0,
                wrong: None,
            }),
            stop: AtomicBool::new(false),
        });
        let of_thread = Arc::clone(&shared);
        Self {
            shared,
            thread: Some(thread::spawn(move || of_thread.follow(seed))),
        }
    }

    /// How often he was told to take a new map, and how often he went on without.
    pub(super) fn turns(&self) -> (u64, u64) {
        let seen = self.shared.seen();
        (seen.begun, seen.resumed)
    }

    /// Compares his map with the server's, if he was told more often than `begun_before` to begin anew: the map that he
    /// has from an earlier life of the server is no matter.
    pub(super) fn compare(&self, map: &Map, begun_before: u64) -> Compared {
        let seen = self.shared.seen();
        match &seen.wrong {
            Some(wrong) => Compared::Wrong(wrong.clone()),
            None if seen.begun <= begun_before => Compared::Elsewhere,
            None if seen.client.position() != map.position() => Compared::Elsewhere,
            None if seen.client.has(map) => Compared::Same,
            None => Compared::Wrong(format!(
                "at position {} the follower of '{}' has another map than the server",
                map.position(),
                self.shared.event
            )),
        }
    }

    /// For people: where he is.
    pub(super) fn place(&self) -> String {
        let seen = self.shared.seen();
        format!(
            "the follower of '{}' is at position {}, last id {:?}",
            self.shared.event,
            seen.client.position(),
            seen.last_id
        )
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        // Relaxed: nothing is published by it.
        self.shared.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // What was wrong with it has been told by then.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn follow(&self, seed: u64) {
        let mut dice = SmallRng::seed_from_u64(seed);
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else {
            self.seen().wrong = Some("no runtime for a follower".to_owned());
            return;
        };
        while !self.stop.load(Ordering::Relaxed) {
            let stay = Duration::from_millis(dice.random_range(20..STAY_MAX_MILLIS));
            // Whatever broke the connection, the next one goes on.
            let _broken = runtime.block_on(self.stay(stay));
            if self.seen().wrong.is_some() {
                return;
            }
            thread::sleep(PAUSE);
        }
    }

    /// Follows for a while.
    async fn stay(&self, stay: Duration) -> Result<(), String> {
        let until = Instant::now() + stay;
        let path = format!("/v1/events/{}/stream", self.event);
        let last_id = self.seen().last_id.clone();
        let mut line = Line::open(self.address, &path, last_id.as_deref()).await?;
        loop {
            while let Some(event) = line.event() {
                self.take(&event).await?;
            }
            match timeout_at(until, line.read()).await {
                Ok(read) => read?,
                Err(_over) => return Ok(()),
            }
        }
    }

    async fn take(&self, event: &[u8]) -> Result<(), String> {
        let name = event::field(event, "event");
        let id = event::field(event, "id").map(|id| String::from_utf8_lossy(id).into_owned());
        let next = {
            let mut seen = self.seen();
            let position = seen.client.position();
            let goes_on = name == Some(b"start") && seen.last_id.is_some() && seen.last_id == id;
            let taken = seen.client.take(event, COURSE, SystemTime::now());
            let next = taken.inspect_err(|wrong| {
                let what = format!("the follower of '{}' at {position}: {wrong}", self.event);
                seen.wrong = Some(what);
            })?;
            if goes_on {
                seen.resumed += 1;
                seen.last_id = id;
                return Ok(());
            }
            if next == Next::GoOn && id.is_some() {
                seen.last_id.clone_from(&id);
            }
            next
        };
        if next == Next::TakeMap {
            let path = format!("/v1/events/{}/seats", self.event);
            let map = line::map(self.address, &path).await?;
            let mut seen = self.seen();
            // An older map is that of another life of the server, which has begun in between.
            seen.client.adopt(map)?;
            // Not before: without the map there is nothing to go on from.
            seen.last_id = id;
            seen.begun += 1;
        }
        Ok(())
    }
}
