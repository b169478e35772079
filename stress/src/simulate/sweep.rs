//! The same people under several rules, of which one thing differs.

use std::fmt::Write;

use super::{outcome::Outcome, percent, text::when};

/// How wide a column of text is at least.
const COLUMN_MIN: usize = 8;

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sweep {
    /// How long seats are held.
    Ttl,
    /// How often one address may ask.
    RatePerClient,
}

impl Sweep {
    /// What differs between these.
    pub fn of(outcomes: &[Outcome]) -> Self {
        let rate = |outcome: &Outcome| outcome.scenario.limits.rate_per_client;
        if outcomes
            .windows(2)
            .any(|two| rate(&two[0]) != rate(&two[1]))
        {
            Self::RatePerClient
        } else {
            Self::Ttl
        }
    }

    /// What this one has of it.
    pub fn value(self, outcome: &Outcome) -> String {
        match self {
            Self::Ttl => outcome.scenario.rules.hold_ttl.to_string(),
            Self::RatePerClient => {
                let rate = outcome.scenario.limits.rate_per_client;
                rate.map_or_else(|| "any".to_owned(), |rate| rate.to_string())
            }
        }
    }

    /// The columns of a table: the first is what differs.
    pub const fn head(self) -> &'static [&'static str] {
        match self {
            Self::Ttl => &[
                "TTL",
                "90 % sold",
                "99 % sold",
                "bought, % of all",
                "refusals a person",
                "seat-hours in vain",
                "holds that ran out, %",
                "late, but booked",
                "late, and lost",
            ],
            Self::RatePerClient => &[
                "requests of an address",
                "90 % sold",
                "bought, % of all",
                "people's requests refused, %",
                "bots' requests refused, %",
                "people slowed down, %",
                "of these, without seats, %",
                "payments delayed",
                "seats bought by bots",
            ],
        }
    }

    /// The cells of a row.
    pub fn row(self, outcome: &Outcome) -> Vec<String> {
        let (people, holds) = (&outcome.people, &outcome.holds);
        let share = |part, whole| format!("{:.1}", percent(part, whole));
        let first = [self.value(outcome), when(outcome.sold.nine_tenths)];
        let bought = share(people.bought, people.came);
        let rest = match self {
            Self::Ttl => vec![
                when(outcome.sold.ninety_nine),
                bought,
                format!("{:.2}", people.refusals_mean),
                format!(
                    "{:.1}",
                    (holds.released_seat_seconds + holds.expired_seat_seconds) / 3_600.0
                ),
                share(holds.expired, holds.paid + holds.released + holds.expired),
                outcome.payments.retaken.to_string(),
                outcome.payments.lost.to_string(),
            ],
            Self::RatePerClient => {
                let limited = &outcome.limited;
                vec![
                    bought,
                    share(limited.people_refused, limited.people_requests),
                    share(limited.bots_refused, limited.bots_requests),
                    share(limited.people, people.came),
                    share(limited.people_empty_handed, limited.people),
                    limited.payments_delayed.to_string(),
                    outcome.bots.seats_bought.to_string(),
                ]
            }
        };
        first.into_iter().chain(rest).collect()
    }
}

/// The same scenario under several rules, a line each.
pub fn table(outcomes: &[Outcome]) -> String {
    let sweep = Sweep::of(outcomes);
    let rows: Vec<Vec<String>> = outcomes.iter().map(|outcome| sweep.row(outcome)).collect();
    let width = |column: usize, name: &str| {
        let words = name.split(' ').map(str::len);
        let cells = rows.iter().map(|row| row[column].len());
        words.chain(cells).max().unwrap_or(0).max(COLUMN_MIN)
    };
    let columns: Vec<(usize, Vec<String>)> = sweep
        .head()
        .iter()
        .enumerate()
        .map(|(column, name)| {
            let width = width(column, name);
            (width, wrapped(name, width))
        })
        .collect();
    let height = columns.iter().map(|(_, name)| name.len()).max();
    let mut text = String::new();
    for line in 0..height.unwrap_or(0) {
        let cells = columns.iter().map(|(width, name)| {
            let part = name.get(line).map_or("", String::as_str);
            format!("{part:>width$}")
        });
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  "));
    }
    for row in rows {
        let cells = row.iter().zip(&columns);
        let cells = cells.map(|(cell, (width, _))| format!("{cell:>width$}"));
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  "));
    }
    text
}

/// A name in lines of this width; no word of it is longer.
fn wrapped(name: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in name.split(' ') {
        match lines.last_mut() {
            Some(last) if last.is_empty() => last.push_str(word),
            Some(last) if last.len() + 1 + word.len() <= width => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_are_wrapped_between_words() {
        assert_eq!(wrapped("bought, % of all", 8), ["bought,", "% of all"]);
        assert_eq!(wrapped("TTL", 8), ["TTL"]);
    }
}
