//! Commands for people: they ask a running server over its HTTP API, and show what it answers.
//!
//! | file | what it is |
//! |---|---|
//! | `chart` `event` `key` `cluster` | the commands |
//! | `chart_file` | charts as files |
//! | `event_view` | events as tables |
//! | `rules` | an event's rules as flags |
//! | `server` `unreachable` | a running server, and why it can't be asked |
//! | `problem` `failure` | why a command failed, and what it ends with |
//! | `progress` `table` | what is shown |

mod chart;
mod chart_file;
mod cluster;
mod event;
mod event_view;
mod failure;
mod key;
mod problem;
mod progress;
mod rules;
mod server;
mod table;
mod unreachable;

use std::process::ExitCode;

use clap::Subcommand;
use seatlock::event::Name;

use super::say;

const CHART_EXAMPLES: &str = "\
Examples:
  seatlock chart new arena sections=4 rows=50 seats=60 categories=gold,silver
      Makes a chart of 12,000 seats, the front rows gold, and gives it to the server.
  seatlock chart new barn sections=1 rows=10 seats=12 --output barn.csv
      Writes it to a file instead, to be edited.
  seatlock chart import opera opera.csv --check
      Says all that is wrong with a file, with its lines, and asks no server.
  SEATLOCK_KEY=sk_... seatlock chart import opera opera.csv --server https://tickets.example
      Gives the server a chart. There is no flag for the key: everybody on this machine can read command lines.
  seatlock chart export opera --format csv --output opera.csv
      Gets it back.

Ends with 0: done; 1: refused, by the server or by the check of a chart; 2: misused, or the server can't be reached.";

const EVENT_EXAMPLES: &str = "\
Examples:
  seatlock event create hamlet --chart opera --title 'Hamlet, 1 December' --hold-ttl 10m --opens 2026-11-01T10:00:00+01:00
      Puts the seats of a chart on sale.
  seatlock event show hamlet
      Its rules, and how many of its seats are available, held, booked and withheld.
  seatlock event pause hamlet; seatlock event open hamlet
      Stops the sale for a while. Holds that are alive can be confirmed meanwhile.
  seatlock event pin hamlet; seatlock event create hamlet --chart opera
      In a cluster: an event that many will want gets a shard of its own, before it is created.
  seatlock event close hamlet --yes; seatlock event remove hamlet
      Ends it for good, without asking, and forgets it.
  seatlock event list --json
      What the server answers, for scripts.

Ends with 0: done; 1: refused by the server; 2: misused, or the server can't be reached.";

const KEY_EXAMPLES: &str = "\
Examples:
  seatlock key new --name shop --role sales --append /etc/seatlock/keys
      Adds a key to the server's file of keys, and prints its secret, which is kept nowhere.
  seatlock key new --name box-office --role admin > box-office.key; seatlock event list --key-file box-office.key
      The secret goes to a file, the line for the server's file of keys to the terminal.";

const CLUSTER_EXAMPLES: &str = "\
Examples:
  seatlock cluster --server http://10.0.0.1:3000
      Which nodes there are, how many shards each serves, and whether their calendars agree.
  seatlock cluster --shards
      Who serves which shard, since which term.
  seatlock drain --server http://10.0.0.2:3000
      Hands over what a node serves, before it is stopped or upgraded. SIGTERM does the same and ends it.
  seatlock drain --undo --server http://10.0.0.2:3000
      Has it serve again.

Ends with 0: done; 1: refused by the server; 2: misused, or the server can't be reached.";

/// The commands, by what they are about.
#[derive(Debug, Subcommand)]
pub(crate) enum PeopleCommand {
    /// Charts of a running server: the seats of a house.
    #[command(subcommand, after_help = CHART_EXAMPLES)]
    Chart(chart::ChartCommand),
    /// Events of a running server: charts on sale.
    #[command(subcommand, after_help = EVENT_EXAMPLES)]
    Event(event::EventCommand),
    /// API keys. No server is needed.
    #[command(subcommand, after_help = KEY_EXAMPLES)]
    Key(key::KeyCommand),
    /// Shows the nodes of a cluster, and what each serves.
    #[command(after_help = CLUSTER_EXAMPLES)]
    Cluster(cluster::ClusterCommand),
    /// Has a node of a cluster hand over what it serves.
    #[command(after_help = CLUSTER_EXAMPLES)]
    Drain(cluster::DrainCommand),
}

/// Does what the command says, prints what came of it, and says what to end with.
pub(crate) fn run(command: PeopleCommand) -> ExitCode {
    let said = match command {
        PeopleCommand::Chart(command) => command.run(),
        PeopleCommand::Event(command) => command.run(),
        PeopleCommand::Key(command) => command.run(),
        PeopleCommand::Cluster(command) => command.run(),
        PeopleCommand::Drain(command) => command.run(),
    };
    match said {
        Ok(text) => say(&text),
        Err(failure) => failure.end(),
    }
}

/// The path of a chart, or of an event. Names need no escaping.
fn path(collection: &str, name: &Name) -> String {
    format!("/v1/{collection}/{name}")
}

/// `text` with the end of its last line.
fn line(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
