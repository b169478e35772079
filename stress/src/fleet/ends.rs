//! Where it ends: how many durable changes a second there can be, with so many shards that append at once and so many clusters
//! of etcd; found by raising the load.

use std::time::Duration;

use super::{
    ground::Ground,
    outcome::Outcome,
    plan::Plan,
    run,
    share::Shares,
    tally::{Latency, Sample},
    weight::Weights,
};

/// Where one of a hundred waits longer, it has ended.
pub const P99_NANOS: u64 = 100_000_000;

/// Where etcd works for a larger share of the time, it is as good as always.
pub const ALWAYS: f64 = 0.95;

/// How long each load is tried. The second half counts: by then as many snapshots are being written as always.
const LASTS: Duration = Duration::from_secs(12);

/// The end is found to one part in so many.
const WITHIN: f64 = 1.06;

/// The most that is tried.
const CHANGES_MAX: f64 = 1e6;

/// Shards that append at once, in the order of the table.
pub const SHARDS: [u16; 4] = [64, 256, 1_024, 4_000];

/// A load, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Durable changes a second.
    pub changes: f64,
    /// Appends a second.
    pub appends: f64,
    /// Bytes a second that are written.
    pub bytes: f64,
    /// The share of the time that the busiest etcd works.
    pub utilisation: f64,
    /// How long somebody waits.
    pub latency: Latency,
}

/// Where it ends for so many shards and clusters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct End {
    /// Shards that append at once.
    pub shards: u16,
    /// Clusters of etcd.
    pub clusters: u16,
    /// The largest load at which etcd does not work always.
    pub busy: Load,
    /// The largest load at which one of a hundred waits no longer than [`P99_NANOS`].
    pub slow: Load,
}

/// Searches for the ends of a plan's fleet with these shards and clusters.
///
/// # Errors
/// If there can't be so many shards.
pub fn search(plan: &Plan, weights: &Weights, shards: u16, clusters: u16) -> Result<End, String> {
    let state = Ground::of(plan, weights)?;
    let state: u64 = state.state.iter().sum();
    let mut tried = Plan {
        shards,
        events: u32::from(shards) * 16,
        buyers: 0,
        small_sales: 0,
        etcd_clusters: clusters,
        node_dies: None,
        leader_changes: None,
        until: LASTS,
        ..plan.clone()
    };
    let mut ground = Ground::of(&tried, weights)?;
    // However many shards there are, they have the same events. Of a state beyond the budget it is all the same how large it is:
    // as much is written for snapshots as for logs. Those of a smaller one come and go often while a load is tried.
    ground
        .state
        .fill((state / u64::from(shards)).min(plan.log_budget));
    let mut load = |changes: f64| {
        tried.quiet_holds = changes / Shares::of_small().changes();
        let outcome = run(&tried, weights, &ground, true);
        Load::of(&outcome)
    };
    let least = load(f64::from(clusters) * 10.0);
    let slow = last(&mut load, least, |load| load.latency.p99 <= P99_NANOS);
    let busy = last(&mut load, least, |load| load.utilisation < ALWAYS);
    Ok(End {
        shards,
        clusters,
        busy,
        slow,
    })
}

/// The last load that is well, found by doubling and then by halving.
fn last(load: &mut impl FnMut(f64) -> Load, least: Load, is_well: impl Fn(&Load) -> bool) -> Load {
    let (mut well, mut wanted) = (least, least.changes.max(1.0));
    if !is_well(&well) {
        return well;
    }
    let mut ill = loop {
        wanted *= 2.0;
        let found = load(wanted);
        if !is_well(&found) || wanted > CHANGES_MAX {
            break wanted;
        }
        well = found;
    };
    let mut good = wanted / 2.0;
    while ill / good > WITHIN {
        let middle = (ill * good).sqrt();
        let found = load(middle);
        if is_well(&found) {
            (good, well) = (middle, found);
        } else {
            ill = middle;
        }
    }
    well
}

impl Load {
    fn of(outcome: &Outcome) -> Self {
        let samples = &outcome.samples[outcome.samples.len() / 2..];
        let spans = samples.len() as f64 * outcome.interval();
        let a_second = |of: fn(&Sample) -> u64| samples.iter().map(of).sum::<u64>() as f64 / spans;
        let most = |of: fn(&Latency) -> u64| {
            let all = samples.iter().map(|sample| of(&sample.all));
            all.max().unwrap_or(0)
        };
        Self {
            changes: a_second(|sample| sample.changes),
            appends: a_second(|sample| sample.asked.appends),
            bytes: a_second(|sample| sample.asked.append_bytes + sample.asked.piece_bytes),
            utilisation: (samples.iter().map(|sample| sample.utilisation)).fold(0.0, f64::max),
            latency: Latency {
                count: samples.iter().map(|sample| sample.all.count).sum(),
                p50: most(|latency| latency.p50),
                p99: most(|latency| latency.p99),
                max: most(|latency| latency.max),
            },
        }
    }
}
