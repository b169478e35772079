//! How fast are `POST /lock` and a hold through `/v1` over HTTP, beside a handler that answers a constant?
//!
//! ```text
//! cargo bench --bench http -- --seconds 20
//! ```
//!
//! Ten servers, each a process with one worker thread, are loaded in turn by one client thread over loopback with
//! 50 connections, one request at a time on each and 16 pipelined. They take short turns, so that whatever else the
//! machine does hits all of them: rates are medians of the turns, and ratios medians of the rounds' ratios. With two
//! cores the server has one and the client the other; then the processor time that a server used for a request says
//! more than the rate, because a client that is the slower of the two hides the servers' differences.

mod client;
mod servers;
mod shop;

use std::{
    env, io,
    process::ExitCode,
    time::{Duration, Instant},
};

use client::{Load, Tally};
use servers::{Kind, SEATS, SERVE, Server};
use shop::Wanted;

const HEADING: &str =
    "server                       requests/s   of axum  of const   cpu ns  of const   status 20x";

/// Turns a second.
const TURNS: u32 = 4;

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
        compare(
            Duration::from_secs(1) / TURNS,
            seconds.unwrap_or(10) * TURNS as usize,
        )
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Gives each server `rounds` turns of this length at each depth, and prints what came of it.
fn compare(turn: Duration, rounds: usize) -> io::Result<()> {
    let servers: Vec<Server> = Kind::ALL
        .into_iter()
        .map(Server::start)
        .collect::<io::Result<_>>()?;
    for depth in DEPTHS {
        let load = Load {
            connections: CONNECTIONS,
            depth,
            seats: SEATS,
            duration: turn,
            wanted: None,
        };
        let round = || {
            servers
                .iter()
                .map(|server| {
                    let wanted = server.kind.wanted();
                    Turn::take(server, Load { wanted, ..load })
                })
                .collect()
        };
        // The first warms up, and fills the map with locks.
        let _: Vec<Turn> = round()?;
        let rounds = (0..rounds).map(|_| round()).collect::<io::Result<_>>()?;
        Rounds(rounds).report(depth);
    }
    Ok(())
}

/// One server's turn.
#[derive(Debug, Clone, Copy)]
struct Turn {
    kind: Kind,
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
            kind: server.kind,
            rate: answers / wall.as_secs_f64(),
            cpu_nanos: cpu.as_secs_f64() * 1e9 / answers,
            share_ok: ok as f64 / answers,
        })
    }
}

/// The turns of all servers, round by round.
struct Rounds(Vec<Vec<Turn>>);

impl Rounds {
    fn report(&self, depth: usize) {
        println!("\n{CONNECTIONS} connections, {depth} at a time on each");
        println!("{HEADING}");
        for kind in Kind::ALL {
            println!(
                "{:<28} {:>10.0} {:>9.2} {:>9.2} {:>8.0} {:>9.2} {:>11.2}",
                kind.name(),
                self.median(|turn_of| turn_of(kind).rate),
                self.rate_ratio(kind, Kind::AxumConstant),
                self.rate_ratio(kind, kind.constant()),
                self.median(|turn_of| turn_of(kind).cpu_nanos),
                self.median(|turn_of| turn_of(kind.constant()).cpu_nanos / turn_of(kind).cpu_nanos),
                self.median(|turn_of| turn_of(kind).share_ok),
            );
        }
        let to_constant = self.rate_ratio(Kind::Lock, Kind::OurConstant);
        println!("POST /lock to the constant: {to_constant:.2}, wanted {LOCK_TO_CONSTANT_MIN}");
        for wanted in [Wanted::One, Wanted::Four, Wanted::Best] {
            let ratio = self.rate_ratio(Kind::Hold(wanted), Kind::HoldConstant(wanted));
            let (name, wanted) = (Kind::Hold(wanted).name(), wanted.to_constant_min());
            println!("{name} to its constant: {ratio:.2}, wanted {wanted}");
        }
        if depth > 1 {
            let to_axum = self.rate_ratio(Kind::Lock, Kind::AxumConstant);
            println!("POST /lock to axum::serve: {to_axum:.2}, wanted {LOCK_TO_AXUM_MIN}");
        }
    }

    fn rate_ratio(&self, kind: Kind, to: Kind) -> f64 {
        self.median(|turn_of| turn_of(kind).rate / turn_of(to).rate)
    }

    /// The median over the rounds of what a round's turns amount to.
    fn median(&self, value: impl Fn(&dyn Fn(Kind) -> Turn) -> f64) -> f64 {
        let of_round = |round: &Vec<Turn>| {
            let turn_of = |kind| {
                *round
                    .iter()
                    .find(|turn| turn.kind == kind)
                    .expect("a turn each")
            };
            value(&turn_of)
        };
        let mut values: Vec<f64> = self.0.iter().map(of_round).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    }
}
