//! The engine's two threads: the reaper, which frees expired seats, and the scribe, which reads the tape.
//!
//! Seats depend on neither: an expired hold can be taken before the reaper gets there, and a change is made before
//! the scribe reads of it. If either thread fails, though, the process ends: an engine that forgets to free seats, or
//! whose order of changes is broken, must not go on selling.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use super::Core;
use crate::{limits, reaper, scribe::Scribe};

/// How long the scribe rests when there is nothing to read; twice as long each time there still is not.
const SCRIBE_REST_MIN: Duration = Duration::from_millis(1);

/// The longest rest. At 26 million changes a second, the most that was ever measured here, the tape has room for 7 ms.
const SCRIBE_REST_MAX: Duration = Duration::from_millis(4);

/// Running threads; dropping this stops them and waits for their end.
#[derive(Debug)]
pub(super) struct Threads {
    stop: Arc<AtomicBool>,
    running: Vec<JoinHandle<()>>,
}

impl Threads {
    pub(super) fn start(core: &Arc<Core>) -> io::Result<Self> {
        let mut threads = Self {
            stop: Arc::new(AtomicBool::new(false)),
            running: Vec::new(),
        };
        threads.spawn("seatlock-reaper", core, reap)?;
        threads.spawn("seatlock-scribe", core, write_down)?;
        Ok(threads)
    }

    fn spawn(
        &mut self,
        name: &str,
        core: &Arc<Core>,
        work: fn(&Core, &AtomicBool),
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

/// Sweeps once a tick. What it missed while it did not run, it makes up for in one go.
fn reap(core: &Core, stop: &AtomicBool) {
    while !stop.load(Ordering::Acquire) {
        reaper::sweep(&core.shard.wheel, &core.seats, core.clock.now());
        thread::park_timeout(Duration::from_nanos(limits::TICK_NANOS));
    }
}

fn write_down(core: &Core, stop: &AtomicBool) {
    let reader = core.shard.tape.reader().expect("an engine has one scribe");
    let mut scribe = Scribe::new(reader, core.seats.count());
    let mut rest = SCRIBE_REST_MIN;
    loop {
        let stopping = stop.load(Ordering::Acquire);
        let applied = scribe.apply_batch(|batch| {
            batch
                .iter()
                .filter_map(|record| record.change())
                .for_each(|change| core.holders.note(&change));
        });
        match applied {
            Ok(0) if stopping => return,
            Ok(0) => {
                thread::park_timeout(rest);
                rest = (rest * 2).min(SCRIBE_REST_MAX);
            }
            Ok(_) => rest = SCRIBE_REST_MIN,
            Err(broken) => panic!("the tape is out of order: {broken}"),
        }
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
