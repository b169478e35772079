//! API keys over the binary itself: who gets in, and what is said about it.

use rustix::process::Signal;
use seatlock::access::key::{Key, Role};

use crate::{
    folder::Folder,
    process::{Process, seatlock},
    talk::{Reply, Talk},
};

fn key(role: Role) -> Key {
    Key::make([role as u8 + 1; 32])
}

/// The lines of a key file, one for each role.
fn lines() -> Vec<String> {
    let line = |role: Role| format!("{0} {0} {1}", role.name(), key(role).hash());
    Role::ALL.map(line).to_vec()
}

fn ask(talk: &mut Talk, target: &str, key: Option<&Key>) -> Reply {
    let line = key.map_or(String::new(), |key| {
        format!("authorization: Bearer {}\r\n", key.text())
    });
    talk.say(format!("POST {target} HTTP/1.1\r\nhost: x\r\n{line}\r\n"));
    talk.reply()
}

#[test]
fn with_keys_the_world_may_reach_it_and_each_role_does_its_own() {
    let folder = Folder::new("keys");
    let file = folder.write("keys", &lines().join("\n"));
    let mut command = seatlock(&["--listen", "0.0.0.0:0", "--log", "trace", "--key-file"]);
    command.arg(file);
    let process = Process::start(command);
    let mut talk = Talk::to(([127, 0, 0, 1], process.address.port()).into());
    let reply = ask(&mut talk, "/lock/1", None);
    assert_eq!(
        (reply.status, reply.header("www-authenticate")),
        (401, Some("Bearer realm=\"seatlock\""))
    );
    assert_eq!(
        ask(&mut talk, "/lock/1", Some(&Key::make([99; 32]))).status,
        401
    );
    assert_eq!(
        ask(&mut talk, "/lock/1", Some(&key(Role::Public))).status,
        403
    );
    assert_eq!(
        ask(&mut talk, "/lock/1", Some(&key(Role::Sales))).status,
        200
    );
    assert_eq!(
        ask(&mut talk, "/unlock/1", Some(&key(Role::Sales))).status,
        403
    );
    assert_eq!(
        ask(&mut talk, "/unlock/1", Some(&key(Role::Admin))).status,
        200
    );
    assert_eq!(talk.ask("GET", "/seats").status, 200);
    let metrics = String::from_utf8(talk.ask("GET", "/metrics").body).expect("UTF-8");
    process.signal(Signal::TERM);
    let (status, log) = process.ended();
    assert!(status.success() && !log.contains("no API key"), "{log}");
    assert_no_secrets(&log);
    assert_no_secrets(&metrics);
}

fn assert_no_secrets(text: &str) {
    for role in Role::ALL {
        for secret in [key(role).text(), &key(role).hash().to_string()] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[test]
fn keys_can_come_from_the_environment_and_a_rate_is_kept() {
    let mut command = seatlock(&["--listen", "127.0.0.1:0", "--rate-per-client", "1/3"]);
    command.env("SEATLOCK_KEYS", lines().join(";"));
    let process = Process::start(command);
    let mut talk = Talk::to(process.address);
    let statuses: Vec<u16> = (0..20)
        .map(|_| ask(&mut talk, "/lock/1", None).status)
        .collect();
    assert_eq!(statuses[..3], [401; 3]);
    assert!(statuses[3..].contains(&429), "{statuses:?}");
    let refused = (0..20).map(|_| ask(&mut talk, "/lock/1", None));
    let refused: Vec<Reply> = refused.filter(|reply| reply.status == 429).collect();
    assert!(
        refused
            .iter()
            .all(|reply| reply.header("retry-after") == Some("1"))
    );
    assert_eq!(
        ask(&mut talk, "/lock/1", Some(&key(Role::Sales))).status,
        200
    );
}

#[test]
fn keys_that_are_wrong_missing_or_in_two_places_stop_the_start() {
    let folder = Folder::new("keys-wrong");
    let good = folder.write("good", &lines().join("\n"));
    let bad = folder.write("bad", "shop sales 12\nshop king 34\n");
    let missing = folder.path("missing");
    let complaint = |file, variable: Option<&str>| {
        let mut command = seatlock(&["--listen", "127.0.0.1:0", "--key-file"]);
        command.arg(file);
        if let Some(text) = variable {
            command.env("SEATLOCK_KEYS", text);
        }
        let output = command.output().expect("the binary runs");
        assert_eq!(output.status.code(), Some(2));
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            text.lines().all(|line| line.starts_with("error: ")),
            "{text}"
        );
        text
    };
    let text = complaint(&bad, None);
    assert!(
        text.contains("bad line 1: ") && text.contains("bad line 2: "),
        "{text}"
    );
    assert!(complaint(&missing, None).contains("missing can't be read"));
    let text = complaint(&good, Some(&lines().join(";")));
    assert!(
        text.contains("one of the two must go") && text.contains("SEATLOCK_KEYS"),
        "{text}"
    );
}
