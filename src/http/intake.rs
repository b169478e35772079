//! Takes a request in whole before anything acts on it.
//!
//! A client that goes away in the middle of a body has changed nothing, and a body that comes too slowly or is too
//! long is refused without a handler knowing of it.

use std::{future::poll_fn, pin::Pin};

use axum::{body::Body, http::Request, response::Response};
use bytes::{Bytes, BytesMut};
use hyper::body::{Body as _, Incoming};
use tokio::time::timeout;

use super::{ServerConfig, answer::Refusal};

/// The request with its body read, or the answer that refuses it.
pub(super) async fn complete(
    request: Request<Incoming>,
    config: &ServerConfig,
) -> Result<Request<Body>, Response> {
    if request.body().is_end_stream() {
        return Ok(request.map(|_nothing| Body::empty()));
    }
    let (head, body) = request.into_parts();
    match timeout(config.body_timeout, collect(body, config.body_bytes_max)).await {
        Ok(Ok(bytes)) => Ok(Request::from_parts(head, Body::from(bytes))),
        Ok(Err(refusal)) => Err(refusal.answer()),
        Err(_elapsed) => Err(Refusal::BodyTooSlow.answer()),
    }
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
