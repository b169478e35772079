//! Pages and assets as answers: what browsers may do with them, and how long they may keep them.

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
            REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::Response,
};

use super::shelf::File;
use crate::http::v1::{
    availability::{coding, has_already},
    seat_text::Coding,
};

/// What a page may do: run scripts and use styles of this server, none of them inline, and talk to this server. What
/// somebody managed to write into a page can neither run nor send anything away.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// A page. It is asked for each time, as it names the version of its assets.
pub(super) fn page(asked: &HeaderMap, status: StatusCode, page: &File) -> Response {
    let mut answer = file(asked, status, page, "no-cache");
    let headers = answer.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// An asset. What it is never changes under its path.
pub(super) fn asset(asked: &HeaderMap, asset: &File) -> Response {
    file(
        asked,
        StatusCode::OK,
        asset,
        "public, max-age=31536000, immutable",
    )
}

fn file(asked: &HeaderMap, status: StatusCode, file: &File, kept: &'static str) -> Response {
    let coding = coding(asked);
    let tag = match coding {
        Coding::Identity => format!("\"{}\"", file.digest),
        Coding::Gzip => format!("\"{}.gz\"", file.digest),
    };
    let mut answer = if status == StatusCode::OK && has_already(asked, &tag) {
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        answer
    } else {
        whole(status, file, coding)
    };
    let headers = answer.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    for (name, value) in [
        (CACHE_CONTROL, kept),
        (VARY, "accept-encoding"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}

fn whole(status: StatusCode, file: &File, coding: Coding) -> Response {
    let body = match coding {
        Coding::Identity => &file.plain,
        Coding::Gzip => &file.gzip,
    };
    let mut answer = Response::new(Body::from(body.clone()));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    let media_type = HeaderValue::from_static(file.media_type);
    headers.insert(CONTENT_TYPE, media_type);
    if coding == Coding::Gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    answer
}
