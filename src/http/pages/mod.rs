//! The pages that people look at, served by the binary itself: plain HTML, CSS and ES modules, with no build step and
//! nothing fetched from elsewhere.
//!
//! | path | what it is |
//! |---|---|
//! | `/` | which events there are; only for who asks for HTML, as to everybody else there is nothing there |
//! | `/e/{event}` | the live map of an event, for buyers |
//! | `/admin` | the operator's page: events, seats, bookings, charts and what the server counts |
//! | `/assets/{version}/...` | what the pages are made of |
//!
//! A page knows nothing but what `/v1` says to everybody, so its source also shows how to write a client: `api.js` and
//! `stream.js` talk to the server, `map/` draws a chart, `event/` is the buyer's page and `admin/` the operator's.
//!
//! **What a page may do** is in its headers: scripts and styles come from this server and stand in files of their own,
//! nothing else is loaded, no other page may frame it, and there are no cookies ([`shown`]).
//!
//! **Caches.** The version in an asset's path is the digest of all assets, so an asset can be kept for ever, and modules
//! import one another by relative paths. A page names the version; it is asked for each time and answered 304 while it is
//! the same ([`shelf`]).

mod shelf;
mod shown;

use axum::{
    Router,
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri,
        header::{ACCEPT, VARY},
    },
    response::Response,
    routing::get,
};

use super::{
    answer::Refusal,
    routes::Api,
    v1::{path::Named, preference},
};
use shelf::{Page, SHELF};

/// The routes.
pub(super) fn routes() -> Router<Api> {
    Router::new()
        .route("/", get(home).fallback(nothing))
        .route("/e/{event}", get(event))
        .route("/admin", get(admin))
        .route("/assets/{*path}", get(asset))
}

/// `GET /`
async fn home(asked: HeaderMap) -> Response {
    let weight = |name| preference::of(&asked, &ACCEPT, name).unwrap_or_default();
    let mut answer = if weight("text/html") > weight("application/json") {
        shown::page(&asked, StatusCode::OK, SHELF.page(Page::Home))
    } else {
        Refusal::NoSuchPath.answer()
    };
    let vary = HeaderValue::from_static("accept");
    answer.headers_mut().append(VARY, vary);
    answer
}

/// `GET /e/{event}`. Where there is no such event the page says so, and so does the status.
async fn event(State(api): State<Api>, named: Named, asked: HeaderMap) -> Response {
    let status = match api.engine().entry(named.as_str()) {
        Some(_) => StatusCode::OK,
        None => StatusCode::NOT_FOUND,
    };
    shown::page(&asked, status, SHELF.page(Page::Event))
}

/// `GET /admin`. The page itself is no secret; each of its calls needs the key that its reader types.
async fn admin(asked: HeaderMap) -> Response {
    shown::page(&asked, StatusCode::OK, SHELF.page(Page::Admin))
}

/// `GET /assets/{version}/...`
async fn asset(uri: Uri, asked: HeaderMap) -> Response {
    match SHELF.asset(uri.path()) {
        Some(asset) => shown::asset(&asked, asset),
        None => Refusal::NoSuchPath.answer(),
    }
}

async fn nothing() -> Response {
    Refusal::NoSuchPath.answer()
}
