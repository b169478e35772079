//! The command line: which command is meant, and with which settings.

mod check;
mod file;
mod ledger;
mod logs;
mod people;
mod print;
mod serve;
mod setting;
mod settings;
mod sources;

use std::{
    fmt::Display,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{ArgMatches, Args, Command, FromArgMatches, Parser, Subcommand, error::ErrorKind};

use people::PeopleCommand;
use settings::{SETTINGS, Settings};
use sources::Sources;

/// What a start that cannot succeed ends with, be it for a flag or for a port in use.
const EXIT_CODE_MISUSE: u8 = 2;

const EXAMPLES: &str = "\
Examples:
  seatlock
      Ten seats on 127.0.0.1:3000, each lock for a minute.
  seatlock serve --listen 0.0.0.0:8080 --open --seats 50000 --lock-ttl 5m --no-unlock
      Fifty thousand seats for the world, where nobody can release another's lock.
  SEATLOCK_LISTEN=[::1]:3000 SEATLOCK_LOCK_TTL=500ms seatlock
      Every option can come from the environment; the command line wins.
  seatlock config --default > seatlock.toml; seatlock --config seatlock.toml
      Every option can come from a file; the environment wins.

A session:
  $ curl -X POST 'localhost:3000/lock/1?user=ada'
  {\"message\":\"The seat is locked for you.\"}
  $ curl -X POST 'localhost:3000/lock/1?user=bob'
  {\"message\":\"The seat is locked.\"}
  $ curl -X POST 'localhost:3000/confirm/1?user=ada'
  {\"message\":\"The seat is booked for you.\"}
  $ curl localhost:3000/seats
  {\"1\":{\"status\":\"booked\"},\"2\":{\"status\":\"available\"}, ...}

SIGINT and SIGTERM end it: requests in progress are answered first. SIGHUP reads certificates again.";

/// Holds seats for buyers while they pay, and never sells a seat twice.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Subcommands>,
    #[command(flatten)]
    serve: Configured,
}

#[derive(Debug, Subcommand)]
enum Subcommands {
    /// Serves seats over HTTP; without a command, this one is meant.
    #[command(after_help = EXAMPLES)]
    Serve(Configured),
    /// Prints the configuration that `serve` would have here, as TOML, and where each value comes from.
    Config {
        /// Prints a template instead: every setting at its default, commented out.
        #[arg(long)]
        default: bool,
        #[command(flatten)]
        configured: Configured,
    },
    /// Looks at the data of a server, prints it, copies it.
    #[command(subcommand, after_help = ledger::EXAMPLES)]
    Ledger(ledger::LedgerCommand),
    #[command(flatten)]
    People(Box<PeopleCommand>),
}

/// All settings, and the file that more of them come from.
#[derive(Debug)]
struct Configured {
    sources: Sources,
    complaints: Vec<sources::Complaint>,
}

#[derive(Debug, Args)]
struct ConfigFile {
    /// A file of settings in TOML; `seatlock config --default` prints a template.
    #[arg(
        long,
        env = "SEATLOCK_CONFIG",
        hide_env_values = true,
        value_name = "FILE"
    )]
    config: Option<PathBuf>,
}

/// Does what the command line asks for.
pub(crate) fn run() -> ExitCode {
    match Cli::try_parse() {
        Ok(Cli {
            command: Some(Subcommands::Config { default: true, .. }),
            ..
        }) => say(&print::template()),
        Ok(Cli {
            command: Some(Subcommands::Config { configured, .. }),
            ..
        }) => configured.with_settings(|sources, _settings| say(&print::effective(sources))),
        Ok(Cli {
            command: Some(Subcommands::Ledger(command)),
            ..
        }) => ledger::run(command),
        Ok(Cli {
            command: Some(Subcommands::People(command)),
            ..
        }) => people::run(*command),
        Ok(Cli {
            command: Some(Subcommands::Serve(configured)),
            ..
        })
        | Ok(Cli {
            command: None,
            serve: configured,
        }) => configured.with_settings(|_sources, settings| match serve::serve(settings) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => refuse([failure]),
        }),
        Err(error) => explain(&error),
    }
}

impl Configured {
    /// Goes on with the settings if all of them are valid. If not, all that is wrong is said, a line each.
    fn with_settings(self, go_on: impl FnOnce(&Sources, &Settings) -> ExitCode) -> ExitCode {
        let Self {
            sources,
            mut complaints,
        } = self;
        match Settings::check(&sources) {
            Ok(settings) if complaints.is_empty() => go_on(&sources, &settings),
            Ok(_) => refuse(complaints),
            Err(more) => {
                complaints.extend(more);
                refuse(complaints)
            }
        }
    }
}

impl Args for Configured {
    fn augment_args(command: Command) -> Command {
        let command = ConfigFile::augment_args(command);
        let arguments = SETTINGS.iter().map(setting::Setting::argument);
        arguments.fold(command, Command::arg)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Configured {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let ConfigFile { config } = ConfigFile::from_arg_matches(matches)?;
        let (sources, complaints) = Sources::gather(matches, config.as_deref());
        Ok(Self {
            sources,
            complaints,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
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
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        // Whoever leaves out what he wants of `seatlock chart` may not know what there is.
        drop(error.print());
        return ExitCode::from(EXIT_CODE_MISUSE);
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

fn refuse(complaints: impl IntoIterator<Item = impl Display>) -> ExitCode {
    for complaint in complaints {
        eprintln!("error: {complaint}");
    }
    ExitCode::from(EXIT_CODE_MISUSE)
}

/// Prints `text`, which may fail: a reader that closed early, such as `head`, has got what it wanted.
fn say(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => refuse([error]),
        _ => ExitCode::SUCCESS,
    }
}
