//! The engine on its ledger.

use std::{
    io, mem,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use seatlock::{
    chart::Chart,
    clock::BootClock,
    engine::{
        Archive, Asks, BookingRefusal, CreateEvent, Engine, EngineConfig, Event, EventSpec,
        HoldKey, IfFree, State, TakeRefusal, Told, Want,
    },
    entropy::SystemEntropy,
    event::{Name, Rules, User},
    ids::SeatId,
    ledger::{
        file::{FileLedger, Options},
        storage::Disk,
    },
    tick::Ttl,
};
use tokio::runtime::{self, Runtime};

use super::{
    Rival,
    flight::{self, Turn},
};

/// Seats of the event: as many confirms as there can be in a turn.
const SEATS: u32 = 500_000;

/// Holds that a turn has at least to confirm; later ones have twice as many as the one before has confirmed.
const HOLDS_MIN: usize = 50_000;

pub(crate) struct OnLedger {
    name: &'static str,
    runtime: Runtime,
    engine: Arc<Engine>,
    event: Arc<Event>,
    free: Vec<SeatId>,
    held: Vec<(SeatId, HoldKey)>,
    wanted: usize,
}

/// Two threads, as many as the machines have cores that the figures are of.
pub(crate) fn runtime() -> io::Result<Runtime> {
    runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
}

impl OnLedger {
    /// On a ledger that may have so many bytes beside what counts: with few of them it carries along what counts all
    /// the time, which is what a checkpoint would be.
    pub(crate) fn in_folder(
        folder: &Path,
        name: &'static str,
        budget_bytes: u64,
    ) -> io::Result<Self> {
        let disk = Disk::open(&folder.join(name)).map_err(io::Error::other)?;
        let options = Options {
            budget_bytes,
            ..Options::default()
        };
        let opened = FileLedger::open(Box::new(disk), options, &mut |_progress| {});
        let (ledger, state) = opened.map_err(io::Error::other)?;
        let archive = Archive::new(Box::new(ledger), state);
        let config = EngineConfig {
            seats: 0,
            ..EngineConfig::default()
        };
        let engine = Engine::start_on(config, BootClock::new(), SystemEntropy, archive);
        let engine = engine.map_err(io::Error::other)?;
        let gala = Name::new("gala").map_err(io::Error::other)?;
        let _new = engine.put_chart(gala.clone(), Chart::numbered(SEATS));
        let told = Told {
            title: "Gala".into(),
            rules: Rules::lenient(Ttl::MAX),
        };
        let made = engine.create_event(EventSpec {
            chart: gala.clone(),
            name: gala,
            told,
            state: State::Open,
        });
        let CreateEvent::Created(event) = made else {
            return Err(io::Error::other("the event was not made"));
        };
        Ok(Self {
            name,
            runtime: runtime()?,
            engine: Arc::new(engine),
            event,
            free: (0..SEATS).map(SeatId::new).collect(),
            held: Vec::new(),
            wanted: HOLDS_MIN,
        })
    }

    /// Holds as many seats as the turn may confirm, and waits until they are durable.
    fn prepare(&mut self) -> io::Result<()> {
        while self.held.len() < self.wanted
            && let Some(seat) = self.free.pop()
        {
            let asks = Asks {
                seats: vec![seat],
                ..Asks::default()
            };
            let want = Want {
                user: User::new("ada"),
                order: None,
                asks,
            };
            match self.engine.hold(&self.event, want) {
                Ok(made) => {
                    let key = HoldKey {
                        id: made.view.id,
                        token: made.token,
                    };
                    self.held.push((seat, key));
                }
                // The scribe catches up.
                Err(TakeRefusal::Busy) => {
                    self.free.push(seat);
                    thread::sleep(Duration::from_millis(1));
                }
                Err(error) => return Err(io::Error::other(format!("no hold: {error:?}"))),
            }
        }
        self.settle()
    }

    /// Gives the seats of these bookings back.
    fn cancel(&mut self, booked: Vec<(SeatId, HoldKey)>) -> io::Result<()> {
        for (seat, key) in booked {
            while let Err(error) = self.engine.cancel(key.id, None) {
                if !matches!(error, BookingRefusal::Busy) {
                    return Err(io::Error::other(format!("not cancelled: {error:?}")));
                }
                thread::sleep(Duration::from_millis(1));
            }
            self.free.push(seat);
        }
        self.settle()
    }

    fn settle(&self) -> io::Result<()> {
        let all = self.engine.settled();
        let unsure = |unsure| io::Error::other(format!("the ledger is not sound: {unsure:?}"));
        self.runtime.block_on(all).map_err(unsure)
    }
}

impl Rival for OnLedger {
    fn name(&self) -> &'static str {
        self.name
    }

    /// A task confirms a hold that was made before and waits until that is durable. What was booked is cancelled after
    /// the turn.
    fn turn(&mut self, in_flight: u32, length: Duration) -> io::Result<Option<Turn>> {
        self.prepare()?;
        let held = Arc::new(mem::take(&mut self.held));
        let (engine, all, next) = (Arc::clone(&self.engine), Arc::clone(&held), Arc::default());
        let count: Arc<AtomicUsize> = Arc::clone(&next);
        let one = move |_task| {
            let (engine, all, next) = (Arc::clone(&engine), Arc::clone(&all), Arc::clone(&next));
            async move {
                // Relaxed: nothing but that each is taken once.
                let (_, key) = all.get(next.fetch_add(1, Ordering::Relaxed))?;
                let begun = Instant::now();
                let booked = engine
                    .confirm(key, IfFree::Leave, None)
                    .expect("it is held");
                engine.durable(booked.lsn).await.ok()?;
                Some(begun.elapsed())
            }
        };
        let turn = flight::keep(&self.runtime, in_flight, length, one);
        let mut booked =
            Arc::try_unwrap(held).map_err(|_shared| io::Error::other("a task goes on"))?;
        self.held = booked.split_off(count.load(Ordering::Relaxed).min(booked.len()));
        self.wanted = HOLDS_MIN.max(2 * booked.len());
        self.cancel(booked)?;
        Ok(Some(turn))
    }
}
