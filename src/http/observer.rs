//! What the server counts while it works.

use std::{sync::Arc, time::Duration};

use super::{route_table, v1};
use crate::metrics::{Counter, Registry, Requests, RouteIndex};

/// Counts requests and connections for a [`Registry`].
#[derive(Debug)]
pub struct Observer {
    requests: Arc<Requests>,
    opened: Counter,
    closed: Counter,
    full: Counter,
    crowded: Counter,
    handshakes_failed: Counter,
    problems: [Counter; v1::Kind::ALL.len()],
}

impl Observer {
    /// An observer whose counts `registry` shows.
    pub fn new(registry: &mut Registry) -> Self {
        let opened = registry.counter("connections", "Connections that were let in.");
        let closed = Counter::default();
        let [full, crowded, handshakes_failed] = registry.counters(
            "connections_refused",
            "Connections that were sent away.",
            "reason",
            ["full", "address", "handshake"],
        );
        let open = (opened.clone(), closed.clone());
        let help = "Connections that are open.";
        // Read in this order, what was opened and closed in between can't make the difference negative.
        registry.gauge("connections_open", help, move || {
            let closed = open.1.get();
            open.0.get().saturating_sub(closed)
        });
        let problems = registry.counters(
            "refusals",
            "Requests for /v1 that were answered by a problem, by its kind.",
            "problem",
            v1::Kind::NAMES,
        );
        Self {
            problems,
            requests: registry.requests(&route_table::NAMES),
            opened,
            closed,
            full,
            crowded,
            handshakes_failed,
        }
    }

    pub(super) fn answered(&self, route: RouteIndex, status: u16, took: Duration) {
        self.requests.answered(route, status, took);
    }

    /// A request was answered by a problem.
    pub(super) fn refused(&self, kind: v1::Kind) {
        self.problems[kind as usize].inc();
    }

    pub(super) fn connection_opened(&self) {
        self.opened.inc();
    }

    pub(super) fn connection_closed(&self) {
        self.closed.inc();
    }

    /// There are as many connections as there may be.
    pub(super) fn refused_full(&self) {
        self.full.inc();
    }

    /// There are as many connections from one address as there may be.
    pub(super) fn refused_crowded(&self) {
        self.crowded.inc();
    }

    pub(super) fn handshake_failed(&self) {
        self.handshakes_failed.inc();
    }
}
