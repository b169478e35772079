//! `seatlock key`

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand, builder::PossibleValuesParser, builder::TypedValueParser};
use rand::{TryRng, rngs::SysRng};
use seatlock::access::key::{Key, Keys, Role};

use super::failure::Failure;

/// For a new file of keys: nobody else needs to know who has one.
const KEY_FILE_MODE: u32 = 0o600;

/// See the module.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Makes an API key. Its secret is printed once and kept nowhere; the server's file of keys has its SHA-256 alone.
    New(New),
}

/// `seatlock key new`
#[derive(Debug, Args)]
pub(crate) struct New {
    /// Whose it is, as it stands in logs: letters, digits, '-', '_', '.' and '@'.
    #[arg(long, value_parser = name)]
    name: String,
    /// What its bearer may do: public sees what is on sale, sales holds and books, admin does everything.
    #[arg(long, value_parser = PossibleValuesParser::new(Role::ALL.map(Role::name)).try_map(role))]
    role: Role,
    /// How many requests a second it is good for, instead of the server's --rate-per-key.
    #[arg(long, value_name = "COUNT")]
    rate: Option<u32>,
    /// Adds the key's line to this file of keys, which is made if it isn't there, for your eyes alone.
    #[arg(long, value_name = "FILE")]
    append: Option<PathBuf>,
}

impl KeyCommand {
    pub(crate) fn run(self) -> Result<String, Failure> {
        let Self::New(new) = self;
        new.run()
    }
}

impl New {
    fn run(self) -> Result<String, Failure> {
        let mut entropy = [0; 32];
        SysRng
            .try_fill_bytes(&mut entropy)
            .map_err(|error| Failure::Misuse(format!("the system has no randomness: {error}")))?;
        let key = Key::make(entropy);
        let line = self.line(&key);
        let told = match &self.append {
            None => {
                Keys::parse(&line).map_err(|errors| Failure::Misuse(errors.to_string()))?;
                format!("For the server's file of keys:\n{line}")
            }
            Some(path) => {
                append(path, &line)?;
                format!(
                    "{} has the key's line; servers read it at their start.\n",
                    path.display()
                )
            }
        };
        show(&key, &told).map_err(|error| {
            let reason = format!("the key could not be printed, so nobody has it: {error}");
            Failure::Misuse(reason)
        })?;
        Ok(String::new())
    }

    /// The key's line in a file of keys.
    fn line(&self, key: &Key) -> String {
        let rate = self
            .rate
            .map_or_else(String::new, |rate| format!(" {rate}/s"));
        format!("{} {} {}{rate}\n", self.name, self.role, key.hash())
    }
}

/// Adds a line to a file of keys, if the file is right with it.
fn append(path: &Path, line: &str) -> Result<(), Failure> {
    let failure = |error: io::Error| Failure::file(path, error);
    let before = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        read => read.map_err(failure)?,
    };
    let gap = if before.is_empty() || before.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let addition = format!("{gap}{line}");
    Keys::parse(&(before + &addition)).map_err(|errors| Failure::file(path, errors))?;
    let mut options = OpenOptions::new();
    let mut file = options
        .append(true)
        .create(true)
        .mode(KEY_FILE_MODE)
        .open(path)
        .map_err(failure)?;
    file.write_all(addition.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(failure)
}

/// Prints the secret. Unlike with other output it matters whether anybody gets it.
fn show(key: &Key, told: &str) -> io::Result<()> {
    writeln!(
        io::stderr(),
        "{told}For its bearer, and not to be seen again:"
    )?;
    let mut out = io::stdout();
    writeln!(out, "{}", key.text())?;
    out.flush()
}

/// What begins a comment or another word is no part of a name; what else is not, the whole line's check tells.
fn name(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || text.contains(|sign: char| sign == '#' || sign.is_whitespace()) {
        Err("must be letters, digits, '-', '_', '.' and '@'")
    } else {
        Ok(text.to_owned())
    }
}

fn role(name: String) -> Result<Role, &'static str> {
    Role::from_name(&name).ok_or("there is no such role")
}
