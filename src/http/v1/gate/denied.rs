//! Why somebody is not let in, and how he is told.

use std::time::Duration;

use axum::{
    body::Body,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};

use crate::access::{key::Role, rate::RetryAfter};

/// Why a request is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// It needs a key and has none.
    KeyMissing {
        /// The smallest role that may ask this.
        needed: Role,
    },
    /// What it has is no key.
    UnknownKey,
    /// Its key may not do this.
    RoleTooSmall {
        /// The smallest role that may.
        needed: Role,
        /// The key's.
        has: Role,
    },
    /// It came too soon after others.
    TooOften(RetryAfter),
}

impl Denied {
    /// 401, 403 or 429.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::KeyMissing { .. } | Self::UnknownKey => StatusCode::UNAUTHORIZED,
            Self::RoleTooSmall { .. } => StatusCode::FORBIDDEN,
            Self::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    /// The `WWW-Authenticate` that belongs to it (RFC 6750, section 3).
    pub const fn challenge(self) -> Option<&'static str> {
        match self {
            Self::KeyMissing { .. } => Some("Bearer realm=\"seatlock\""),
            Self::UnknownKey => Some("Bearer realm=\"seatlock\", error=\"invalid_token\""),
            Self::RoleTooSmall { .. } => {
                Some("Bearer realm=\"seatlock\", error=\"insufficient_scope\"")
            }
            Self::TooOften(_) => None,
        }
    }

    /// Whole seconds for `Retry-After`, rounded up: earlier it would be refused again.
    pub fn retry_after_seconds(self) -> Option<u64> {
        match self {
            Self::TooOften(RetryAfter(wait)) => Some(seconds_up(wait)),
            Self::KeyMissing { .. } | Self::UnknownKey | Self::RoleTooSmall { .. } => None,
        }
    }
}

impl From<RetryAfter> for Denied {
    fn from(wait: RetryAfter) -> Self {
        Self::TooOften(wait)
    }
}

fn seconds_up(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        let status = self.status();
        let (kind, title) = match self {
            Self::KeyMissing { .. } => ("key-missing", "An API key is needed."),
            Self::UnknownKey => ("key-unknown", "This is no API key."),
            Self::RoleTooSmall { .. } => ("role-too-small", "The API key may not do this."),
            Self::TooOften(_) => ("too-often", "Too many requests."),
        };
        let text = format!(
            r#"{{"type":"/problems/{kind}","title":"{title}","status":{}}}"#,
            status.as_u16()
        );
        let mut answer = Response::new(Body::from(text));
        *answer.status_mut() = status;
        let headers = answer.headers_mut();
        let media_type = HeaderValue::from_static("application/problem+json");
        headers.insert(CONTENT_TYPE, media_type);
        if let Some(challenge) = self.challenge() {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = self.retry_after_seconds() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}
