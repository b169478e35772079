//! Answers that are none of the problems.

use axum::{
    body::Body,
    http::{
        self, HeaderMap, HeaderValue, StatusCode,
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
    ids::{HoldId, Lsn},
};

/// Most answers are shorter.
const ANSWER_BYTES: usize = 512;

/// Where a hold is found, but for its id.
const HOLDS: &[u8; 10] = b"/v1/holds/";

/// An answer that is there as a whole.
pub(super) type Said = http::Response<Bytes>;

/// The answer, or that to the problem.
pub(super) fn send(answer: Result<Said, Problem>) -> Response {
    let said = answer.unwrap_or_else(|problem| problem.said());
    said.map(Body::from)
}

/// What was asked for, as JSON. It is true now, and perhaps not a moment later.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Said {
    let mut text = Vec::with_capacity(ANSWER_BYTES);
    // Texts and numbers are always JSON, and a vector takes all of it.
    drop(serde_json::to_writer(&mut text, value));
    written(status, text)
}

fn written(status: StatusCode, text: Vec<u8>) -> Said {
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
    let text = Hold::with_token(&new.view, &new.token).text();
    let mut answer = written(StatusCode::CREATED, text);
    tell_lsn(answer.headers_mut(), new.view.lsn);
    let mut path = [0; HOLDS.len() + HoldId::DIGITS];
    path[..HOLDS.len()].copy_from_slice(HOLDS);
    path[HOLDS.len()..].copy_from_slice(&new.view.id.digits());
    if let Ok(path) = HeaderValue::from_bytes(&path) {
        answer.headers_mut().insert(LOCATION, path);
    }
    answer
}

/// A hold or booking as it is now.
pub(super) fn hold(view: &HoldView) -> Said {
    changed(written(StatusCode::OK, Hold::of(view).text()), view.lsn)
}

/// The answer, with the LSN of the change if one was made.
pub(super) fn changed(mut answer: Said, lsn: Lsn) -> Said {
    tell_lsn(answer.headers_mut(), lsn);
    answer
}

/// Says which change was made, if one was.
fn tell_lsn(headers: &mut HeaderMap, lsn: Lsn) {
    if lsn == Lsn::NONE {
        return;
    }
    // As a text that is copied once; the header's own way from a number takes two allocations.
    if let Ok(number) = HeaderValue::from_str(itoa::Buffer::new().format(lsn.get())) {
        headers.insert(SEATLOCK_LSN, number);
    }
}
