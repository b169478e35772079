//! `seatlock serve`: puts the parts together, runs them, and ends them in order.

mod cluster;
mod failure;
mod gate;
mod ledger;
mod machine;
mod shown;

use std::{
    io::{self, Write},
    net::SocketAddr,
    num::NonZero,
    sync::Arc,
    thread,
};

use seatlock::{
    access::client::Client,
    engine::{Engine, EngineConfig},
    entropy::SystemEntropy,
    http::{
        self, ApiConfig, App, Cors, Drained, Observer, ServerConfig, Tls, Unlock,
        v1::{
            durable::DurableHolds,
            gate::{Gate, GateConfig},
            stream::{StreamLimits, Streams},
        },
    },
    limits,
    metrics::Registry,
    repeat::Repeats,
};
use tokio::{
    net::TcpListener,
    runtime,
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use tracing::{info, warn};

use super::{
    logs,
    settings::{LogFormat, Settings},
};
pub(crate) use failure::Failure;
use ledger::Opened;

/// Connections at once to the listener that has nothing but metrics.
const METRICS_CONNECTIONS_MAX: usize = 64;

/// Serves until a signal ends it.
///
/// # Errors
/// Why nothing can be served.
pub(crate) fn serve(settings: &Settings) -> Result<(), Failure> {
    logs::start(settings);
    let tls = tls(settings)?;
    let gate = gate::config(settings)?;
    refuse_to_be_open_unasked(settings, &gate)?;
    let opened = if settings.etcd.is_empty() {
        Some(ledger::open(settings)?)
    } else {
        None
    };
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(workers(settings))
        .enable_all()
        .build()
        .map_err(Failure::Runtime)?;
    match runtime.block_on(run(settings, tls, gate, opened))? {
        Drained::Whole => info!("stopped"),
        Drained::Cut { connections } => {
            warn!(
                connections,
                "stopped; connections that took too long were cut off"
            );
        }
    }
    Ok(())
}

async fn run(
    settings: &Settings,
    tls: Option<Arc<Tls>>,
    gate: GateConfig,
    opened: Option<Opened>,
) -> Result<Drained, Failure> {
    let listener = listen(settings.listen)?;
    let metrics_listener = settings.metrics_listen.map(listen).transpose()?;
    let mut registry = Registry::new();
    let streams = Streams::new(StreamLimits {
        streams_max: settings.streams,
        ..StreamLimits::default()
    });
    let keys = gate.keys.count();
    let (app, joined) = match opened {
        Some(opened) => (alone(settings, gate, streams, opened, &mut registry)?, None),
        None => {
            let joined = cluster::join(settings, gate, streams, &mut registry).await?;
            (App::from(joined.app.clone()), Some(joined))
        }
    };
    let server = server(settings, tls.clone(), Observer::new(&mut registry));
    let stop = stop_signal()?;
    reload_on_hangup(tls)?;
    announce(
        settings,
        listener.local_addr().unwrap_or(settings.listen),
        keys,
    );
    let app = with_metrics(app, metrics_listener, Arc::new(registry), &stop);
    // While it hands over what it serves, it still answers, or hands on.
    let handing_over = async move {
        stopped(stop).await;
        if let Some(joined) = joined {
            joined.leave().await;
        }
    };
    Ok(http::serve(listener, app, server, handing_over).await)
}

/// The calls of a server that is alone, on what it was opened with.
fn alone(
    settings: &Settings,
    gate: GateConfig,
    streams: Streams<Client>,
    opened: Opened,
    registry: &mut Registry,
) -> Result<App, Failure> {
    let kept = opened.kept.clone();
    let engine = Arc::new(engine(settings, opened)?);
    let only = Arc::clone(&engine);
    let engines: shown::Engines = Arc::new(move || vec![Arc::clone(&only)]);
    shown::metrics(&engines, &streams, registry);
    if let Some(kept) = kept {
        shown::ledger_metrics(&engine, &kept, registry);
    }
    let repeats = Repeats::new(limits::REPEATS_MAX, limits::REPEATS_BYTES_MAX);
    http::kept::take_back(&repeats, &engine);
    tokio::spawn(http::kept::forget(repeats.clone(), Arc::clone(&engine)));
    let api = ApiConfig {
        unlock: unlock(settings),
        gate: Arc::new(Gate::new(gate)),
        streams,
        repeats,
        durable_holds: if settings.durable_holds {
            DurableHolds::Yes
        } else {
            DurableHolds::No
        },
    };
    let checks = shown::checks(&engine);
    Ok(http::app_with(engine, api).merge(http::health(checks)))
}

/// The metrics beside the calls, or at an address of their own.
fn with_metrics(
    app: App,
    listener: Option<TcpListener>,
    registry: Arc<Registry>,
    stop: &watch::Receiver<bool>,
) -> App {
    let metrics = http::metrics(registry);
    let Some(listener) = listener else {
        return app.merge(metrics);
    };
    let config = ServerConfig {
        connections_max: METRICS_CONNECTIONS_MAX,
        ..ServerConfig::default()
    };
    let (metrics, stop) = (http::alone(metrics), stop.clone());
    tokio::spawn(http::serve(listener, metrics, config, stopped(stop)));
    app
}

fn unlock(settings: &Settings) -> Unlock {
    if settings.no_unlock {
        Unlock::Absent
    } else {
        Unlock::Served
    }
}

/// Without any API key, whoever reaches the server may do everything. Unless it is asked for, that is only for those on
/// this machine.
fn refuse_to_be_open_unasked(settings: &Settings, gate: &GateConfig) -> Result<(), Failure> {
    let address = settings.listen;
    if !gate.keys.is_empty() || settings.open || address.ip().is_loopback() {
        Ok(())
    } else {
        Err(Failure::WouldBeOpen { address })
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    http::listen(address).map_err(|error| Failure::Listen { address, error })
}

fn tls(settings: &Settings) -> Result<Option<Arc<Tls>>, Failure> {
    match (&settings.tls_cert, &settings.tls_key) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => {
            let tls = Tls::from_files(certificate.clone(), key.clone()).map_err(Failure::Tls)?;
            Ok(Some(Arc::new(tls)))
        }
        (Some(_), None) => Err(Failure::HalfTls {
            missing: "--tls-key",
        }),
        (None, Some(_)) => Err(Failure::HalfTls {
            missing: "--tls-cert",
        }),
    }
}

fn engine(settings: &Settings, opened: Opened) -> Result<Engine, Failure> {
    let config = EngineConfig {
        seats: settings.seats,
        hold_ttl: settings.lock_ttl,
    };
    let Opened { archive, clock, .. } = opened;
    Engine::start_on(config, clock, SystemEntropy, archive).map_err(Failure::Engine)
}

fn server(settings: &Settings, tls: Option<Arc<Tls>>, observer: Observer) -> ServerConfig {
    let mut config = ServerConfig {
        connections_max: machine::connections_max(settings.connections),
        connections_per_peer_max: settings.connections_per_address as usize,
        tls,
        cors: Cors::new(settings.origins.clone()),
        observer: Some(Arc::new(observer)),
        first_connection: machine::start_number(),
        ..ServerConfig::default()
    };
    config.peers_uncounted.extend(&settings.trusted_proxies);
    config
}

fn workers(settings: &Settings) -> usize {
    let cores = || thread::available_parallelism().map_or(1, NonZero::get);
    settings.workers.map_or_else(cores, usize::from)
}

/// Becomes true at the first SIGINT or SIGTERM.
fn stop_signal() -> Result<watch::Receiver<bool>, Failure> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::Runtime)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::Runtime)?;
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        sender.send_replace(true);
    });
    Ok(receiver)
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // It fails when the sender is gone, which is after it was sent.
    drop(stop.wait_for(|stop| *stop).await);
}

/// Reads the certificate again at each SIGHUP; without one, the signal is no longer the end of the process either.
fn reload_on_hangup(tls: Option<Arc<Tls>>) -> Result<(), Failure> {
    let mut hangup = signal(SignalKind::hangup()).map_err(Failure::Runtime)?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            match tls.as_ref().map(|tls| tls.reload()) {
                None => info!("SIGHUP: there is nothing to read again"),
                Some(Ok(())) => info!("SIGHUP: the certificate was read again"),
                Some(Err(error)) => warn!(%error, "SIGHUP: the certificate stays as it was"),
            }
        }
    });
    Ok(())
}

/// Says where it listens: on standard output, which whoever started it may wait for, and in a log for machines.
fn announce(settings: &Settings, address: SocketAddr, keys: usize) {
    if keys == 0 {
        warn!("no API key is configured: whoever can reach {address} may do everything");
    }
    let scheme = if settings.tls_cert.is_some() {
        "https"
    } else {
        "http"
    };
    let (seats, workers) = (settings.seats, workers(settings));
    let ttl = humantime::format_duration(settings.lock_ttl.span());
    let line = format!(
        "seatlock listens on {scheme}://{address}: {seats} seats, a lock lasts {ttl}, {workers} workers"
    );
    // It serves even if nobody reads this.
    drop(writeln!(io::stdout(), "{line}"));
    if settings.log_format == LogFormat::Json {
        info!(%address, scheme, seats, lock_ttl = %ttl, workers, keys, "started");
    }
}
