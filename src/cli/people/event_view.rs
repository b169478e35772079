//! What the server says of events, as tables.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::table::{Column, Table, printable};

/// Signs in a bar that is full.
const BAR_SIGNS: u64 = 30;

/// What the server says of all events.
#[derive(Debug, Deserialize)]
pub(crate) struct Events {
    pub(crate) events: Vec<Event>,
}

/// What the server says of an event.
#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    name: String,
    title: String,
    chart: String,
    state: String,
    counts: Counts,
    /// Shown as they are called, so that rules of later servers are shown too. A list has none.
    #[serde(default)]
    rules: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Counts {
    available: u32,
    held: u32,
    booked: u32,
    withheld: u32,
}

impl Event {
    /// Such as `open, with 12000 seats of the chart arena`.
    pub(crate) fn in_short(&self) -> String {
        let text = format!(
            "{}, with {} seats of the chart {}",
            self.state,
            self.counts.all(),
            self.chart
        );
        printable(&text)
    }

    pub(crate) fn in_full(&self) -> String {
        let mut facts = Table::new([Column::Text(""), Column::Text("")]);
        for (what, said) in [
            ("name", &self.name),
            ("title", &self.title),
            ("chart", &self.chart),
            ("state", &self.state),
        ] {
            facts.push([what.to_owned(), said.clone()]);
        }
        facts_of(&self.rules).for_each(|fact| facts.push(fact));
        format!("{facts}\n{}", self.counts.table())
    }
}

impl Counts {
    fn all(&self) -> u64 {
        let counts = [self.available, self.held, self.booked, self.withheld];
        counts.map(u64::from).iter().sum()
    }

    fn table(&self) -> Table {
        let mut table = Table::new([
            Column::Text("STATUS"),
            Column::Number("SEATS"),
            Column::Text(""),
        ]);
        for (status, count) in [
            ("available", self.available),
            ("held", self.held),
            ("booked", self.booked),
            ("withheld", self.withheld),
        ] {
            table.push([
                status.to_owned(),
                count.to_string(),
                bar(count.into(), self.all()),
            ]);
        }
        table
    }
}

/// Rules as the flags of `event create` have them: seconds as spans.
fn facts_of(rules: &Map<String, Value>) -> impl Iterator<Item = [String; 2]> {
    rules.iter().map(
        |(rule, value)| match (rule.strip_suffix("_seconds"), value.as_u64()) {
            (Some(rule), Some(seconds)) => {
                let span = humantime::format_duration(Duration::from_secs(seconds));
                [rule.to_owned(), span.to_string()]
            }
            _ => {
                let text = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                [rule.clone(), text]
            }
        },
    )
}

/// Events, a line each.
pub(crate) fn table(events: Vec<Event>) -> Table {
    let mut table = Table::new([
        Column::Text("NAME"),
        Column::Text("STATE"),
        Column::Text("CHART"),
        Column::Number("SEATS"),
        Column::Number("AVAILABLE"),
        Column::Number("HELD"),
        Column::Number("BOOKED"),
        Column::Number("WITHHELD"),
        Column::Text("TITLE"),
    ]);
    for event in events {
        let counts = event.counts;
        table.push([
            event.name,
            event.state,
            event.chart,
            counts.all().to_string(),
            counts.available.to_string(),
            counts.held.to_string(),
            counts.booked.to_string(),
            counts.withheld.to_string(),
            event.title,
        ]);
    }
    table
}

/// A part of a whole as a bar: never empty for a part that there is, never full for one that is not all.
fn bar(part: u64, whole: u64) -> String {
    let signs = match part {
        0 => 0,
        all if all == whole => BAR_SIGNS,
        some => (some * BAR_SIGNS / whole).clamp(1, BAR_SIGNS - 1),
    };
    (0..signs).map(|_| '#').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_empty_for_none_and_full_for_all_alone() {
        let length = |part, whole| bar(part, whole).len();
        assert_eq!([length(0, 0), length(0, 10), length(10, 10)], [0, 0, 30]);
        assert_eq!(
            [
                length(1, 1_000_000),
                length(5, 10),
                length(999_999, 1_000_000)
            ],
            [1, 15, 29]
        );
    }
}
