//! Takes the body of a request, and reads it strictly: what is not exactly as described is refused.

use std::{future::poll_fn, pin::pin};

use axum::{
    body::{Body, HttpBody as _},
    extract::{FromRequest, FromRequestParts, Request},
    http::{
        HeaderMap,
        header::{CONTENT_ENCODING, CONTENT_TYPE},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use bytes::{Bytes, BytesMut};
use serde::Deserialize;
use serde_json::error::Category;

use super::{
    durable::{self, Changes},
    gate::{Admin, Caller, Denied, Sales},
    once::{Asked, Reply, once},
    path::Named,
    problem::{Fault, Kind, Problem},
    reply::Said,
    shape::{self, Object},
};
use crate::{
    http::{routes::Api, v1::gate::HasGate},
    limits,
    tick::Moment,
};

/// A request that changes something: who asks, what its path names, what it says. Who may not ask is told before the
/// body is looked at.
pub(super) struct Posted<R> {
    pub(super) who: R,
    pub(super) name: Named,
    pub(super) head: Parts,
    pub(super) body: Bytes,
}

impl<R> FromRequest<Api> for Posted<R>
where
    R: FromRequestParts<Api, Rejection = Denied> + Send,
{
    type Rejection = Response;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Response> {
        let (mut head, body) = request.into_parts();
        let who = R::from_request_parts(&mut head, api).await;
        let who = who.map_err(IntoResponse::into_response)?;
        let name = Named::from_request_parts(&mut head, api).await?;
        let body = gather(body, limits::BODY_BYTES_MAX)
            .await
            .and_then(|body| json_alone(&head.headers, body))
            .map_err(|problem| problem.answer())?;
        Ok(Self {
            who,
            name,
            head,
            body,
        })
    }
}

/// Somebody whom the gate has let in.
pub(super) trait Who {
    /// Who it is.
    fn caller(&self) -> &Caller;
}

impl Who for Sales {
    fn caller(&self) -> &Caller {
        &self.0
    }
}

impl Who for Admin {
    fn caller(&self) -> &Caller {
        &self.0
    }
}

/// What came of a request: the answer, and until when it must be possible to have it again.
pub(super) type Outcome = Result<(Said, Option<Moment>), Problem>;

impl<R: Who> Posted<R> {
    /// Carries the request out, or answers it as before if it comes again. Wrong tokens are counted.
    ///
    /// What must be durable is answered when it is; the work is done by then, whether anybody still waits or not.
    pub(super) async fn once(
        &self,
        api: &Api,
        changes: Changes,
        work: impl FnOnce() -> Outcome,
    ) -> Response {
        let engine = api.engine();
        if !api.waits_for(changes) {
            return self.answer(api, work);
        }
        if let Err(problem) = durable::there_is_room(engine) {
            return problem.answer();
        }
        let answer = self.answer(api, work);
        durable::told(engine, answer).await
    }

    fn answer(&self, api: &Api, work: impl FnOnce() -> Outcome) -> Response {
        let caller = self.who.caller();
        let asked = Asked {
            method: &self.head.method,
            uri: &self.head.uri,
            headers: &self.head.headers,
            body: &self.body,
        };
        once(api.repeats(), api.engine(), caller, asked, || {
            match work() {
                Ok((answer, keep_until)) => Reply { answer, keep_until },
                Err(problem) => Reply {
                    answer: counted(api, caller, problem).said(),
                    keep_until: None,
                },
            }
        })
    }
}

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
    let promised = body.size_hint().lower();
    if promised > u64::try_from(bytes_max).unwrap_or(u64::MAX) {
        return Err(Problem::new(Kind::TooLong));
    }
    let mut body = pin!(body);
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let broken = |_| Problem::new(Kind::Malformed).with_detail("The body is incomplete.");
        // A frame of trailers has no data, and nobody here reads trailers.
        let Ok(data) = frame.map_err(broken)?.into_data() else {
            continue;
        };
        if data.len() > bytes_max - all.len().max(first.len()) {
            return Err(Problem::new(Kind::TooLong));
        }
        // Nearly every body comes in one piece, which is not copied then.
        if first.is_empty() {
            first = data;
        } else {
            if all.is_empty() {
                all.extend_from_slice(&first);
            }
            all.extend_from_slice(&data);
        }
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

/// What a body says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    Json,
    Csv,
}

/// What the body is said to be, if it is one of the types that are read here.
pub(super) fn media_type(headers: &HeaderMap) -> Option<MediaType> {
    let is_plain = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let named = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = named.split_once(';').map_or(named, |(essence, _)| essence);
    match essence.trim() {
        _ if !is_plain => None,
        json if json.eq_ignore_ascii_case("application/json") => Some(MediaType::Json),
        csv if csv.eq_ignore_ascii_case("text/csv") => Some(MediaType::Csv),
        _ => None,
    }
}

fn json_alone(headers: &HeaderMap, body: Bytes) -> Result<Bytes, Problem> {
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
