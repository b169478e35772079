//! The small API over the wire: its contract, its server's limits, its command line. And of `/v1` what needs no engine.

mod api;
mod apps;
mod command_line;
mod follower;
mod seats;
mod server;
mod slow;
mod stall;
mod stream;
mod talk;
