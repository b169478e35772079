//! What the server shows of itself: its metrics, and whether it is ready.

use std::sync::Arc;

use seatlock::{
    access::client::Client,
    cluster::etcd::Etcd,
    engine::{Engine, Entry, Standing},
    feed::Shown,
    http::{Check, v1::stream::Streams},
    ledger::file::Stats,
    limits,
    metrics::{Durations, Registry},
    node::Node,
};

use super::ledger::Kept;

/// A wheel that is further behind is not reclaiming: two seconds.
const WHEEL_LAG_TICKS_MAX: u64 = 200;

/// The engines that there are at a moment: one, or that of each shard which a node serves.
pub(super) type Engines = Arc<dyn Fn() -> Vec<Arc<Engine>> + Send + Sync>;

/// Shows what the engines and the streams can say of themselves.
pub(super) fn metrics(engines: &Engines, streams: &Streams<Client>, registry: &mut Registry) {
    let statuses = Shown::ALL.map(Shown::name);
    let help = "Seats of all events by status.";
    let of = Arc::clone(engines);
    registry.gauges("seats", help, "status", statuses, move || seats(&of()));
    let of = Arc::clone(engines);
    let help = "Ticks of 10 ms by which the slowest wheel is behind.";
    registry.gauge("wheel_lag_ticks", help, move || {
        let lags = of().into_iter().map(|engine| engine.wheel_lag_ticks());
        lags.max().unwrap_or_default()
    });
    let mut sum = |name, help, read: fn(&Engine) -> u64| {
        let of = Arc::clone(engines);
        registry.gauge(name, help, move || {
            of().iter().map(|engine| read(engine)).sum()
        });
    };
    sum(
        "tape_depth",
        "Changes that the scribe has not read yet.",
        Engine::tape_depth,
    );
    sum("events", "Events that are open or paused.", |engine| {
        count(events(engine).count())
    });
    sum(
        "takings",
        "Takings of seats that are remembered.",
        |engine| count(engine.taking_count()),
    );
    let streams = streams.clone();
    registry.gauge("streams", "Streams that are open.", move || {
        u64::from(streams.count())
    });
}

/// Shows what the ledger can say of itself.
pub(super) fn ledger_metrics(engine: &Arc<Engine>, kept: &Kept, registry: &mut Registry) {
    let standings = ["sound", "full", "failed"];
    let of = Arc::clone(engine);
    let help =
        "Whether the ledger takes what it is given, has no room, or has failed: 1 for what is so.";
    registry.gauges("ledger_standing", help, "standing", standings, move || {
        let is = |standing| u64::from(of.standing() == standing);
        [Standing::Sound, Standing::Full, Standing::Failed].map(is)
    });
    let help = "From the handing over of a batch until it is durable.";
    registry.durations("ledger_append_duration", help, Arc::clone(&kept.appends));
    let mut gauge = |name, help, read: fn(&Stats) -> u64| {
        let of = Arc::clone(&kept.stats);
        registry.gauge(name, help, move || read(&of));
    };
    gauge(
        "ledger_bytes",
        "Bytes of the ledger's files.",
        Stats::bytes_on_disk,
    );
    gauge(
        "ledger_live_bytes",
        "Bytes of the ledger's files that still count.",
        Stats::bytes_live,
    );
    gauge("ledger_segments", "Files of the ledger.", Stats::segments);
    gauge(
        "ledger_batches",
        "Batches that were made durable since the start.",
        Stats::appends,
    );
}

/// Shows what a node of a cluster can say of itself.
pub(super) fn cluster_metrics(
    node: &Arc<Node<Etcd>>,
    appends: Arc<Durations>,
    registry: &mut Registry,
) {
    let help = "From the handing over of a batch to etcd until it is durable.";
    registry.durations("ledger_append_duration", help, appends);
    let mut gauge = |name, help, read: fn(&Node<Etcd>) -> u64| {
        let of = Arc::clone(node);
        registry.gauge(name, help, move || read(&of));
    };
    gauge("cluster_shards", "Shards that this node serves.", |node| {
        count(node.engines().len())
    });
    gauge(
        "cluster_lease_certain",
        "Whether this node's lease is certain to last: 1 if so.",
        |node| u64::from(node.is_certain()),
    );
    gauge(
        "cluster_shards_taken",
        "Shards that came to this node since its start.",
        |node| node.counts().taken.get(),
    );
    gauge(
        "cluster_shards_handed_over",
        "Shards that this node has handed over since its start.",
        |node| node.counts().handed_over.get(),
    );
    gauge(
        "cluster_shards_lost",
        "Shards that others have taken from this node since its start.",
        |node| node.counts().lost.get(),
    );
    gauge(
        "cluster_requests_forwarded",
        "Requests that this node has handed to another since its start.",
        |node| node.counts().forwarded.get(),
    );
    gauge(
        "cluster_streams_relayed",
        "Shards of other nodes of which this node has a stream for its clients.",
        |node| count(node.relay_count()),
    );
    gauge(
        "cluster_events_relayed",
        "Events of other nodes that this node follows for its clients.",
        |node| count(node.relayed_events()),
    );
}

/// What has to be so before buyers are sent to a node.
pub(super) fn cluster_checks(node: &Arc<Node<Etcd>>) -> Vec<Check> {
    let of_lease = Arc::clone(node);
    let lease = move || match of_lease.is_certain() {
        true => Ok(()),
        false => Err("the node's lease may have ended: is etcd there?".to_owned()),
    };
    let of_ledger = Arc::clone(node);
    let ledger = move || {
        let engines = of_ledger.engines();
        let unsound = engines
            .iter()
            .filter(|engine| engine.standing() != Standing::Sound);
        match unsound.count() {
            0 => Ok(()),
            shards => Err(format!("nothing becomes durable in {shards} shards")),
        }
    };
    vec![Check::new("lease", lease), Check::new("ledger", ledger)]
}

/// What has to be so before buyers are sent here.
pub(super) fn checks(engine: &Arc<Engine>) -> Vec<Check> {
    let of_tape = Arc::clone(engine);
    let tape = move || match of_tape.tape_depth() {
        depth if depth > u64::from(limits::TAPE_CELLS / 2) => {
            Err(format!("the scribe has {depth} changes to read"))
        }
        _ => Ok(()),
    };
    let of_wheel = Arc::clone(engine);
    let wheel = move || match of_wheel.wheel_lag_ticks() {
        ticks if ticks > WHEEL_LAG_TICKS_MAX => Err(format!("a wheel is {ticks} ticks behind")),
        _ => Ok(()),
    };
    let of_ledger = Arc::clone(engine);
    let ledger = move || match of_ledger.standing() {
        Standing::Sound => Ok(()),
        Standing::Full => Err("the ledger has no room".to_owned()),
        Standing::Failed => Err("the ledger's storage has failed".to_owned()),
    };
    vec![
        Check::new("tape", tape),
        Check::new("wheel", wheel),
        Check::new("ledger", ledger),
    ]
}

fn events(engine: &Engine) -> impl Iterator<Item = Arc<seatlock::engine::Event>> {
    engine
        .entries()
        .into_iter()
        .filter_map(|entry| match entry {
            Entry::Alive(event) => Some(event),
            Entry::Closed(_) => None,
        })
}

fn seats(engines: &[Arc<Engine>]) -> [u64; Shown::ALL.len()] {
    let mut sums = [0; Shown::ALL.len()];
    for event in engines.iter().flat_map(|engine| events(engine)) {
        let counts = event.counts();
        for (sum, shown) in sums.iter_mut().zip(Shown::ALL) {
            *sum += u64::from(counts.of(shown));
        }
    }
    sums
}

fn count(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
