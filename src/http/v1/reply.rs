//! Answers that are none of the problems.

use axum::{
    body::Body,
    http::{
        self, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION},
    },
    response::Response,
};
use bytes::Bytes;
use serde::Serialize;

use super::{problem::Problem, view::Hold};
use crate::{
    engine::{HoldView, NewHold},
    http::answer::SEATLOCK_LSN,
    ids::Lsn,
};

/// Most answers about one hold are shorter.
const HOLD_BYTES: usize = 512;

/// An answer that is there as a whole.
pub(super) type Said = http::Response<Bytes>;

/// The answer, or that to the problem.
pub(super) fn send(answer: Result<Said, Problem>) -> Response {
    let said = answer.unwrap_or_else(|problem| problem.said());
    said.map(Body::from)
}

/// What was asked for, as JSON. It is true now, and perhaps not a moment later.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Said {
    let mut text = Vec::with_capacity(HOLD_BYTES);
    // Texts and numbers are always JSON, and a vector takes all of it.
    drop(serde_json::to_writer(&mut text, value));
    let mut answer = Said::new(Bytes::from(text));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// Nothing but that it was done.
pub(super) fn nothing() -> Said {
    let mut answer = Said::new(Bytes::new());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer
}

/// A hold that was just made, with its token.
pub(super) fn new_hold(new: &NewHold) -> Said {
    let hold = Hold::with_token(&new.view, &new.token);
    let mut answer = changed(json(StatusCode::CREATED, &hold), new.view.lsn);
    let path = format!("/v1/holds/{}", new.view.id);
    if let Ok(path) = HeaderValue::try_from(path) {
        answer.headers_mut().insert(LOCATION, path);
    }
    answer
}

/// A hold or booking as it is now.
pub(super) fn hold(view: &HoldView) -> Said {
    changed(json(StatusCode::OK, &Hold::of(view)), view.lsn)
}

/// The answer, with the LSN of the change if one was made.
pub(super) fn changed(mut answer: Said, lsn: Lsn) -> Said {
    if lsn != Lsn::NONE {
        answer
            .headers_mut()
            .insert(SEATLOCK_LSN, HeaderValue::from(lsn.get()));
    }
    answer
}
