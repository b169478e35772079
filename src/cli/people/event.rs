//! `seatlock event`

use std::{
    fmt,
    io::{self, IsTerminal, Write},
};

use clap::{Args, Subcommand};
use seatlock::event::Name;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    failure::Failure,
    path,
    rules::Rules,
    server::{Connection, JSON},
    table::{Column, Table, printable},
};

const CREATED: u16 = 201;

/// Signs in a bar that is full.
const BAR_SIGNS: u64 = 30;

/// See the module.
#[derive(Debug, Subcommand)]
pub(super) enum EventCommand {
    /// Puts a chart on sale.
    Create(Create),
    /// Lists the server's events.
    List(Connection),
    /// Shows an event: its rules, and what its seats are.
    Show(One),
    /// Stops the sale for a while. Holds that are alive can be confirmed.
    Pause(One),
    /// Goes on with the sale.
    Open(One),
    /// Ends an event for good: its holds and bookings are gone from the server.
    Close {
        /// Does not ask whether it is meant.
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        one: One,
    },
    /// Removes a closed event.
    Remove(One),
}

/// An event of a server.
#[derive(Debug, Args)]
pub(super) struct One {
    /// Which event.
    #[arg(value_parser = Name::new)]
    name: Name,
    #[command(flatten)]
    connection: Connection,
}

/// `seatlock event create`
#[derive(Debug, Args)]
pub(super) struct Create {
    /// What it is called.
    #[arg(value_parser = Name::new)]
    name: Name,
    /// The chart whose seats are sold.
    #[arg(long, value_parser = Name::new)]
    chart: Name,
    /// What people call it.
    #[arg(long)]
    title: Option<String>,
    /// Sells nothing until it is opened.
    #[arg(long)]
    paused: bool,
    #[command(flatten)]
    rules: Rules,
    #[command(flatten)]
    connection: Connection,
}

/// What the server says of an event.
#[derive(Debug, Deserialize)]
struct Event {
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
    available: u64,
    held: u64,
    booked: u64,
    withheld: u64,
}

impl EventCommand {
    pub(super) fn run(self) -> Result<String, Failure> {
        match self {
            Self::Create(create) => create.run(),
            Self::List(connection) => list(&connection),
            Self::Show(one) => one.show(),
            Self::Pause(one) => one.change_state("paused"),
            Self::Open(one) => one.change_state("open"),
            Self::Close { yes, one } => {
                if !yes {
                    ask_whether_to_close(&one.name)?;
                }
                one.change_state("closed")
            }
            Self::Remove(one) => one.remove(),
        }
    }
}

impl Create {
    fn run(self) -> Result<String, Failure> {
        let mut body = serde_json::to_value(&self.rules).unwrap_or_default();
        body["chart"] = json!(self.chart.as_str());
        body["state"] = json!(if self.paused { "paused" } else { "open" });
        if let Some(title) = &self.title {
            body["title"] = json!(title);
        }
        let answer = self
            .connection
            .open()?
            .put_json(&path("events", &self.name), &body)?;
        if self.connection.json {
            return Ok(answer.text);
        }
        let event: Event = answer.read()?;
        let how = if answer.status == CREATED {
            "created"
        } else {
            "changed"
        };
        Ok(format!(
            "The event {} is {how}: {}.\n",
            self.name,
            event.in_short()
        ))
    }
}

impl One {
    fn show(self) -> Result<String, Failure> {
        let answer = self
            .connection
            .open()?
            .get(&path("events", &self.name), JSON)?;
        if self.connection.json {
            return Ok(answer.text);
        }
        Ok(answer.read::<Event>()?.in_full())
    }

    fn change_state(self, state: &str) -> Result<String, Failure> {
        let server = self.connection.open()?;
        let answer = server.put_json(&path("events", &self.name), &json!({ "state": state }))?;
        if self.connection.json {
            return Ok(answer.text);
        }
        let event: Event = answer.read()?;
        Ok(format!(
            "The event {} is {}.\n",
            self.name,
            event.in_short()
        ))
    }

    fn remove(self) -> Result<String, Failure> {
        let answer = self
            .connection
            .open()?
            .delete(&path("events", &self.name))?;
        Ok(if self.connection.json {
            answer.text
        } else {
            format!("The event {} is removed.\n", self.name)
        })
    }
}

impl Event {
    /// Such as `open, with 12000 seats of the chart arena`.
    fn in_short(&self) -> String {
        let text = format!(
            "{}, with {} seats of the chart {}",
            self.state,
            self.counts.all(),
            self.chart
        );
        printable(&text)
    }

    fn in_full(&self) -> String {
        let mut facts = Table::new([Column::Text(""), Column::Text("")]);
        for (what, said) in [
            ("name", &self.name),
            ("title", &self.title),
            ("chart", &self.chart),
            ("state", &self.state),
        ] {
            facts.push([&what as &dyn fmt::Display, said]);
        }
        for (rule, value) in &self.rules {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            facts.push([rule as &dyn fmt::Display, &value]);
        }
        format!("{facts}\n{}", self.counts.table())
    }
}

impl Counts {
    fn all(&self) -> u64 {
        self.available + self.held + self.booked + self.withheld
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
                &status as &dyn fmt::Display,
                &count,
                &bar(count, self.all()),
            ]);
        }
        table
    }
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

fn list(connection: &Connection) -> Result<String, Failure> {
    let answer = connection.open()?.get("/v1/events", JSON)?;
    if connection.json {
        return Ok(answer.text);
    }
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
    for Event {
        name,
        title,
        chart,
        state,
        counts,
        ..
    } in answer.read::<Vec<Event>>()?
    {
        let all = counts.all();
        let Counts {
            available,
            held,
            booked,
            withheld,
        } = counts;
        let names: [&dyn fmt::Display; 3] = [&name, &state, &chart];
        let numbers: [&dyn fmt::Display; 5] = [&all, &available, &held, &booked, &withheld];
        table.push(
            names
                .into_iter()
                .chain(numbers)
                .chain([&title as &dyn fmt::Display]),
        );
    }
    Ok(table.to_string())
}

/// Asks on the terminal. Without one nobody can be asked, so it has to be said beforehand.
fn ask_whether_to_close(name: &Name) -> Result<(), Failure> {
    let misuse = |reason: &str| Err(Failure::Misuse(reason.to_owned()));
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return misuse("closing is final: say --yes if it is meant");
    }
    let mut answer = String::new();
    let mut terminal = io::stderr();
    let asked = write!(
        terminal,
        "A closed event stays closed, its holds and bookings are gone. Close {name}? [y/N] "
    )
    .and_then(|()| terminal.flush())
    .and_then(|()| io::stdin().read_line(&mut answer));
    match asked {
        Ok(_) if ["y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str()) => Ok(()),
        _ => misuse("nothing was done"),
    }
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
