//! Why a command did not do what it was asked to, and what it ends with then.

use std::{
    fmt,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use super::problem::Problem;
use crate::cli::{EXIT_CODE_MISUSE, say};

/// What a command ends with that was understood and refused.
const EXIT_CODE_REFUSED: u8 = 1;

/// See the module.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server refuses, or would.
    Refused {
        problem: Box<Problem>,
        /// The problem as JSON, if that is what is to be printed.
        json: Option<String>,
    },
    /// The server can't be asked.
    Unreachable {
        url: String,
        reason: String,
        hint: &'static str,
    },
    /// What was answered is no answer of a Seatlock server.
    Strange { url: String, what: String },
    /// What was asked for is not possible here.
    Misuse(String),
}

impl Failure {
    /// A file that can't be read or written.
    pub(crate) fn file(path: &Path, error: impl fmt::Display) -> Self {
        Self::Misuse(format!("{}: {error}", path.display()))
    }

    /// Says it, and what to end with.
    pub(crate) fn end(self) -> ExitCode {
        let code = match &self {
            Self::Refused {
                json: Some(json), ..
            } => {
                say(json);
                return ExitCode::from(EXIT_CODE_REFUSED);
            }
            Self::Refused { .. } => EXIT_CODE_REFUSED,
            Self::Unreachable { .. } | Self::Strange { .. } | Self::Misuse(_) => EXIT_CODE_MISUSE,
        };
        // There is nobody left to tell if this fails.
        drop(writeln!(
            io::stderr(),
            "error: {}",
            self.to_string().trim_end()
        ));
        ExitCode::from(code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { problem, .. } => problem.fmt(f),
            Self::Unreachable { url, reason, hint } => {
                write!(f, "{url} can't be reached: {reason}. {hint}")
            }
            Self::Strange { url, what } => {
                write!(f, "{what}: is {url} a Seatlock server of this version?")
            }
            Self::Misuse(reason) => f.write_str(reason),
        }
    }
}
