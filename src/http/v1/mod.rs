//! The API that a ticket shop builds on, under `/v1`.
//!
//! Handlers translate and decide nothing: what a request means is [`Engine`]'s to say, and what
//! that comes to in HTTP `problem`'s, the one table of outcomes and statuses. What each call takes and answers is
//! described by `/openapi.json`, which is drawn from the types here.
//!
//! # Calls
//! | file | what it serves |
//! |---|---|
//! | `charts` | `/v1/charts` |
//! | `events`, `change` | `/v1/events`; what may be changed of one |
//! | `seats` | `/v1/events/{event}/seats`, `stream`, `seat`, `block`, `unblock` |
//! | `holds` | `/v1/events/{event}/holds`, `/v1/holds` |
//! | `bookings` | `/v1/bookings` |
//! | [`cluster`] | `/v1/cluster` |
//! | `explain` | `/problems` |
//!
//! `calls` is the table of all calls, and `openapi` describes them.
//!
//! # What they share
//! | file | what it is |
//! |---|---|
//! | `post` | calls that change something |
//! | `body`, `shape` | bodies, taken whole and read strictly |
//! | `ask`, `path`, `resolve` | what requests say and name, and finding that in a chart |
//! | `problem` | refusals, as RFC 9457 has them |
//! | `view`, `date`, `reply` | what answers show |
//! | [`availability`] | `GET seats`: all seats of an event, as JSON or in two bits each |
//! | [`seat_text`] | the JSON of an event, kept page by page, plain and compressed |
//! | `chart_text` | the JSON of an event's chart, compressed once |
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
mod chart_text;
mod charts;
pub mod cluster;
mod date;
pub mod durable;
pub mod events;
mod explain;
mod export;
pub mod gate;
mod gzip;
mod holds;
pub mod once;
mod openapi;
pub(super) mod path;
mod places;
mod post;
pub(super) mod preference;
mod problem;
mod reply;
mod resolve;
pub mod seat_text;
mod seats;
mod shape;
pub mod stream;
pub mod texts;
mod view;

use std::sync::Arc;

use axum::{
    http::{HeaderValue, Uri, header::CONNECTION},
    response::Response,
};

use super::answer::Refusal;
use crate::{engine::Engine, event::Name, feed::Feed};
pub(super) use calls::{is_new_hold, new_hold, routes};
use path::Named;
pub(super) use problem::Kind;
use problem::Problem;

/// Whether a path is one of those here, or would be if it existed.
pub(super) fn has(uri: &Uri) -> bool {
    let path = uri.path();
    ["/v1/", "/problems/"]
        .iter()
        .any(|ours| path.starts_with(ours))
        || path == "/v1"
}

/// The answer to who may not open another stream.
pub fn too_many_streams(full: stream::Full) -> Response {
    Problem::from(full).answer()
}

/// What changes of an event.
///
/// # Errors
/// The answer to who wants to follow it, and it is closed or there is none.
pub fn feed_of(engine: &Engine, event: &Name) -> Result<Arc<Feed>, Box<Response>> {
    let event = Named::from(event).event(engine);
    event
        .map(|event| Arc::clone(event.feed()))
        .map_err(|problem| Box::new(problem.answer()))
}

/// What the server itself refuses, as a problem.
pub(super) fn refusal(refusal: Refusal) -> Response {
    let problem = match refusal {
        Refusal::NoSuchPath => Problem::new(Kind::NoSuchPath),
        Refusal::NoSuchMethod => Problem::new(Kind::NoSuchMethod),
        Refusal::NoSuchSeat => Problem::new(Kind::NoSuchSeats),
        Refusal::UserNotText => Problem::new(Kind::Invalid),
        Refusal::BodyBroken => Problem::new(Kind::Malformed),
        Refusal::BodyTooLong => Problem::new(Kind::TooLong),
        Refusal::BodyTooSlow => Problem::new(Kind::BodyTooSlow),
        Refusal::Overloaded => Problem::busy(),
        Refusal::TookTooLong => Problem::took_too_long(),
        Refusal::Misdirected => Problem::new(Kind::Misdirected),
        Refusal::NoOwner => Problem::later(problem::Kind::NoOwner),
        Refusal::LedgerFull => Problem::later(problem::Kind::LedgerFull),
        Refusal::OurFault => Problem::new(Kind::Fault),
    };
    let mut answer = problem.answer();
    if refusal.is_last() {
        let close = HeaderValue::from_static("close");
        answer.headers_mut().insert(CONNECTION, close);
    }
    answer
}
