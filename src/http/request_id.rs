//! The name of a request, which its client, the log and the answer share: `X-Request-Id`.

use std::fmt::Write;

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::limits::REQUEST_ID_BYTES_MAX;

/// Where it stands, in requests and in answers.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id that the client chose, if it is fit to be written into a log: visible ASCII, and not too much of it. If not,
/// the `request`th of the `connection`.
pub(super) fn choose(headers: &HeaderMap, connection: u64, request: u64) -> HeaderValue {
    match headers.get(X_REQUEST_ID).filter(|id| is_sane(id)) {
        Some(id) => id.clone(),
        None => make(connection, request),
    }
}

fn is_sane(id: &HeaderValue) -> bool {
    let bytes = id.as_bytes();
    (1..=REQUEST_ID_BYTES_MAX).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic)
}

fn make(connection: u64, request: u64) -> HeaderValue {
    let mut text = String::with_capacity(24);
    // A string takes whatever is written to it.
    let _ = write!(text, "{connection:016x}-{request:x}");
    HeaderValue::try_from(text).unwrap_or_else(|_| unreachable!("hexadecimal digits are ASCII"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(id: &[u8]) -> HeaderValue {
        let mut headers = HeaderMap::new();
        let id = HeaderValue::from_bytes(id).expect("a header");
        headers.insert(X_REQUEST_ID, id);
        choose(&headers, 0xabc, 0x1f)
    }

    #[test]
    fn a_sane_id_is_kept() {
        let longest = [b'x'; REQUEST_ID_BYTES_MAX];
        for id in [&b"1"[..], b"7f3c-{a}/b=", &longest] {
            assert_eq!(chosen(id).as_bytes(), id);
        }
    }

    #[test]
    fn an_id_that_would_spoil_a_log_is_replaced() {
        let too_long = [b'x'; REQUEST_ID_BYTES_MAX + 1];
        for id in [
            &b""[..],
            b"two words",
            b"tab\there",
            "caf\u{e9}".as_bytes(),
            &too_long,
        ] {
            assert_eq!(chosen(id), "0000000000000abc-1f");
        }
        assert_eq!(choose(&HeaderMap::new(), 1, 2), "0000000000000001-2");
    }
}
