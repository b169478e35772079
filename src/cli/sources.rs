//! Where the value of each setting comes from: the command line before the environment, the environment before the
//! file, the file before the default.

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use clap::{ArgMatches, parser::ValueSource};

use super::{check::Reason, file, setting::Setting, settings::SETTINGS};

/// What each setting was given as, and where.
#[derive(Debug)]
pub(crate) struct Sources(BTreeMap<&'static str, Given>);

/// The texts of one setting: one, none where it is not set, or the items of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) texts: Vec<String>,
    pub(crate) origin: Origin,
}

/// A place that a setting's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    Default,
    File { path: PathBuf, line: usize },
    Environment { variable: String },
    CommandLine { flag: String },
}

/// What is wrong with a setting, and where it was given.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Complaint {
    /// A value that the setting can't have.
    Value {
        given: Given,
        key: &'static str,
        reason: Reason,
    },
    /// A line of the file that is no setting.
    Line {
        path: PathBuf,
        line: usize,
        reason: Reason,
    },
    /// The file can't be read.
    Unreadable { path: PathBuf, reason: Reason },
}

impl Sources {
    /// What `matches` and the file at `path` say.
    ///
    /// # Errors
    /// What is wrong with the file as such; the values are for [`super::settings::Settings::check`] to judge.
    pub(crate) fn gather(matches: &ArgMatches, path: Option<&Path>) -> (Self, Vec<Complaint>) {
        let (in_file, complaints) = match path.map(read_file) {
            None => (BTreeMap::new(), Vec::new()),
            Some(Ok(read)) => read,
            Some(Err(complaint)) => (BTreeMap::new(), vec![complaint]),
        };
        let given = |setting: &'static Setting| {
            let given = from_arguments(setting, matches)
                .or_else(|| in_file.get(setting.key).cloned())
                .unwrap_or_else(|| Given {
                    texts: setting.default_values(),
                    origin: Origin::Default,
                });
            (setting.key, given)
        };
        (Self(SETTINGS.iter().map(given).collect()), complaints)
    }

    /// What `setting` was given as.
    pub(crate) fn of(&self, setting: &Setting) -> &Given {
        &self.0[setting.key]
    }

    /// The value of the setting `key`, or nothing and one complaint more.
    pub(crate) fn check<T>(
        &self,
        key: &'static str,
        check: impl Fn(&[String]) -> Result<T, Reason>,
        complaints: &mut Vec<Complaint>,
    ) -> Option<T> {
        let given = &self.0[key];
        match check(&given.texts) {
            Ok(value) => Some(value),
            Err(reason) => {
                let given = given.clone();
                complaints.push(Complaint::Value { given, key, reason });
                None
            }
        }
    }
}

fn read_file(path: &Path) -> Result<(BTreeMap<&'static str, Given>, Vec<Complaint>), Complaint> {
    let text = fs::read_to_string(path).map_err(|error: io::Error| Complaint::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    })?;
    Ok(file::read(path, &text))
}

fn from_arguments(setting: &Setting, matches: &ArgMatches) -> Option<Given> {
    let origin = match matches.value_source(setting.key)? {
        ValueSource::CommandLine => Origin::CommandLine {
            flag: setting.flag(),
        },
        ValueSource::EnvVariable => Origin::Environment {
            variable: setting.variable(),
        },
        _ => return None,
    };
    let texts = matches.get_many::<String>(setting.key)?;
    Some(Given {
        texts: texts.flat_map(|text| setting.values_in(text)).collect(),
        origin,
    })
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the default"),
            Self::File { path, line } => write!(f, "{} line {line}", path.display()),
            Self::Environment { variable } => f.write_str(variable),
            Self::CommandLine { flag } => f.write_str(flag),
        }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value { given, key, reason } => {
                let Given { texts, origin } = given;
                write!(f, "{origin}: ")?;
                // Flags and variables have the key in their names.
                if matches!(origin, Origin::File { .. }) {
                    write!(f, "{key} ")?;
                }
                write!(f, "{:?}: {reason}", texts.join(","))
            }
            Self::Line { path, line, reason } => {
                write!(f, "{} line {line}: {reason}", path.display())
            }
            Self::Unreadable { path, reason } => {
                write!(
                    f,
                    "the configuration {} can't be read: {reason}",
                    path.display()
                )
            }
        }
    }
}
