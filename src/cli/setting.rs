//! One setting: the names that it has in the three places where it can be given, and the shape of its value.

use clap::{Arg, ArgAction};

/// A setting as the table in [`super::settings`] declares it. Flag and environment variable follow from the key, so
/// that the three can't drift apart.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Its name in the configuration file, such as `lock_ttl`.
    pub(crate) key: &'static str,
    /// The heading that it stands under in the help and in the template.
    pub(crate) section: &'static str,
    pub(crate) help: &'static str,
    pub(crate) shape: Shape,
    /// What the help calls its value.
    pub(crate) value_name: &'static str,
    /// The value unless it is given, as text; empty where it is then not set, or an empty list.
    pub(crate) default: &'static str,
}

/// What a value is in TOML. On the command line and in the environment all are texts, and a list has commas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    Number,
    Switch,
    List,
}

impl Setting {
    /// `--lock-ttl`
    pub(crate) fn flag(&self) -> String {
        format!("--{}", self.flag_name())
    }

    /// `SEATLOCK_LOCK_TTL`
    pub(crate) fn variable(&self) -> String {
        format!("SEATLOCK_{}", self.key.to_ascii_uppercase())
    }

    /// The argument that clap is to know. It takes any text: values are checked together with those from the other
    /// places, so that all that is wrong is said at once.
    pub(crate) fn argument(&self) -> Arg {
        let argument = Arg::new(self.key)
            .long(self.flag_name())
            .env(self.variable())
            .hide_env_values(true)
            .help_heading(self.section)
            .help(self.help_with_default())
            .value_name(self.value_name);
        match self.shape {
            Shape::Text | Shape::Number => argument,
            Shape::Switch => argument
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("true"),
            Shape::List => argument.action(ArgAction::Append),
        }
    }

    /// A text from the command line or the environment as values.
    pub(crate) fn values_in(&self, text: &str) -> Vec<String> {
        match self.shape {
            Shape::Text | Shape::Number | Shape::Switch => vec![text.to_owned()],
            Shape::List => {
                let items = text.split(',').map(str::trim);
                items
                    .filter(|item| !item.is_empty())
                    .map(str::to_owned)
                    .collect()
            }
        }
    }

    /// The values that it has when it is not given.
    pub(crate) fn default_values(&self) -> Vec<String> {
        if self.default.is_empty() {
            Vec::new()
        } else {
            self.values_in(self.default)
        }
    }

    fn flag_name(&self) -> String {
        self.key.replace('_', "-")
    }

    fn help_with_default(&self) -> String {
        let help = self.help.trim();
        // A switch that is off, and what is not set, need no mention.
        if self.default.is_empty() || self.shape == Shape::Switch {
            help.to_owned()
        } else {
            format!("{help} [default: {}]", self.default)
        }
    }
}
