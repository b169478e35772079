//! The rules of an event, as flags and as members of a request.

use clap::{Args, ValueEnum};
use serde::Serialize;

/// The rules that were given. Those that were not are left to the server.
#[derive(Debug, Args, Serialize)]
#[command(next_help_heading = "Rules")]
pub(crate) struct Rules {
    /// How long a hold lasts, such as 10m, from its beginning and from each extension.
    #[arg(long, value_name = "SPAN", value_parser = seconds)]
    #[serde(rename = "hold_ttl_seconds", skip_serializing_if = "Option::is_none")]
    hold_ttl: Option<u64>,
    /// How long a hold can last altogether, such as 2h.
    #[arg(long, value_name = "SPAN", value_parser = seconds)]
    #[serde(
        rename = "hold_longest_seconds",
        skip_serializing_if = "Option::is_none"
    )]
    hold_longest: Option<u64>,
    /// How far beyond its deadline a hold reaches that is being paid for, such as 5m.
    #[arg(long, value_name = "SPAN", value_parser = seconds)]
    #[serde(rename = "paying_seconds", skip_serializing_if = "Option::is_none")]
    paying: Option<u64>,
    /// Seats in one hold.
    #[arg(long, value_name = "COUNT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    hold_seats_max: Option<u32>,
    /// Seats that one user can hold and have booked together.
    #[arg(long, value_name = "COUNT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    user_seats_max: Option<u32>,
    /// Holds that one user can have alive at once.
    #[arg(long, value_name = "COUNT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    user_holds_max: Option<u32>,
    /// Seats times seconds that one user can let go to waste, in holds that end without a booking.
    #[arg(long, value_name = "COUNT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    user_waste_max: Option<u32>,
    /// How long a user can't take a seat again that he has let expire, such as 1m.
    #[arg(long, value_name = "SPAN", value_parser = seconds)]
    #[serde(rename = "cool_down_seconds", skip_serializing_if = "Option::is_none")]
    cool_down: Option<u64>,
    /// When the sale begins, such as 2026-11-01T10:00:00+01:00.
    #[arg(long, value_name = "DATE", value_parser = date)]
    #[serde(skip_serializing_if = "Option::is_none")]
    opens: Option<String>,
    /// When the sale ends.
    #[arg(long, value_name = "DATE", value_parser = date)]
    #[serde(skip_serializing_if = "Option::is_none")]
    closes: Option<String>,
    /// Whether seats may be chosen by hand so that a single free one is left between others.
    #[arg(long, value_enum)]
    #[serde(skip_serializing_if = "Option::is_none")]
    orphans: Option<Orphans>,
}

#[derive(Debug, Clone, Copy, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Orphans {
    Allowed,
    Refused,
}

fn seconds(text: &str) -> Result<u64, String> {
    let span = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if span.subsec_nanos() == 0 {
        Ok(span.as_secs())
    } else {
        Err("must be whole seconds".into())
    }
}

/// A date as RFC 3339 has it, in the same form whatever offset it was given with.
fn date(text: &str) -> Result<String, String> {
    let date: Result<jiff::Timestamp, _> = text.parse();
    date.map(|date| date.to_string()).map_err(|_| {
        "must be a date with time and offset, such as 2026-11-01T10:00:00+01:00".into()
    })
}

#[cfg(test)]
mod tests {
    use clap::{Command, FromArgMatches};
    use serde_json::json;

    use super::*;

    fn body(arguments: &[&str]) -> serde_json::Value {
        let command = Rules::augment_args(Command::new("rules").no_binary_name(true));
        let matches = command
            .try_get_matches_from(arguments)
            .expect("valid flags");
        let rules = Rules::from_arg_matches(&matches).expect("valid flags");
        serde_json::to_value(rules).expect("an object")
    }

    #[test]
    fn only_what_is_given_is_sent() {
        assert_eq!(body(&[]), json!({}));
        let given = [
            "--hold-ttl=1h 30m",
            "--cool-down=1m",
            "--user-seats-max=4",
            "--opens=2026-11-01T10:00:00+01:00",
            "--orphans=refused",
        ];
        assert_eq!(
            body(&given),
            json!({
                "hold_ttl_seconds": 5400,
                "cool_down_seconds": 60,
                "user_seats_max": 4,
                "opens": "2026-11-01T09:00:00Z",
                "orphans": "refused",
            })
        );
    }

    #[test]
    fn spans_are_whole_seconds_and_dates_have_an_offset() {
        assert!(seconds("500ms").is_err() && seconds("10").is_err() && seconds("soon").is_err());
        assert!(date("2026-11-01").is_err() && date("2026-11-01T10:00:00").is_err());
    }
}
