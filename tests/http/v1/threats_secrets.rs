//! Tokens and keys are in no log, no metric and no answer but the one that gives them out.

use rustix::process::Signal;
use seatlock::access::key::Role;
use serde_json::Value;

use super::shop::{Call, key, keys};
use crate::{
    process::{Process, seatlock},
    talk::{Reply, Talk},
};

/// Everything that a server says in a session in which about everything is asked, rightly and wrongly.
struct Session {
    talk: Talk,
    /// Answers that must have no secret in them.
    said: Vec<u8>,
    secrets: Vec<String>,
}

impl Session {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        let reply = call.over(&mut self.talk);
        self.said.extend_from_slice(format!("{reply:?}").as_bytes());
        self.said.extend_from_slice(&reply.body);
        reply
    }

    fn admin(&mut self, method: &str, path: &str, body: &str) {
        let admin = key(Role::Admin);
        let reply = self.call(&Call {
            method,
            path,
            key: Some(&admin),
            headers: vec![],
            body,
        });
        assert!(matches!(reply.status, 200 | 201), "{reply:?}");
    }

    /// Makes a hold. The answer is the one that may have a secret in it, its token, and is not kept.
    fn hold(&mut self, body: &str) -> (String, String) {
        let sales = key(Role::Sales);
        let reply = Call {
            method: "POST",
            path: "/v1/events/finale/holds",
            key: Some(&sales),
            headers: vec![("idempotency-key", "secret-session")],
            body,
        }
        .over(&mut self.talk);
        assert_eq!(reply.status, 201, "{reply:?}");
        let json = reply.json();
        let text = |field: &str| match &json[field] {
            Value::String(text) => text.clone(),
            other => panic!("{field} is {other}"),
        };
        (text("id"), text("token"))
    }

    /// Uses the hold in each way, with the token in the header and in the body, also where it is wrong.
    fn use_in_each_way(&mut self, id: &str, token: &str) {
        let sales = key(Role::Sales);
        let stray = format!(r#"{{"token":"{token}","tokenn":1}}"#);
        let broken = format!(r#"{{"token":"{token}"#);
        let good = format!(r#"{{"token":"{token}"}}"#);
        let wrong = format!(r#"{{"token":"{}"}}"#, "0".repeat(32));
        for way in [
            "extend",
            "pay",
            "add",
            "give-back",
            "confirm",
            "confirm",
            "release",
        ] {
            let path = format!("/v1/holds/{id}/{way}");
            for body in [&stray, &broken, &good, &wrong] {
                self.call(&Call {
                    method: "POST",
                    path: &path,
                    key: Some(&sales),
                    headers: vec![],
                    body,
                });
            }
            for api_key in ["sk_wrong", &sales, &key(Role::Public)] {
                self.call(&Call {
                    method: "POST",
                    path: &path,
                    key: Some(api_key),
                    headers: vec![("seatlock-token", token), ("idempotency-key", token)],
                    ..Call::default()
                });
            }
        }
        let path = format!("/v1/holds/{id}");
        for method in ["GET", "PUT", "DELETE"] {
            self.call(&Call {
                method,
                path: &path,
                key: Some(&sales),
                headers: vec![("seatlock-token", token)],
                ..Call::default()
            });
        }
    }
}

/// A session, and the log of it at the most talkative.
fn session() -> (Session, String) {
    let mut command = seatlock(&["--listen", "127.0.0.1:0", "--log", "trace"]);
    command.env("SEATLOCK_KEYS", keys().replace('\n', ";"));
    let process = Process::start(command);
    let mut session = Session {
        talk: Talk::to(process.address),
        said: Vec::new(),
        secrets: Role::ALL.map(key).into(),
    };
    session.admin("PUT", "/v1/charts/arena", r#"{"seats":20}"#);
    session.admin(
        "PUT",
        "/v1/events/finale",
        r#"{"chart":"arena","title":"Finale","state":"open"}"#,
    );
    let (id, token) = session.hold(r#"{"user":"ada","best":[{"quantity":2}]}"#);
    session.use_in_each_way(&id, &token);
    session.secrets.push(token);
    for path in [
        "/metrics",
        "/v1/events/finale",
        "/v1/events",
        "/openapi.json",
    ] {
        let reply = session.call(&Call {
            method: "GET",
            path,
            ..Call::default()
        });
        assert_eq!(reply.status, 200, "{path}");
    }
    process.signal(Signal::TERM);
    let (status, log) = process.ended();
    assert!(status.success(), "{log}");
    (session, log)
}

#[test]
fn no_secret_is_in_the_log_in_metrics_or_in_answers() {
    let (session, log) = session();
    assert!(
        log.contains("/v1/holds/"),
        "the log tells of the session: {log}"
    );
    let said = String::from_utf8_lossy(&session.said);
    assert!(said.contains("/problems/"), "there were refusals");
    for secret in &session.secrets {
        assert!(!log.contains(&**secret), "in the log");
        assert!(!said.contains(&**secret), "in an answer");
    }
}
