//! All processes of a run and the wires between them.

use std::{
    env,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::runtime::{self, Handle, Runtime};

use super::{
    ClusterPlan,
    ensemble::Ensemble,
    node::{End, Node},
    sabotage::{Guise, Sabotage},
    verdict::Broken,
    wire::Wire,
};
use crate::folder::Folder;

/// The nodes' names.
pub(super) const NAMES: [&str; 3] = ["a", "b", "c"];

/// Whether there are wires between processes that can be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wires {
    Laid,
    /// Everything is connected directly.
    None,
}

/// See the module. The nodes end first.
pub(super) struct House {
    pub(super) nodes: Vec<Node>,
    /// From the other nodes to each.
    pub(super) to_nodes: Vec<Wire>,
    /// From each node to each member.
    pub(super) to_members: Vec<Vec<Wire>>,
    pub(super) etcd: Option<Ensemble>,
    /// Members that were killed and are to come back.
    pub(super) dead_members: Vec<usize>,
    runtime: Runtime,
    folder: Folder,
}

impl House {
    /// Three nodes on three members of etcd, all of them started; with wires between them, if they are to be cut.
    pub(super) fn cluster(plan: &ClusterPlan, wires: Wires) -> Result<Self, String> {
        let runtime = proxies()?;
        let folder = Folder::new("seatlock-cluster")?;
        let etcd = Ensemble::start(runtime.handle(), plan.length, plan.on_disk)?;
        let members = etcd.addresses()?;
        let mut house = Self {
            nodes: Vec::new(),
            to_nodes: Vec::new(),
            to_members: Vec::new(),
            etcd: Some(etcd),
            dead_members: Vec::new(),
            runtime,
            folder,
        };
        for (name, address) in NAMES.iter().zip(free_addresses(NAMES.len())?) {
            house.add(plan, name, address, &members, wires)?;
        }
        house.start()?;
        Ok(house)
    }

    /// One node with a ledger in files, started.
    pub(super) fn single(plan: &ClusterPlan) -> Result<Self, String> {
        let folder = Folder::new("seatlock-single")?;
        let address = free_addresses(1)?[0];
        let data = folder.path().join("data").display().to_string();
        let listen = address.to_string();
        let arguments = ["--listen", &listen, "--data", &data, "--durable-holds"];
        let arguments = arguments.map(str::to_owned).to_vec();
        // Where no server was built, this command is one.
        let role = match plan.server() {
            Err(_) if plan.binary.is_none() => {
                let role = ["--crashes", "1", "--serve"];
                (own_program()?, role.map(str::to_owned).to_vec())
            }
            server => (server?, vec!["serve".to_owned()]),
        };
        let mut house = Self {
            nodes: vec![Node::new("single", address, role, arguments, folder.path())],
            to_nodes: Vec::new(),
            to_members: Vec::new(),
            etcd: None,
            dead_members: Vec::new(),
            runtime: proxies()?,
            folder,
        };
        house.start()?;
        Ok(house)
    }

    fn add(
        &mut self,
        plan: &ClusterPlan,
        name: &str,
        address: SocketAddr,
        members: &[SocketAddr],
        wires: Wires,
    ) -> Result<(), String> {
        let (mut advertised, mut etcd) = (address, members.to_vec());
        if wires == Wires::Laid {
            let lay = |end: SocketAddr| Wire::lay(self.runtime.handle(), end);
            let to_node = lay(address).map_err(|error| error.to_string())?;
            let to_members: Result<Vec<_>, _> = members.iter().copied().map(lay).collect();
            let to_members = to_members.map_err(|error| error.to_string())?;
            advertised = to_node.address();
            etcd = to_members.iter().map(Wire::address).collect();
            self.to_nodes.push(to_node);
            self.to_members.push(to_members);
        }
        let mut arguments = plan.arguments(name, address, advertised, &etcd);
        if wires == Wires::Laid {
            // So that there are snapshots all the time.
            arguments.extend(["--ledger-budget".to_owned(), "1".to_owned()]);
        }
        let node = Node::new(name, address, plan.role()?, arguments, self.folder.path());
        self.nodes.push(node);
        Ok(())
    }

    fn start(&mut self) -> Result<(), String> {
        let mut nodes = self.nodes.iter_mut();
        let started = nodes.try_for_each(Node::start);
        started.map_err(|broken| broken.to_string())
    }

    pub(super) fn runtime(&self) -> &Handle {
        self.runtime.handle()
    }

    /// Where clients ask: each node itself, whatever becomes of the wires.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.nodes.iter().map(|node| node.address).collect()
    }

    /// That no node has ended by itself.
    pub(super) fn check(&mut self) -> Result<(), Broken> {
        self.nodes.iter_mut().try_for_each(Node::check)
    }

    /// Ends all nodes: whether they do it well is the last thing to see.
    pub(super) fn close(&mut self) -> Result<(), Broken> {
        let running = self.nodes.iter_mut().filter(|node| node.is_running());
        for node in running {
            node.end(End::Stop)?;
        }
        Ok(())
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Has the logs stay.
    pub(super) fn keep(&mut self) {
        self.folder.keep();
    }
}

impl ClusterPlan {
    /// The server that is tested.
    pub(super) fn server(&self) -> Result<PathBuf, String> {
        let program = match &self.binary {
            Some(binary) => binary.clone(),
            None => own_program()?.with_file_name("seatlock"),
        };
        if program.is_file() {
            Ok(program)
        } else {
            let path = program.display();
            Err(format!(
                "there is no {path}: build it, or name another with --binary"
            ))
        }
    }

    /// The program of a node, and as what it is started.
    fn role(&self) -> Result<(PathBuf, Vec<String>), String> {
        let guise = match (self.sabotage, self.server()) {
            (Some(sabotage), _) => sabotage,
            // Where no server was built, this command is one.
            (None, Err(_)) if self.binary.is_none() => Sabotage::None,
            (None, server) => return Ok((server?, vec!["serve".to_owned()])),
        };
        Ok((own_program()?, Guise::Sabotaged(guise).role()))
    }

    /// What a node is told.
    fn arguments(
        &self,
        name: &str,
        listen: SocketAddr,
        advertised: SocketAddr,
        etcd: &[SocketAddr],
    ) -> Vec<String> {
        let members: Vec<String> = etcd
            .iter()
            .map(|member| format!("http://{member}"))
            .collect();
        let options = [
            ("--etcd", members.join(",")),
            ("--node", name.to_owned()),
            ("--advertise", format!("http://{advertised}")),
            ("--listen", listen.to_string()),
            ("--lease", format!("{}ms", self.lease.as_millis())),
        ];
        let pairs = options.map(|(option, value)| [option.to_owned(), value]);
        pairs.into_iter().flatten().collect()
    }
}

/// This command.
pub(super) fn own_program() -> Result<PathBuf, String> {
    env::current_exe().map_err(|error| error.to_string())
}

fn proxies() -> Result<Runtime, String> {
    let mut builder = runtime::Builder::new_multi_thread();
    let built = builder.worker_threads(2).enable_all().build();
    built.map_err(|error| error.to_string())
}

/// Addresses at which nobody listens at this moment.
fn free_addresses(count: usize) -> Result<Vec<SocketAddr>, String> {
    let taken = (0..count).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
    // All are held until the last one is there, so that they differ.
    let taken: Result<Vec<_>, _> = taken.collect();
    let taken = taken.map_err(|error| error.to_string())?;
    let addresses: Result<Vec<_>, _> = taken.iter().map(TcpListener::local_addr).collect();
    addresses.map_err(|error| error.to_string())
}

/// How long to wait for something that comes by itself.
pub(super) const RECOVERY_MAX: Duration = Duration::from_secs(60);
