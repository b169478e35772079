//! The small API over the wire: its contract, its server's limits, its command line.

mod api;
mod command_line;
mod server;
mod talk;
