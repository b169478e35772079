//! How fast is `POST /lock` over HTTP, beside a handler that answers a constant?
//!
//! ```text
//! cargo bench --bench http -- --seconds 20
//! ```
//!
//! Four servers, each a process with one worker thread, are loaded in turn by one client thread over loopback with
//! 50 connections, one request at a time on each and 16 pipelined. They take turns of a second, so that whatever
//! else the machine does hits all of them; the table shows the medians of the turns. With two cores the server has
//! one and the client the other; then the processor time that a server used for a request says more than the rate,
//! because a client that is the slower of the two hides the servers' differences.

mod client;
mod servers;

use std::{
    env, io,
    process::ExitCode,
    time::{Duration, Instant},
};

use client::{Load, Tally};
use servers::{Kind, SEATS, SERVE, Server};

const CONNECTIONS: usize = 50;
const DEPTHS: [usize; 2] = [1, 16];

/// `POST /lock` is to reach this part of the constant's rate on the same server.
const LOCK_TO_CONSTANT_MIN: f64 = 0.9;

/// Pipelined, it is to reach this multiple of the constant's rate through `axum::serve`.
const LOCK_TO_AXUM_MIN: f64 = 2.5;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)
    };
    let result = if let Some(name) = after(SERVE) {
        servers::serve(name)
    } else if arguments.iter().any(|argument| argument == "--test") {
        compare(Duration::from_millis(100), 1)
    } else {
        let seconds = after("--seconds").and_then(|text| text.parse().ok());
        compare(Duration::from_secs(1), seconds.unwrap_or(10))
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Gives each server `turns` turns of this length at each depth, and prints what came of it.
fn compare(turn: Duration, turns: usize) -> io::Result<()> {
    let servers: Vec<Server> = Kind::ALL
        .into_iter()
        .map(Server::start)
        .collect::<io::Result<_>>()?;
    for depth in DEPTHS {
        let mut measured: Vec<Vec<Turn>> = vec![Vec::new(); servers.len()];
        let load = Load {
            connections: CONNECTIONS,
            depth,
            seats: SEATS,
            duration: turn,
        };
        // One turn more than is counted: the first warms up, and fills the map with locks.
        for round in 0..=turns {
            for (server, measured) in servers.iter().zip(&mut measured) {
                let turn = Turn::take(server, load)?;
                if round > 0 {
                    measured.push(turn);
                }
            }
        }
        report(depth, &servers, &measured);
    }
    Ok(())
}

/// One server's turn.
#[derive(Debug, Clone, Copy)]
struct Turn {
    rate: f64,
    cpu_nanos: f64,
    share_ok: f64,
}

impl Turn {
    fn take(server: &Server, load: Load) -> io::Result<Self> {
        let (cpu_before, start) = (server.cpu_time(), Instant::now());
        let Tally { answers, ok } = client::run(server.address, load)?;
        let (cpu, wall) = (server.cpu_time() - cpu_before, start.elapsed());
        let answers = answers as f64;
        Ok(Self {
            rate: answers / wall.as_secs_f64(),
            cpu_nanos: cpu.as_secs_f64() * 1e9 / answers,
            share_ok: ok as f64 / answers,
        })
    }
}

fn report(depth: usize, servers: &[Server], measured: &[Vec<Turn>]) {
    let median_of = |kind: Kind, value: fn(&Turn) -> f64| {
        let at = servers.iter().position(|server| server.kind == kind);
        median(at.map_or(&[], |at| &measured[at][..]), value)
    };
    let rate = |kind| median_of(kind, |turn| turn.rate);
    let cpu = |kind| median_of(kind, |turn| turn.cpu_nanos);
    println!("\n{CONNECTIONS} connections, {depth} at a time on each");
    println!(
        "server                         requests/s    of axum   of ours   cpu ns   of ours   status 200"
    );
    for kind in Kind::ALL {
        println!(
            "{:<28} {:>12.0} {:>10.2} {:>9.2} {:>8.0} {:>9.2} {:>12.2}",
            kind.name(),
            rate(kind),
            rate(kind) / rate(Kind::AxumConstant),
            rate(kind) / rate(Kind::OurConstant),
            cpu(kind),
            cpu(Kind::OurConstant) / cpu(kind),
            median_of(kind, |turn| turn.share_ok),
        );
    }
    let to_constant = rate(Kind::Lock) / rate(Kind::OurConstant);
    println!("POST /lock to the constant: {to_constant:.2}, wanted {LOCK_TO_CONSTANT_MIN}");
    if depth > 1 {
        let to_axum = rate(Kind::Lock) / rate(Kind::AxumConstant);
        println!("POST /lock to axum::serve: {to_axum:.2}, wanted {LOCK_TO_AXUM_MIN}");
    }
}

fn median(turns: &[Turn], value: fn(&Turn) -> f64) -> f64 {
    let mut values: Vec<f64> = turns.iter().map(value).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
