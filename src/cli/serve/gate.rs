//! Reads what the gate goes by: the API keys, the proxies and the rates.

use std::{env, fs};

use seatlock::{
    access::{
        client::{ForwardedBy, Proxies},
        key::Keys,
    },
    http::v1::gate::GateConfig,
};

use super::{Failure, Settings};

/// What the settings say about who may.
///
/// # Errors
/// If the keys can't be read, or are given twice.
pub(super) fn config(settings: &Settings) -> Result<GateConfig, Failure> {
    let networks: Vec<String> = settings
        .trusted_proxies
        .iter()
        .map(ToString::to_string)
        .collect();
    let proxies = Proxies::parse(&networks.join(","), ForwardedBy::XForwardedFor);
    Ok(GateConfig {
        keys: keys(settings)?,
        proxies: proxies.map_err(|error| Failure::Gate(error.to_string()))?,
        rate_per_client: settings.rate_per_client,
        rate_per_key: settings.rate_per_key,
    })
}

/// The keys of the file, or those of the environment.
fn keys(settings: &Settings) -> Result<Keys, Failure> {
    let variable = &settings.key_env;
    match (&settings.key_file, env::var(variable)) {
        (Some(path), Ok(_)) => Err(Failure::Gate(format!(
            "API keys are in {} and in {variable}: one of the two must go",
            path.display()
        ))),
        (Some(path), Err(_)) => {
            let text = fs::read_to_string(path).map_err(|error| {
                Failure::Gate(format!("{} can't be read: {error}", path.display()))
            })?;
            Keys::parse(&text).map_err(|errors| in_place(&path.display().to_string(), &errors))
        }
        (None, Ok(text)) => {
            Keys::parse_variable(&text).map_err(|errors| in_place(variable, &errors))
        }
        (None, Err(env::VarError::NotPresent)) => Ok(Keys::default()),
        (None, Err(env::VarError::NotUnicode(_))) => {
            Err(Failure::Gate(format!("{variable} is not UTF-8")))
        }
    }
}

/// A line for each thing that is wrong, as with settings.
fn in_place(place: &str, errors: &impl ToString) -> Failure {
    let errors = errors.to_string();
    let lines: Vec<String> = errors
        .lines()
        .map(|line| format!("{place} {line}"))
        .collect();
    Failure::Gate(lines.join("\nerror: "))
}
