//! The servers that are compared: each a process of its own with one worker thread.

use std::{
    cell::{Cell, RefCell},
    env, fs, future,
    io::{self, BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use axum::{
    Router,
    http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE},
    routing::post,
    serve::ListenerExt,
};
use seatlock::{
    clock::BootClock,
    engine::{Engine, EngineConfig},
    http::{self, App, ServerConfig, Unlock},
    tick::Ttl,
};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::shop::{self, Kept, Lasts, Shopper, Wanted};

/// Seats of the map that is locked at random.
pub(crate) const SEATS: u32 = 100_000;

/// What the reaper and the scribe are given to put ended holds away: many times what they need.
const PUTTING_AWAY: Duration = Duration::from_millis(100);

const CONNECTIONS: usize = 50;

/// As many requests are under way as in `benches/durable`, where the same is measured without HTTP.
const SALE_CONNECTIONS: usize = 64;

/// What is served, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A constant, by `axum::serve`.
    AxumConstant,
    /// The same constant by our server.
    OurConstant,
    /// The small API. With the usual TTL of 60 s nearly all seats are soon locked, so nearly all answers are 423.
    Lock,
    /// The small API with a TTL so short that most locks succeed.
    LockShort,
    /// As many bytes as a hold through `/v1` is answered with, without asking anybody.
    HoldConstant(Wanted),
    /// `POST /v1/events/{event}/holds`.
    Hold(Wanted, Lasts),
    /// The same, and then `POST /v1/holds/{hold}/confirm`.
    Sale(Kept),
}

impl Kind {
    pub(crate) const ALL: [Self; 15] = [
        Self::AxumConstant,
        Self::OurConstant,
        Self::Lock,
        Self::LockShort,
        Self::HoldConstant(Wanted::One),
        Self::Hold(Wanted::One, Lasts::BeyondTurn),
        Self::Hold(Wanted::One, Lasts::Shortly),
        Self::HoldConstant(Wanted::Four),
        Self::Hold(Wanted::Four, Lasts::BeyondTurn),
        Self::Hold(Wanted::Four, Lasts::Shortly),
        Self::HoldConstant(Wanted::Best),
        Self::Hold(Wanted::Best, Lasts::BeyondTurn),
        Self::Hold(Wanted::Best, Lasts::Shortly),
        Self::Sale(Kept::InMemory),
        Self::Sale(Kept::OnDisk),
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AxumConstant => "constant, axum::serve",
            Self::OurConstant => "constant, seatlock's server",
            Self::Lock => "POST /lock, TTL 60 s",
            Self::LockShort => "POST /lock, TTL 50 ms",
            Self::HoldConstant(Wanted::One) => "constant as a hold of 1",
            Self::Hold(Wanted::One, Lasts::BeyondTurn) => "hold of 1",
            Self::Hold(Wanted::One, Lasts::Shortly) => "hold of 1, ending in 50 ms",
            Self::HoldConstant(Wanted::Four) => "constant as a hold of 4",
            Self::Hold(Wanted::Four, Lasts::BeyondTurn) => "hold of 4",
            Self::Hold(Wanted::Four, Lasts::Shortly) => "hold of 4, ending in 50 ms",
            Self::HoldConstant(Wanted::Best) => "constant as the best 2",
            Self::Hold(Wanted::Best, Lasts::BeyondTurn) => "the best 2",
            Self::Hold(Wanted::Best, Lasts::Shortly) => "the best 2, ending in 50 ms",
            Self::Sale(Kept::InMemory) => "hold and confirm, memory",
            Self::Sale(Kept::OnDisk) => "hold and confirm, durable",
            Self::HoldConstant(Wanted::Sale) | Self::Hold(Wanted::Sale, _) => "not measured",
        }
    }

    /// What it is compared with: a constant on the same server, or, for a sale, one in memory.
    pub(crate) fn constant(self) -> Self {
        match self {
            Self::AxumConstant | Self::OurConstant | Self::Lock | Self::LockShort => {
                Self::OurConstant
            }
            Self::HoldConstant(wanted) | Self::Hold(wanted, _) => Self::HoldConstant(wanted),
            Self::Sale(_) => Self::Sale(Kept::InMemory),
        }
    }

    /// What it is asked.
    pub(crate) fn wanted(self) -> Option<Wanted> {
        match self {
            Self::HoldConstant(wanted) | Self::Hold(wanted, _) => Some(wanted),
            Self::Sale(_) => Some(Wanted::Sale),
            _ => None,
        }
    }

    /// On how many connections it is asked.
    pub(crate) fn connections(self) -> usize {
        match self {
            Self::Sale(_) => SALE_CONNECTIONS,
            _ => CONNECTIONS,
        }
    }

    /// How long it is after a turn until nothing of it is left, where that matters: a turn that begins with the last
    /// one's holds alive would have fewer seats to give, and one in which they end would have that in its figures.
    fn rest(self) -> Duration {
        match self {
            Self::Hold(_, lasts @ Lasts::BeyondTurn) => lasts.ttl().span() + PUTTING_AWAY,
            _ => Duration::ZERO,
        }
    }

    /// Those in whose names a text is, each after what it is compared with.
    pub(crate) fn named(text: &str) -> Vec<Self> {
        let are_named: Vec<Self> = Self::ALL
            .into_iter()
            .filter(|kind| kind.name().contains(text))
            .collect();
        let is_needed = |kind: &Self| are_named.iter().any(|named| named.constant() == *kind);
        Self::ALL
            .into_iter()
            .filter(|kind| are_named.contains(kind) || is_needed(kind))
            .collect()
    }

    fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    fn app(self, folder: &Path) -> App {
        match self {
            Self::AxumConstant | Self::OurConstant => constant().into(),
            Self::Lock => locks(Ttl::MINUTE),
            Self::LockShort => locks(Ttl::from_ticks(5).expect("a valid TTL")),
            Self::HoldConstant(wanted) => shop::constant(wanted).into(),
            Self::Hold(wanted, lasts) => shop::holds(wanted, lasts),
            Self::Sale(kept) => shop::sales(kept, folder),
        }
    }
}

/// The refusal that `POST /lock` mostly gives, header by header and byte by byte, without asking anybody.
fn constant() -> Router {
    let answer = async || {
        (
            [
                (CONTENT_TYPE, "application/json"),
                (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            ],
            r#"{"message":"The seat is locked."}"#,
        )
    };
    Router::new().route("/lock/{id}", post(answer))
}

fn locks(hold_ttl: Ttl) -> App {
    let config = EngineConfig {
        seats: SEATS,
        hold_ttl,
    };
    let engine = Engine::start(config, BootClock::new()).expect("the engine starts");
    http::app(Arc::new(engine), Unlock::Served)
}

/// Is the server called `name` until the process is killed. What it keeps is in `folder`.
pub(crate) fn serve(name: &str, folder: &Path) -> io::Result<()> {
    let kind = Kind::by_name(name).ok_or(io::ErrorKind::NotFound)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = http::listen((Ipv4Addr::LOCALHOST, 0).into())?;
        println!("{}", listener.local_addr()?);
        // On a worker thread, where a server's tasks belong; the main thread only waits.
        match tokio::spawn(run(kind, folder.to_owned(), listener)).await {
            Ok(ended) => ended,
            Err(panicked) => Err(io::Error::other(panicked)),
        }
    })
}

async fn run(kind: Kind, folder: PathBuf, listener: TcpListener) -> io::Result<()> {
    if kind == Kind::AxumConstant {
        // Without this it loses 40 ms again and again to Nagle's algorithm and delayed acknowledgements.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        return axum::serve(listener, constant()).await;
    }
    let app = kind.app(&folder);
    let _ = http::serve(listener, app, ServerConfig::default(), future::pending()).await;
    Ok(())
}

/// A server in a process of its own; dropped, it is killed.
pub(crate) struct Server {
    process: Child,
    /// On the disk that the project lies on: a folder for temporary files may be in memory.
    _folder: TempDir,
    pub(crate) kind: Kind,
    pub(crate) address: SocketAddr,
    rests_until: Cell<Instant>,
    /// Who asks it: a seat that was booked is not asked for again.
    pub(crate) shopper: RefCell<Shopper>,
}

impl Server {
    pub(crate) fn start(kind: Kind) -> io::Result<Self> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let mut process = Command::new(env::current_exe()?)
            .args(["--serve", kind.name(), "--folder"])
            .arg(folder.path())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let address = line.trim().parse().map_err(io::Error::other)?;
        Ok(Self {
            process,
            _folder: folder,
            kind,
            address,
            rests_until: Cell::new(Instant::now()),
            shopper: RefCell::new(Shopper::of(kind.wanted().map_or(SEATS, Wanted::seats))),
        })
    }

    /// Waits until nothing is left of the last turn, and then takes one.
    pub(crate) fn turn<T>(&self, turn: impl FnOnce() -> T) -> T {
        thread::sleep(self.rests_until.get().duration_since(Instant::now()));
        let result = turn();
        self.rests_until.set(Instant::now() + self.kind.rest());
        result
    }

    /// Processor time that its threads have used; zero where the system doesn't say.
    pub(crate) fn cpu_time(&self) -> Duration {
        let folder = format!("/proc/{}/task", self.process.id());
        let threads = fs::read_dir(folder).into_iter().flatten().flatten();
        let nanos = threads.filter_map(|thread| {
            let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(nanos.sum())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
