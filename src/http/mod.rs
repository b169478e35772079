//! HTTP: the small API, and the server that it runs on. Translates and decides nothing.
//!
//! | call | when | status |
//! |---|---|---|
//! | `GET /seats` | always | 200 |
//! | `POST /lock/{id}?user=` | no such seat | 404 |
//! | | booked | 409 |
//! | | locked, by whomever | 423 |
//! | | available, or its lock has expired | 200 |
//! | `POST /confirm/{id}?user=` | no such seat | 404 |
//! | | not locked | 400 |
//! | | the lock has expired | 408 |
//! | | locked by another user | 403 |
//! | | locked by this user | 200 |
//! | `POST /unlock/{id}` | no such seat | 404 |
//! | | booked | 409 |
//! | | available, or locked by whomever | 200 |
//! | any POST | no room to write the change down; nothing changed | 503, `Retry-After` |
//! | any POST that takes a user | the user is not percent-encoded UTF-8 | 400 |
//! | other paths, other methods | | 404, 405 with `Allow` |
//!
//! Every answer is JSON, and every answer to a POST has a text `message`. A call that changed a seat carries the
//! LSN of the change in the header `seatlock-lsn`. Any origin may call. What the server itself refuses because it
//! is not a request (400, 414, 431) has a status and no body, as with Node.
//!
//! # Files
//! | file | what it is | what it does not know |
//! |---|---|---|
//! | `app` | what is served: the routes, and a way past them for new holds | statuses |
//! | `routes` | which call goes where | statuses |
//! | `request` | which seat and which user a request means | the engine's answers |
//! | `answer` | outcomes as statuses, texts and headers: the only place | how they came about |
//! | `listing`, `page` | the seat map's text, kept and refreshed | HTTP |
//! | `server` | the accept loop, the bound on connections, the stop | HTTP |
//! | `connection` | one connection: hyper, its deadline, its end | the API |
//! | `service` | one request: let in, answered, counted, logged | what it asks |
//! | `cors` | which web pages may read the answers | what they are |
//! | `admission` | who gets in when there are too many requests | HTTP |
//! | `route_table` | the routes' names and how urgent each is | handlers |
//! | `operate` | health, readiness, metrics | what they are about |
//! | `kept` | what becomes of answers that are kept for requests that come again | HTTP |
//! | `pages` | the pages that people look at | seats: they are clients of `/v1` |
//! | `request_id`, `observer` | what a request is called; what is counted | the API |
//! | `patience` | how long a connection may keep us waiting | clocks |
//! | `intake` | takes requests in whole | the API |
//! | `sending` | the body of an answer on its way | what is in it |
//! | `peer` | who is at the other end; connections by address | HTTP |
//! | `prompt` | work that is nearly always done at once, within a time | futures |
//! | `wire` | gathers answers, counts bytes | HTTP |
//! | `socket`, `tls` | a stream in the clear or inside TLS | HTTP |

mod admission;
mod answer;
mod app;
mod connection;
mod cors;
mod intake;
pub mod kept;
mod listing;
mod observer;
mod operate;
mod page;
mod pages;
mod patience;
mod peer;
mod prompt;
mod request;
mod request_id;
mod route_table;
mod routes;
mod sending;
mod server;
mod service;
mod socket;
mod tls;
pub mod v1;
mod wire;

pub use answer::Refusal;
pub use app::App;
pub use cors::Cors;
pub use observer::Observer;
pub use operate::{Check, alone, health, metrics};
pub use peer::Peer;
pub use routes::{ApiConfig, Unlock, app, app_with};
pub use server::{Drained, ServerConfig, listen, serve};
pub use tls::{Tls, TlsError};

use axum::{
    http::{HeaderMap, Uri},
    response::Response,
};

/// Refuses a request for this path, as the API that the path belongs to does.
pub fn refuse(refusal: Refusal, uri: &Uri) -> Response {
    if v1::has(uri) {
        v1::refusal(refusal)
    } else {
        refusal.answer()
    }
}

/// Whether a request says that it prefers this (RFC 7240).
pub fn prefers(asked: &HeaderMap, what: &str) -> bool {
    let lines = asked.get_all("prefer").into_iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|preference| preference.trim().eq_ignore_ascii_case(what))
}
