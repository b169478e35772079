//! The server's role of this command: as `seatlock serve` over a folder, with a ledger that may commit a fault.

use std::{
    io::{self, Read, Write},
    net::SocketAddr,
    path::PathBuf,
    process,
    sync::Arc,
    thread,
    time::Duration,
};

use seatlock::{
    engine::{Archive, Engine, EngineConfig},
    entropy::SystemEntropy,
    http::{self, ApiConfig, ServerConfig, v1::durable::DurableHolds},
    ledger::{
        file::{FileLedger, Options},
        storage::Disk,
    },
    limits,
    repeat::Repeats,
};
use tokio::{
    runtime,
    signal::unix::{SignalKind, signal},
};

use super::fault::{self, Fault};

/// What the server is told by the run that starts it.
#[derive(Debug, Clone)]
pub struct ServePlan {
    /// Its folder.
    pub data: PathBuf,
    /// Where it listens.
    pub listen: SocketAddr,
    /// How long holds last from its start on at least.
    pub grace: Duration,
    /// Whether holds wait for the ledger.
    pub durable_holds: bool,
    /// What is wrong with its ledger.
    pub fault: Fault,
    /// Where the fault strikes.
    pub seed: u64,
}

/// Serves until a signal ends it, or whoever has started it is gone.
///
/// # Errors
/// Why it cannot.
pub fn serve(plan: &ServePlan) -> Result<(), String> {
    thread::spawn(end_with_parent);
    let runtime = runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(run(plan))
}

async fn run(plan: &ServePlan) -> Result<(), String> {
    let listener = http::listen(plan.listen).map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let engine = Arc::new(engine(plan)?);
    let repeats = Repeats::new(limits::REPEATS_MAX, limits::REPEATS_BYTES_MAX);
    let now = engine.now().moment;
    for kept in engine.take_answers() {
        repeats.restore(kept, now);
    }
    let api = ApiConfig {
        repeats,
        durable_holds: if plan.durable_holds {
            DurableHolds::Yes
        } else {
            DurableHolds::No
        },
        ..ApiConfig::default()
    };
    let app = http::app_with(engine, api);
    let said = writeln!(io::stdout(), "stress listens on http://{address}");
    said.map_err(|error| error.to_string())?;
    let stop = async move {
        terminate.recv().await;
    };
    // However it was drained: what was not answered is not known to whoever has asked.
    let _drained = http::serve(listener, app, ServerConfig::default(), stop).await;
    Ok(())
}

fn engine(plan: &ServePlan) -> Result<Engine, String> {
    let disk = Disk::open(&plan.data).map_err(|error| error.to_string())?;
    let opened = FileLedger::open(Box::new(disk), Options::default(), &mut |_| {});
    let (ledger, state) = opened.map_err(|error| error.to_string())?;
    let ledger = fault::crooked(plan.fault, Box::new(ledger), plan.seed);
    let resuming = Archive::resuming(ledger, state);
    let (mut archive, clock) = resuming.map_err(|error| error.to_string())?;
    archive.restart_grace = plan.grace;
    let config = EngineConfig {
        seats: 0,
        ..EngineConfig::default()
    };
    let engine = Engine::start_on(config, clock, SystemEntropy, archive);
    engine.map_err(|error| error.to_string())
}

/// Ends the process when its standard input does: with whoever has started it, however that ended.
fn end_with_parent() {
    // An error is an end as well.
    let _ended = io::stdin().read_to_end(&mut Vec::new());
    process::exit(0);
}
