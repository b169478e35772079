//! Where the log goes: standard error, a line an event.

use std::io;

use tracing_subscriber::{EnvFilter, fmt};

use super::settings::{LogFormat, Settings};

/// Logs from now on as the settings say. To be called once.
pub(crate) fn start(settings: &Settings) {
    // A filter that is not valid is refused with the other settings; what is valid is not lost here.
    let filter = EnvFilter::builder().parse_lossy(&settings.log);
    let log = fmt().with_env_filter(filter).with_writer(io::stderr);
    match settings.log_format {
        LogFormat::Text => log.with_target(false).with_ansi(is_read_by_people()).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}

fn is_read_by_people() -> bool {
    use io::IsTerminal;
    io::stderr().is_terminal()
}
