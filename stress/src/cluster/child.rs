//! A node in this process: as `seatlock serve --etcd` starts one, with something wrong with it.

use std::{
    io::{self, Read, Write},
    net::SocketAddr,
    process,
    sync::Arc,
    thread,
    time::Duration,
};

use clap::Args;
use seatlock::{
    clock::{BootClock, Clock},
    cluster::etcd::{Etcd, EtcdConfig},
    engine::EngineConfig,
    http::{
        self, ServerConfig, Unlock,
        v1::{
            gate::{Gate, GateConfig},
            stream::{StreamLimits, Streams},
        },
    },
    node::{self, Node, NodeConfig},
};
use tokio::{
    runtime,
    signal::unix::{SignalKind, signal},
};

use super::{crooked::Crooked, sabotage::Sabotage};
use crate::cli::time;

/// Of a lease's time, what a request to etcd may take.
const TIMEOUTS: u32 = 2;

/// As `seatlock serve` has it unless it is told otherwise: they meet in one cluster.
const PREFIX: &str = "/seatlock";
const SHARDS: u16 = 64;
const GRACE: Duration = Duration::from_secs(30);
const LOG_BUDGET_BYTES_MIN: u64 = 256 << 10;

/// Be a node; the run starts its own
#[derive(Debug, Args)]
pub struct NodeOptions {
    /// Members of etcd
    #[arg(long, value_delimiter = ',')]
    etcd: Vec<String>,
    /// Its name
    #[arg(long)]
    node: String,
    /// Where others reach it
    #[arg(long)]
    advertise: String,
    /// Where it listens
    #[arg(long)]
    listen: SocketAddr,
    /// How long its lease lasts
    #[arg(long, value_parser = time)]
    lease: Duration,
    /// MiB of the logs of all shards
    #[arg(long, default_value_t = 256)]
    ledger_budget: u64,
    /// What is wrong with its ways with etcd
    #[arg(long, value_parser = Sabotage::named, default_value = "none")]
    sabotage: Sabotage,
    /// By how many seconds its clock is ahead
    #[arg(long, default_value_t = 0, allow_hyphen_values = true)]
    clock_ahead: i64,
}

impl NodeOptions {
    /// Serves until a signal ends it, or whoever has started it is gone.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn act(&self) -> Result<bool, String> {
        thread::spawn(end_with_parent);
        let runtime = runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        runtime.block_on(self.serve()).map(|()| true)
    }

    async fn serve(&self) -> Result<(), String> {
        let listener = http::listen(self.listen).map_err(|error| error.to_string())?;
        let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
        let store = Crooked::new(Arc::new(self.etcd()?), self.sabotage);
        let node = Node::join(self.config(), Arc::new(store)).await;
        let node = node.map_err(|error| error.to_string())?;
        let said = writeln!(io::stdout(), "node {} serves", self.node);
        said.map_err(|error| error.to_string())?;
        let app = node.router();
        let stop = async move {
            terminate.recv().await;
            node.leave().await;
        };
        let _drained = http::serve(listener, app, ServerConfig::default(), stop).await;
        Ok(())
    }

    fn etcd(&self) -> Result<Etcd, String> {
        let endpoints = self.etcd.iter().map(|endpoint| endpoint.parse());
        let endpoints: Result<_, _> = endpoints.collect();
        let config = EtcdConfig {
            endpoints: endpoints.map_err(|error| format!("{error:?}"))?,
            timeout: (self.lease / TIMEOUTS).max(Duration::from_secs(1)),
            login: None,
            tls: None,
        };
        Etcd::new(config).map_err(|error| format!("{error:?}"))
    }

    fn config(&self) -> NodeConfig {
        let clock: Arc<dyn Clock> = Arc::new(BootClock::new());
        NodeConfig {
            name: self.node.clone(),
            address: self.advertise.clone(),
            prefix: PREFIX.to_owned(),
            incarnation: 1,
            shards: SHARDS,
            lease_ttl: self.lease,
            restart_grace: GRACE,
            log_budget_bytes: ((self.ledger_budget << 20) / u64::from(SHARDS))
                .max(LOG_BUDGET_BYTES_MIN),
            engine: EngineConfig::default(),
            default_shard: None,
            unlock: Unlock::Absent,
            gate: Arc::new(Gate::new(GateConfig::default()).on(Arc::clone(&clock))),
            streams: Streams::new(StreamLimits::default()),
            clock,
            resume: node::by_boot_clock(self.clock_ahead * 1_000),
            appends: Arc::default(),
        }
    }
}

/// Standard input ends with whoever holds its other end.
fn end_with_parent() {
    // An error is an end as well.
    let _ended = io::stdin().read_to_end(&mut Vec::new());
    process::exit(0);
}
