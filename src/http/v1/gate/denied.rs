//! Why somebody is not let in, and how he is told.

use std::time::Duration;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::{
    access::{key::Role, rate::RetryAfter},
    http::v1::problem::Problem,
};

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
        Problem::from(self).answer()
    }
}
