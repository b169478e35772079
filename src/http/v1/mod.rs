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
mod change;
mod charts;
mod date;
mod events;
mod explain;
pub mod gate;
mod gzip;
mod holds;
pub mod once;
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

use axum::{
    Router,
    http::Uri,
    response::Response,
    routing::{get, post},
};

use super::routes::Api;
use problem::{Kind, Problem};

/// All calls.
pub(super) fn routes() -> Router<Api> {
    let chart = get(charts::show).put(charts::put).delete(charts::remove);
    let event = get(events::show).put(events::put).delete(events::remove);
    Router::new()
        .route("/v1/charts", get(charts::list))
        .route("/v1/charts/{chart}", chart)
        .route("/v1/events", get(events::list))
        .route("/v1/events/{event}", event)
        .route("/v1/events/{event}/chart", get(events::chart))
        .route("/v1/events/{event}/seats", get(seats::show))
        .route("/v1/events/{event}/stream", get(seats::stream))
        .route("/v1/events/{event}/block", post(seats::block))
        .route("/v1/events/{event}/unblock", post(seats::unblock))
        .route("/v1/events/{event}/holds", post(holds::make))
        .route("/v1/holds/{id}", get(holds::show))
        .route("/v1/holds/{id}/confirm", post(holds::confirm))
        .route("/v1/holds/{id}/release", post(holds::release))
        .route("/v1/holds/{id}/extend", post(holds::extend))
        .route("/v1/holds/{id}/pay", post(holds::pay))
        .route("/v1/holds/{id}/add", post(holds::add))
        .route("/v1/holds/{id}/give-back", post(holds::give_back))
        .route("/v1/bookings/{id}", get(bookings::show))
        .route("/v1/bookings/{id}/cancel", post(bookings::cancel))
        .route("/v1/bookings/{id}/move", post(bookings::move_seats))
        .route("/problems/{name}", get(explain::problem))
}

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
