//! Members of etcd as processes on this machine, which can be killed, stopped and started again.
//!
//! Included by whoever needs them: tests, benchmarks and the prover.

use std::{
    env,
    fs::{self, File},
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

/// Tries to find a member healthy, before it is given up: 60 s.
const TRIES: u32 = 1_200;

/// Starts of a cluster: another process may take a port between its choice and its use.
const STARTS: u32 = 5;

/// What is to be started.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) members: usize,
    /// Bytes that a member's file may have.
    pub(crate) quota: Option<u64>,
    /// A leader's sign of life comes each so many milliseconds, and is missed after ten times as many.
    pub(crate) heartbeat_ms: u32,
    /// Its data are on the disk, for who measures. Otherwise they are in memory if the system has files there: behind a
    /// disk that is busy with something else, members take one another for dead.
    pub(crate) is_on_disk: bool,
    /// Clients speak TLS.
    pub(crate) is_encrypted: bool,
    /// Further arguments, for every member.
    pub(crate) arguments: Vec<String>,
}

/// A cluster, in a folder of its own; it ends when this is dropped.
pub(crate) struct Members {
    folder: PathBuf,
    members: Vec<Member>,
}

struct Member {
    log: PathBuf,
    arguments: Vec<String>,
    clients: String,
    health: SocketAddr,
    child: Option<Child>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            members: 1,
            quota: None,
            heartbeat_ms: 100,
            is_on_disk: false,
            is_encrypted: false,
            arguments: Vec::new(),
        }
    }
}

fn folder(plan: &Plan) -> PathBuf {
    let in_memory = Path::new("/dev/shm");
    if !plan.is_on_disk && in_memory.is_dir() {
        in_memory.to_owned()
    } else {
        env::temp_dir()
    }
}

/// Whether there is an `etcd` to start.
pub(crate) fn is_installed() -> bool {
    let version = Command::new("etcd").arg("--version").output();
    version.is_ok_and(|output| output.status.success())
}

impl Members {
    /// Starts them and waits until all are healthy.
    pub(crate) fn start(plan: &Plan) -> io::Result<Self> {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let mut reason = io::Error::other("it was never started");
        for _ in 0..STARTS {
            let number = STARTED.fetch_add(1, Ordering::Relaxed);
            let name = format!("seatlock-etcd-{}-{number}", process::id());
            let mut cluster = Self::prepare(plan, folder(plan).join(name))?;
            match cluster.start_all() {
                Ok(()) => return Ok(cluster),
                Err(error) => reason = error,
            }
        }
        Err(reason)
    }

    /// The addresses for clients.
    pub(crate) fn endpoints(&self) -> Vec<String> {
        self.members
            .iter()
            .map(|member| member.clients.clone())
            .collect()
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self, at: usize) {
        if let Some(mut child) = self.members[at].child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// SIGSTOP: it keeps its connections and says nothing.
    pub(crate) fn stop(&self, at: usize) -> io::Result<()> {
        let process = self.process(at)?;
        kill_process(process, Signal::STOP)?;
        // Until all its threads stand still, it may answer.
        waitpid(Some(process), WaitOptions::UNTRACED)?;
        Ok(())
    }

    /// SIGCONT.
    pub(crate) fn go_on(&self, at: usize) -> io::Result<()> {
        Ok(kill_process(self.process(at)?, Signal::CONT)?)
    }

    /// Starts one that was killed, with the data and the addresses that it had.
    pub(crate) fn start_again(&mut self, at: usize) -> io::Result<()> {
        let member = &mut self.members[at];
        let log = File::options()
            .create(true)
            .append(true)
            .open(&member.log)?;
        let child = Command::new("etcd")
            .args(&member.arguments)
            .stdout(Stdio::from(log.try_clone()?))
            .stderr(Stdio::from(log))
            .spawn()?;
        member.child = Some(child);
        Ok(())
    }

    /// Waits until a member has a leader and answers.
    pub(crate) fn wait_for(&mut self, at: usize) -> io::Result<()> {
        let member = &mut self.members[at];
        for _ in 0..TRIES {
            if is_healthy(member.health).unwrap_or(false) {
                return Ok(());
            }
            if let Some(child) = &mut member.child
                && let Some(status) = child.try_wait()?
            {
                let log = fs::read_to_string(&member.log).unwrap_or_default();
                let end = log.lines().next_back().unwrap_or_default();
                return Err(io::Error::other(format!("etcd has ended, {status}: {end}")));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(io::Error::other(format!(
            "etcd at {} is not healthy",
            member.clients
        )))
    }

    fn prepare(plan: &Plan, folder: PathBuf) -> io::Result<Self> {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let ports = free_ports(3 * plan.members)?;
        let peers: Vec<_> = ports.chunks(3).map(|ports| url("http", ports[0])).collect();
        let names = peers.iter().enumerate();
        let cluster: Vec<_> = names.map(|(at, peer)| format!("m{at}={peer}")).collect();
        let members = ports.chunks(3).enumerate().map(|(at, ports)| {
            let scheme = if plan.is_encrypted { "https" } else { "http" };
            let (clients, health) = (url(scheme, ports[1]), ports[2]);
            Member {
                log: folder.join(format!("m{at}.log")),
                arguments: arguments(plan, &folder, at, &clients, health, &cluster),
                clients,
                health,
                child: None,
            }
        });
        let members = members.collect();
        Ok(Self { folder, members })
    }

    fn start_all(&mut self) -> io::Result<()> {
        for at in 0..self.members.len() {
            self.start_again(at)?;
        }
        (0..self.members.len()).try_for_each(|at| self.wait_for(at))
    }

    fn process(&self, at: usize) -> io::Result<Pid> {
        let child = self.members[at].child.as_ref();
        let id = child.and_then(|child| i32::try_from(child.id()).ok());
        id.and_then(Pid::from_raw)
            .ok_or_else(|| io::Error::other("this member is not running"))
    }
}

impl Drop for Members {
    fn drop(&mut self) {
        for at in 0..self.members.len() {
            self.kill(at);
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn arguments(
    plan: &Plan,
    folder: &Path,
    at: usize,
    clients: &str,
    health: SocketAddr,
    cluster: &[String],
) -> Vec<String> {
    let peer = cluster[at].split_once('=').map_or("", |(_, peer)| peer);
    let mut arguments = vec![
        format!("--name=m{at}"),
        format!("--data-dir={}", folder.join(format!("m{at}")).display()),
        format!("--listen-peer-urls={peer}"),
        format!("--initial-advertise-peer-urls={peer}"),
        format!("--initial-cluster={}", cluster.join(",")),
        // Members of two clusters that meet on a port that was given away tell each other apart by it.
        format!("--initial-cluster-token={}", folder.display()),
        format!("--listen-client-urls={clients}"),
        format!("--advertise-client-urls={clients}"),
        format!("--listen-metrics-urls={}", url("http", health)),
        format!("--heartbeat-interval={}", plan.heartbeat_ms),
        format!("--election-timeout={}", plan.heartbeat_ms * 10),
        "--snapshot-count=5000".into(),
    ];
    if let Some(bytes) = plan.quota {
        arguments.push(format!("--quota-backend-bytes={bytes}"));
    }
    arguments.extend(plan.arguments.iter().cloned());
    arguments
}

fn url(scheme: &str, address: SocketAddr) -> String {
    format!("{scheme}://{address}")
}

/// Ports that nobody listens on at this moment.
fn free_ports(count: usize) -> io::Result<Vec<SocketAddr>> {
    let taken = (0..count).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
    // All are held until the last one is there, so that they differ.
    let taken = taken.collect::<io::Result<Vec<_>>>()?;
    taken.iter().map(TcpListener::local_addr).collect()
}

fn is_healthy(address: SocketAddr) -> io::Result<bool> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.write_all(b"GET /health HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.contains(r#""health":"true""#))
}
