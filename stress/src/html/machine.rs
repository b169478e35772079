//! What a run ran on.

use std::{fs, thread};

use super::element;

/// The command, as it was typed.
pub(super) fn command() -> String {
    let mut words = std::env::args();
    let name = words.next().unwrap_or_default();
    let name = name.rsplit('/').next().unwrap_or("stress").to_owned();
    let quoted = words.map(|word| {
        let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "-_=.,:/".contains(sign);
        if !word.is_empty() && word.chars().all(is_plain) {
            word
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    });
    [name]
        .into_iter()
        .chain(quoted)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The machine, the program and the time.
pub(super) fn table() -> String {
    let build = if cfg!(debug_assertions) {
        "without optimizations"
    } else {
        "optimized"
    };
    let processors = thread::available_parallelism().map_or(0, usize::from);
    let rows = [
        ("Command", command()),
        (
            "Program",
            format!("stress {}, {build}", env!("CARGO_PKG_VERSION")),
        ),
        (
            "Processor",
            format!(
                "{processors} of {}",
                line("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown".into())
            ),
        ),
        ("Memory", memory()),
        ("System", system()),
        (
            "Written",
            jiff::Timestamp::now()
                .strftime("%-d %B %Y, %H:%M:%S UTC")
                .to_string(),
        ),
    ];
    let rows = rows.map(|(name, value)| vec![name.to_owned(), value]);
    element::table("The machine and the program", &["", ""], &rows, true)
}

fn memory() -> String {
    let kibibytes = line("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    kibibytes.map_or_else(
        || "unknown".into(),
        |count| format!("{} MiB", count / 1_024),
    )
}

fn system() -> String {
    let read = |path| {
        fs::read_to_string(path)
            .map(|text: String| text.trim().to_owned())
            .ok()
    };
    let release = read("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "{} {} {release}",
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}

/// What stands behind the first colon of the first line that begins so.
fn line(path: &str, begins: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(begins))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
