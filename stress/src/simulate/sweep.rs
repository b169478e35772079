//! The same people under several rules, of which one thing differs.

use std::fmt::Write;

use super::{outcome::Outcome, percent, text::when};

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
    let mut text = String::new();
    let _ = writeln!(text, "{}:", sweep.head().join(" | "));
    for outcome in outcomes {
        let mut cells = sweep.row(outcome).into_iter();
        let _ = write!(text, "{:>8}", cells.next().unwrap_or_default());
        for cell in cells {
            let _ = write!(text, " {cell:>10}");
        }
        text.push('\n');
    }
    text
}
