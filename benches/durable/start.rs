//! How long does a start take that has a million seats and ten million changes to read?

use std::{
    io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use seatlock::{
    clock::BootClock,
    engine::{Archive, Engine, EngineConfig, HoldAnswer, ReleaseAnswer},
    entropy::SystemEntropy,
    event::User,
    ledger::{
        file::{FileLedger, Options},
        storage::Disk,
    },
    tick::Ttl,
};

const SEATS: u32 = 1_000_000;
const CHANGES: u64 = 10_000_000;

/// How often it is started.
const STARTS: usize = 5;

/// More than is written: nothing is cleaned away before it is counted.
const BUDGET_BYTES: u64 = 64 << 30;

/// Holds and releases seats until there are so many changes, then holds all of them, and starts again.
pub(crate) fn measure(folder: &Path) -> io::Result<()> {
    let data = folder.join("start");
    let engine = start(&data)?.0;
    let user = User::new("ada");
    let mut changes = 0;
    while changes < CHANGES - u64::from(SEATS) {
        let seat = u32::try_from(changes / 2 % u64::from(SEATS)).unwrap_or(0) + 1;
        if !matches!(engine.hold_seat(seat, &user), HoldAnswer::Held { .. }) {
            // The tape is full: the scribe catches up.
            thread::sleep(Duration::from_millis(1));
            continue;
        }
        while !matches!(engine.release_seat(seat), ReleaseAnswer::Released { .. }) {
            thread::sleep(Duration::from_millis(1));
        }
        changes += 2;
    }
    for seat in 1..=SEATS {
        while !matches!(
            engine.hold_seat(seat, &user),
            HoldAnswer::Held { .. } | HoldAnswer::AlreadyHeld
        ) {
            thread::sleep(Duration::from_millis(1));
        }
    }
    drop(engine);
    println!("starts with {SEATS} seats, all of them held, and {CHANGES} changes:");
    for _ in 0..STARTS {
        let begun = Instant::now();
        let (engine, read) = start(&data)?;
        let (took, read) = (begun.elapsed().as_secs_f64(), read.as_secs_f64());
        println!("{took:.2} s, of which {read:.2} s are the ledger's");
        drop(engine);
    }
    Ok(())
}

fn start(data: &Path) -> io::Result<(Engine, Duration)> {
    let begun = Instant::now();
    let disk = Disk::open(data).map_err(io::Error::other)?;
    let options = Options {
        budget_bytes: BUDGET_BYTES,
        ..Options::default()
    };
    let opened = FileLedger::open(Box::new(disk), options, &mut |_progress| {});
    let (ledger, state) = opened.map_err(io::Error::other)?;
    let read = begun.elapsed();
    let config = EngineConfig {
        seats: SEATS,
        hold_ttl: Ttl::MAX,
    };
    let clock = BootClock::resuming(None, state.clock(), state.date());
    let archive = Archive::new(Box::new(ledger), state);
    let engine = Engine::start_on(config, clock, SystemEntropy, archive);
    Ok((engine.map_err(io::Error::other)?, read))
}
