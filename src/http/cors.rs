//! Which web pages may read the answers under `/v1` (WHATWG Fetch, "HTTP CORS protocol").
//!
//! Done by the server around each answer rather than by a layer of the router: so a page can read also what was refused
//! before any handler saw it, and no request pays for another boxed future.

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
            ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
            ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
        },
    },
    response::Response,
};

use crate::{access::origins::Origins, limits};

/// What a page may call with. Not more than there is use for.
const METHODS: &str = "GET, HEAD, POST, PUT, DELETE";

const REQUEST_HEADERS: &str = "accept, authorization, content-type, idempotency-key, if-none-match, last-event-id, \
                               seatlock-token, x-request-id";

/// What a page may read besides the few that it always may.
const ANSWER_HEADERS: &str = "etag, idempotency-replayed, location, retry-after, seatlock-lsn, www-authenticate, x-request-id";

/// Puts the headers of CORS on answers.
#[derive(Debug, Clone, Default)]
pub struct Cors {
    origins: Origins,
}

impl Cors {
    /// For pages of these origins.
    pub fn new(origins: Origins) -> Self {
        Self { origins }
    }

    /// The answer to a preflight; `None` if this is none. What it lists is of no use to a page until [`Cors::mark`] has
    /// named its origin too.
    pub fn preflight(method: &Method, asked: &HeaderMap) -> Option<Response> {
        let is_preflight = method == Method::OPTIONS
            && asked.contains_key(ORIGIN)
            && asked.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        is_preflight.then(|| {
            let mut answer = Response::new(Body::empty());
            *answer.status_mut() = StatusCode::NO_CONTENT;
            let headers = answer.headers_mut();
            let seconds = limits::PREFLIGHT_KEPT_MAX.as_secs();
            headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from(seconds));
            let methods = HeaderValue::from_static(METHODS);
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
            let names = HeaderValue::from_static(REQUEST_HEADERS);
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
            answer
        })
    }

    /// Lets the page read the answer that asked for it, if it may. `origin` is the request's.
    pub fn mark(&self, origin: Option<&HeaderValue>, answer: &mut HeaderMap) {
        if self.allow(origin, answer) {
            let list = HeaderValue::from_static(ANSWER_HEADERS);
            answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, list);
        }
    }

    /// Whether the origin is allowed. Caches are told what the answer depends on also where it is not, and where there
    /// is none: they would give one's answer to the other.
    fn allow(&self, origin: Option<&HeaderValue>, answer: &mut HeaderMap) -> bool {
        if self.origins.varies() {
            answer.append(VARY, HeaderValue::from_static("origin"));
        }
        let origin = origin.and_then(|origin| origin.to_str().ok());
        let allowed = origin.and_then(|origin| self.origins.allows(origin));
        // What is allowed is `*` or equal to a header's value, so it is one.
        let value = allowed.and_then(|allowed| HeaderValue::from_str(allowed).ok());
        value.is_some_and(|value| {
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, value);
            true
        })
    }
}
