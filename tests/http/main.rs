//! The small API over the wire: its contract, its server's limits, its command line. And of `/v1` what needs no engine.

mod api;
mod apps;
mod command_line;
mod config;
mod folder;
mod follower;
mod keys;
mod logs;
mod metrics;
mod pages;
mod pages_admin;
mod process;
mod seats;
mod server;
mod slow;
mod smuggling;
mod stall;
mod stream;
mod talk;
mod tls;
mod v1;
