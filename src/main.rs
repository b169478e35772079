//! `seatlock`: serves the small HTTP API.

mod cli;

use std::{
    fmt,
    io::{self, Write},
    net::SocketAddr,
    process::ExitCode,
    sync::Arc,
};

use cli::{EXIT_CODE_MISUSE, Serve};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use seatlock::{
    clock::BootClock,
    engine::{Engine, EngineConfig, StartError},
    http::{self, Drained, ServerConfig, Unlock},
};
use tokio::{
    runtime,
    signal::unix::{SignalKind, signal},
};

fn main() -> ExitCode {
    let options = match Serve::from_command_line() {
        Ok(options) => options,
        Err(code) => return code,
    };
    match serve(&options) {
        Ok(Drained::Whole) => ExitCode::SUCCESS,
        Ok(Drained::Cut { connections }) => {
            eprintln!(
                "seatlock: stopped; {connections} connections took too long and were cut off"
            );
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(EXIT_CODE_MISUSE)
        }
    }
}

/// Why nothing can be served.
#[derive(Debug)]
enum Failure {
    Listen {
        address: SocketAddr,
        error: io::Error,
    },
    Engine(StartError),
    Runtime(io::Error),
}

fn serve(options: &Serve) -> Result<Drained, Failure> {
    let config = EngineConfig {
        seats: options.seats,
        hold_ttl: options.lock_ttl,
    };
    let unlock = if options.no_unlock {
        Unlock::Absent
    } else {
        Unlock::Served
    };
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(options.workers())
        .enable_all()
        .build()
        .map_err(Failure::Runtime)?;
    runtime.block_on(async {
        let address = options.listen;
        let listener = http::listen(address).map_err(|error| Failure::Listen { address, error })?;
        let engine = Engine::start(config, BootClock::new()).map_err(Failure::Engine)?;
        let app = http::router(Arc::new(engine), unlock);
        let server = ServerConfig {
            connections_max: connections_max(options),
            ..ServerConfig::default()
        };
        let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::Runtime)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(Failure::Runtime)?;
        let stop = async {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        announce(options, listener.local_addr().unwrap_or(address));
        Ok(http::serve(listener, app, server, stop).await)
    })
}

fn announce(options: &Serve, address: SocketAddr) {
    let line = format!(
        "seatlock listens on http://{address}: {} seats, a lock lasts {}, {} workers",
        options.seats,
        humantime::format_duration(options.lock_ttl.span()),
        options.workers(),
    );
    // It serves even if nobody reads this.
    drop(writeln!(io::stdout(), "{line}"));
}

/// As many connections as are asked for and there are descriptors for. An eighth of these is kept for connections
/// that are refused: without any left, `accept` could not even do that.
fn connections_max(options: &Serve) -> usize {
    let descriptors = raise_descriptor_limit();
    let possible = u32::try_from(descriptors - descriptors / 8).unwrap_or(u32::MAX);
    if possible < options.connections {
        eprintln!("seatlock: at most {possible} connections, for want of file descriptors");
    }
    possible.min(options.connections) as usize
}

/// Takes as many descriptors as the system lets us have; the usual 1,024 are fewer than there are connections.
fn raise_descriptor_limit() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let current = if setrlimit(Resource::Nofile, raised).is_ok() {
        raised.current
    } else {
        limit.current
    };
    current.unwrap_or(u64::MAX)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { address, error } => write!(f, "cannot listen on {address}: {error}"),
            Self::Engine(error) => error.fmt(f),
            Self::Runtime(error) => write!(f, "cannot start: {error}"),
        }
    }
}
