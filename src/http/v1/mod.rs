//! The API that a ticket shop builds on, under `/v1`.
//!
//! Handlers translate and decide nothing: what a request means is [`Engine`](crate::engine::Engine)'s to say, and what
//! that comes to in HTTP `problem`'s, the one table of outcomes and statuses. What each call takes and answers is
//! described by `/openapi.json`, which is drawn from the types here.
//!
//! # Calls
//! | file | what it serves |
//! |---|---|
//! | `charts` | `/v1/charts` |
//! | `events`, `change` | `/v1/events`; what may be changed of one |
//! | `seats` | `/v1/events/{event}/seats`, `stream`, `block`, `unblock` |
//! | `holds` | `/v1/events/{event}/holds`, `/v1/holds` |
//! | `bookings` | `/v1/bookings` |
//! | `explain` | `/problems` |
//!
//! `calls` is the table of all calls, and `openapi` describes them.
//!
//! # What they share
//! | file | what it is |
//! |---|---|
//! | `body`, `shape` | bodies, taken whole and read strictly |
//! | `ask`, `path`, `resolve` | what requests say and name, and finding that in a chart |
//! | `problem` | refusals, as RFC 9457 has them |
//! | `view`, `date`, `reply` | what answers show |
//! | [`availability`] | `GET seats`: all seats of an event, as JSON or in two bits each |
//! | [`seat_text`] | the JSON of an event, kept page by page, plain and compressed |
//! | [`texts`] | those of all events |
//! | `gzip` | a compressed text in pieces |
//! | [`gate`] | who may ask, and how often |
//! | [`once`] | requests that come again: carried out once |
//! | [`stream`] | `GET stream`: what changes, as it changes |
//! | `places` | how many streams there may be |
//! | `preference` | what a client prefers |

mod ask;
pub mod availability;
mod body;
mod bookings;
mod calls;
mod change;
mod charts;
mod date;
mod events;
mod explain;
pub mod gate;
mod gzip;
mod holds;
pub mod once;
mod openapi;
mod path;
mod places;
mod preference;
mod problem;
mod reply;
mod resolve;
pub mod seat_text;
mod seats;
mod shape;
pub mod stream;
pub mod texts;
mod view;

use axum::{http::Uri, response::Response};

pub(super) use calls::routes;
use problem::{Kind, Problem};

/// Whether a path is one of those here, or would be if it existed.
pub(super) fn has(uri: &Uri) -> bool {
    let path = uri.path();
    ["/v1/", "/problems/"]
        .iter()
        .any(|ours| path.starts_with(ours))
        || path == "/v1"
}

pub(super) fn no_such_path() -> Response {
    Problem::new(Kind::NoSuchPath).answer()
}

pub(super) fn no_such_method() -> Response {
    Problem::new(Kind::NoSuchMethod).answer()
}
