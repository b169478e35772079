//! What the server shows of itself: its metrics, and whether it is ready.

use std::sync::Arc;

use seatlock::{
    access::client::Client,
    engine::{Engine, Entry, Standing},
    feed::Shown,
    http::{Check, v1::stream::Streams},
    ledger::file::Stats,
    limits,
    metrics::Registry,
};

use super::ledger::Kept;

/// A wheel that is further behind is not reclaiming: two seconds.
const WHEEL_LAG_TICKS_MAX: u64 = 200;

/// Shows what the engine and the streams can say of themselves.
pub(super) fn metrics(engine: &Arc<Engine>, streams: &Streams<Client>, registry: &mut Registry) {
    let statuses = Shown::ALL.map(Shown::name);
    let help = "Seats of all events by status.";
    let of = Arc::clone(engine);
    registry.gauges("seats", help, "status", statuses, move || seats(&of));
    let mut gauge = |name, help, read: fn(&Engine) -> u64| {
        let of = Arc::clone(engine);
        registry.gauge(name, help, move || read(&of));
    };
    gauge(
        "tape_depth",
        "Changes that the scribe has not read yet.",
        Engine::tape_depth,
    );
    gauge(
        "wheel_lag_ticks",
        "Ticks of 10 ms by which the slowest wheel is behind.",
        |engine| engine.wheel_lag_ticks(),
    );
    gauge("events", "Events that are open or paused.", |engine| {
        count(events(engine).count())
    });
    gauge(
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

fn seats(engine: &Engine) -> [u64; Shown::ALL.len()] {
    let mut sums = [0; Shown::ALL.len()];
    for event in events(engine) {
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
