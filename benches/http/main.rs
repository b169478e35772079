//! How fast are `POST /lock` and a hold through `/v1` over HTTP, beside a handler that answers a constant? And a sale that
//! is durable, beside one that is not?
//!
//! ```text
//! cargo bench --bench http -- --seconds 20
//! cargo bench --bench http -- --only "hold of 4" --depth 1
//! cargo bench --bench http -- --overload --seconds 60
//! ```
//!
//! The last is `overload`. The second runs the rows alone in whose names that text is, with what they are compared with, and at one depth.
//!
//! Fifteen servers, each a process with one worker thread, are loaded in turn by one client thread over loopback with
//! 50 connections, one request at a time on each and 16 pipelined; the sales, of which the one that is durable is compared
//! with the one in memory, with 64 and one at a time. They take short turns, so that whatever else the
//! machine does hits all of them: rates are medians of the turns, and ratios medians of the rounds' ratios. With two
//! cores the server has one and the client the other; then the processor time that a server used for a request says
//! more than the rate, because a client that is the slower of the two hides the servers' differences.
//!
//! A hold lasts for a second, which is longer than a turn: it ends while the other servers have theirs, and a server
//! whose holds have not all ended waits before it has the next. So what is compared with the constant is to hold, in a
//! house that is mostly free. In the rows that say 'ending in 50 ms' each hold also ends within the turn: there the
//! reaper, the scribe and the tables that forget it are in the figures, on the cores that the requests are served with.

mod client;
mod overload;
mod servers;
mod shop;

use std::{
    env, io,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use client::{Load, Tally};
use servers::{FOLDER, Kind, SEATS, SERVE, Server};
use shop::{Kept, Lasts, Wanted};

const HEADING: &str =
    "server                       requests/s   of axum  of const   cpu ns  of const   status 20x";

/// Turns a second.
const TURNS: u32 = 4;

const DEPTHS: [usize; 2] = [1, 16];

/// `POST /lock` is to reach this part of the constant's rate on the same server.
const LOCK_TO_CONSTANT_MIN: f64 = 0.9;

/// Pipelined, it is to reach this multiple of the constant's rate through `axum::serve`.
const LOCK_TO_AXUM_MIN: f64 = 2.5;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    let result = match after(&arguments, SERVE) {
        Some(name) => {
            let folder = after(&arguments, FOLDER).unwrap_or_default();
            servers::serve(name, Path::new(folder))
        }
        None if arguments.iter().any(|argument| argument == "--overload") => {
            let seconds = after(&arguments, "--seconds").and_then(|text| text.parse().ok());
            overload::endure(Duration::from_secs(seconds.unwrap_or(60)))
        }
        None => compare(&Plan::of(&arguments)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The argument that follows this one.
fn after<'a>(arguments: &'a [String], name: &str) -> Option<&'a str> {
    let at = arguments.iter().position(|argument| argument == name)?;
    arguments.get(at + 1).map(String::as_str)
}

/// What is measured, and for how long.
struct Plan {
    kinds: Vec<Kind>,
    depths: Vec<usize>,
    turn: Duration,
    rounds: usize,
}

impl Plan {
    fn of(arguments: &[String]) -> Self {
        let number = |name| after(arguments, name).and_then(|text| text.parse::<usize>().ok());
        let seconds = number("--seconds").unwrap_or(10);
        let (turn, rounds) = if arguments.iter().any(|argument| argument == "--test") {
            (Duration::from_millis(100), 1)
        } else {
            (Duration::from_secs(1) / TURNS, seconds * TURNS as usize)
        };
        Self {
            kinds: Kind::named(after(arguments, "--only").unwrap_or_default()),
            depths: number("--depth").map_or(DEPTHS.to_vec(), |depth| vec![depth]),
            turn,
            rounds,
        }
    }
}

/// Gives each server its turns at each depth, and prints what came of them.
fn compare(plan: &Plan) -> io::Result<()> {
    let servers: Vec<Server> = plan
        .kinds
        .iter()
        .map(|kind| Server::start(*kind))
        .collect::<io::Result<_>>()?;
    for &depth in &plan.depths {
        let load = |kind: Kind| Load {
            connections: kind.connections(),
            // Who confirms must know first what he holds.
            depth: if kind.wanted() == Some(Wanted::Sale) {
                1
            } else {
                depth
            },
            seats: SEATS,
            duration: plan.turn,
            wanted: kind.wanted(),
        };
        let round = || {
            let turns = servers.iter();
            turns
                .map(|server| server.turn(|| Turn::take(server, load(server.kind))))
                .collect()
        };
        // The first warms up, and fills the map with locks.
        let _: Vec<Turn> = round()?;
        let rounds = (0..plan.rounds)
            .map(|_| round())
            .collect::<io::Result<_>>()?;
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
        let Tally { answers, ok, .. } =
            client::run(server.address, load, &mut server.shopper.borrow_mut())?;
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
        println!("\n{depth} at a time on each connection");
        println!("{HEADING}");
        let kinds = self.0.first().into_iter().flatten().map(|turn| turn.kind);
        for kind in kinds {
            println!(
                "{:<28} {:>10.0} {:>9.2} {:>9.2} {:>8.0} {:>9.2} {:>11.2}",
                kind.name(),
                self.median(|turn_of| Some(turn_of(kind)?.rate)),
                self.rate_ratio(kind, Kind::AxumConstant),
                self.rate_ratio(kind, kind.constant()),
                self.median(|turn_of| Some(turn_of(kind)?.cpu_nanos)),
                self.median(|turn_of| {
                    Some(turn_of(kind.constant())?.cpu_nanos / turn_of(kind)?.cpu_nanos)
                }),
                self.median(|turn_of| Some(turn_of(kind)?.share_ok)),
            );
        }
        self.say(
            "POST /lock",
            Kind::Lock,
            Kind::OurConstant,
            LOCK_TO_CONSTANT_MIN,
        );
        for wanted in [Wanted::One, Wanted::Four, Wanted::Best] {
            let kind = Kind::Hold(wanted, Lasts::BeyondTurn);
            self.say(kind.name(), kind, kind.constant(), wanted.to_constant_min());
        }
        let sale = Kind::Sale(Kept::OnDisk);
        self.say(
            sale.name(),
            sale,
            sale.constant(),
            Wanted::Sale.to_constant_min(),
        );
        if depth > 1 {
            self.say(
                "POST /lock",
                Kind::Lock,
                Kind::AxumConstant,
                LOCK_TO_AXUM_MIN,
            );
        }
    }

    /// Says how one's rate compares with another's, if both had their turns.
    fn say(&self, name: &str, kind: Kind, to: Kind, wanted: f64) {
        let ratio = self.rate_ratio(kind, to);
        if ratio.is_finite() {
            println!("{name} to '{}': {ratio:.2}, wanted {wanted}", to.name());
        }
    }

    fn rate_ratio(&self, kind: Kind, to: Kind) -> f64 {
        self.median(|turn_of| Some(turn_of(kind)?.rate / turn_of(to)?.rate))
    }

    /// The median over the rounds of what a round's turns amount to; no number where they lack one that it needs.
    fn median(&self, value: impl Fn(&dyn Fn(Kind) -> Option<Turn>) -> Option<f64>) -> f64 {
        let of_round =
            |round: &Vec<Turn>| value(&|kind| round.iter().find(|turn| turn.kind == kind).copied());
        let mut values: Vec<f64> = self.0.iter().filter_map(of_round).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    }
}
