//! Serves as a node of a cluster: what is kept is in etcd, and what is served is what is this node's share.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use axum::Router;
use seatlock::{
    access::client::Client,
    clock::{BootClock, Clock},
    cluster::{
        etcd::{Etcd, EtcdConfig, EtcdTls, Identity, Login},
        upkeep,
    },
    engine::{Engine, EngineConfig},
    http::{
        self,
        v1::{
            gate::{Gate, GateConfig},
            stream::Streams,
        },
    },
    metrics::{Durations, Registry},
    node::{self, Node, NodeConfig},
};

use super::{Failure, Settings, shown, unlock};

/// Of a lease's time, what a request to etcd may take. A renewal that is lost can then be repeated.
const TIMEOUTS: u32 = 2;

/// What the server shows of the cluster.
pub(super) struct Joined {
    node: Arc<Node<Etcd>>,
    pub(super) app: Router,
}

/// Comes to the cluster.
///
/// # Errors
/// Why it can't.
pub(super) async fn join(
    settings: &Settings,
    gate: GateConfig,
    streams: Streams<Client>,
    registry: &mut Registry,
) -> Result<Joined, Failure> {
    let etcd = Arc::new(etcd(settings)?);
    let clock: Arc<dyn Clock> = Arc::new(BootClock::new());
    let appends = Arc::<Durations>::default();
    let config = NodeConfig {
        name: given(settings.node.as_ref(), "--node")?,
        address: given(settings.advertise.as_ref(), "--advertise")?,
        prefix: settings.etcd_prefix.clone(),
        incarnation: u64::from(settings.etcd_incarnation),
        shards: settings.shards,
        lease_ttl: settings.lease,
        restart_grace: settings.restart_grace,
        log_budget_bytes: log_budget_bytes(settings),
        engine: EngineConfig {
            seats: settings.seats,
            hold_ttl: settings.lock_ttl,
        },
        default_shard: None,
        unlock: unlock(settings),
        gate: Arc::new(Gate::new(gate).on(Arc::clone(&clock))),
        streams: streams.clone(),
        clock,
        resume: node::by_boot_clock(0),
        appends: Arc::clone(&appends),
    };
    let node = Node::join(config, Arc::clone(&etcd)).await;
    let node = node.map_err(Failure::Join)?;
    let housekeeper = Arc::clone(&node);
    tokio::spawn(upkeep::keep_small(etcd, move || housekeeper.keeps_house()));
    shown::metrics(&engines(&node), &streams, registry);
    shown::cluster_metrics(&node, appends, registry);
    Ok(Joined {
        app: node
            .router()
            .merge(http::health(shown::cluster_checks(&node))),
        node,
    })
}

impl Joined {
    /// Hands over what the node serves, and goes.
    pub(super) async fn leave(&self) {
        self.node.leave().await;
    }
}

fn engines(node: &Arc<Node<Etcd>>) -> shown::Engines {
    let node = Arc::clone(node);
    Arc::new(move || -> Vec<Arc<Engine>> { node.engines() })
}

/// Each shard may have its part of the budget, which is for a whole node.
fn log_budget_bytes(settings: &Settings) -> u64 {
    let budget = (u64::from(settings.ledger_budget) << 20) / u64::from(settings.shards);
    budget.max(LOG_BUDGET_BYTES_MIN)
}

/// A shard of little state has a snapshot no more often.
const LOG_BUDGET_BYTES_MIN: u64 = 256 << 10;

fn etcd(settings: &Settings) -> Result<Etcd, Failure> {
    let config = EtcdConfig {
        endpoints: settings.etcd.clone(),
        timeout: (settings.lease / TIMEOUTS).max(Duration::from_secs(1)),
        login: login(settings)?,
        tls: tls(settings)?,
    };
    Etcd::new(config).map_err(|error| Failure::Etcd(error.to_string()))
}

fn login(settings: &Settings) -> Result<Option<Login>, Failure> {
    match (&settings.etcd_user, &settings.etcd_password_file) {
        (None, None) => Ok(None),
        (Some(user), Some(file)) => {
            let password = String::from_utf8_lossy(&read(file)?).trim_end().to_owned();
            let user = user.clone();
            Ok(Some(Login { user, password }))
        }
        (Some(_), None) => Err(missing("--etcd-password-file")),
        (None, Some(_)) => Err(missing("--etcd-user")),
    }
}

fn tls(settings: &Settings) -> Result<Option<EtcdTls>, Failure> {
    let Some(trusted) = &settings.etcd_ca else {
        return Ok(None);
    };
    let trusted = read(trusted)?;
    let shown = match (&settings.etcd_cert, &settings.etcd_key) {
        (None, None) => None,
        (Some(certificate), Some(key)) => Some((read(certificate)?, read(key)?)),
        (Some(_), None) => return Err(missing("--etcd-key")),
        (None, Some(_)) => return Err(missing("--etcd-cert")),
    };
    let identity = shown
        .as_ref()
        .map(|(certificate, key)| Identity { certificate, key });
    let tls = EtcdTls::new(&trusted, identity);
    tls.map(Some)
        .map_err(|error| Failure::Etcd(error.to_string()))
}

fn read(path: &PathBuf) -> Result<Vec<u8>, Failure> {
    let read = fs::read(path);
    read.map_err(|error| Failure::Etcd(format!("{} can't be read: {error}", path.display())))
}

fn given(value: Option<&String>, flag: &'static str) -> Result<String, Failure> {
    value.cloned().ok_or_else(|| missing(flag))
}

fn missing(flag: &'static str) -> Failure {
    Failure::Etcd(format!("with --etcd, {flag} is needed too"))
}
