//! The name of a request, which its client, the log and the answer share: `X-Request-Id`.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::{ids::write_hexadecimal, limits::REQUEST_ID_BYTES_MAX};

/// Hexadecimal digits of 64 bits.
const DIGITS: usize = 16;

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

/// The connection in sixteen hexadecimal digits, and the request in as many as it needs.
fn make(connection: u64, request: u64) -> HeaderValue {
    let mut text = [b'-'; 2 * DIGITS + 1];
    write_hexadecimal(&connection.to_be_bytes(), &mut text[..DIGITS]);
    let mut digits = [0; DIGITS];
    write_hexadecimal(&request.to_be_bytes(), &mut digits);
    let zeros = digits[..DIGITS - 1]
        .iter()
        .take_while(|digit| **digit == b'0');
    let digits = &digits[zeros.count()..];
    let end = DIGITS + 1 + digits.len();
    text[DIGITS + 1..end].copy_from_slice(digits);
    HeaderValue::from_bytes(&text[..end])
        .unwrap_or_else(|_| unreachable!("hexadecimal digits are ASCII"))
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
        let none = HeaderMap::new();
        assert_eq!(choose(&none, 1, 2), "0000000000000001-2");
        assert_eq!(choose(&none, 0, 0), "0000000000000000-0");
        assert_eq!(
            choose(&none, u64::MAX, u64::MAX),
            "ffffffffffffffff-ffffffffffffffff"
        );
    }
}
