//! What an error of etcd, or of the way to it, says about the request.
//!
//! To call something refused that was done loses a sale or sells a seat twice; to call something unknown that was not done
//! costs its owner one more question. So only what is known to come before anything is done counts as not done, by the very
//! words that etcd says it with (`api/v3rpc/rpctypes/error.go`), and everything else is unknown.
//!
//! | what comes | [`StoreError`] | why |
//! |---|---|---|
//! | no connection to any member; hyper hands the request back | `Refused` | not a byte of it has left; other members were tried |
//! | `no leader`, `not capable`, `not supported for learner` | `Refused` | said before the request is looked at; other members were tried |
//! | `too many requests` | `Refused` | said before it is proposed |
//! | the alarm NOSPACE was on before the request was sent | `Refused` | it was not sent |
//! | `database space exceeded` | `Unknown` | the change that fills etcd up **is made**, and answered with this |
//! | `database space exceeded`, to a grant | `Refused` | a lease that nobody knows of harms nobody |
//! | `invalid auth token`, and the new token is refused, too | `Refused` | said before it is proposed |
//! | no answer in time; the connection ends; `timed out`, `leader changed`, `server stopped` | `Unknown` | it may have been proposed |
//! | `request is too large`, `too many operations`, a key twice, an empty key | `Impossible` | said before it is proposed |
//! | `permission denied`, a wrong password, a missing user | `Impossible` | said before it is applied |
//! | `requested lease not found` | `Impossible` | said before it is applied |
//! | anything else, words that are not etcd's own, an answer that can't be read or is too long | `Unknown` | nobody knows |
//!
//! On NOSPACE: every member compares its size with the quota when it applies a change, makes the change in any case, and
//! answers with the error if it was too large (`quotaApplierV3.Txn`). Only then is the alarm raised, and from then on no
//! change is made. The same error comes from a look at the size before anything is proposed, in the same words. So the
//! error alone says nothing. The alarm does: who asks for it while it is on knows that etcd takes nothing, and need not try.

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
