//! `seatlock cluster` and `seatlock drain`

use std::collections::BTreeMap;

use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::{
    failure::Failure,
    server::{Connection, JSON},
    table::{Column, Table},
};

/// `seatlock cluster`
#[derive(Debug, Args)]
pub(crate) struct ClusterCommand {
    /// Lists every shard as well.
    #[arg(long)]
    shards: bool,
    #[command(flatten)]
    connection: Connection,
}

/// `seatlock drain`
#[derive(Debug, Args)]
pub(crate) struct DrainCommand {
    /// Has it serve again.
    #[arg(long)]
    undo: bool,
    #[command(flatten)]
    connection: Connection,
}

/// What a node says of the cluster.
#[derive(Debug, Deserialize)]
struct Cluster {
    node: Option<String>,
    nodes: Vec<Node>,
    shards: Vec<Shard>,
}

#[derive(Debug, Deserialize)]
struct Node {
    name: String,
    address: String,
    leaving: bool,
    reached: bool,
    certain: Option<bool>,
    shards: Option<usize>,
    calendar_off_ms: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Shard {
    shard: u16,
    owner: Option<String>,
    term: Option<u64>,
    state: String,
    event: Option<String>,
    events: Option<usize>,
    behind: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Drained {
    handed_over: usize,
}

impl ClusterCommand {
    pub(crate) fn run(self) -> Result<String, Failure> {
        let answer = self.connection.open()?.get("/v1/cluster", JSON)?;
        answer.told(|answer| {
            let cluster: Cluster = answer.read()?;
            if cluster.node.is_none() {
                return Ok("The server is alone.\n".to_owned());
            }
            let mut text = cluster.in_short();
            if self.shards {
                text += &format!("\n{}", cluster.all_shards());
            }
            Ok(text)
        })
    }
}

impl DrainCommand {
    pub(crate) fn run(self) -> Result<String, Failure> {
        let path = if self.undo {
            "/v1/cluster/undrain"
        } else {
            "/v1/cluster/drain"
        };
        let answer = self.connection.open()?.post_json(path, &json!({}))?;
        answer.told(|answer| {
            let Drained { handed_over } = answer.read()?;
            Ok(if self.undo {
                "The node serves again what is its share.\n".to_owned()
            } else {
                format!("The node has handed over {handed_over} shards, and takes no more.\n")
            })
        })
    }
}

impl Cluster {
    fn in_short(&self) -> String {
        let mut table = Table::new([
            Column::Text("node"),
            Column::Text("address"),
            Column::Number("shards"),
            Column::Text("state"),
            Column::Number("calendar off"),
        ]);
        for node in &self.nodes {
            let shards = node.shards.map_or("?".into(), |count| count.to_string());
            let off = node.calendar_off_ms.map(|millis| format!("{millis} ms"));
            table.push([
                node.name.clone(),
                node.address.clone(),
                shards,
                node.state(self.node.as_ref() == Some(&node.name)),
                off.unwrap_or_default(),
            ]);
        }
        let mut states = BTreeMap::<_, usize>::new();
        for shard in &self.shards {
            *states.entry(&*shard.state).or_default() += 1;
        }
        let states: Vec<String> = states
            .into_iter()
            .map(|(state, count)| format!("{count} {state}"))
            .collect();
        format!("{table}\nShards: {}.\n", states.join(", "))
    }

    fn all_shards(&self) -> Table {
        let mut table = Table::new([
            Column::Number("shard"),
            Column::Text("owner"),
            Column::Number("term"),
            Column::Text("state"),
            Column::Number("events"),
            Column::Number("behind"),
            Column::Text("only for"),
        ]);
        let number = |number: Option<u64>| number.map_or(String::new(), |it| it.to_string());
        for shard in &self.shards {
            let events = shard.events.and_then(|count| u64::try_from(count).ok());
            table.push([
                shard.shard.to_string(),
                shard.owner.clone().unwrap_or_default(),
                number(shard.term),
                shard.state.clone(),
                number(events),
                number(shard.behind),
                shard.event.clone().unwrap_or_default(),
            ]);
        }
        table
    }
}

impl Node {
    fn state(&self, is_asked: bool) -> String {
        let state = match (self.reached, self.certain, self.leaving) {
            (false, ..) => "does not answer",
            (_, _, true) => "leaving",
            (_, Some(false), _) => "cut off from etcd",
            _ => "serving",
        };
        let asked = if is_asked { ", asked" } else { "" };
        format!("{state}{asked}")
    }
}
