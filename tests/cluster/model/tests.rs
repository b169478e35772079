//! What is explored.
//!
//! `SEATLOCK_MODEL=long` explores larger bounds.

use std::env;

use stateright::{Checker, Model};

use super::{Bounds, Cluster};

fn explore(name: &str, bounds: Bounds, is_founded: bool) {
    let cluster = Cluster {
        bounds,
        is_founded,
        mutation: None,
    };
    let checker = cluster.checker().threads(2).spawn_bfs().join();
    println!(
        "{name}: {} states, {} of them different, {} deep",
        checker.state_count(),
        checker.unique_state_count(),
        checker.max_depth()
    );
    checker.assert_properties();
}

fn is_long() -> bool {
    env::var("SEATLOCK_MODEL").is_ok_and(|size| size == "long")
}

/// Two nodes want a shard that nobody has founded.
#[test]
fn founding() {
    let bounds = Bounds {
        appends: 2,
        doubts: 2,
        ..Bounds::default()
    };
    explore("founding", bounds, false);
}

/// A lease ends while an append is in flight, and the owner is paused, or not; answers are lost, and requests late.
#[test]
fn takeover() {
    let usual = Bounds {
        appends: 2,
        doubts: 1,
        ticks: 2,
        renewals: 1,
        ..Bounds::default()
    };
    let long = Bounds {
        appends: 3,
        doubts: 2,
        ..usual
    };
    explore("takeover", if is_long() { long } else { usual }, true);
}

/// Leases are renewed, end, and are replaced; shards are taken again.
#[test]
fn leases() {
    let usual = Bounds {
        appends: 1,
        doubts: 1,
        ticks: 2,
        leases: 1,
        ..Bounds::default()
    };
    let long = Bounds {
        appends: 2,
        doubts: 2,
        ..usual
    };
    explore("leases", if is_long() { long } else { usual }, true);
}

/// The log is trimmed, also by somebody who is no owner any more.
#[test]
fn snapshots() {
    let usual = Bounds {
        appends: 1,
        doubts: 1,
        ticks: 2,
        snapshots: 1,
        ..Bounds::default()
    };
    let long = Bounds {
        appends: 2,
        doubts: 2,
        ..usual
    };
    explore("snapshots", if is_long() { long } else { usual }, true);
}

/// A shard is handed over, and back.
#[test]
fn hand_overs() {
    let usual = Bounds {
        appends: 2,
        doubts: 2,
        hand_overs: 2,
        ..Bounds::default()
    };
    let long = Bounds {
        appends: 3,
        ticks: 2,
        ..usual
    };
    explore("hand-overs", if is_long() { long } else { usual }, true);
}

/// There is no room for a while, also when the times before are in doubt.
#[test]
fn refusals() {
    let bounds = Bounds {
        appends: 2,
        doubts: 2,
        refusals: 2,
        ..Bounds::default()
    };
    explore("refusals", bounds, true);
}
