//! A node's process: started, stopped, killed, started again.

use std::{
    fs::{File, OpenOptions},
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, WaitOptions, waitpid};

use super::verdict::{Broken, Promise};
use crate::process::{self, End, Process};

/// How long a node may take to hand over and end.
const STOP_MAX: Duration = Duration::from_secs(30);

/// A node, running or not.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) address: SocketAddr,
    program: PathBuf,
    role: Vec<String>,
    arguments: Vec<String>,
    log: PathBuf,
    process: Option<Process>,
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
        (self.process, self.is_paused) = (Some(Process::new(process)), false);
        Ok(())
    }

    fn spawn(&self, program: &Path, role: &[String]) -> io::Result<Child> {
        let log = self.log()?;
        Command::new(program)
            .args(role)
            .args(&self.arguments)
            // What somebody has set for all servers of his does not count: these have to keep what they are told.
            .env_remove("SEATLOCK_MEMORY")
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
        self.process.as_ref().map(Process::id)
    }

    pub(super) fn is_running(&self) -> bool {
        self.process.is_some()
    }

    /// Whether it has ended without being told to.
    pub(super) fn check(&mut self) -> Result<(), Broken> {
        match self.process.as_mut().and_then(Process::has_ended) {
            Some(status) => {
                self.process = None;
                Err(self.broken(&format!("has ended by itself: {status}")))
            }
            None => Ok(()),
        }
    }

    /// Ends it, and waits until it is gone.
    pub(super) fn end(&mut self, end: End) -> Result<ExitStatus, Broken> {
        self.go_on()?;
        let Some(mut process) = self.process.take() else {
            return Err(self.broken("is not running"));
        };
        let ended = process.end(end, STOP_MAX);
        ended.map_err(|error| self.broken(&error.to_string()))
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
        let process = self.process.as_ref();
        let process = process.ok_or_else(|| io::Error::other("is not running"))?;
        process.signal(signal)
    }

    /// What is wrong, with the end of the log.
    pub(super) fn broken(&self, what: &str) -> Broken {
        Broken::new(Promise::GoesOn, format!("node {} {what}", self.name))
            .with(process::end_of(&self.log))
    }
}
