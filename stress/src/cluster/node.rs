//! A node's process: started, stopped, killed, started again.

use std::{
    fs::{self, File, OpenOptions},
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use super::verdict::{Broken, Promise};

/// How long a node may take to hand over and end.
const STOP_MAX: Duration = Duration::from_secs(30);

/// Lines of the log that are shown when something is wrong.
const LOG_LINES: usize = 12;

/// How a process is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// At this instant, whatever it does.
    Kill,
    /// It is asked to hand over and end.
    Stop,
}

/// A node, running or not.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) address: SocketAddr,
    program: PathBuf,
    role: Vec<String>,
    arguments: Vec<String>,
    log: PathBuf,
    process: Option<Child>,
    /// It stands still, and is to.
    is_paused: bool,
}

impl Node {
    /// One that is not running yet. It is started as a program in a role, with these arguments.
    pub(super) fn new(
        name: &str,
        address: SocketAddr,
        (program, role): (PathBuf, Vec<String>),
        arguments: Vec<String>,
        folder: &Path,
    ) -> Self {
        Self {
            name: name.to_owned(),
            address,
            program,
            role,
            arguments,
            log: folder.join(format!("node-{name}.log")),
            process: None,
            is_paused: false,
        }
    }

    /// Starts it. Whether it serves is for who asks it to find out.
    pub(super) fn start(&mut self) -> Result<(), Broken> {
        self.start_as(&self.program.clone(), &self.role.clone())
    }

    /// Starts another program in its place, in another role.
    pub(super) fn start_as(&mut self, program: &Path, role: &[String]) -> Result<(), Broken> {
        let started = self.spawn(program, role);
        let process = started.map_err(|error| {
            let what = format!("node {}: {}: {error}", self.name, program.display());
            Broken::new(Promise::GoesOn, what)
        })?;
        (self.process, self.is_paused) = (Some(process), false);
        Ok(())
    }

    fn spawn(&self, program: &Path, role: &[String]) -> io::Result<Child> {
        let log = self.log()?;
        Command::new(program)
            .args(role)
            .args(&self.arguments)
            // It lives no longer than this process: its standard input ends with it, which the prover's own nodes see.
            .stdin(Stdio::piped())
            .stdout(Stdio::from(log.try_clone()?))
            .stderr(Stdio::from(log))
            .spawn()
    }

    fn log(&self) -> io::Result<File> {
        OpenOptions::new().create(true).append(true).open(&self.log)
    }

    /// The process's number, if there is one.
    pub(super) fn id(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }

    pub(super) fn is_running(&self) -> bool {
        self.process.is_some()
    }

    /// Whether it has ended without being told to.
    pub(super) fn check(&mut self) -> Result<(), Broken> {
        let status = self.process.as_mut().map(Child::try_wait);
        match status {
            Some(Ok(Some(status))) => {
                self.process = None;
                Err(self.broken(&format!("has ended by itself: {status}")))
            }
            _ => Ok(()),
        }
    }

    /// Ends it, and waits until it is gone.
    pub(super) fn end(&mut self, end: End) -> Result<ExitStatus, Broken> {
        self.go_on()?;
        let Some(mut process) = self.process.take() else {
            return Err(self.broken("is not running"));
        };
        let asked = match (end, pid(&process)) {
            (End::Stop, Some(pid)) => kill_process(pid, Signal::TERM).map_err(io::Error::from),
            _ => process.kill(),
        };
        asked.map_err(|error| self.broken(&error.to_string()))?;
        let deadline = Instant::now() + STOP_MAX;
        loop {
            match process.try_wait() {
                Ok(Some(status)) => return Ok(status),
                Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(2)),
                _ => {
                    // It is ended all the same when this is dropped.
                    self.process = Some(process);
                    return Err(self.broken("was told to end, and did not"));
                }
            }
        }
    }

    /// SIGSTOP: it keeps its connections and says nothing.
    pub(super) fn pause(&mut self) -> Result<(), Broken> {
        let paused = self.signal(Signal::STOP).and_then(|pid| {
            // Until all its threads stand still, it may answer.
            waitpid(Some(pid), WaitOptions::UNTRACED)?;
            Ok(())
        });
        self.is_paused = true;
        paused.map_err(|error| self.broken(&error.to_string()))
    }

    /// SIGCONT, if it was paused.
    pub(super) fn go_on(&mut self) -> Result<(), Broken> {
        if !self.is_paused {
            return Ok(());
        }
        self.is_paused = false;
        let woken = self.signal(Signal::CONT);
        woken
            .map(|_| ())
            .map_err(|error| self.broken(&error.to_string()))
    }

    fn signal(&self, signal: Signal) -> io::Result<Pid> {
        let pid = self.process.as_ref().and_then(pid);
        let pid = pid.ok_or_else(|| io::Error::other("it is not running"))?;
        kill_process(pid, signal)?;
        Ok(pid)
    }

    /// What is wrong, with the end of the log.
    pub(super) fn broken(&self, what: &str) -> Broken {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = lines[lines.len().saturating_sub(LOG_LINES)..].iter();
        Broken::new(Promise::GoesOn, format!("node {} {what}", self.name))
            .with(last.map(|line| format!("log: {line}")))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            // It may have ended by itself.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn pid(process: &Child) -> Option<Pid> {
    i32::try_from(process.id()).ok().and_then(Pid::from_raw)
}
