//! Requests that two parsers may read differently. A proxy in front that sees one request where the server sees two
//! hands somebody else's request to whoever comes next on the connection (RFC 9112, section 11.2). So each of these
//! must be refused, its connection closed, or be read as exactly one request; where there are two framings, nothing more
//! may be read from the connection.
//!
//! Each is followed by an honest request on the same connection. Whatever could be smuggled asks for `/echo/smuggled`:
//! that must never be answered as a request of its own.

use crate::{
    apps::{echo, patient},
    talk::Host,
};

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Answered 4xx or 5xx, and nothing after it on this connection.
    Refused,
    /// Answered with this status as one request, and nothing after it on this connection.
    Last(u16),
    /// Answered with this status as one request, and the next one is answered, too.
    One(u16),
}

use Fate::{Last, One, Refused};

const SMUGGLED: &str = "GET /echo/smuggled HTTP/1.1\r\nhost: x\r\n\r\n";
const SECOND: &str = "GET /echo/second HTTP/1.1\r\nhost: x\r\n\r\n";

/// Two framings at once, or one that is not clear. Of a length and chunks together the chunks count, and the connection
/// ends: RFC 9112, section 6.3.
const FRAMING: &[(&str, Fate)] = &[
    (
        "content-length: 43\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        Last(200),
    ),
    (
        "transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\n",
        Last(200),
    ),
    ("content-length: 0\r\ncontent-length: 43\r\n\r\n", Refused),
    ("content-length: 43\r\ncontent-length: 0\r\n\r\n", Refused),
    ("content-length: 0, 43\r\n\r\n", Refused),
    ("content-length: +0\r\n\r\n", Refused),
    ("content-length: -1\r\n\r\n", Refused),
    ("content-length: 0x2b\r\n\r\n", Refused),
    ("content-length: 4 3\r\n\r\n", Refused),
    ("content-length: 1e1\r\n\r\n", Refused),
    ("content-length:\r\n\r\n", Refused),
    ("content-length: 18446744073709551616\r\n\r\n", Refused),
    ("content-length: 99999999999999999999999\r\n\r\n", Refused),
    ("transfer-encoding: identity\r\n\r\n", Refused),
    ("transfer-encoding: gzip\r\n\r\n", Refused),
    (
        "transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        Refused,
    ),
    ("transfer-encoding: xchunked\r\n\r\n0\r\n\r\n", Refused),
    ("transfer-encoding: \"chunked\"\r\n\r\n0\r\n\r\n", Refused),
    (
        "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n",
        Refused,
    ),
    ("transfer-encoding:\u{b}chunked\r\n\r\n0\r\n\r\n", Refused),
    ("transfer-encoding\u{0}: chunked\r\n\r\n0\r\n\r\n", Refused),
];

/// Heads that are not built as they should be.
const HEADS: &[(&str, Fate)] = &[
    ("transfer-encoding : chunked\r\n\r\n0\r\n\r\n", Refused),
    ("content-length : 43\r\n\r\n", Refused),
    (" content-length: 43\r\n\r\n", Refused),
    ("x: y\r\n content-length: 43\r\n\r\n", Refused),
    ("transfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n", Refused),
    ("x: y\rcontent-length: 43\r\n\r\n", Refused),
    ("x: y\u{0}\r\n\r\n", Refused),
    (": y\r\n\r\n", Refused),
    ("content-length\r\n\r\n", Refused),
    ("con\u{7f}tent-length: 43\r\n\r\n", Refused),
    ("content_length: 43\r\ncontent-length: 0\r\n\r\n", One(200)),
];

/// Chunked bodies that are not built as they should be.
const CHUNKS: &[(&str, Fate)] = &[
    ("g\r\n\r\n", Refused),
    ("-1\r\n\r\n", Refused),
    ("0x1\r\na\r\n0\r\n\r\n", Refused),
    ("ffffffffffffffff\r\na\r\n0\r\n\r\n", Refused),
    ("10000000000000001\r\na\r\n0\r\n\r\n", Refused),
    ("1\r\nab\r\n0\r\n\r\n", Refused),
    ("1\r\na0\r\n\r\n", Refused),
    ("\r\n0\r\n\r\n", Refused),
    ("1;a=\nb\r\na\r\n0\r\n\r\n", Refused),
    ("1 \r\na\r\n0\r\n\r\n", One(200)),
    ("1;name=\"0\"\r\na\r\n0\r\n\r\n", One(200)),
    ("00001\r\na\r\n000\r\n\r\n", One(200)),
    ("1\r\na\r\n0\r\ncontent-length: 43\r\n\r\n", One(200)),
];

/// First lines that are not as they should be. What follows `\n` is a head with an empty body.
const LINES: &[(&str, Fate)] = &[
    ("GET  /echo/first HTTP/1.1", Refused),
    ("GET /echo/first  HTTP/1.1", Refused),
    ("GET\t/echo/first\tHTTP/1.1", Refused),
    ("GET /echo/fi rst HTTP/1.1", Refused),
    ("GET /echo/first HTTP/1.1 ", Refused),
    ("GET /echo/first HTTP/1.10", Refused),
    ("GET /echo/first http/1.1", Refused),
    ("GET /echo/first", Refused),
    ("G@T /echo/first HTTP/1.1", Refused),
    ("GET http://other/echo/first HTTP/1.1", One(200)),
    ("GET //other/echo/first HTTP/1.1", One(404)),
    ("GET /echo/..%2f..%2fsmuggled HTTP/1.1", One(200)),
    ("OPTIONS * HTTP/1.1", One(404)),
];

/// The statuses and bodies of all answers in `bytes`.
fn answers(mut bytes: &[u8]) -> Vec<(u16, String)> {
    let mut answers = Vec::new();
    while let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let status = head.split(' ').nth(1).and_then(|text| text.parse().ok());
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |text| text.parse().expect("a length"));
        let body = &bytes[end + 4..end + 4 + length];
        answers.push((
            status.expect("a status"),
            String::from_utf8_lossy(body).into_owned(),
        ));
        bytes = &bytes[end + 4 + length..];
    }
    assert_eq!(bytes, b"", "after {answers:?}");
    answers
}

fn fate(host: &Host, request: &str) -> Fate {
    let mut talk = host.talk();
    // Refused in the middle of it, the server may not take all of it.
    let _ = talk.try_say(format!("{request}{SECOND}"));
    let _ = talk.end();
    let answers = answers(&talk.rest());
    assert!(
        answers.iter().all(|(_, body)| body != "smuggled"),
        "{request:?}: {answers:?}"
    );
    match answers.as_slice() {
        [(400.., _)] => Refused,
        [(status, _)] => Last(*status),
        [(status, _), (200, second)] if second == "second" => One(*status),
        _ => panic!("{request:?} is read as {answers:?}"),
    }
}

fn check(request_of: impl Fn(&str) -> String, table: &[(&str, Fate)]) {
    let host = Host::start(echo(), patient());
    let wrong: Vec<String> = table
        .iter()
        .map(|(vector, expected)| (request_of(vector), expected))
        .map(|(request, expected)| (fate(&host, &request), request, expected))
        .filter(|(fate, _, expected)| fate != *expected)
        .map(|(fate, request, expected)| format!("{request:?} is {fate:?}, not {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn two_framings_or_an_unclear_one_end_the_connection() {
    check(
        |framing| format!("POST /echo HTTP/1.1\r\nhost: x\r\n{framing}{SMUGGLED}"),
        FRAMING,
    );
}

#[test]
fn headers_that_are_not_headers_are_refused() {
    check(
        |head| format!("POST /echo HTTP/1.1\r\nhost: x\r\n{head}"),
        HEADS,
    );
}

#[test]
fn chunks_that_are_not_chunks_are_refused() {
    let head = "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    check(|chunks| format!("{head}{chunks}"), CHUNKS);
}

#[test]
fn first_lines_that_can_be_read_in_two_ways_are_refused() {
    check(|line| format!("{line}\r\nhost: x\r\n\r\n"), LINES);
}

#[test]
fn lines_that_end_in_a_line_feed_alone_end_there() {
    let host = Host::start(echo(), patient());
    for (request, expected) in [
        ("GET /echo/first HTTP/1.1\nhost: x\n\n", One(200)),
        (
            "POST /echo HTTP/1.1\nhost: x\ncontent-length: 1\n\na",
            One(200),
        ),
        (
            "POST /echo HTTP/1.1\r\nhost: x\ncontent-length: 1\r\n\na",
            One(200),
        ),
    ] {
        assert_eq!(fate(&host, request), expected, "{request:?}");
    }
}
