//! The server's process: started on a folder, killed, started again.

use std::{
    env,
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{
    CrashPlan,
    verdict::{Broken, Promise},
};
use crate::process::{self, End, Process};

/// How long a start may take. The ledgers here are small.
const START_MAX: Duration = Duration::from_secs(20);

/// How long the requests in progress may keep a server that was told to stop.
const STOP_MAX: Duration = Duration::from_secs(15);

/// A server, running or not.
#[derive(Debug)]
pub(super) struct Server {
    command: Vec<String>,
    program: PathBuf,
    folder: PathBuf,
    address: SocketAddr,
    process: Option<Process>,
}

impl Server {
    /// A server that is not running yet.
    pub(super) fn new(plan: &CrashPlan, folder: &Path) -> Result<Self, String> {
        let data = folder.join("data").display().to_string();
        let command: Vec<&str> = match &plan.binary {
            Some(_) => vec!["serve", "--seats", "1", "--log", "warn", "--data", &data],
            None => vec!["--crashes", "1", "--serve", "--data", &data],
        };
        let mut command: Vec<String> = command.into_iter().map(str::to_owned).collect();
        if plan.durable_holds {
            command.push("--durable-holds".to_owned());
        }
        if let Some(fault) = plan.fault {
            command.extend(["--fault".to_owned(), fault.describe().0.to_owned()]);
            command.extend(["--seed".to_owned(), plan.seed.to_string()]);
        }
        let own = || env::current_exe().map_err(|error| error.to_string());
        Ok(Self {
            command,
            program: plan.binary.clone().map_or_else(own, Ok)?,
            folder: folder.to_owned(),
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            process: None,
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Starts it, on the port that it had before.
    pub(super) fn start(&mut self, grace: Duration) -> Result<(), Broken> {
        let lines = self.spawn(grace).map_err(|error| self.broken(&error))?;
        let deadline = Instant::now() + START_MAX;
        for line in lines.lines() {
            let line = line.map_err(|error| self.broken(&error.to_string()))?;
            if let Some(address) = address(&line) {
                self.address = address;
                return Ok(());
            }
            if Instant::now() > deadline {
                break;
            }
        }
        let status = self.end(End::Kill)?;
        Err(self.broken(&format!("it ended before it served: {status}")))
    }

    /// Starts it, and kills it while it starts.
    pub(super) fn start_in_vain(&mut self, grace: Duration, after: Duration) -> Result<(), Broken> {
        let lines = self.spawn(grace).map_err(|error| self.broken(&error))?;
        thread::sleep(after);
        drop(lines);
        self.end(End::Kill).map(|_| ())
    }

    fn spawn(&mut self, grace: Duration) -> Result<BufReader<impl io::Read + use<>>, String> {
        let log = self.log().map_err(|error| error.to_string())?;
        let mut process = Command::new(&self.program)
            .args(&self.command)
            .args(["--listen", &self.address.to_string()])
            .args(["--restart-grace", &format!("{}ms", grace.as_millis())])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(|error| format!("{}: {error}", self.program.display()))?;
        let said = process.stdout.take().ok_or("it has no standard output")?;
        self.process = Some(Process::new(process));
        Ok(BufReader::new(said))
    }

    fn log(&self) -> io::Result<File> {
        let path = self.log_path();
        OpenOptions::new().create(true).append(true).open(path)
    }

    fn log_path(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    /// Whether it has ended without being told to.
    pub(super) fn has_ended(&mut self) -> Option<ExitStatus> {
        self.process.as_mut()?.has_ended()
    }

    /// Ends it, and waits until it is gone.
    pub(super) fn end(&mut self, end: End) -> Result<ExitStatus, Broken> {
        let Some(mut process) = self.process.take() else {
            return Err(self.broken("it is not running"));
        };
        let ended = process.end(end, STOP_MAX);
        ended.map_err(|error| self.broken(&format!("it {error}")))
    }

    /// What is wrong, with the end of the log.
    pub(super) fn broken(&self, what: &str) -> Broken {
        Broken::new(Promise::Serves, format!("the server: {what}"))
            .with(process::end_of(&self.log_path()))
    }
}

/// The address in the line by which a server says that it serves.
fn address(line: &str) -> Option<SocketAddr> {
    let (_, after) = line.split_once("http://")?;
    let text = after.split_once(": ").map_or(after, |(address, _)| address);
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_what_either_server_says() {
        let expected: SocketAddr = "127.0.0.1:3000".parse().expect("an address");
        for line in [
            "seatlock listens on http://127.0.0.1:3000: 10 seats, a lock lasts 1m, 2 workers",
            "seatlock listens on http://127.0.0.1:3000",
        ] {
            assert_eq!(address(line), Some(expected), "{line}");
        }
        assert_eq!(address("reading the ledger"), None);
    }
}
