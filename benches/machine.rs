//! What the benchmarks ran on, beside criterion's results: a median says nothing without it, and whoever reads the files
//! may sit at another machine.

use std::{env, fs, io, path::PathBuf, thread};

use serde_json::json;

/// The file, in criterion's folder.
const FILE: &str = "machine.json";

/// Writes down this machine and the time. A run that can't is still a run.
pub(crate) fn note() {
    if let Err(error) = write() {
        eprintln!("{}: {error}", folder().join(FILE).display());
    }
}

fn write() -> io::Result<()> {
    let note = json!({
        "processors": thread::available_parallelism().map_or(0, usize::from),
        "processor": line("/proc/cpuinfo", "model name"),
        "memory": line("/proc/meminfo", "MemTotal"),
        "system": format!("{} {}", env::consts::OS, env::consts::ARCH),
        "ended": jiff::Timestamp::now().to_string(),
    });
    fs::create_dir_all(folder())?;
    fs::write(folder().join(FILE), note.to_string())
}

/// Where criterion puts its results. Cargo runs benchmarks in the package's folder.
fn folder() -> PathBuf {
    let home = env::var_os("CRITERION_HOME").map(PathBuf::from);
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    home.unwrap_or_else(|| PathBuf::from(target).join("criterion"))
}

/// What stands behind the colon of the first line that begins so.
fn line(path: &str, begins: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(begins))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
