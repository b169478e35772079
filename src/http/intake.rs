//! Takes a request in whole before anything acts on it.
//!
//! A client that goes away in the middle of a body has changed nothing, and a body that comes too slowly or is too
//! long is refused without a handler knowing of it. Charts alone are taken in by their handler.

use std::{future::poll_fn, pin::Pin};

use axum::{
    body::Body,
    http::{Method, Request},
};
use bytes::{Bytes, BytesMut};
use hyper::body::{Body as _, Incoming};

use super::{ServerConfig, answer::Refusal, prompt::within};

/// What has bodies that are too long to be taken in for anybody.
const CHARTS: &str = "/v1/charts/";

/// The request with its body read, or why it is refused.
pub(super) async fn complete(
    request: Request<Incoming>,
    config: &ServerConfig,
) -> Result<Request<Body>, Refusal> {
    if request.body().is_end_stream() {
        return Ok(request.map(|_nothing| Body::empty()));
    }
    if is_streamed(&request) {
        return Ok(request.map(Body::new));
    }
    let (head, body) = request.into_parts();
    match within(config.body_timeout, collect(body, config.body_bytes_max)).await {
        Ok(Ok(bytes)) => Ok(Request::from_parts(head, Body::from(bytes))),
        Ok(Err(refusal)) => Err(refusal),
        Err(_elapsed) => Err(Refusal::BodyTooSlow),
    }
}

/// Whether a request's body is handed on as it comes: that of a chart, which is so long that its handler first looks
/// who sends it, and bounds it and its time itself.
pub(super) fn is_streamed<B>(request: &Request<B>) -> bool {
    request.method() == Method::PUT && request.uri().path().starts_with(CHARTS)
}

async fn collect(mut body: Incoming, bytes_max: usize) -> Result<Bytes, Refusal> {
    let bytes_promised = body.size_hint().lower();
    if bytes_promised > u64::try_from(bytes_max).unwrap_or(u64::MAX) {
        return Err(Refusal::BodyTooLong);
    }
    let mut bytes = BytesMut::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|_broken| Refusal::BodyBroken)?;
        // A frame of trailers has no data, and nobody here reads trailers.
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if data.len() > bytes_max - bytes.len() {
            return Err(Refusal::BodyTooLong);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.freeze())
}
