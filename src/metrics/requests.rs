//! How many requests were answered, with which status, and how long they took: by route.

use std::{
    array, fmt,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, NoLabelSet},
    metrics::MetricType,
    registry::Unit,
};

use super::{
    durations::{Durations, Sum},
    shards::Shards,
};

/// The statuses that are told apart, and what the others are called.
const STATUSES: [(u16, &str); 26] = [
    (200, "200"),
    (201, "201"),
    (202, "202"),
    (204, "204"),
    (304, "304"),
    (400, "400"),
    (401, "401"),
    (403, "403"),
    (404, "404"),
    (405, "405"),
    (406, "406"),
    (408, "408"),
    (409, "409"),
    (410, "410"),
    (411, "411"),
    (412, "412"),
    (413, "413"),
    (414, "414"),
    (415, "415"),
    (422, "422"),
    (423, "423"),
    (428, "428"),
    (429, "429"),
    (431, "431"),
    (500, "500"),
    (503, "503"),
];
const OTHER_STATUS: &str = "other";

/// A route by its place among those that the registry was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteIndex(pub usize);

/// The tallies of all routes.
#[derive(Debug)]
pub struct Requests {
    routes: &'static [&'static str],
    shards: Shards<Box<[Tally]>>,
}

/// What one route answered, as one shard of the threads counted it.
#[derive(Debug)]
struct Tally {
    statuses: [AtomicU64; STATUSES.len() + 1],
    durations: Durations,
}

impl Requests {
    pub(super) fn new(routes: &'static [&'static str]) -> Self {
        let tallies = || routes.iter().map(|_route| Tally::new()).collect();
        Self {
            routes,
            shards: Shards::new(tallies),
        }
    }

    /// Counts an answer. Three additions, and no waiting.
    ///
    /// # Panics
    /// If there is no such route.
    #[inline]
    pub fn answered(&self, route: RouteIndex, status: u16, took: Duration) {
        let tally = &self.shards.mine()[route.0];
        let status = STATUSES.binary_search_by_key(&status, |(known, _)| *known);
        let status = status.unwrap_or(STATUSES.len());
        // Relaxed: these are counts; nothing is read because of them.
        tally.statuses[status].fetch_add(1, Ordering::Relaxed);
        tally.durations.took(took);
    }

    /// The sum over all shards of how often a route has answered with a status.
    fn count(&self, route: usize, status: usize) -> u64 {
        let counts = self.shards.iter().map(|tallies| {
            // Relaxed: a scrape may miss what is being counted at the same time.
            tallies[route].statuses[status].load(Ordering::Relaxed)
        });
        counts.fold(0, u64::wrapping_add)
    }

    fn encode_statuses(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Answered requests.";
        let mut metric = encoder.encode_descriptor("requests", help, None, MetricType::Counter)?;
        let names = STATUSES.iter().map(|(_, name)| *name);
        for (status, name) in names.chain([OTHER_STATUS]).enumerate() {
            for (route, pattern) in self.routes.iter().enumerate() {
                let count = self.count(route, status);
                // Most routes never have most statuses.
                if count > 0 {
                    metric
                        .encode_family(&[("route", *pattern), ("status", name)])?
                        .encode_counter::<NoLabelSet, _, u64>(&count, None)?;
                }
            }
        }
        Ok(())
    }

    fn encode_durations(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let (name, help) = (
            "request_duration",
            "From the end of a request's head to the beginning of its answer.",
        );
        let unit = Unit::Seconds;
        let mut metric =
            encoder.encode_descriptor(name, help, Some(&unit), MetricType::Histogram)?;
        for (route, pattern) in self.routes.iter().enumerate() {
            let tallies = self.shards.iter().map(|tallies| &tallies[route].durations);
            let sum: Sum = tallies.collect();
            if sum.count() > 0 {
                sum.encode(metric.encode_family(&[("route", *pattern)])?)?;
            }
        }
        Ok(())
    }
}

impl Collector for Requests {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.encode_statuses(&mut encoder)?;
        self.encode_durations(&mut encoder)
    }
}

impl Tally {
    fn new() -> Self {
        Self {
            statuses: array::from_fn(|_| AtomicU64::new(0)),
            durations: Durations::new(),
        }
    }
}
