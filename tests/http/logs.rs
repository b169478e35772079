//! What is logged, and what never is.

use rustix::process::Signal;
use serde_json::Value;

use crate::{
    process::{Process, seatlock},
    talk::Talk,
};

/// Runs a server that logs as `arguments` say, lets `ask` talk to it, and gives the log.
fn log_of(arguments: &[&str], ask: impl FnOnce(&mut Talk)) -> String {
    let process = Process::start(seatlock(
        &[&["--listen", "127.0.0.1:0"], arguments].concat(),
    ));
    let mut talk = Talk::to(process.address);
    ask(&mut talk);
    process.signal(Signal::TERM);
    let (status, log) = process.ended();
    assert!(status.success(), "{log}");
    log
}

#[test]
fn for_machines_each_line_is_json_from_the_start_to_the_stop() {
    let log = log_of(&["--log-format", "json", "--log", "debug"], |talk| {
        talk.say("POST /lock/1?user=ada HTTP/1.1\r\nhost: x\r\nx-request-id: abc-1\r\n\r\n");
        assert_eq!(talk.reply().status, 200);
    });
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line} is no JSON")))
        .collect();
    let said = |message: &str| lines.iter().find(|line| line["message"] == message);
    assert!(
        said("started").is_some_and(|line| line["seats"] == 10),
        "{log}"
    );
    assert!(said("stopped").is_some(), "{log}");
    let answered = said("answered").expect("a line a request");
    assert_eq!(answered["status"], 200);
    let span = &answered["span"];
    assert_eq!(
        (&span["id"], &span["method"], &span["path"]),
        (&"abc-1".into(), &"POST".into(), &"/lock/1".into()),
        "{log}"
    );
}

#[test]
fn requests_are_logged_at_debug_alone_and_users_never() {
    let ask = |talk: &mut Talk| assert_eq!(talk.ask("POST", "/lock/1?user=ada").status, 200);
    assert!(!log_of(&[], ask).contains("/lock/1"));
    let log = log_of(&["--log", "trace"], ask);
    assert!(log.contains("/lock/1") && !log.contains("ada"), "{log}");
}

#[test]
fn below_v1_each_answer_carries_the_id_of_its_request() {
    log_of(&["--log", "off"], |talk| {
        let mut seen = Vec::new();
        for _ in 0..3 {
            let reply = talk.ask("GET", "/v1/nothing");
            seen.push(reply.header("x-request-id").expect("an id").to_owned());
        }
        seen.dedup();
        assert_eq!(seen.len(), 3, "{seen:?}");
        talk.say("GET /v1/nothing HTTP/1.1\r\nhost: x\r\nx-request-id: mine\r\n\r\n");
        assert_eq!(talk.reply().header("x-request-id"), Some("mine"));
        talk.say("GET /v1/nothing HTTP/1.1\r\nhost: x\r\nx-request-id: not mine\r\n\r\n");
        assert_ne!(talk.reply().header("x-request-id"), Some("not mine"));
        assert_eq!(talk.ask("GET", "/seats").header("x-request-id"), None);
    });
}
