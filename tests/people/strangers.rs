//! Servers that refuse, that are something else, or that answer nonsense; and what a command sends to any of them.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    thread::{self, JoinHandle},
};

use crate::server::{Folder, Said, run, seatlock};

/// A server for one request, which it answers with these bytes.
struct Stranger {
    url: String,
    thread: JoinHandle<Heard>,
}

/// What a command sent.
struct Heard {
    head: Vec<String>,
    body: Vec<u8>,
}

impl Stranger {
    fn answers(answer: impl Into<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound port"));
        let answer = answer.into();
        let thread = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("the command asks");
            let mut reader = BufReader::new(stream.try_clone().expect("an open socket"));
            let lines = reader.by_ref().lines().map(|line| line.expect("a head"));
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let mut heard = Heard {
                head,
                body: Vec::new(),
            };
            if heard.header("expect").is_some() {
                stream
                    .write_all(b"HTTP/1.1 100 Continue\r\n\r\n")
                    .expect("it waits");
            }
            let length = heard
                .header("content-length")
                .map_or(0, |text| text.parse().expect("a length"));
            heard.body = vec![0; length];
            reader.read_exact(&mut heard.body).expect("all of the body");
            stream.write_all(&answer).expect("it listens");
            heard
        });
        Self { url, thread }
    }

    /// An answer of a server that speaks HTTP.
    fn says(status: &str, body: &str) -> Self {
        let length = body.len();
        Self::answers(format!(
            "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ))
    }

    /// Asks it, and gives what it heard.
    fn ask(self, arguments: &[&str], variables: &[(&str, &str)]) -> (Said, Heard) {
        let mut command = seatlock(arguments);
        command
            .env("SEATLOCK_SERVER", &self.url)
            .envs(variables.iter().copied());
        let said = run(&mut command);
        (said, self.thread.join().expect("it was asked"))
    }
}

impl Heard {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.iter().find_map(|line| {
            let (named, value) = line.split_once(": ")?;
            named.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

const NO_KEY: &str =
    r#"{"type":"/problems/api-key-missing","title":"This needs an API key","status":401}"#;
const CHARTS: &str = r#"{"charts":[]}"#;

#[test]
fn a_key_comes_from_the_environment_or_a_file_and_the_file_wins() {
    let folder = Folder::new("key-file");
    let file = folder.write("key", "sk_of_the_file\n");
    let by_file = &["chart", "list", "--key-file", &file][..];
    let by_environment = &["chart", "list"][..];
    let variables = &[("SEATLOCK_KEY", "sk_of_the_environment")][..];
    for (arguments, variables, expected) in [
        (by_environment, &[][..], None),
        (
            by_environment,
            variables,
            Some("Bearer sk_of_the_environment"),
        ),
        (by_file, variables, Some("Bearer sk_of_the_file")),
    ] {
        let (said, heard) = Stranger::says("200 OK", CHARTS).ask(arguments, variables);
        said.well();
        assert_eq!(heard.header("authorization"), expected);
    }
}

#[test]
fn what_is_no_key_is_neither_sent_nor_shown() {
    let folder = Folder::new("no-key");
    let file = folder.write("keys", "shop sales 0123secret\n");
    for (arguments, key) in [
        (&["chart", "list", "--key-file", &file][..], "sk_right"),
        (&["chart", "list"], "two words_secret"),
        (&["chart", "list"], ""),
    ] {
        let said = run(seatlock(arguments).env("SEATLOCK_KEY", key));
        let complaint = said.with_code(2);
        assert!(
            complaint.contains("must be an API key") && !complaint.contains("secret"),
            "{complaint}"
        );
    }
}

#[test]
fn who_needs_a_key_is_told_where_it_goes() {
    let (said, _) = Stranger::says("401 Unauthorized", NO_KEY).ask(&["event", "list"], &[]);
    let complaint = said.with_code(1);
    assert!(
        complaint.starts_with("error: This needs an API key."),
        "{complaint}"
    );
    assert!(
        complaint.contains("SEATLOCK_KEY or --key-file"),
        "{complaint}"
    );
}

#[test]
fn a_refusal_is_told_with_all_that_it_lists() {
    let problem = r#"{"type":"/problems/x","title":"Seats are not free","status":409,"detail":"Nothing was done.",
        "seats":[{"seat":"Stalls/A/1","status":"booked"},{"seat":"B/2","status":"held"}],"retry_after":7,
        "errors":[{"field":"best[0]","reason":"too \u001b[31mmany"}],"more":3,"new":"member"}"#;
    let (said, _) =
        Stranger::says("409 Conflict", problem).ask(&["event", "remove", "hamlet"], &[]);
    let expected = "\
error: Seats are not free: Nothing was done.
It may be asked again in 7 s.
FIELD    REASON
best[0]  too \\u{1b}[31mmany
and 3 more
SEAT        STATUS
Stalls/A/1  booked
B/2         held
";
    assert_eq!(said.with_code(1), expected);
}

#[test]
fn scripts_get_answers_and_refusals_as_they_are() {
    let (said, _) = Stranger::says("200 OK", CHARTS).ask(&["chart", "list", "--json"], &[]);
    assert_eq!(said.well(), format!("{CHARTS}\n"));
    let (said, _) =
        Stranger::says("401 Unauthorized", NO_KEY).ask(&["chart", "list", "--json"], &[]);
    assert_eq!(
        (said.code, said.out, said.errors),
        (Some(1), format!("{NO_KEY}\n"), String::new())
    );
}

#[test]
fn a_server_that_is_none_of_ours_is_said_to_be_none() {
    for (stranger, needle) in [
        (Stranger::says("502 Bad Gateway", "<html>"), "502"),
        (Stranger::says("200 OK", "<html>"), "not what was asked for"),
        (Stranger::says("301 Moved", ""), "301"),
        (
            Stranger::answers("SSH-2.0-x\r\n\r\n"),
            "http:// or https://",
        ),
        (Stranger::answers(""), "can't be reached"),
        (
            Stranger::answers("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"),
            "can't be reached",
        ),
    ] {
        let url = stranger.url.clone();
        let (said, _) = stranger.ask(&["chart", "list"], &[]);
        let complaint = said.with_code(2);
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert!(
            complaint.contains(needle) && complaint.contains(&url),
            "{complaint}"
        );
    }
}

#[test]
fn an_import_is_sent_as_it_is_once_the_server_lets_it_begin() {
    let folder = Folder::new("sent");
    let text = "# seats=1000\n";
    let file = folder.write("plain.csv", text);
    let (said, heard) =
        Stranger::says("200 OK", "{}").ask(&["chart", "import", "plain", &file], &[]);
    assert!(
        said.well().contains("replaced"),
        "nothing of progress where nobody looks"
    );
    assert_eq!(heard.head[0], "PUT /v1/charts/plain HTTP/1.1");
    assert_eq!(heard.header("content-type"), Some("text/csv"));
    assert_eq!(heard.header("expect"), Some("100-continue"));
    assert_eq!(heard.body, text.as_bytes());
}
