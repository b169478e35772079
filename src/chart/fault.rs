//! What is wrong with an import.

use std::{error, fmt};

use serde::{Serialize, Serializer};

use crate::limits;

/// Everything that is wrong with an import, in the order in which it was found. Nothing of it was taken.
///
/// It shows one line for each fault. Of more than [`limits::IMPORT_ERRORS_MAX`] faults the rest is only counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportErrors {
    errors: Vec<ImportError>,
    more: u64,
}

/// One thing that is wrong with an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportError {
    /// Counted from one. Where something is missing, the line of what it is missing from.
    pub line: u32,
    /// In JSON the path of the value, such as `sections[0].rows[2].label`; in CSV its column. Empty where
    /// the whole file is meant.
    pub field: String,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The file breaks off, or isn't JSON or CSV at all. Nothing after this was read.
    Syntax(String),
    /// More bytes than [`limits::CHART_BYTES_MAX`].
    TooLarge,
    /// There is no such field in the format.
    UnknownField,
    /// The field is there twice.
    FieldTwice,
    /// The field has to be there.
    Missing,
    /// The value is of another kind.
    Expected(&'static str),
    /// A name or label without a character in it.
    Empty,
    /// A name or label with more bytes than it may have.
    TooLong {
        /// The limit.
        bytes_max: usize,
    },
    /// A character that no name or label may have: a slash, which stands between the parts of a full label, or a
    /// control character.
    Forbidden(char),
    /// The name or label is taken.
    Duplicate,
    /// The row or section ended further up. All its seats stand together.
    Ended,
    /// The chart lists its categories, and this isn't one of them.
    UnknownCategory,
    /// A coordinate beyond [`limits::COORDINATE_MAX`] in either direction, or not a finite number.
    OutOfRange,
    /// More of these than a chart may have.
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        count_max: u32,
    },
    /// A chart without a seat.
    NoSeats,
}

impl ImportErrors {
    /// The first faults, at most [`limits::IMPORT_ERRORS_MAX`]; at least one.
    pub fn errors(&self) -> &[ImportError] {
        &self.errors
    }

    /// How many faults there are in all.
    pub fn count(&self) -> u64 {
        self.errors.len() as u64 + self.more
    }

    pub(super) fn one(line: u32, reason: Reason) -> Self {
        let mut errors = Self::default();
        errors.push(line, String::new, reason);
        errors
    }

    pub(super) fn push(&mut self, line: u32, field: impl FnOnce() -> String, reason: Reason) {
        if self.errors.len() == limits::IMPORT_ERRORS_MAX {
            self.more += 1;
        } else {
            self.errors.push(ImportError {
                line,
                field: field(),
                reason,
            });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }
}

impl error::Error for ImportErrors {}

impl error::Error for ImportError {}

impl error::Error for Reason {}

impl fmt::Display for ImportErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, error) in self.errors.iter().enumerate() {
            let newline = if at == 0 { "" } else { "\n" };
            write!(f, "{newline}{error}")?;
        }
        if self.more > 0 {
            write!(f, "\nand {} more", self.more)?;
        }
        Ok(())
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        self.reason.fmt(f)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(what) => f.write_str(what),
            Self::TooLarge => write!(f, "has more than {} bytes", limits::CHART_BYTES_MAX),
            Self::UnknownField => f.write_str("there is no such field"),
            Self::FieldTwice => f.write_str("is given twice"),
            Self::Missing => f.write_str("is missing"),
            Self::Expected(what) => write!(f, "must be {what}"),
            Self::Empty => f.write_str("must not be empty"),
            Self::TooLong { bytes_max } => write!(f, "has more than {bytes_max} bytes"),
            Self::Forbidden(character) => {
                write!(f, "must not contain '{}'", character.escape_debug())
            }
            Self::Duplicate => f.write_str("is used already"),
            Self::Ended => f.write_str("ended further up; its seats must stand together"),
            Self::UnknownCategory => f.write_str("is none of the categories that the chart lists"),
            Self::OutOfRange => write!(
                f,
                "must be finite and between -{0} and {0}",
                limits::COORDINATE_MAX
            ),
            Self::TooMany { what, count_max } => {
                write!(f, "a chart has at most {count_max} {what}")
            }
            Self::NoSeats => f.write_str("the chart has no seats"),
        }
    }
}

impl Serialize for Reason {
    /// As the text that it shows.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
