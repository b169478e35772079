//! The command line.

use std::{net::SocketAddr, num::NonZero, process::ExitCode, thread};

use clap::{Args, Parser, Subcommand, builder::BoolishValueParser, error::ErrorKind};
use seatlock::{engine::EngineConfig, limits, tick::Ttl};

/// What a start that cannot succeed ends with, be it for a flag or for a port in use.
pub(crate) const EXIT_CODE_MISUSE: u8 = 2;

const EXAMPLES: &str = "\
Examples:
  seatlock
      Ten seats on 127.0.0.1:3000, each lock for a minute.
  seatlock serve --listen 0.0.0.0:8080 --seats 50000 --lock-ttl 5m --no-unlock
      Fifty thousand seats for the world, where nobody can release another's lock.
  SEATLOCK_LISTEN=[::1]:3000 SEATLOCK_LOCK_TTL=500ms seatlock
      Every option can come from the environment; the command line wins.

A session:
  $ curl -X POST 'localhost:3000/lock/1?user=ada'
  {\"message\":\"The seat is locked for you.\"}
  $ curl -X POST 'localhost:3000/lock/1?user=bob'
  {\"message\":\"The seat is locked.\"}
  $ curl -X POST 'localhost:3000/confirm/1?user=ada'
  {\"message\":\"The seat is booked for you.\"}
  $ curl localhost:3000/seats
  {\"1\":{\"status\":\"booked\"},\"2\":{\"status\":\"available\"}, ...}

SIGINT and SIGTERM end it: requests in progress are answered first.";

/// Holds seats for buyers while they pay, and never sells a seat twice.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves seats over HTTP; without a command, this one is meant.
    #[command(after_help = EXAMPLES)]
    Serve(Serve),
}

/// How seats are to be served.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address and port; port 0 takes any free one.
    #[arg(
        long,
        env = "SEATLOCK_LISTEN",
        default_value = "127.0.0.1:3000",
        value_name = "ADDRESS"
    )]
    pub(crate) listen: SocketAddr,

    /// How many seats there are, numbered from 1.
    #[arg(long, env = "SEATLOCK_SEATS", default_value_t = EngineConfig::SEATS, value_name = "COUNT",
          value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::SEATS_MAX)))]
    pub(crate) seats: u32,

    /// How long a lock lasts, such as 500ms, 1.5s, 2m or 1h30m; 30 days at most.
    #[arg(long, env = "SEATLOCK_LOCK_TTL", default_value = "60s", value_name = "SPAN", value_parser = ttl)]
    pub(crate) lock_ttl: Ttl,

    /// Threads that serve connections [default: as many as there are cores].
    #[arg(long, env = "SEATLOCK_WORKERS", value_name = "COUNT",
          value_parser = clap::value_parser!(u16).range(1..=i64::from(limits::WORKERS_MAX)))]
    workers: Option<u16>,

    /// Connections at once; one more is answered 503.
    #[arg(long, env = "SEATLOCK_CONNECTIONS", default_value_t = limits::CONNECTIONS_MAX, value_name = "COUNT",
          value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) connections: u32,

    /// Leaves out POST /unlock, by which anybody can release anybody's lock.
    #[arg(long, env = "SEATLOCK_NO_UNLOCK", value_parser = BoolishValueParser::new())]
    pub(crate) no_unlock: bool,
}

impl Serve {
    /// Reads the command line and the environment.
    ///
    /// # Errors
    /// What the process ends with when there is nothing to serve: help was asked for and is printed, or something
    /// is wrong and is said in one line.
    pub(crate) fn from_command_line() -> Result<Self, ExitCode> {
        match Cli::try_parse() {
            Ok(Cli {
                command: Some(Command::Serve(serve)),
                ..
            })
            | Ok(Cli {
                command: None,
                serve,
            }) => Ok(serve),
            Err(error) => Err(explain(&error)),
        }
    }

    pub(crate) fn workers(&self) -> usize {
        let cores = || thread::available_parallelism().map_or(1, NonZero::get);
        self.workers.map_or_else(cores, usize::from)
    }
}

fn explain(error: &clap::Error) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        // There is nobody left to tell if this fails.
        drop(error.print());
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    // After the complaint, and perhaps a tip, comes the usage, which would be many lines more.
    let complaint = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:"));
    let words: Vec<&str> = complaint.filter(|line| !line.is_empty()).collect();
    eprintln!("{}", words.join(" "));
    ExitCode::from(EXIT_CODE_MISUSE)
}

fn ttl(text: &str) -> Result<Ttl, String> {
    let span = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    Ttl::new(span).map_err(|error| error.to_string())
}
