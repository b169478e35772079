//! A process that is started, ended in one of two ways, and never outlives whoever has started it.

use std::{
    fs, io,
    path::Path,
    process::{Child, ExitStatus},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

/// Lines of a log that are shown when something is wrong.
const LOG_LINES: usize = 12;

/// Between two looks whether it is gone.
const LOOK_EACH: Duration = Duration::from_millis(1);

/// How a process is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// At this instant, whatever it does.
    Kill,
    /// It is asked to finish what it does, and to end.
    Stop,
}

/// A process that runs, as far as is known. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Process(Child);

impl Process {
    pub(crate) const fn new(child: Child) -> Self {
        Self(child)
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// How it has ended, if it has.
    pub(crate) fn has_ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().ok().flatten()
    }

    /// Ends it, and waits until it is gone.
    ///
    /// # Errors
    /// It can't be told to, or was told to and did not for so long.
    pub(crate) fn end(&mut self, end: End, patience: Duration) -> io::Result<ExitStatus> {
        match end {
            End::Kill => self.0.kill()?,
            End::Stop => self.signal(Signal::TERM).map(drop)?,
        }
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.0.try_wait()? {
                return Ok(status);
            }
            if Instant::now() >= deadline {
                return Err(io::Error::other("was told to end, and did not"));
            }
            thread::sleep(LOOK_EACH);
        }
    }

    /// Sends it a signal. To whom that was.
    ///
    /// # Errors
    /// It is gone.
    pub(crate) fn signal(&self, signal: Signal) -> io::Result<Pid> {
        let pid = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| io::Error::other("has no number"))?;
        kill_process(pid, signal)?;
        Ok(pid)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The last lines of a log, for people.
pub(crate) fn end_of(log: &Path) -> Vec<String> {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines[lines.len().saturating_sub(LOG_LINES)..].iter();
    last.map(|line| format!("log: {line}")).collect()
}

#[cfg(test)]
mod tests {
    use std::{
        os::unix::process::ExitStatusExt,
        process::{Command, Stdio},
    };

    use super::*;

    #[test]
    fn it_is_ended_either_way() {
        for (end, signal) in [(End::Kill, 9), (End::Stop, 15)] {
            let mut command = Command::new("cat");
            let child = command.stdin(Stdio::piped()).spawn().expect("there is one");
            let mut process = Process::new(child);
            assert_eq!(process.has_ended(), None);
            let ended = process.end(end, Duration::from_secs(60));
            assert_eq!(ended.expect("it obeys").signal(), Some(signal));
        }
    }
}
