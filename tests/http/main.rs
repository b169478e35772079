//! The small API over the wire: its contract, its server's limits, its command line.

mod api;
mod apps;
mod command_line;
mod server;
mod slow;
mod talk;
