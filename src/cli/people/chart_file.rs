//! Charts as files, JSON or CSV.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use seatlock::{
    chart::{Chart, ImportErrors},
    limits,
};

use super::{failure::Failure, line};

/// How a chart is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// With sections, rows and seats inside one another.
    Json,
    /// One seat a line, for spreadsheets.
    Csv,
}

/// Where a chart goes.
#[derive(Debug, Args)]
pub(crate) struct Output {
    /// Writes the chart to this file; - for standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How it is written; unless given, as the file's name ends, and else as JSON.
    #[arg(long, value_enum)]
    format: Option<Format>,
}

impl Format {
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Json => super::server::JSON,
            Self::Csv => "text/csv",
        }
    }

    /// What the end of a file's name says.
    fn of_path(path: &Path) -> Option<Self> {
        let extension = path.extension().and_then(OsStr::to_str)?;
        Self::from_str(extension, true).ok()
    }

    /// What the first character says: only JSON begins with a brace.
    fn of_content(bytes: &[u8]) -> Self {
        match bytes.trim_ascii_start().first() {
            Some(b'{') => Self::Json,
            _ => Self::Csv,
        }
    }

    /// Reads a chart.
    ///
    /// # Errors
    /// With everything that is wrong with it.
    pub(crate) fn read(self, bytes: &[u8]) -> Result<Chart, ImportErrors> {
        match self {
            Self::Json => Chart::from_json(bytes),
            Self::Csv => Chart::from_csv(bytes),
        }
    }

    /// Writes a chart.
    pub(crate) fn write(self, chart: &Chart) -> String {
        let mut bytes = Vec::new();
        // A vector takes whatever is written to it.
        drop(match self {
            Self::Json => chart.to_json(&mut bytes),
            Self::Csv => chart.to_csv(&mut bytes),
        });
        // All of it is UTF-8, as its names are.
        String::from_utf8(bytes).unwrap_or_default()
    }
}

impl Output {
    /// Whether it goes anywhere but to the server.
    pub(crate) fn is_given(&self) -> bool {
        self.output.is_some()
    }

    /// How the chart is to be written.
    pub(crate) fn format(&self) -> Format {
        let by_name = || self.output.as_deref().and_then(Format::of_path);
        self.format.or_else(by_name).unwrap_or(Format::Json)
    }

    /// Writes a whole chart to its file. What is left to be printed is the chart, or that it was written.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(crate) fn put(&self, text: String) -> Result<String, Failure> {
        match &self.output {
            Some(path) if path.as_os_str() != "-" => {
                fs::write(path, line(text)).map_err(|error| Failure::file(path, error))?;
                Ok(format!("{} is written.\n", path.display()))
            }
            _ => Ok(line(text)),
        }
    }
}

/// All of a file, or of standard input, and how it is written.
///
/// # Errors
/// If it can't be read.
pub(crate) fn read(path: &Path, format: Option<Format>) -> Result<(Vec<u8>, Format), Failure> {
    let is_input = path.as_os_str() == "-";
    let bytes = if is_input {
        all(io::stdin().lock())
    } else {
        File::open(path).and_then(all)
    };
    let bytes = bytes.map_err(|error| Failure::file(path, error))?;
    let format = format
        .or_else(|| Format::of_path(path))
        .unwrap_or_else(|| Format::of_content(&bytes));
    Ok((bytes, format))
}

/// All bytes, or one more than a chart may have.
fn all(from: impl Read) -> io::Result<Vec<u8>> {
    let bytes_max = u64::try_from(limits::CHART_BYTES_MAX).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    from.take(bytes_max.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_the_format_and_without_one_the_first_character_does() {
        for (name, format) in [
            ("a.json", Some(Format::Json)),
            ("a.b.CSV", Some(Format::Csv)),
            ("csv", None),
            ("a.txt", None),
        ] {
            assert_eq!(Format::of_path(Path::new(name)), format, "{name}");
        }
        assert_eq!(Format::of_content(b"\n  {\"seats\": 5}"), Format::Json);
        assert_eq!(Format::of_content(b"section,row,seat\n"), Format::Csv);
        assert_eq!(Format::of_content(b""), Format::Csv);
    }
}
