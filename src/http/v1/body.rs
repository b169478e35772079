//! Takes the body of a request, and reads it strictly: what is not exactly as described is refused.

use std::{
    future::poll_fn,
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{
    body::{Body, HttpBody as _},
    http::{
        HeaderMap,
        header::{CONTENT_ENCODING, CONTENT_TYPE},
    },
};
use bytes::{Bytes, BytesMut};
use serde::Deserialize;
use serde_json::error::Category;

use super::{
    gate::{Caller, HasGate},
    problem::{Fault, Kind, Problem},
    shape::{self, Object},
};
use crate::http::routes::Api;

/// The problem, unless it is one wrong token too many.
pub(super) fn counted(api: &Api, caller: &Caller, problem: Problem) -> Problem {
    if problem.kind() == Kind::WrongToken {
        api.gate()
            .wrong_token(caller)
            .err()
            .map_or(problem, Problem::from)
    } else {
        problem
    }
}

/// All of a body.
pub(super) async fn gather(body: Body, bytes_max: usize) -> Result<Bytes, Problem> {
    let mut gathering = Gathering::of(body, bytes_max);
    poll_fn(|cx| gathering.poll(cx)).await
}

/// A body that is taken in whole, piece by piece as it comes.
pub(super) struct Gathering {
    body: Body,
    bytes_max: usize,
    /// Nearly every body comes in one piece, which is not copied then.
    first: Bytes,
    all: BytesMut,
}

impl Gathering {
    /// Of this body, no more than so much.
    pub(super) fn of(body: Body, bytes_max: usize) -> Self {
        Self {
            body,
            bytes_max,
            first: Bytes::new(),
            all: BytesMut::new(),
        }
    }

    /// All of it, once it is there. Not to be asked again then.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Bytes, Problem>> {
        let promised = self.body.size_hint().lower();
        if promised > u64::try_from(self.bytes_max).unwrap_or(u64::MAX) {
            return Poll::Ready(Err(Problem::new(Kind::TooLong)));
        }
        while let Some(frame) = ready!(Pin::new(&mut self.body).poll_frame(cx)) {
            let broken = |_| Problem::new(Kind::Malformed).with_detail("The body is incomplete.");
            // A frame of trailers has no data, and nobody here reads trailers.
            let Ok(data) = frame.map_err(broken)?.into_data() else {
                continue;
            };
            self.take(data)?;
        }
        let first = mem::take(&mut self.first);
        let all = mem::take(&mut self.all);
        Poll::Ready(Ok(if all.is_empty() { first } else { all.freeze() }))
    }

    fn take(&mut self, data: Bytes) -> Result<(), Problem> {
        if data.len() > self.bytes_max - self.all.len().max(self.first.len()) {
            return Err(Problem::new(Kind::TooLong));
        }
        if self.first.is_empty() {
            self.first = data;
        } else {
            if self.all.is_empty() {
                self.all.extend_from_slice(&self.first);
            }
            self.all.extend_from_slice(&data);
        }
        Ok(())
    }
}

/// What a body says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    Json,
    Csv,
}

/// What nearly every body is said to be.
const JSON: &str = "application/json";

/// What the body is said to be, if it is one of the types that are read here.
pub(super) fn media_type(headers: &HeaderMap) -> Option<MediaType> {
    let named = headers.get(CONTENT_TYPE)?;
    if named == JSON && !headers.contains_key(CONTENT_ENCODING) {
        return Some(MediaType::Json);
    }
    let is_plain = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let named = named.to_str().ok()?;
    let essence = named.split_once(';').map_or(named, |(essence, _)| essence);
    match essence.trim() {
        _ if !is_plain => None,
        json if json.eq_ignore_ascii_case(JSON) => Some(MediaType::Json),
        csv if csv.eq_ignore_ascii_case("text/csv") => Some(MediaType::Csv),
        _ => None,
    }
}

/// A body that there is must be JSON.
pub(super) fn json_alone(headers: &HeaderMap, body: Bytes) -> Result<Bytes, Problem> {
    if body.is_empty() || media_type(headers) == Some(MediaType::Json) {
        Ok(body)
    } else {
        Err(Problem::new(Kind::MediaType))
    }
}

/// What can be wrong with a body beyond its shape.
pub(super) trait Check {
    /// Adds everything that is.
    fn check(&self, faults: &mut Vec<Fault>);
}

/// Reads a body.
pub(super) fn read<'b, T: Deserialize<'b> + Check>(body: &'b [u8]) -> Result<T, Problem> {
    if shape::is_too_deep(body) {
        return Err(Problem::new(Kind::Malformed).with_detail("The body is nested too deeply."));
    }
    let Object(value) = serde_json::from_slice::<Object<T>>(body).map_err(|e| refusal(body, &e))?;
    checked(value)
}

/// What was read, if it is within its bounds.
pub(super) fn checked<T: Check>(value: T) -> Result<T, Problem> {
    let mut faults = Vec::new();
    value.check(&mut faults);
    if faults.is_empty() {
        Ok(value)
    } else {
        Err(Problem::invalid(faults))
    }
}

/// Reads a body that need not be there.
pub(super) fn read_any<'b, T>(body: &'b [u8]) -> Result<T, Problem>
where
    T: Deserialize<'b> + Check + Default,
{
    if body.is_empty() {
        Ok(T::default())
    } else {
        read(body)
    }
}

fn refusal(body: &[u8], error: &serde_json::Error) -> Problem {
    let reason = reason(error);
    match error.classify() {
        Category::Data => {
            let (field, reason) = shape::fault_at(body, error.line(), error.column(), &reason);
            Problem::invalid_field(field, reason)
        }
        Category::Io | Category::Syntax | Category::Eof => {
            let (line, column) = (error.line(), error.column());
            let place = format!("Line {line}, column {column}: {reason}.");
            Problem::new(Kind::Malformed).with_detail(place)
        }
    }
}

/// The text of an error without its place.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    text[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_plain_json_and_csv_are_read() {
        let table = [
            (Some("application/json"), None, Some(MediaType::Json)),
            (
                Some("Application/JSON; charset=utf-8"),
                None,
                Some(MediaType::Json),
            ),
            (Some("text/csv;header=present"), None, Some(MediaType::Csv)),
            (
                Some("application/json"),
                Some("identity"),
                Some(MediaType::Json),
            ),
            (Some("application/json"), Some("gzip"), None),
            (Some("application/jsonp"), None, None),
            (Some("text/plain"), None, None),
            (None, None, None),
        ];
        for (named, coding, expected) in table {
            let mut headers = HeaderMap::new();
            named.map(|text| headers.insert(CONTENT_TYPE, HeaderValue::from_static(text)));
            coding.map(|text| headers.insert(CONTENT_ENCODING, HeaderValue::from_static(text)));
            assert_eq!(media_type(&headers), expected, "{named:?} {coding:?}");
        }
    }
}
