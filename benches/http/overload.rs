//! Does a server that is asked for ten times what it can do still do what it can, and is it well again afterwards?
//!
//! First as many requests are under way as keep it busy, then ten times as many, and then as many as before. What counts
//! is goodput: holds that were made, and were answered while their client would still have waited.
//!
//! Each line says besides how much processor time the server took for such a hold, and for which part of the time it had a
//! processor. Where others use the machine the rate tells how much of it they have left. The processor time tells what
//! the server made of that, and so whether the flood has cost it anything: work for clients who are gone is in it, and
//! so is memory that it has to fetch from further away.

use std::{
    fmt, io,
    time::{Duration, Instant},
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{
    client::{self, Load, PATIENCE},
    servers::{Kind, SEATS, Server},
    shop::{Lasts, Wanted},
};

/// Requests under way that keep the server busy: one on each connection.
const CONNECTIONS: usize = 400;

/// How many times as many there are when it is too much.
const TIMES: usize = 10;

/// Of the rate at which it is just busy enough.
const GOODPUT_MIN: f64 = 0.8;

/// How soon afterwards it has to be well again.
const RECOVERY_MAX: Duration = Duration::from_secs(5);

/// What came of a load.
struct Phase {
    holds: f64,
    /// Once all were connected.
    length: Duration,
    wall: Duration,
    cpu: Duration,
}

/// Puts a server under so much load for so long, and prints what came of it.
pub(crate) fn endure(length: Duration) -> io::Result<()> {
    raise_descriptors_max()?;
    let server = Server::start(Kind::Hold(Wanted::One, Lasts::BeyondTurn))?;
    let second = Duration::from_secs(1);
    let _warm = Phase::of(&server, CONNECTIONS, second)?;
    let peak = Phase::of(&server, CONNECTIONS, 5 * second)?;
    println!("{CONNECTIONS} connections: {peak}, each within {PATIENCE:?}");
    let flood = Phase::of(&server, TIMES * CONNECTIONS, length)?;
    println!(
        "{} connections for {length:?}: {flood}: {}, wanted {GOODPUT_MIN}",
        TIMES * CONNECTIONS,
        flood.beside(&peak)
    );
    for after in 1..=RECOVERY_MAX.as_secs() {
        let phase = Phase::of(&server, CONNECTIONS, second)?;
        println!("{after} s after that: {phase}: {}", phase.beside(&peak));
    }
    Ok(())
}

impl Phase {
    fn of(server: &Server, connections: usize, duration: Duration) -> io::Result<Self> {
        let load = Load {
            connections,
            depth: 1,
            seats: SEATS,
            duration,
            wanted: server.kind.wanted(),
        };
        let (cpu_before, start) = (server.cpu_time(), Instant::now());
        let tally = client::run(server.address, load, &mut server.shopper.borrow_mut())?;
        Ok(Self {
            holds: tally.good as f64,
            length: duration,
            wall: start.elapsed(),
            cpu: server.cpu_time() - cpu_before,
        })
    }

    /// Holds a second.
    fn rate(&self) -> f64 {
        self.holds / self.length.as_secs_f64()
    }

    /// Microseconds of processor time for a hold.
    fn cost(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.holds
    }

    /// How it compares with another, by the clock and by processor time.
    fn beside(&self, other: &Self) -> String {
        let (rate, cost) = (self.rate() / other.rate(), other.cost() / self.cost());
        format!("{rate:.2} of that; {cost:.2} for the same processor time")
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rate, cost) = (self.rate(), self.cost());
        let share = self.cpu.as_secs_f64() / self.wall.as_secs_f64();
        write!(
            f,
            "{rate:.0} holds/s at {cost:.1} µs each, busy {share:.2} of the time"
        )
    }
}

/// Each connection needs a descriptor here and one in the server, which has the limit of who started it.
fn raise_descriptors_max() -> io::Result<()> {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, raised).map_err(io::Error::from)
}
