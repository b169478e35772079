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

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(list: &str, origin: Option<&str>) -> HeaderMap {
        let cors = Cors::new(Origins::parse(list).expect("a valid list"));
        let origin = origin.map(|origin| origin.parse().expect("a header"));
        let mut answer = HeaderMap::new();
        answer.insert(VARY, HeaderValue::from_static("accept"));
        cors.mark(origin.as_ref(), &mut answer);
        answer
    }

    #[test]
    fn each_origin_is_answered_by_the_table() {
        const SHOP: &str = "https://shop.example";
        for (list, origin, allowed) in [
            ("", Some(SHOP), None),
            ("*", Some(SHOP), Some("*")),
            ("*", Some("null"), Some("*")),
            ("*", None, None),
            (SHOP, Some(SHOP), Some(SHOP)),
            (SHOP, Some("https://shop.example:8443"), None),
            (SHOP, Some("http://shop.example"), None),
            (SHOP, Some("https://shop.example.evil.example"), None),
            (
                SHOP,
                Some("https://evil.example/https://shop.example"),
                None,
            ),
            (SHOP, Some("null"), None),
            (SHOP, None, None),
            (
                "https://a.example,https://shop.example",
                Some(SHOP),
                Some(SHOP),
            ),
        ] {
            let answer = marked(list, origin);
            let seen = answer.get(ACCESS_CONTROL_ALLOW_ORIGIN);
            let seen = seen.map(|value| value.to_str().expect("ASCII"));
            assert_eq!(seen, allowed, "{origin:?} of {list:?}");
            assert_eq!(
                answer.contains_key(ACCESS_CONTROL_EXPOSE_HEADERS),
                allowed.is_some()
            );
            assert!(!answer.contains_key("access-control-allow-credentials"));
        }
    }

    #[test]
    fn a_cache_is_told_that_the_answer_depends_on_the_origin_and_keeps_what_it_was_told_before() {
        let vary = |list, origin| {
            let answer = marked(list, origin);
            let values = answer.get_all(VARY).into_iter();
            values
                .map(|value| value.to_str().expect("ASCII").to_owned())
                .collect::<Vec<_>>()
        };
        const SHOP: &str = "https://shop.example";
        for origin in [None, Some(SHOP), Some("https://evil.example")] {
            assert_eq!(vary(SHOP, origin), ["accept", "origin"]);
            assert_eq!(vary("*", origin), ["accept"]);
        }
    }

    #[test]
    fn a_preflight_has_an_origin_and_a_method_that_is_asked_for() {
        let mut asked = HeaderMap::new();
        assert!(Cors::preflight(&Method::OPTIONS, &asked).is_none());
        asked.insert(ORIGIN, HeaderValue::from_static("https://shop.example"));
        assert!(Cors::preflight(&Method::OPTIONS, &asked).is_none());
        let post = HeaderValue::from_static("POST");
        asked.insert(ACCESS_CONTROL_REQUEST_METHOD, post);
        assert!(Cors::preflight(&Method::POST, &asked).is_none());
        let answer = Cors::preflight(&Method::OPTIONS, &asked).expect("a preflight");
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        let names = &answer.headers()[ACCESS_CONTROL_ALLOW_HEADERS];
        let names = names.to_str().expect("ASCII");
        for needed in ["authorization", "idempotency-key", "seatlock-token"] {
            assert!(names.contains(needed), "{needed}");
        }
    }
}
