//! The engine's threads: the reaper, which frees expired seats, the scribe, which reads the tape, and the crier, which
//! tells the feeds' followers what has changed and buries closed events.
//!
//! Seats depend on none of them: an expired hold can be taken before the reaper gets there, and a change is made before
//! the scribe reads of it. If one of them fails, though, the process ends: an engine that forgets to free seats, or
//! whose order of changes is broken, must not go on selling.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle, Thread},
    time::Duration,
};

use super::{
    Core,
    acks::Standing,
    archive::OnFailure,
    desk::{Broken, Desk},
    event::Event,
};
use crate::{
    feed,
    ids::{Place, SeatId},
    ledger::{AppendError, Ledger},
    limits,
    limits::BLOCK_SEATS,
    reaper::{self, Swept},
    scribe::Scribe,
};

/// How long the scribe rests when there is nothing to read; twice as long each time there still is not. A shorter rest is
/// of no use to anybody: who waits for a change to be durable ends it ([`Threads::wake_scribe`]), and what a feed's
/// followers are told waits longer than this. Each one costs what it takes to read thirty changes.
const SCRIBE_REST_MIN: Duration = Duration::from_millis(4);

/// How often an engine's threads look whether there is something to do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// The longest rest of the scribe.
    scribe_rest_max: Duration,
    reaper_rest: Duration,
}

/// Running threads; dropping this stops them and waits for their end.
#[derive(Debug)]
pub(super) struct Threads {
    stop: Arc<AtomicBool>,
    running: Vec<JoinHandle<()>>,
    scribe: Option<Thread>,
}

impl Pace {
    /// At 26 million changes a second, the most that was ever measured here, the tape has room for 7 ms.
    const ALONE: Self = Self {
        scribe_rest_max: Duration::from_millis(4),
        reaper_rest: Duration::from_nanos(limits::TICK_NANOS),
    };

    /// Whoever changes something waits for the ledger, and wakes the scribe. Nobody waits for the reaper: what has expired
    /// can be taken before it gets there.
    const AMONG_MANY: Self = Self {
        scribe_rest_max: Duration::from_millis(32),
        reaper_rest: Duration::from_millis(50),
    };

    pub(super) fn of(place: Option<Place>) -> Self {
        place.map_or(Self::ALONE, |_| Self::AMONG_MANY)
    }
}

impl Threads {
    pub(super) fn start(
        core: &Arc<Core>,
        mut ledger: Box<dyn Ledger>,
        on_failure: OnFailure,
        pace: Pace,
    ) -> io::Result<Self> {
        let mut threads = Self::none();
        let reaper = move |core: &Core, stop: &AtomicBool| reap(core, stop, pace.reaper_rest);
        threads.spawn("seatlock-reaper", core, reaper)?;
        let scribe = move |core: &Core, stop: &AtomicBool| {
            write_down(
                core,
                stop,
                ledger.as_mut(),
                on_failure,
                pace.scribe_rest_max,
            );
        };
        threads.spawn("seatlock-scribe", core, scribe)?;
        threads.scribe = threads.running.last().map(|scribe| scribe.thread().clone());
        threads.spawn("seatlock-crier", core, cry)?;
        Ok(threads)
    }

    /// No threads: somebody does their work by hand.
    pub(super) fn none() -> Self {
        Self {
            stop: Arc::new(AtomicBool::new(false)),
            running: Vec::new(),
            scribe: None,
        }
    }

    /// Has the scribe look at the tape at once.
    pub(super) fn wake_scribe(&self) {
        if let Some(scribe) = &self.scribe {
            scribe.unpark();
        }
    }

    fn spawn(
        &mut self,
        name: &str,
        core: &Arc<Core>,
        work: impl FnOnce(&Core, &AtomicBool) + Send + 'static,
    ) -> io::Result<()> {
        let (core, stop) = (Arc::clone(core), Arc::clone(&self.stop));
        let body = move || {
            let _guard = EndProcessOnPanic;
            work(&core, &stop);
        };
        self.running
            .push(thread::Builder::new().name(name.into()).spawn(body)?);
        Ok(())
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // Release, with the Acquire of the threads' loops: changes that were made before the stop are on the tape
        // that the scribe finishes.
        self.stop.store(true, Ordering::Release);
        for thread in self.running.drain(..) {
            thread.thread().unpark();
            // A thread that panicked has ended the process.
            let _ = thread.join();
        }
    }
}

/// Sweeps now and then. What it missed while it did not run, it makes up for in one go.
fn reap(core: &Core, stop: &AtomicBool, rest: Duration) {
    while !stop.load(Ordering::Acquire) {
        core.reclaim();
        thread::park_timeout(rest);
    }
}

fn write_down(
    core: &Core,
    stop: &AtomicBool,
    ledger: &mut dyn Ledger,
    on_failure: OnFailure,
    rest_max: Duration,
) {
    let reader = core
        .venue
        .tape()
        .reader()
        .expect("an engine has one scribe");
    let mut scribe = Scribe::new(reader);
    let mut desk = Desk::default();
    let (mut rest, mut has_rested) = (SCRIBE_REST_MIN, false);
    loop {
        let stopping = stop.load(Ordering::Acquire);
        let batch = scribe.next_batch();
        // At the end once more without changes: there may be notes.
        if batch.is_empty() && !stopping {
            if has_rested
                && rest == rest_max
                && let Err(error) = ledger.idle()
            {
                core.acks.stand(Standing::Failed);
                return on_failure(&AppendError::Failed(error));
            }
            thread::park_timeout(rest);
            (rest, has_rested) = ((rest * 2).min(rest_max), true);
            continue;
        }
        (rest, has_rested) = (SCRIBE_REST_MIN, false);
        let is_last = batch.is_empty();
        match desk.work_through(core, batch, ledger, stop) {
            Ok(()) if is_last => return,
            Ok(()) => {}
            Err(Broken::Order(broken)) => panic!("the tape is out of order: {broken}"),
            Err(Broken::Ledger(error)) => {
                on_failure(&error);
                return;
            }
        }
    }
}

fn cry(core: &Core, stop: &AtomicBool) {
    while !stop.load(Ordering::Acquire) {
        let followers = core.flush_feeds();
        core.bury_closed_events();
        thread::park_timeout(feed::flush_interval(followers));
    }
}

impl Core {
    /// Frees what has expired by now.
    pub(super) fn reclaim(&self) {
        let now = self.clock.now();
        let mut swept = Swept::default();
        // The event of the last mark: the next one is likely to be of the same.
        let mut here: Option<(SeatId, Arc<Event>)> = None;
        self.venue.sweep(now, |tick, seat| {
            let is_here = |(first, event): &(SeatId, Arc<Event>)| {
                seat >= *first && seat.get() - first.get() < event.seats.count()
            };
            if !here.as_ref().is_some_and(is_here) {
                here = self.registry.alive_by_seat(seat);
            }
            // A mark may remind of an event that is gone or closed.
            if let Some((first, event)) = &here {
                let block = (seat.get() - first.get()) / BLOCK_SEATS;
                let wheel = event.seats.trail().wheel();
                reaper::sweep_block(wheel, tick, &event.seats, block, now.tick(), &mut swept);
            }
        });
    }

    /// Tells the feeds' followers what is new. How many there are.
    pub(super) fn flush_feeds(&self) -> usize {
        let tell = |event: Arc<Event>| {
            let followers = event.feed.followers();
            event.feed.flush();
            followers
        };
        self.registry.alive().into_iter().map(tell).sum()
    }
}

/// Ends the process when the thread that owns it panics, after the panic's message.
struct EndProcessOnPanic;

impl Drop for EndProcessOnPanic {
    fn drop(&mut self) {
        if thread::panicking() {
            std::process::abort();
        }
    }
}
