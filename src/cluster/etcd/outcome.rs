//! What an error of etcd, or of the way to it, says about the request.
//!
//! The table is in [`crate::cluster::etcd`].
//!
//! To call something refused that was done loses a sale or sells a seat twice; to call something unknown that was not done
//! costs its owner one more question. So only what is known to come before anything is done counts as not done, by the very
//! words that etcd says it with (`api/v3rpc/rpctypes/error.go`), and everything else is unknown.

use std::{error::Error, fmt};

use tonic::{Code, Status};

use super::line::Broken;
use crate::cluster::store::StoreError;

/// What became of a request that was not answered as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was not done, and another member may do it now.
    Elsewhere,
    /// It was not done for want of a token that is valid.
    StaleToken,
    /// It was not done for now.
    Refused,
    /// etcd is full. What filled it up was done.
    Full,
    /// It can't be done.
    Impossible,
    /// Nobody knows.
    Unknown,
}

/// A request that was not answered as it should be, and what there is to say about it.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) fate: Fate,
    pub(super) text: String,
}

impl Failed {
    pub(super) fn new(fate: Fate, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { fate, text }
    }

    /// Reads what came, from the member that `whose` names.
    pub(super) fn of(status: &Status, whose: &impl fmt::Display) -> Self {
        let text = match status.source() {
            Some(source) => format!("{whose}: the connection was lost: {}", chain(source)),
            None => format!("{whose}: {}", status.message()),
        };
        Self::new(fate(status), text)
    }
}

impl From<Failed> for StoreError {
    fn from(failed: Failed) -> Self {
        match failed.fate {
            Fate::Elsewhere | Fate::StaleToken | Fate::Refused => Self::Refused(failed.text),
            Fate::Full | Fate::Unknown => Self::Unknown(failed.text),
            Fate::Impossible => Self::Impossible(failed.text),
        }
    }
}

fn fate(status: &Status) -> Fate {
    if let Some(source) = status.source() {
        // Only errors on the way have a source: what etcd says itself is code and text.
        return match source.downcast_ref() {
            Some(Broken::Unsent(_)) => Fate::Elsewhere,
            _ => Fate::Unknown,
        };
    }
    match (status.code(), status.message()) {
        (
            Code::Unavailable,
            "etcdserver: no leader"
            | "etcdserver: not capable"
            | "etcdserver: rpc not supported for learner",
        ) => Fate::Elsewhere,
        (Code::ResourceExhausted, "etcdserver: too many requests") => Fate::Refused,
        (Code::ResourceExhausted, "etcdserver: mvcc: database space exceeded") => Fate::Full,
        (Code::Unauthenticated, "etcdserver: invalid auth token")
        | (Code::InvalidArgument, "etcdserver: user name is empty")
        | (Code::InvalidArgument, "etcdserver: revision of auth store is old")
        | (Code::Unknown, "auth: revision in header is old") => Fate::StaleToken,
        (Code::ResourceExhausted, text) if text.starts_with("grpc: received message larger") => {
            Fate::Impossible
        }
        (Code::Unimplemented, _) => Fate::Impossible,
        (
            Code::InvalidArgument
            | Code::NotFound
            | Code::OutOfRange
            | Code::FailedPrecondition
            | Code::PermissionDenied,
            text,
        ) if text.starts_with("etcdserver: ") => Fate::Impossible,
        _ => Fate::Unknown,
    }
}

/// An error and what it comes from, as one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut inner = error.source();
    while let Some(error) = inner {
        let more = error.to_string();
        // Some say what the error that they hold says.
        if !text.ends_with(&more) {
            text = format!("{text}: {more}");
        }
        inner = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_to_be_undone_is_unknown() {
        for (code, text, expected) in [
            (Code::Unavailable, "etcdserver: no leader", Fate::Elsewhere),
            (
                Code::Unavailable,
                "etcdserver: leader changed",
                Fate::Unknown,
            ),
            (
                Code::Unavailable,
                "etcdserver: request timed out",
                Fate::Unknown,
            ),
            (
                Code::Unavailable,
                "etcdserver: server stopped",
                Fate::Unknown,
            ),
            (Code::Unavailable, "no leader", Fate::Unknown),
            (
                Code::ResourceExhausted,
                "etcdserver: too many requests",
                Fate::Refused,
            ),
            (
                Code::ResourceExhausted,
                "etcdserver: mvcc: database space exceeded",
                Fate::Full,
            ),
            (
                Code::ResourceExhausted,
                "grpc: trying to send message larger than max",
                Fate::Unknown,
            ),
            (
                Code::ResourceExhausted,
                "grpc: received message larger than max (9 vs. 8)",
                Fate::Impossible,
            ),
            (
                Code::InvalidArgument,
                "etcdserver: request is too large",
                Fate::Impossible,
            ),
            (
                Code::InvalidArgument,
                "a proxy's own opinion",
                Fate::Unknown,
            ),
            (
                Code::InvalidArgument,
                "etcdserver: user name is empty",
                Fate::StaleToken,
            ),
            (
                Code::NotFound,
                "etcdserver: requested lease not found",
                Fate::Impossible,
            ),
            (
                Code::PermissionDenied,
                "etcdserver: permission denied",
                Fate::Impossible,
            ),
            (
                Code::OutOfRange,
                "Error, decoded message length too large",
                Fate::Unknown,
            ),
            (
                Code::Unauthenticated,
                "etcdserver: invalid auth token",
                Fate::StaleToken,
            ),
            (
                Code::DeadlineExceeded,
                "context deadline exceeded",
                Fate::Unknown,
            ),
            (Code::Cancelled, "context canceled", Fate::Unknown),
            (Code::Internal, "", Fate::Unknown),
        ] {
            assert_eq!(
                fate(&Status::new(code, text)),
                expected,
                "{code:?} {text:?}"
            );
        }
    }
}
