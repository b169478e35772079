//! The one place where an outcome becomes a status, a text and headers.

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
            ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
            ACCESS_CONTROL_REQUEST_HEADERS, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH,
            CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
        },
    },
    response::Response,
};
use bytes::Bytes;

use super::v1::gate::Denied;
use crate::{
    engine::{ConfirmAnswer, HoldAnswer, ReleaseAnswer},
    ids::Lsn,
};

/// Carries the LSN of the change that a call made: whoever collects these knows the order of all changes.
pub(super) const SEATLOCK_LSN: HeaderName = HeaderName::from_static("seatlock-lsn");

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A text for people as it goes over the wire, with its length: written out by axum it would be allocated for each
/// answer.
#[derive(Debug, Clone, Copy)]
struct Message {
    json: &'static str,
    length: &'static str,
}

macro_rules! message {
    ($text:literal) => {{
        const JSON: &str = concat!(r#"{"message":""#, $text, r#""}"#);
        const DIGITS: [u8; 2] = two_digits(JSON.len());
        const LENGTH: &str = match str::from_utf8(&DIGITS) {
            Ok(digits) => digits,
            Err(_) => unreachable!(),
        };
        Message {
            json: JSON,
            length: LENGTH,
        }
    }};
}

/// Why a request is not answered by the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// There is nothing at its path.
    NoSuchPath,
    /// Its path does not take its method.
    NoSuchMethod,
    /// There is no such seat.
    NoSuchSeat,
    /// The user's name is no text.
    UserNotText,
    /// The body broke off.
    BodyBroken,
    /// The body is too long.
    BodyTooLong,
    /// The body came too slowly.
    BodyTooSlow,
    /// There are too many requests. Nothing was done.
    Overloaded,
    /// Nobody knows whether it was done.
    TookTooLong,
    /// In a cluster: another node serves what is asked for. Nothing was done.
    Misdirected,
    /// In a cluster: no node serves what is asked for at the moment. Nothing was done.
    NoOwner,
    /// Nothing can be made durable for now, so nothing was done.
    LedgerFull,
    /// Something is wrong with this server.
    OurFault,
}

impl Refusal {
    /// Whether the connection is closed after it, because the rest of the request is not read.
    pub(super) const fn is_last(self) -> bool {
        matches!(
            self,
            Self::BodyBroken | Self::BodyTooLong | Self::BodyTooSlow
        )
    }

    pub(super) fn answer(self) -> Response {
        let mut answer = self.text();
        if self.is_last() {
            let close = HeaderValue::from_static("close");
            answer.headers_mut().insert(CONNECTION, close);
        }
        answer
    }

    fn text(self) -> Response {
        match self {
            Self::NoSuchPath => say(
                StatusCode::NOT_FOUND,
                message!("There is nothing at this path."),
            ),
            Self::NoSuchMethod => say(
                StatusCode::METHOD_NOT_ALLOWED,
                message!("This path does not take this method."),
            ),
            Self::NoSuchSeat => no_such_seat(),
            Self::UserNotText => say(
                StatusCode::BAD_REQUEST,
                message!("The user is not valid percent-encoded UTF-8."),
            ),
            Self::BodyBroken => say(StatusCode::BAD_REQUEST, message!("The body is incomplete.")),
            Self::BodyTooLong => say(
                StatusCode::PAYLOAD_TOO_LARGE,
                message!("The body is too long."),
            ),
            Self::BodyTooSlow => say(
                StatusCode::REQUEST_TIMEOUT,
                message!("The body took too long to arrive."),
            ),
            Self::Overloaded => busy(),
            Self::TookTooLong => {
                again_later(message!("It took too long: it may still be done, or not."))
            }
            Self::Misdirected => say(
                StatusCode::MISDIRECTED_REQUEST,
                message!("Another server serves this seat."),
            ),
            Self::NoOwner => again_later(message!(
                "Nothing was changed: no server serves this seat for now."
            )),
            Self::LedgerFull => again_later(message!(
                "Nothing was changed: the server cannot write anything down for now."
            )),
            Self::OurFault => say(
                StatusCode::INTERNAL_SERVER_ERROR,
                message!("Something is wrong with this server."),
            ),
        }
    }
}

/// The answer to `POST /lock/{id}`.
pub(super) fn hold(answer: HoldAnswer) -> Response {
    match answer {
        HoldAnswer::Held { lsn, .. } => changed(lsn, message!("The seat is locked for you.")),
        HoldAnswer::NoSuchSeat => no_such_seat(),
        HoldAnswer::AlreadyHeld => say(StatusCode::LOCKED, message!("The seat is locked.")),
        HoldAnswer::AlreadyBooked => already_booked(),
        HoldAnswer::Busy => busy(),
    }
}

/// The answer to `POST /confirm/{id}`.
pub(super) fn confirm(answer: ConfirmAnswer) -> Response {
    match answer {
        ConfirmAnswer::Booked { lsn } => changed(lsn, message!("The seat is booked for you.")),
        ConfirmAnswer::NoSuchSeat => no_such_seat(),
        ConfirmAnswer::NotHeld => say(StatusCode::BAD_REQUEST, message!("The seat is not locked.")),
        ConfirmAnswer::Expired => say(
            StatusCode::REQUEST_TIMEOUT,
            message!("The lock has expired."),
        ),
        ConfirmAnswer::NotYours => say(
            StatusCode::FORBIDDEN,
            message!("The seat is locked by another user."),
        ),
        ConfirmAnswer::Busy => busy(),
    }
}

/// The answer to `POST /unlock/{id}`.
pub(super) fn release(answer: ReleaseAnswer) -> Response {
    match answer {
        ReleaseAnswer::Released { lsn } => changed(lsn, message!("The seat is available again.")),
        ReleaseAnswer::AlreadyFree => say(StatusCode::OK, message!("The seat was not locked.")),
        ReleaseAnswer::NoSuchSeat => no_such_seat(),
        ReleaseAnswer::AlreadyBooked => already_booked(),
        ReleaseAnswer::Busy => busy(),
    }
}

/// The answer to whoever the gate does not let in.
pub(super) fn denied(denied: Denied) -> Response {
    let message = match denied {
        Denied::KeyMissing { .. } => message!("This needs an API key."),
        Denied::UnknownKey => message!("The API key is unknown."),
        Denied::RoleTooSmall { .. } => message!("The API key is not for this."),
        Denied::TooOften(_) => message!("Too many requests."),
    };
    let mut answer = say(denied.status(), message);
    let headers = answer.headers_mut();
    if let Some(seconds) = denied.retry_after_seconds() {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(challenge) = denied.challenge() {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    answer
}

/// The answer to `GET /seats`.
pub(super) fn seats(body: Body) -> Response {
    let mut answer = Response::new(body);
    let headers = answer.headers_mut();
    allow_any_origin(headers);
    // True when it is read, and perhaps not a moment later.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// The answer to `OPTIONS`: any origin may use any method here, with whatever headers it asks to use.
pub(super) fn preflight(asked: &HeaderMap) -> Response {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    let headers = answer.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, HEAD, POST"),
    );
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    headers.insert(VARY, HeaderValue::from_name(ACCESS_CONTROL_REQUEST_HEADERS));
    // Repeated to the client rather than `*`, which would leave out `Authorization`.
    if let Some(names) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    answer
}

/// What a connection beyond the bound is told, as it goes over the wire: no HTTP is spoken with it.
pub(super) const TOO_MANY_CONNECTIONS: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/json\r\n\
    content-length: 47\r\n\
    access-control-allow-origin: *\r\n\
    retry-after: 1\r\n\
    connection: close\r\n\
    \r\n\
    {\"message\":\"Too many connections. Try again.\"}\n";

fn no_such_seat() -> Response {
    say(StatusCode::NOT_FOUND, message!("There is no such seat."))
}

fn already_booked() -> Response {
    say(StatusCode::CONFLICT, message!("The seat is booked."))
}

fn busy() -> Response {
    again_later(message!("Nothing was changed. Try again."))
}

fn again_later(message: Message) -> Response {
    let mut answer = say(StatusCode::SERVICE_UNAVAILABLE, message);
    answer
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from_static("1"));
    answer
}

/// The number of the change that an answer tells of; [`Lsn::NONE`] if it tells of none.
pub(super) fn lsn<B>(answer: &axum::http::Response<B>) -> Lsn {
    let number = answer.headers().get(SEATLOCK_LSN);
    let number = number.and_then(|number| number.to_str().ok()?.parse().ok());
    number.map_or(Lsn::NONE, Lsn::new)
}

fn changed(lsn: Lsn, message: Message) -> Response {
    let mut answer = say(StatusCode::OK, message);
    let headers = answer.headers_mut();
    headers.insert(SEATLOCK_LSN, HeaderValue::from(lsn.get()));
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("seatlock-lsn"),
    );
    answer
}

fn say(status: StatusCode, message: Message) -> Response {
    let mut answer = Response::new(Body::from(Bytes::from_static(message.json.as_bytes())));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    allow_any_origin(headers);
    headers.insert(CONTENT_LENGTH, HeaderValue::from_static(message.length));
    answer
}

/// Two static headers on each answer: a middleware for them would cost as much as the rest of the answer.
fn allow_any_origin(headers: &mut HeaderMap) {
    headers.insert(CONTENT_TYPE, JSON);
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}

#[expect(clippy::cast_possible_truncation, reason = "a digit fits a byte")]
const fn two_digits(number: usize) -> [u8; 2] {
    assert!(number >= 10 && number <= 99, "shorten the message");
    [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_is_503_with_retry_after_whatever_was_asked() {
        let busy = [
            hold(HoldAnswer::Busy),
            confirm(ConfirmAnswer::Busy),
            release(ReleaseAnswer::Busy),
        ];
        for answer in busy {
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(answer.headers()[RETRY_AFTER], "1");
            assert!(!answer.headers().contains_key(SEATLOCK_LSN));
        }
    }

    #[test]
    fn a_late_confirm_is_408() {
        assert_eq!(
            confirm(ConfirmAnswer::Expired).status(),
            StatusCode::REQUEST_TIMEOUT
        );
    }
}
