//! `Idempotency-Key` on every POST (`draft-ietf-httpapi-idempotency-key-header-07`): a request that comes again is
//! answered as the first time, and carried out once.
//!
//! | the request | answer |
//! |---|---|
//! | has no key | it is carried out |
//! | is the first with its key | it is carried out |
//! | is the same again | what the first was answered, with `Idempotency-Replayed: true` |
//! | is the same again while the first is carried out | 409, `Retry-After` |
//! | is another one with the same key | 422 |
//! | has a key that is none, or two | 400 |
//! | comes while too many are carried out | 503, `Retry-After` |
//!
//! Requests are the same if method, path, query, token and body are, byte by byte. Keys of different callers never
//! meet: each API key has its own, and so has each address without one.
//!
//! # Which answers are kept
//! | status | kept | because |
//! |---|---|---|
//! | 2xx | yes | something was changed, or had been |
//! | 409, 410, 423 | yes | it depends on the moment. A copy of the request that was under way for long must not take seats that whoever sent it was told he hasn't got |
//! | other 4xx | no | nothing was begun. Sent again it is answered alike, and with its mistake put right the same key may be used |
//! | 429, 5xx | no | to be tried again under the same key is what they ask for |
//!
//! That is what Stripe does, except that a 5xx is not kept here: it says that nothing was changed. Answers are kept for
//! a day or until the hold's deadline, whichever is later, as long as there is room (see [`crate::repeat`]). The answer
//! to a new hold has its token in it, so whoever repeats the request gets it again; in the ledger it is sealed.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use bytes::Bytes;

use super::{
    gate::Caller,
    problem::{Kind, Problem},
};
use crate::{
    engine::Engine,
    http::answer::lsn,
    repeat::{Answer, Begin, Fingerprint, Kept, Repeats, Secret, Ticket},
    tick::Moment,
};

/// Names a request.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Says that an answer is a kept one.
pub const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The token of the hold that a request is about, where it is not in the body.
pub const SEATLOCK_TOKEN: HeaderName = HeaderName::from_static("seatlock-token");

/// What makes a request the same as another.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'r> {
    /// Its method.
    pub method: &'r Method,
    /// Its path and query.
    pub uri: &'r Uri,
    /// Its headers: those that matter are picked out.
    pub headers: &'r HeaderMap,
    /// Its body.
    pub body: &'r [u8],
}

/// What a request came to.
#[derive(Debug)]
pub struct Reply {
    /// The whole answer.
    pub answer: axum::http::Response<Bytes>,
    /// Until when it must be possible to have it again, if that is longer than a day: the deadline of the hold.
    pub keep_until: Option<Moment>,
}

/// Why a request is not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unrepeatable {
    /// 400: what the header says is no key.
    KeyInvalid,
    /// 422: another request has this key.
    KeyReused,
    /// 409: the first is being carried out now.
    InProgress,
    /// 503: too many are.
    Busy,
}

/// Answers a request: by `work`, or as it was answered before.
///
/// `work` runs to its end at once and waits for nothing, so a client that hangs up can't come between a change and the
/// keeping of its answer. What has to be waited for comes after this returns. If `work` panics its key is free again.
///
/// The clock is the caller's.
pub fn once(
    repeats: &Repeats,
    engine: &Engine,
    caller: &Caller,
    asked: Asked<'_>,
    work: impl FnOnce() -> Reply,
) -> Response {
    if !asked.headers.contains_key(IDEMPOTENCY_KEY) {
        return send(work().answer);
    }
    let Some(key) = asked.key() else {
        return Unrepeatable::KeyInvalid.into_response();
    };
    let now = caller.now().moment;
    let scope = caller.scope();
    let Some(secret) = Secret::of(&scope, key) else {
        return Unrepeatable::KeyInvalid.into_response();
    };
    match repeats.begin(&scope, key, asked.fingerprint(), now) {
        Begin::Fresh(ticket) => {
            // What is changed and what is kept of it are durable together.
            let _inside = engine.step_inside();
            let reply = work();
            let lsn = lsn(&reply.answer);
            let keep = |kept: &Kept| engine.keep_answer(kept, &secret, lsn);
            finish(ticket, reply, now, keep)
        }
        Begin::Same(answer) => match answer.opened(&secret) {
            Some(answer) => again(&answer),
            // Another secret than that of its own id: the record is damaged.
            None => Problem::new(Kind::Fault).answer(),
        },
        Begin::Mismatch => Unrepeatable::KeyReused.into_response(),
        Begin::InProgress => Unrepeatable::InProgress.into_response(),
        Begin::KeyInvalid => Unrepeatable::KeyInvalid.into_response(),
        Begin::Busy => Unrepeatable::Busy.into_response(),
    }
}

impl<'r> Asked<'r> {
    /// Its key, if there is one alone, and that is a text.
    fn key(self) -> Option<&'r str> {
        let mut keys = self.headers.get_all(IDEMPOTENCY_KEY).into_iter();
        let key = keys.next().filter(|_| keys.next().is_none())?;
        key.to_str().ok()
    }

    /// With the token, so that nobody who doesn't know it is told what its owner was told.
    fn fingerprint(self) -> Fingerprint {
        let token = self.headers.get(SEATLOCK_TOKEN);
        let query = self.uri.query();
        Fingerprint::of(&[
            self.method.as_str().as_bytes(),
            self.uri.path().as_bytes(),
            query.unwrap_or_default().as_bytes(),
            token.map(HeaderValue::as_bytes).unwrap_or_default(),
            self.body,
        ])
    }
}

impl Unrepeatable {
    /// The status that tells it.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::KeyInvalid => StatusCode::BAD_REQUEST,
            Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::InProgress => StatusCode::CONFLICT,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Seconds for `Retry-After`.
    pub const fn retry_after_seconds(self) -> Option<u64> {
        match self {
            Self::InProgress | Self::Busy => Some(1),
            Self::KeyInvalid | Self::KeyReused => None,
        }
    }
}

/// Whether an answer is the request's for good: see the table above.
fn is_final(status: StatusCode) -> bool {
    let of_the_moment = [StatusCode::CONFLICT, StatusCode::GONE, StatusCode::LOCKED];
    status.is_success() || of_the_moment.contains(&status)
}

/// Keeps the answer if it is final. One that is too long to be kept is given all the same, and then the ticket is
/// dropped: what a hold can be answered is far shorter than [`crate::limits::REPEAT_ANSWER_BYTES_MAX`].
///
/// `keep` has it outlive the process.
fn finish(ticket: Ticket, reply: Reply, now: Moment, keep: impl FnOnce(&Kept)) -> Response {
    if is_final(reply.answer.status())
        && let Some(answer) = kept(&reply.answer)
    {
        let kept = ticket.kept(answer, reply.keep_until.unwrap_or(now));
        keep(&kept);
        let _answer = ticket.finish_with(kept);
    }
    send(reply.answer)
}

fn kept(answer: &axum::http::Response<Bytes>) -> Option<Answer> {
    let texts = answer.headers().iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str(), value))
    });
    let headers: Vec<(&str, &str)> = texts.collect();
    Answer::new(answer.status().as_u16(), &headers, answer.body()).ok()
}

fn again(kept: &Answer) -> Response {
    let mut answer = Response::new(Body::from(kept.body().clone()));
    // It was one when it was kept.
    *answer.status_mut() = StatusCode::from_u16(kept.status()).unwrap_or_default();
    let headers = answer.headers_mut();
    for (name, value) in kept.headers() {
        let header = (HeaderName::try_from(name), HeaderValue::try_from(value));
        if let (Ok(name), Ok(value)) = header {
            headers.append(name, value);
        }
    }
    headers.insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
    answer
}

fn send(answer: axum::http::Response<Bytes>) -> Response {
    answer.map(Body::from)
}

impl IntoResponse for Unrepeatable {
    fn into_response(self) -> Response {
        Problem::from(self).answer()
    }
}
