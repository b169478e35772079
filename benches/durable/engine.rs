//! The engine on its ledger.

use std::{
    io,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use seatlock::{
    chart::Chart,
    clock::BootClock,
    engine::{
        Archive, Asks, CreateEvent, Engine, EngineConfig, Event, EventSpec, HoldKey, IfFree, State,
        Told, Want,
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

/// Seats of the event: each task has its own.
const SEATS: u32 = 4_096;

pub(crate) struct OnLedger {
    name: &'static str,
    runtime: Runtime,
    engine: Arc<Engine>,
    event: Arc<Event>,
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
            rules: Rules::lenient(Ttl::MINUTE),
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
        })
    }
}

impl Rival for OnLedger {
    fn name(&self) -> &'static str {
        self.name
    }

    /// A task holds its seat, confirms it and waits until that is durable, which is what is timed, and cancels it.
    fn turn(&mut self, in_flight: u32, length: Duration) -> io::Result<Option<Turn>> {
        let (engine, event) = (Arc::clone(&self.engine), Arc::clone(&self.event));
        let one = move |task| {
            let (engine, event) = (Arc::clone(&engine), Arc::clone(&event));
            async move {
                let want = Want {
                    user: User::new("ada"),
                    order: None,
                    asks: Asks {
                        seats: vec![SeatId::new(task)],
                        ..Asks::default()
                    },
                };
                let held = engine.hold(&event, want).ok()?;
                let key = HoldKey {
                    id: held.view.id,
                    token: held.token,
                };
                let begun = Instant::now();
                let booked = engine.confirm(&key, IfFree::Leave, None).ok()?;
                engine.durable(booked.lsn).await.ok()?;
                let took = begun.elapsed();
                engine.cancel(key.id, None).ok()?;
                Some(took)
            }
        };
        Ok(Some(flight::keep(&self.runtime, in_flight, length, one)))
    }
}
