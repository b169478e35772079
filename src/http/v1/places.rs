//! How many streams there may be, in all and for each client.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::limits;

/// The bounds of all streams together. [`Default`] takes each from [`crate::limits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each field is the constant of the same name in `limits`"
)]
pub struct StreamLimits {
    pub streams_max: u32,
    pub streams_per_client_max: u32,
    pub heartbeat_interval: Duration,
}

/// The streams that are open, and whose they are. `C` names a client as other limits do.
#[derive(Debug)]
pub struct Streams<C>(Arc<Shared<C>>);

#[derive(Debug)]
struct Shared<C> {
    limits: StreamLimits,
    open: Mutex<Open<C>>,
}

#[derive(Debug)]
struct Open<C> {
    all: u32,
    /// Clients that have at least one.
    by_client: HashMap<C, u32>,
}

/// Why a stream was not opened.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// There are [`StreamLimits::streams_max`]: 503.
    Server,
    /// This client has [`StreamLimits::streams_per_client_max`]: 429.
    Client,
}

impl<C: Copy + Eq + Hash> Streams<C> {
    /// No streams yet.
    pub fn new(limits: StreamLimits) -> Self {
        Self(Arc::new(Shared {
            limits,
            open: Mutex::new(Open {
                all: 0,
                by_client: HashMap::new(),
            }),
        }))
    }

    /// How many are open.
    pub fn count(&self) -> u32 {
        self.0.open().all
    }

    /// Room for one more stream of this client.
    pub(super) fn admit(&self, client: C) -> Result<Place<C>, Full> {
        let StreamLimits {
            streams_max,
            streams_per_client_max,
            ..
        } = self.0.limits;
        let mut open = self.0.open();
        if open.all >= streams_max {
            return Err(Full::Server);
        }
        let of_client = open.by_client.get(&client).copied().unwrap_or_default();
        if of_client >= streams_per_client_max {
            return Err(Full::Client);
        }
        open.all += 1;
        open.by_client.insert(client, of_client + 1);
        Ok(Place {
            streams: self.clone(),
            client,
        })
    }
}

impl<C> Clone for Streams<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self {
            streams_max: limits::STREAMS_MAX,
            streams_per_client_max: limits::STREAMS_PER_CLIENT_MAX,
            heartbeat_interval: limits::HEARTBEAT_INTERVAL,
        }
    }
}

impl<C> Shared<C> {
    fn open(&self) -> MutexGuard<'_, Open<C>> {
        // Nothing under this lock can panic half-way.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the streams that may be open. Dropping it makes room for another.
#[derive(Debug)]
pub(super) struct Place<C: Eq + Hash> {
    streams: Streams<C>,
    client: C,
}

impl<C: Eq + Hash> Place<C> {
    pub(super) fn heartbeat_interval(&self) -> Duration {
        self.streams.0.limits.heartbeat_interval
    }
}

impl<C: Eq + Hash> Drop for Place<C> {
    fn drop(&mut self) {
        let mut open = self.streams.0.open();
        open.all -= 1;
        if let Some(count) = open.by_client.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                open.by_client.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn streams(streams_max: u32, streams_per_client_max: u32) -> Streams<char> {
        Streams::new(StreamLimits {
            streams_max,
            streams_per_client_max,
            ..StreamLimits::default()
        })
    }

    #[test]
    fn a_stream_too_many_is_refused_until_another_ends() {
        let streams = streams(3, 2);
        let first = streams.admit('a').expect("room");
        let second = streams.admit('a').expect("room");
        assert_eq!(streams.admit('a').err(), Some(Full::Client));
        let third = streams.admit('b').expect("room");
        assert_eq!(streams.admit('c').err(), Some(Full::Server));
        assert_eq!(streams.count(), 3);
        drop(first);
        assert!(streams.admit('a').is_ok());
        drop((second, third));
        assert_eq!(streams.count(), 0);
        assert!(
            streams.0.open().by_client.is_empty(),
            "nobody is remembered"
        );
    }
}
