//! Does a server that is asked for ten times what it can do still do what it can, and is it well again afterwards?
//!
//! First as many requests are under way as keep it busy, then ten times as many, and then as many as before. What counts
//! is goodput: holds that were made, and were answered while their client would still have waited.

use std::{io, time::Duration};

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

/// Puts a server under so much load for so long, and prints what came of it.
pub(crate) fn endure(length: Duration) -> io::Result<()> {
    raise_descriptors_max()?;
    let server = Server::start(Kind::Hold(Wanted::One, Lasts::BeyondTurn))?;
    let second = Duration::from_secs(1);
    let _warm = goodput(&server, CONNECTIONS, second)?;
    let peak = goodput(&server, CONNECTIONS, 5 * second)?;
    println!("{CONNECTIONS} connections: {peak:.0} holds/s, each within {PATIENCE:?}");
    let flooded = goodput(&server, TIMES * CONNECTIONS, length)?;
    println!(
        "{} connections for {length:?}: {flooded:.0} holds/s, {:.2} of that, wanted {GOODPUT_MIN}",
        TIMES * CONNECTIONS,
        flooded / peak
    );
    for after in 1..=RECOVERY_MAX.as_secs() {
        let rate = goodput(&server, CONNECTIONS, second)?;
        println!(
            "{after} s after that: {rate:.0} holds/s, {:.2}",
            rate / peak
        );
    }
    Ok(())
}

/// Holds a second that were of use.
fn goodput(server: &Server, connections: usize, duration: Duration) -> io::Result<f64> {
    let load = Load {
        connections,
        depth: 1,
        seats: SEATS,
        duration,
        wanted: server.kind.wanted(),
    };
    let tally = client::run(server.address, load, &mut server.shopper.borrow_mut())?;
    Ok(tally.good as f64 / duration.as_secs_f64())
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
