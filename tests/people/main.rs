//! The commands for people, over the binary itself: alone, against a server of its own, and against others that only
//! pretend to be one.

mod alone;
mod charts;
mod events;
mod keys;
mod ledgers;
mod server;
mod strangers;
mod tls;
