//! The server's process as the clients' process sees it: lines over pipes.

use std::{
    env,
    fmt::Write as _,
    io::{BufRead, BufReader, Write as _},
    net::SocketAddr,
    process::{self, ChildStdin, ChildStdout, Stdio},
    time::{Duration, SystemTime},
};

use super::StreamsPlan;

/// A running server. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Child {
    process: process::Child,
    orders: ChildStdin,
    lines: BufReader<ChildStdout>,
    address: SocketAddr,
}

/// What the server says of a run, as its last line has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Report {
    /// Where its feed ended.
    pub(super) position: u64,
    /// How many changes it made.
    pub(super) changes: u64,
    /// Whether the feed's map is what was written down beside it.
    pub(super) is_right: bool,
    /// What it held before the first stream, in kB.
    pub(super) empty_kilobytes: u64,
    /// What it held with all streams open, before the first change.
    pub(super) open_kilobytes: u64,
    /// The most that it ever held.
    pub(super) most_kilobytes: u64,
    /// What it used of its cores from the first change to the last delta.
    pub(super) cpu_millis: u64,
}

impl Child {
    pub(super) fn start(plan: &StreamsPlan) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("the server's process: {error}");
        let this = env::current_exe().map_err(failed)?;
        let numbers = [
            ("--streams", plan.streams.to_string()),
            ("--seats", plan.seats.to_string()),
            ("--changes", plan.changes_a_second.to_string()),
            ("--seed", plan.seed.to_string()),
            ("--duration", format!("{}ms", plan.duration.as_millis())),
        ];
        let mut process = process::Command::new(this)
            .arg("--serve")
            .args(
                numbers
                    .iter()
                    .flat_map(|(name, value)| [name, value.as_str()]),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let (Some(orders), Some(lines)) = (process.stdin.take(), process.stdout.take()) else {
            return Err("the server's process has no pipes".to_owned());
        };
        let mut child = Self {
            process,
            orders,
            lines: BufReader::new(lines),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        let line = child.line()?;
        child.address = line
            .parse()
            .map_err(|_| format!("'{line}' is no address"))?;
        Ok(child)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Has the changes begin, and says when they did.
    pub(super) fn go(&mut self) -> Result<SystemTime, String> {
        writeln!(self.orders, "go").map_err(|error| error.to_string())?;
        let line = self.line()?;
        let nanos = line.parse().map_err(|_| format!("'{line}' is no time"))?;
        Ok(SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos))
    }

    /// Waits for the end of the changes.
    pub(super) fn report(&mut self) -> Result<Report, String> {
        let line = self.line()?;
        Report::parse(&line).ok_or_else(|| format!("'{line}' is no report"))
    }

    fn line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        let read = self
            .lines
            .read_line(&mut line)
            .map_err(|error| error.to_string())?;
        if read == 0 {
            return Err("the server's process has ended".to_owned());
        }
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Report {
    /// The report as a line.
    pub(super) fn line(self) -> String {
        let is_right = u64::from(self.is_right);
        let Self {
            position,
            changes,
            empty_kilobytes,
            open_kilobytes,
            most_kilobytes,
            cpu_millis,
            ..
        } = self;
        format!(
            "{position} {changes} {is_right} {empty_kilobytes} {open_kilobytes} {most_kilobytes} {cpu_millis}"
        )
    }

    fn parse(line: &str) -> Option<Self> {
        let numbers: Vec<u64> = line
            .split(' ')
            .map(str::parse)
            .collect::<Result<_, _>>()
            .ok()?;
        let [
            position,
            changes,
            is_right,
            empty_kilobytes,
            open_kilobytes,
            most_kilobytes,
            cpu_millis,
        ] = numbers[..]
        else {
            return None;
        };
        Some(Self {
            position,
            changes,
            is_right: is_right == 1,
            empty_kilobytes,
            open_kilobytes,
            most_kilobytes,
            cpu_millis,
        })
    }

    /// What a stream costs the server, for people.
    pub(super) fn summary(&self, streams: u32, deltas: u64) -> String {
        let each = |kilobytes: u64| {
            per(
                kilobytes.saturating_sub(self.empty_kilobytes),
                u64::from(streams),
            )
        };
        let mut text = String::new();
        let _ = writeln!(
            text,
            "the server's memory: {} MB without streams; a stream takes {:.1} kB while it is quiet and {:.1} kB at the most",
            self.empty_kilobytes / 1_000,
            each(self.open_kilobytes),
            each(self.most_kilobytes)
        );
        let _ = writeln!(
            text,
            "the server's cores: {:.1} s, {:.1} us for each delta to each client",
            per(self.cpu_millis, 1_000),
            per(self.cpu_millis * 1_000, deltas)
        );
        text
    }
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
fn per(amount: u64, count: u64) -> f64 {
    amount as f64 / count.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_back_from_its_line() {
        let report = Report {
            position: 1,
            changes: 2,
            is_right: true,
            empty_kilobytes: 3,
            open_kilobytes: 4,
            most_kilobytes: 5,
            cpu_millis: 6,
        };
        assert_eq!(Report::parse(&report.line()), Some(report));
        for line in ["", "1 2 3", "1 2 1 3 4 5 x", "1 2 1 3 4 5 6 7"] {
            assert_eq!(Report::parse(line), None, "{line:?}");
        }
    }
}
