//! The small API over the wire: its contract, its server's limits, its command line.

mod api;
mod apps;
mod command_line;
mod config;
mod folder;
mod logs;
mod metrics;
mod process;
mod server;
mod slow;
mod smuggling;
mod talk;
mod tls;
