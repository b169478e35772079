//! How fast are `POST /lock` and a hold through `/v1` over HTTP, beside a handler that answers a constant? And a sale that
//! is durable, beside one that is not?
//!
//! ```text
//! cargo bench --bench http -- --seconds 20
//! cargo bench --bench http -- --only "hold of 4" --depth 1
//! cargo bench --bench http -- --overload --seconds 60
//! ```
//!
//! The last is `overload`.
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
    io,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Parser;

use client::{Load, Tally};
use servers::{Kind, SEATS, Server};
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

/// How fast is a hold over HTTP, beside a handler that answers a constant, and a sale that is durable beside one in memory?
///
/// Each server is a process with one thread, and all of them take turns, so that whatever else the machine does hits them
/// all. Without arguments that takes about six minutes; nothing else should run meanwhile.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo bench --bench http --")]
struct Arguments {
    /// Measure each server for so long, at each depth [default: 10; of a flood: 60]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    seconds: Option<u32>,
    /// Measure those alone in whose names this is, such as 'hold of 4', and what they are compared with
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    only: String,
    /// So many requests at a time on each connection [default: 1, then 16]
    #[arg(long, value_name = "REQUESTS", value_parser = clap::value_parser!(u16).range(1..))]
    depth: Option<u16>,
    /// Flood a server with ten times as many requests as keep it busy instead, and see what is left of its rate
    #[arg(long, conflicts_with_all = ["only", "depth"])]
    overload: bool,
    /// Give each server one short turn, to see that all of this still works
    #[arg(long)]
    test: bool,
    /// Be one of the servers
    #[arg(long, hide = true, value_name = "NAME")]
    serve: Option<String>,
    /// What that server keeps is kept here
    #[arg(long, hide = true, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Cargo says this to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = if let Some(name) = &arguments.serve {
        let folder = arguments.folder.as_deref().unwrap_or(Path::new(""));
        servers::serve(name, folder)
    } else if arguments.overload {
        let seconds = arguments.seconds.unwrap_or(60);
        overload::endure(Duration::from_secs(seconds.into()))
    } else {
        Plan::of(&arguments).and_then(|plan| compare(&plan))
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// What is measured, and for how long.
struct Plan {
    kinds: Vec<Kind>,
    depths: Vec<usize>,
    turn: Duration,
    rounds: u32,
}

impl Plan {
    /// # Errors
    /// If no server has such a name.
    fn of(arguments: &Arguments) -> io::Result<Self> {
        let kinds = Kind::named(&arguments.only);
        if kinds.is_empty() {
            let names = Kind::ALL.map(Kind::name).join("', '");
            let unknown = format!("'{}' is in none of '{names}'", arguments.only);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, unknown));
        }
        let (turn, rounds) = if arguments.test {
            (Duration::from_millis(100), 1)
        } else {
            let seconds = arguments.seconds.unwrap_or(10);
            (
                Duration::from_secs(1) / TURNS,
                seconds.saturating_mul(TURNS),
            )
        };
        let depth = arguments.depth.map(usize::from);
        Ok(Self {
            kinds,
            depths: depth.map_or(DEPTHS.to_vec(), |depth| vec![depth]),
            turn,
            rounds,
        })
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
