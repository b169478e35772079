//! Why a server can't be asked, in words, and what can be done about it.

use std::io::{self, ErrorKind};

use ureq::{Error, Timeout};

use super::failure::Failure;

const WHERE: &str = "Does it run, and is it there? --server or SEATLOCK_SERVER say where it is";
const WHICH_SCHEME: &str = "Is it http:// or https://?";
const WHICH_AUTHORITY: &str = "--ca FILE trusts a private authority";
const LATER: &str = "Whether it was done is for 'list' or 'show' to say";

/// The failure that an error of the client is.
pub(crate) fn failure(url: &str, error: &Error) -> Failure {
    let (reason, hint) = match error {
        Error::HostNotFound => ("there is no such host".to_owned(), WHERE),
        Error::ConnectionFailed => ("no connection".to_owned(), WHERE),
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
            ("no connection in time".to_owned(), WHERE)
        }
        Error::Timeout(_) => ("no answer in time".to_owned(), LATER),
        Error::Rustls(error) => (error.to_string(), WHICH_AUTHORITY),
        Error::Io(error) => (error.to_string(), hint_for(error)),
        Error::Protocol(error) => (error.to_string(), WHICH_SCHEME),
        other => (other.to_string(), WHERE),
    };
    Failure::Unreachable {
        url: url.to_owned(),
        reason,
        hint,
    }
}

fn hint_for(error: &io::Error) -> &'static str {
    match error.kind() {
        // What rustls finds wrong comes as such an error.
        ErrorKind::InvalidData => WHICH_AUTHORITY,
        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => LATER,
        _ => WHERE,
    }
}
