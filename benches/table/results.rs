//! What criterion has measured, from the files that it leaves.
//!
//! For each benchmark there is a folder `new` with `benchmark.json`, which names it, and `estimates.json`.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// One benchmark's result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measured {
    /// The question.
    pub(crate) group: String,
    /// Who answered it.
    pub(crate) function: String,
    /// For which size or number; empty if there is but one.
    pub(crate) parameter: String,
    /// The median, in nanoseconds, for one element if the benchmark says how many an iteration has.
    pub(crate) nanos: f64,
}

/// All results, in the order of their folders' names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Results(Vec<Measured>);

/// Why there are no results.
#[derive(Debug)]
pub(crate) enum ResultsError {
    /// A file or folder cannot be read.
    Unreadable(PathBuf, io::Error),
    /// A file is not JSON.
    NotJson(PathBuf, serde_json::Error),
    /// A file lacks something that criterion writes.
    Lacks(PathBuf, &'static str),
    /// The folder has no results.
    Empty(PathBuf),
}

impl Results {
    pub(crate) fn new(all: Vec<Measured>) -> Self {
        Self(all)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Measured> {
        self.0.iter()
    }

    /// The median of one benchmark.
    pub(crate) fn nanos(&self, group: &str, function: &str, parameter: &str) -> Option<f64> {
        let is_it = |measured: &&Measured| {
            measured.group == group
                && measured.function == function
                && measured.parameter == parameter
        };
        self.iter().find(is_it).map(|measured| measured.nanos)
    }
}

/// Reads all results below criterion's folder.
pub(crate) fn read(folder: &Path) -> Result<Results, ResultsError> {
    let mut all = Vec::new();
    read_below(folder, &mut all)?;
    if all.is_empty() {
        Err(ResultsError::Empty(folder.to_owned()))
    } else {
        Ok(Results::new(all))
    }
}

fn read_below(folder: &Path, all: &mut Vec<Measured>) -> Result<(), ResultsError> {
    let failed = |error| ResultsError::Unreadable(folder.to_owned(), error);
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort_unstable();
    for below in folders {
        let names = below.join("benchmark.json");
        if below.ends_with("new") && names.is_file() {
            let estimates = below.join("estimates.json");
            let (names, estimates) = ((json(&names)?, names), (json(&estimates)?, estimates));
            all.push(measured(&names, &estimates)?);
        } else {
            read_below(&below, all)?;
        }
    }
    Ok(())
}

fn json(path: &Path) -> Result<Value, ResultsError> {
    let text = fs::read_to_string(path)
        .map_err(|error| ResultsError::Unreadable(path.to_owned(), error))?;
    serde_json::from_str(&text).map_err(|error| ResultsError::NotJson(path.to_owned(), error))
}

fn measured(
    (names, names_path): &(Value, PathBuf),
    (estimates, estimates_path): &(Value, PathBuf),
) -> Result<Measured, ResultsError> {
    let text = |name: &'static str| names[name].as_str().map(str::to_owned);
    let lacks = |what| ResultsError::Lacks(names_path.clone(), what);
    let median = estimates["median"]["point_estimate"].as_f64();
    let iteration =
        median.ok_or_else(|| ResultsError::Lacks(estimates_path.clone(), "a median"))?;
    Ok(Measured {
        group: text("group_id").ok_or_else(|| lacks("a group_id"))?,
        function: text("function_id").ok_or_else(|| lacks("a function_id"))?,
        parameter: text("value_str").unwrap_or_default(),
        nanos: iteration / names["throughput"]["Elements"].as_f64().unwrap_or(1.0),
    })
}

impl fmt::Display for ResultsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, error) => write!(f, "{}: {error}", path.display()),
            Self::NotJson(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Lacks(path, what) => write!(f, "{}: there is not {what}", path.display()),
            Self::Empty(path) => write!(f, "{}: no results; `cargo bench` first", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(names: &str, estimates: &str) -> Result<Measured, ResultsError> {
        let value = |text| serde_json::from_str(text).expect("JSON");
        measured(
            &(value(names), PathBuf::from("benchmark.json")),
            &(value(estimates), PathBuf::from("estimates.json")),
        )
    }

    const ESTIMATES: &str = r#"{"mean":{"point_estimate":9.0},"median":{"point_estimate":3000.0,"standard_error":1.0}}"#;

    #[test]
    fn the_median_is_taken_and_divided_by_the_elements() {
        let names = r#"{"group_id":"snapshot","function_id":"floor","value_str":"100000",
                        "throughput":{"Elements":1000},"full_id":"snapshot/floor/100000"}"#;
        let measured = parse(names, ESTIMATES).expect("whole");
        assert_eq!(
            (measured.group.as_str(), measured.function.as_str()),
            ("snapshot", "floor")
        );
        assert_eq!(measured.parameter, "100000");
        assert!((measured.nanos - 3.0).abs() < 1e-9);
    }

    #[test]
    fn neither_a_parameter_nor_a_throughput_is_needed() {
        let names = r#"{"group_id":"tape","function_id":"put","value_str":null,"throughput":null}"#;
        let measured = parse(names, ESTIMATES).expect("whole");
        assert_eq!(measured.parameter, "");
        assert!((measured.nanos - 3000.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_missing_is_named() {
        let names = r#"{"group_id":"tape","function_id":"put"}"#;
        assert!(matches!(
            parse(names, "{}"),
            Err(ResultsError::Lacks(_, "a median"))
        ));
        assert!(matches!(
            parse("{}", ESTIMATES),
            Err(ResultsError::Lacks(_, "a group_id"))
        ));
    }
}
