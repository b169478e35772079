//! `seatlock ledger`: looks at a folder of data, prints it, copies it. No server is needed, and none is disturbed.

mod check;
mod copy;
mod dump;

use std::{fmt, path::PathBuf, process::ExitCode};

use clap::{Args, Subcommand};
use seatlock::ledger::storage::Disk;

use super::{EXIT_CODE_MISUSE, say};

/// What a command ends with that has found damage, or something in its way.
const EXIT_CODE_REFUSED: u8 = 1;

/// What helps to see what the commands are for.
pub(crate) const EXAMPLES: &str = "\
Examples:
  seatlock ledger check
      Reads all of ./seatlock-data as a start would, and says what is in it. A server may be writing to it.
  seatlock ledger dump | jq -c 'select(.notes[]?.kind == \"hold\")'
      Every batch as a line of JSON: its notes and the changes of its seats.
  seatlock ledger backup /backups/friday --data /var/lib/seatlock
      A copy as of one instant, which the folder is read for while the server goes on.
  seatlock ledger restore /backups/friday --data /var/lib/seatlock
      Puts a copy where there is no data yet.

Ends with 0: done; 1: the data is damaged, which is said with its place, or something is in the way; 2: misused.";

/// See the module.
#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Verifies the data and says what is in it.
    Check(Data),
    /// Prints all batches as lines of JSON.
    Dump(Data),
    /// Takes a consistent copy, also while a server runs.
    Backup {
        /// The folder that the copy is to be: there must be none.
        to: PathBuf,
        #[command(flatten)]
        data: Data,
    },
    /// Puts a copy where there is no data yet.
    Restore {
        /// The copy.
        from: PathBuf,
        #[command(flatten)]
        data: Data,
    },
}

/// A folder of data.
#[derive(Debug, Args)]
pub(crate) struct Data {
    /// The folder in which the server keeps its data.
    #[arg(
        long,
        env = "SEATLOCK_DATA",
        default_value = "seatlock-data",
        value_name = "FOLDER"
    )]
    data: PathBuf,
}

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub(super) enum Failure {
    /// The folder can't be used.
    Folder(PathBuf, String),
    /// Something is there already.
    InTheWay(PathBuf),
}

impl Data {
    /// The folder, to be looked at.
    fn look(&self) -> Result<Disk, Failure> {
        look(&self.data)
    }
}

fn look(folder: &std::path::Path) -> Result<Disk, Failure> {
    if folder.is_dir() {
        Ok(Disk::look(folder))
    } else {
        let reason = "there is no such folder".to_owned();
        Err(Failure::Folder(folder.to_owned(), reason))
    }
}

/// Does what the command says, and says what to end with.
pub(crate) fn run(command: LedgerCommand) -> ExitCode {
    let said = match command {
        LedgerCommand::Check(data) => check::check(&data),
        LedgerCommand::Dump(data) => dump::dump(&data),
        LedgerCommand::Backup { to, data } => copy::copy(&data.data, &to),
        LedgerCommand::Restore { from, data } => copy::copy(&from, &data.data),
    };
    match said {
        Ok(text) => say(&text),
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(match failure {
                Failure::Folder(folder, _) if !folder.exists() => EXIT_CODE_MISUSE,
                _ => EXIT_CODE_REFUSED,
            })
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder, reason) => write!(f, "{}: {reason}", folder.display()),
            Self::InTheWay(folder) => write!(
                f,
                "{} is there already; name a folder that is not, or that is empty",
                folder.display()
            ),
        }
    }
}
