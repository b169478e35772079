//! The same shop as a cluster of two nodes on a simulated etcd: one serves, and the other, which the tests talk to, hands on.
//!
//! With `SEATLOCK_TEST_CLUSTER` in the environment every test of a [`super::shop::Shop`] in memory is about that.

use std::{env, net::SocketAddr, sync::Arc, time::Duration};

use seatlock::{
    clock::{BootClock, ManualClock},
    cluster::twin::TwinStore,
    engine::{Archive, EngineConfig},
    http::{
        ServerConfig, Unlock,
        v1::{
            gate::{Gate, GateConfig},
            stream::{StreamLimits, Streams},
        },
    },
    node::{Node, NodeConfig},
};

use crate::talk::Host;

/// More than one, so that charts and events are in different shards.
const SHARDS: u16 = 5;

/// What a node is there for.
#[derive(Clone, Copy)]
enum Part {
    Serves,
    HandsOn,
}

/// Whether the tests are to be about a cluster.
pub(crate) fn is_wanted() -> bool {
    env::var_os("SEATLOCK_TEST_CLUSTER").is_some()
}

/// The node that hands on, and the one that serves.
pub(crate) fn start(gate: GateConfig, clock: &ManualClock) -> (Host, Host) {
    let store = Arc::new(TwinStore::reliable());
    let gate = Arc::new(Gate::new(gate).on(Arc::new(clock.clone())));
    let join = |name: &'static str, part: Part| {
        let (store, gate, clock) = (Arc::clone(&store), Arc::clone(&gate), clock.clone());
        Host::start_by(ServerConfig::default(), async move |address| {
            let config = config(name, address, gate, clock);
            let node = Node::join(config, store).await.expect("the store answers");
            match part {
                Part::Serves => serve_all(&node).await,
                Part::HandsOn => {
                    let handed = node.hand_over_all().await;
                    assert!(handed.is_ok());
                }
            }
            node.router()
        })
    };
    let owner = join("a", Part::Serves);
    let host = join("b", Part::HandsOn);
    (host, owner)
}

async fn serve_all(node: &Arc<Node<TwinStore>>) {
    while node.engines().len() < usize::from(SHARDS) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn config(name: &str, address: SocketAddr, gate: Arc<Gate>, clock: ManualClock) -> NodeConfig {
    NodeConfig {
        name: name.into(),
        address: format!("http://{address}"),
        prefix: "/test".into(),
        incarnation: 1,
        shards: SHARDS,
        lease_ttl: Duration::from_secs(300),
        restart_grace: Duration::ZERO,
        log_budget_bytes: 1 << 20,
        engine: EngineConfig::default(),
        default_shard: None,
        unlock: Unlock::Served,
        gate,
        streams: Streams::new(StreamLimits::default()),
        clock: Arc::new(BootClock::new()),
        resume: Box::new(move |ledger, state| {
            Ok((Archive::new(ledger, state), Arc::new(clock.clone())))
        }),
        appends: Arc::default(),
    }
}
