//! `seatlock event`

use std::io::{self, IsTerminal, Write};

use clap::{Args, Subcommand};
use seatlock::event::Name;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    event_view::{self, Event, Events},
    failure::Failure,
    path,
    rules::Rules,
    server::{Connection, JSON},
};

/// See the module.
#[derive(Debug, Subcommand)]
pub(crate) enum EventCommand {
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
    /// In a cluster: gives an event that is not created yet a shard of its own, for good.
    Pin(One),
    /// Removes a closed event.
    Remove(One),
    /// Prints all bookings as CSV, a seat a line.
    Bookings(One),
}

/// An event of a server.
#[derive(Debug, Args)]
pub(crate) struct One {
    /// Which event.
    #[arg(value_parser = Name::new)]
    name: Name,
    #[command(flatten)]
    connection: Connection,
}

/// What a node says when an event has a shard of its own.
#[derive(Debug, Deserialize)]
struct Pinned {
    event: String,
    shard: u16,
}

/// `seatlock event create`
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// What it is called. An event that is there already is changed in what is given here, but keeps its chart.
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

impl EventCommand {
    pub(crate) fn run(self) -> Result<String, Failure> {
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
            Self::Pin(one) => one.pin(),
            Self::Remove(one) => one.remove(),
            Self::Bookings(one) => one.bookings(),
        }
    }
}

impl Create {
    fn run(self) -> Result<String, Failure> {
        let server = self.connection.open()?;
        let answer = server.put_json(&path("events", &self.name), &self.body())?;
        answer.told(|answer| {
            let how = if answer.is_new() {
                "created"
            } else {
                "changed"
            };
            let event: Event = answer.read()?;
            Ok(format!(
                "The event {} is {how}: {}.\n",
                self.name,
                event.in_short()
            ))
        })
    }

    /// What is given, and nothing else: the server knows what is usual in a new event, and how an old one is.
    fn body(&self) -> Value {
        let mut body = json!(self.rules);
        body["chart"] = json!(self.chart.as_str());
        if let Some(title) = &self.title {
            body["title"] = json!(title);
        }
        if self.paused {
            body["state"] = json!("paused");
        }
        body
    }
}

impl One {
    fn show(self) -> Result<String, Failure> {
        let server = self.connection.open()?;
        let answer = server.get(&path("events", &self.name), JSON)?;
        answer.told(|answer| Ok(answer.read::<Event>()?.in_full()))
    }

    fn bookings(self) -> Result<String, Failure> {
        let path = format!("{}/bookings", path("events", &self.name));
        Ok(self.connection.open()?.get(&path, "text/csv")?.text)
    }

    fn change_state(self, state: &str) -> Result<String, Failure> {
        let (server, path) = (self.connection.open()?, path("events", &self.name));
        // What is put where no event is would be taken for one that is to be made.
        server.get(&path, JSON)?;
        let answer = server.put_json(&path, &json!({ "state": state }))?;
        answer.told(|answer| {
            let event: Event = answer.read()?;
            Ok(format!(
                "The event {} is {}.\n",
                self.name,
                event.in_short()
            ))
        })
    }

    fn pin(self) -> Result<String, Failure> {
        let path = format!("/v1/cluster/pins/{}", self.name);
        let answer = self.connection.open()?.put_json(&path, &json!({}))?;
        answer.told(|answer| {
            let Pinned { event, shard } = answer.read()?;
            Ok(format!(
                "The event {event} has the shard {shard} for itself.\n"
            ))
        })
    }

    fn remove(self) -> Result<String, Failure> {
        let server = self.connection.open()?;
        let answer = server.delete(&path("events", &self.name))?;
        answer.told(|_| Ok(format!("The event {} is removed.\n", self.name)))
    }
}

fn list(connection: &Connection) -> Result<String, Failure> {
    let answer = connection.open()?.get("/v1/events", JSON)?;
    answer.told(|answer| {
        let Events { events } = answer.read()?;
        Ok(event_view::table(events).to_string())
    })
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
