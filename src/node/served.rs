//! One shard that this node serves: its engine, the calls that go to it, and the ledger that fences it.

use std::{
    fmt, io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::body::Bytes;
use tokio::{
    runtime::Handle,
    sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock},
    task::{JoinHandle, spawn_blocking},
    time::{Instant, sleep, timeout},
};

use super::NodeConfig;
use crate::{
    clock::Clock,
    cluster::{
        lease::{Living, Readable},
        owner::{Node as Owner, Term},
        placement::ShardId,
        shard_ledger::ShardLedger,
        store::Store,
    },
    engine::{Archive, Drawings, Engine, EngineConfig, OnFailure, StartError},
    entropy::SystemEntropy,
    http::{self, ApiConfig, App, v1::durable::DurableHolds},
    ids::Place,
    ledger::{AppendError, Batch, Ledger},
    limits,
    metrics::Durations,
    repeat::Repeats,
    tick::Moment,
};

/// How often somebody who waits for the last request looks whether it is done.
const LOOK: Duration = Duration::from_millis(1);

/// Bytes of the log behind a snapshot that the next owner may find: about as much as is read at once.
const TAIL_BYTES_MAX: u64 = 2 << 20;

/// A shard, as long as this node is its owner.
pub(super) struct Served<S: Store> {
    pub(super) shard: ShardId,
    /// The term in which it was taken. It may be taken again since.
    pub(super) term: Term,
    pub(super) engine: Arc<Engine>,
    pub(super) app: App,
    ledger: Arc<Mutex<ShardLedger<Arc<S>>>>,
    readable: Arc<Readable>,
    living: Arc<Living>,
    is_going: AtomicBool,
    /// Shared by those who make events, alone with who pins one.
    making: Arc<RwLock<()>>,
    are_streams_cut: AtomicBool,
    forgetting: JoinHandle<()>,
}

/// Why a shard that was taken can't be served.
#[derive(Debug)]
pub(super) enum Unserved {
    /// The clock of its past can't be read.
    Clock(String),
    /// The engine can't go on from it.
    Engine(StartError),
}

/// A ledger that the engine's scribe appends to, and whoever hands it over when the engine has ended.
struct Shared<S> {
    ledger: Arc<Mutex<ShardLedger<Arc<S>>>>,
    appends: Arc<Durations>,
    clock: Arc<dyn Clock>,
}

impl<S: Store> Served<S> {
    /// Starts an engine that goes on from what a ledger has. Blocks the thread.
    ///
    /// # Errors
    /// [`Unserved`].
    pub(super) fn start(
        config: &NodeConfig,
        shard: ShardId,
        ledger: ShardLedger<Arc<S>>,
        living: &Arc<Living>,
        drawings: Arc<Drawings>,
        on_failure: OnFailure,
    ) -> Result<Self, Unserved> {
        let state = ledger.state_again();
        let (term, readable) = (ledger.term(), ledger.readable());
        let ledger = Arc::new(Mutex::new(ledger.living_by(Arc::clone(living))));
        let shared = Shared {
            ledger: Arc::clone(&ledger),
            appends: Arc::clone(&config.appends),
            clock: Arc::clone(&config.clock),
        };
        let resuming = (config.resume)(Box::new(shared), state);
        let (mut archive, clock) = resuming.map_err(|error| Unserved::Clock(error.to_string()))?;
        archive.restart_grace = config.restart_grace;
        archive.place = Place::new(shard.get());
        archive.drawings = drawings;
        archive.on_failure = on_failure;
        let engine = engine(config, shard, archive, clock)?;
        let repeats = Repeats::new(limits::SHARD_REPEATS_MAX, limits::SHARD_REPEATS_BYTES_MAX);
        http::kept::take_back(&repeats, &engine);
        let forgetting = http::kept::forget(repeats.clone(), Arc::clone(&engine));
        Ok(Self {
            shard,
            term: term.unwrap_or_else(|| Term::new(Default::default())),
            app: app(config, &engine, repeats),
            engine,
            ledger,
            readable,
            living: Arc::clone(living),
            is_going: AtomicBool::new(false),
            making: Arc::default(),
            are_streams_cut: AtomicBool::new(false),
            forgetting: Handle::current().spawn(forgetting),
        })
    }

    /// Whether what was read of the engine's memory a moment ago was the newest that there is.
    pub(super) fn is_certain(&self, now: Moment) -> bool {
        let lease = self.readable.under();
        lease.is_some_and(|lease| self.living.is_certain_under(lease, now))
    }

    /// Sends away who follows an event here while another node may serve it already: he comes again, and finds that one. What he
    /// is not told he would not miss.
    pub(super) fn keep_streams_certain(&self, now: Moment) {
        let is_certain = self.is_certain(now);
        // Relaxed: the steward alone comes here.
        if self.are_streams_cut.swap(!is_certain, Ordering::Relaxed) != is_certain {
            return;
        }
        if is_certain {
            self.engine.mend_feeds();
        } else {
            self.engine.cut_feeds();
        }
    }

    /// What is written down of its charts. Waits for an append that is under way.
    pub(super) fn chart_notes(&self) -> Vec<Bytes> {
        Drawings::notes_in(locked(&self.ledger).state())
    }

    /// Waits until nobody pins an event of this shard. Nobody can until this is dropped.
    pub(super) async fn nobody_pins(&self) -> OwnedRwLockReadGuard<()> {
        Arc::clone(&self.making).read_owned().await
    }

    /// Waits until nobody makes an event in this shard. Nobody can until this is dropped.
    pub(super) async fn nobody_makes(&self) -> OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.making).write_owned().await
    }

    /// Begins to hand it over. `false`: somebody does so already.
    #[must_use]
    pub(super) fn begin_to_go(&self) -> bool {
        // Relaxed: nothing is published by it.
        !self.is_going.swap(true, Ordering::Relaxed)
    }

    /// It is not handed over after all.
    pub(super) fn stay(&self) {
        self.is_going.store(false, Ordering::Relaxed);
    }

    /// Whether it is about to be handed over.
    pub(super) fn is_going(&self) -> bool {
        self.is_going.load(Ordering::Relaxed)
    }

    /// Has what the next owner will have to read be short, while requests go on.
    pub(super) async fn prepare(&self, patience: Duration) {
        let deadline = Instant::now() + patience;
        let ledger = Arc::clone(&self.ledger);
        // It waits for an append that is under way.
        let begun =
            spawn_blocking(move || locked(&ledger).prepare_to_hand_over(TAIL_BYTES_MAX)).await;
        if !matches!(begun, Ok(Ok(()))) {
            return;
        }
        loop {
            let ledger = Arc::clone(&self.ledger);
            // A step of the snapshot each time, between two appends.
            let step = move || {
                let mut ledger = locked(&ledger);
                ledger.idle().is_ok() && ledger.is_snapshotting()
            };
            if !matches!(spawn_blocking(step).await, Ok(true)) || Instant::now() > deadline {
                return;
            }
        }
    }

    /// Ends the engine once nobody uses it any more, and gives the ledger back. Who followed an event comes again.
    ///
    /// # Errors
    /// Itself, if somebody uses it still after so much time.
    pub(super) async fn end(
        mut self: Arc<Self>,
        patience: Duration,
    ) -> Result<Arc<Mutex<ShardLedger<Arc<S>>>>, Arc<Self>> {
        let deadline = Instant::now() + patience;
        let this = loop {
            match Arc::try_unwrap(self) {
                Ok(this) => break this,
                Err(shared) if Instant::now() < deadline => self = shared,
                Err(shared) => return Err(shared),
            }
            sleep(LOOK).await;
        };
        let Self {
            mut engine,
            app,
            ledger,
            forgetting,
            ..
        } = this;
        drop(app);
        forgetting.abort();
        let _ = forgetting.await;
        // If the ledger takes nothing, what it has must do.
        let _caught_up = timeout(patience, engine.caught_up()).await;
        engine.cut_feeds();
        // Somebody who counts for a metric may have it at hand.
        let engine = loop {
            match Arc::try_unwrap(engine) {
                Ok(engine) => break engine,
                Err(shared) => engine = shared,
            }
            sleep(LOOK).await;
        };
        let _ended = spawn_blocking(move || drop(engine)).await;
        Ok(ledger)
    }
}

fn engine(
    config: &NodeConfig,
    shard: ShardId,
    archive: Archive,
    clock: Arc<dyn Clock>,
) -> Result<Arc<Engine>, Unserved> {
    let seats = if config.default_shard == Some(shard) {
        config.engine.seats
    } else {
        0
    };
    let engine = EngineConfig {
        seats,
        ..config.engine
    };
    let engine = Engine::start_on(engine, clock, SystemEntropy, archive);
    engine.map(Arc::new).map_err(Unserved::Engine)
}

fn app(config: &NodeConfig, engine: &Arc<Engine>, repeats: Repeats) -> App {
    let api = ApiConfig {
        unlock: config.unlock,
        gate: Arc::clone(&config.gate),
        streams: config.streams.clone(),
        repeats,
        // A hold that a takeover forgets would be a promise broken.
        durable_holds: DurableHolds::Yes,
    };
    http::app_with(Arc::clone(engine), api)
}

/// Hands a shard over whose engine has ended. `false`: the other node is gone. Blocks the thread.
///
/// # Errors
/// The ledger's.
pub(super) fn hand_over<S: Store>(
    ledger: &Mutex<ShardLedger<Arc<S>>>,
    to: &Owner,
) -> Result<bool, AppendError> {
    locked(ledger).hand_over(to)
}

fn locked<S>(ledger: &Mutex<ShardLedger<S>>) -> MutexGuard<'_, ShardLedger<S>> {
    // A scribe that panics ends the process.
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: Store> Ledger for Shared<S> {
    fn append(&mut self, batch: &Batch<'_>) -> Result<(), AppendError> {
        let begun = self.clock.now();
        locked(&self.ledger).append(batch)?;
        self.appends.took(begun.until(self.clock.now()));
        Ok(())
    }

    fn acknowledged(&mut self) {
        locked(&self.ledger).acknowledged();
    }

    fn idle(&mut self) -> io::Result<()> {
        locked(&self.ledger).idle()
    }

    fn is_durable(&self) -> bool {
        true
    }
}

impl fmt::Display for Unserved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clock(error) => write!(f, "its clock: {error}"),
            Self::Engine(error) => error.fmt(f),
        }
    }
}
