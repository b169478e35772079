//! The body of an answer on its way.
//!
//! While it is, the connection works for its client, and the client is not idle, however long that takes: an answer
//! that is not at once complete, such as a stream, would otherwise be cut by the timeout between two requests.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use super::wire::Wire;

/// Marks, among an answer's extensions, one that has no end of its own, such as a stream of events.
///
/// It ends when the server stops, and the kernel is asked to take little of it for a client that doesn't read (see
/// [`crate::limits::STREAM_SEND_BUFFER_BYTES`]).
#[derive(Debug, Clone, Copy)]
pub(super) struct Endless;

/// A body that tells the connection when it is done with.
pub(super) struct Sending {
    body: Body,
    wire: Wire,
    is_endless: bool,
}

impl Sending {
    /// The body of the answer to the last request of `wire`.
    pub(super) fn new(body: Body, wire: &Wire, endless: Option<Endless>) -> Self {
        if endless.is_some() {
            wire.expect_little();
        }
        Self {
            body,
            wire: wire.clone(),
            is_endless: endless.is_some(),
        }
    }

    /// A stop has the connection's task polled, and that has this polled.
    fn has_to_end(&self) -> bool {
        self.is_endless && self.wire.is_stopping()
    }
}

impl HttpBody for Sending {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.has_to_end() {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.has_to_end() || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.wire.request_answered();
    }
}
