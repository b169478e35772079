//! `seatlock ledger check`

use std::fmt::Write as _;

use seatlock::{
    clock::ManualClock,
    engine::{Archive, Engine, EngineConfig, Entry},
    entropy::SystemEntropy,
    feed::Shown,
    ledger::{
        MemoryLedger,
        file::{Summary, inspect},
    },
};

use super::{Data, Failure};

/// Reads everything as a start would, and builds an engine of it that nobody ever asks anything.
pub(super) fn check(data: &Data) -> Result<String, Failure> {
    let failed = |reason: String| Failure::Folder(data.data.clone(), reason);
    let disk = data.look()?;
    let summary = inspect(&disk, &mut |_entry| {}).map_err(|error| failed(error.to_string()))?;
    let mut text = described(&summary);
    let clock = ManualClock::starting_at(summary.state.clock());
    let seats = default_seats(&summary);
    let archive = Archive::new(Box::new(MemoryLedger), summary.state);
    let config = EngineConfig {
        seats,
        ..EngineConfig::default()
    };
    let engine = Engine::start_on(config, clock, SystemEntropy, archive);
    let engine = engine.map_err(|error| failed(error.to_string()))?;
    for entry in engine.entries() {
        let counts = match &entry {
            Entry::Alive(event) => event.counts(),
            Entry::Closed(event) => event.counts,
        };
        let _ = write!(text, "event {}:", entry.name());
        for shown in Shown::ALL {
            let _ = write!(text, " {} {}", counts.of(shown), shown.name());
        }
        text.push('\n');
    }
    Ok(text)
}

fn described(summary: &Summary) -> String {
    let Summary {
        segments,
        bytes,
        bytes_live,
        batches,
        torn,
        state,
        ..
    } = summary;
    let tail = if *torn {
        ", and a last one that was never acknowledged"
    } else {
        ""
    };
    format!(
        "{batches} batches in {segments} files, {bytes} bytes of which {bytes_live} still count{tail}\n\
         the last change is number {}, of {}\n",
        state.through().get(),
        humantime::format_rfc3339_millis(
            std::time::UNIX_EPOCH + std::time::Duration::from_nanos(state.date().unix_nanos())
        )
    )
}

/// How many seats the small API's event has, which the engine is to be told.
fn default_seats(summary: &Summary) -> u32 {
    seatlock::engine::recorded_seats(&summary.state, "default").unwrap_or(0)
}
