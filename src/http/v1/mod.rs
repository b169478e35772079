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
    body::Body,
    http::{HeaderValue, Method, Request, Uri, header::CONNECTION},
    response::Response,
};

use super::{Peer, answer::Refusal, routes::Api};
use crate::{engine::Engine, event::Name, feed::Feed};
pub(super) use calls::routes;
use path::Named;
use post::holding;
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

/// Whether this is what `POST /v1/events/{event}/holds` means to the router, letter by letter.
pub(super) fn is_new_hold<B>(request: &Request<B>) -> bool {
    let event = request
        .uri()
        .path()
        .strip_prefix("/v1/events/")
        .and_then(|path| path.strip_suffix("/holds"));
    request.method() == Method::POST && event.is_some_and(|event| !event.contains('/'))
}

/// The answer to such a request.
pub(super) fn new_hold(
    request: Request<Body>,
    peer: Option<Peer>,
    api: &Api,
) -> impl Future<Output = Response> {
    holding(holds::make).serve(request, peer, api)
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

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, routing::post};
    use tower_service::Service as _;

    use super::*;

    #[tokio::test]
    async fn a_new_hold_is_what_the_router_takes_for_one() {
        let mut router = Router::new().route("/v1/events/{event}/holds", post(async || ()));
        for (method, target, is_new_hold) in [
            ("POST", "/v1/events/gala/holds", true),
            ("POST", "/v1/events/holds/holds", true),
            ("POST", "/v1/events/a%2Fb/holds?x=/holds", true),
            ("POST", "http://localhost/v1/events/gala/holds", true),
            ("GET", "/v1/events/gala/holds", false),
            ("POST", "/v1/events/gala/holds/", false),
            ("POST", "/v1/events/gala/hold%73", false),
            ("POST", "/v1/events//holds", true),
            ("POST", "/v1/events/holds", false),
            ("POST", "/v1/events/a/b/holds", false),
            ("POST", "/v1/events/gala/block", false),
            ("POST", "/V1/events/gala/holds", false),
        ] {
            let request = Request::builder().method(method).uri(target);
            let request = request.body(Body::empty()).expect("a request");
            let is_known = super::is_new_hold(&request);
            assert_eq!(is_known, is_new_hold, "{method} {target}");
            let answer = router.call(request).await.expect("infallible");
            let is_routed = answer.status() == StatusCode::OK;
            assert_eq!(is_routed, is_new_hold, "{method} {target}, by the router");
        }
    }
}
