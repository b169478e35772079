//! Asks nodes over HTTP, one call at a time, and knows of each attempt whether it can have been carried out.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::http::client::{Answer, Connection, Request};

/// A request that can be sent again, to any node.
#[derive(Debug, Clone, Default)]
pub(super) struct Call {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) token: Option<String>,
    pub(super) key: Option<String>,
    pub(super) body: String,
}

/// What came of one attempt.
#[derive(Debug)]
pub(super) enum Attempt {
    /// It was never sent, or was turned away: nothing was done.
    Nothing,
    /// Nobody knows whether it was done, now or later.
    Unknown,
    Answered(Answer),
}

/// Connections to all nodes, each opened when it is needed.
#[derive(Debug)]
pub(super) struct Caller {
    lines: Vec<(SocketAddr, Option<Connection>)>,
    timeout: Duration,
    started: Instant,
}

/// Kinds of problems after which nothing was done, and which time may solve.
const TURNED_AWAY: [&str; 4] = ["busy", "ledger-full", "idempotency-key-in-use", "no-owner"];

impl Caller {
    /// One that waits so long for each part of an answer, and measures from `started`.
    pub(super) fn new(nodes: &[SocketAddr], timeout: Duration, started: Instant) -> Self {
        Self {
            lines: nodes.iter().map(|node| (*node, None)).collect(),
            timeout,
            started,
        }
    }

    pub(super) fn nodes(&self) -> usize {
        self.lines.len()
    }

    /// Nanoseconds of the run.
    pub(super) fn now(&self) -> u64 {
        nanos(self.started.elapsed())
    }

    /// Makes one attempt at the node of this number.
    pub(super) fn attempt(&mut self, node: usize, call: &Call) -> Attempt {
        let (address, line) = &mut self.lines[node];
        let mut connection = match line.take() {
            Some(connection) => connection,
            None => match Connection::open_within(*address, self.timeout) {
                Ok(connection) => connection,
                Err(_) => return Attempt::Nothing,
            },
        };
        let mut headers = Vec::new();
        headers.extend(
            call.token
                .iter()
                .map(|token| ("seatlock-token", token.as_str())),
        );
        headers.extend(call.key.iter().map(|key| ("idempotency-key", key.as_str())));
        let answer = connection.send(&Request {
            method: call.method,
            path: &call.path,
            headers: &headers,
            body: &call.body,
        });
        let Ok(answer) = answer else {
            return Attempt::Unknown;
        };
        if !answer.closes {
            *line = Some(connection);
        }
        judged(answer)
    }
}

fn judged(answer: Answer) -> Attempt {
    match answer.status {
        // Turned away by who is not, or no longer, the owner.
        421 => Attempt::Nothing,
        409 | 503 if is_of_kind(&answer, &TURNED_AWAY) => Attempt::Nothing,
        500.. => Attempt::Unknown,
        _ => Attempt::Answered(answer),
    }
}

/// Whether an answer is a problem of one of these kinds.
pub(super) fn is_of_kind(answer: &Answer, kinds: &[&str]) -> bool {
    let problem = json(answer);
    let kind = problem["type"].as_str().unwrap_or_default();
    let kind = kind.strip_prefix("/problems/");
    kinds.iter().any(|known| kind == Some(known))
}

/// The body, as far as it is JSON.
pub(super) fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// A span in nanoseconds.
pub(super) fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, kind: &str) -> Attempt {
        judged(Answer {
            status,
            lsn: None,
            is_replayed: false,
            node: None,
            body: format!(r#"{{"type":"/problems/{kind}"}}"#).into_bytes(),
            closes: false,
        })
    }

    #[test]
    fn only_what_was_turned_away_was_surely_not_done() {
        for (status, kind) in [
            (503, "busy"),
            (503, "ledger-full"),
            (409, "idempotency-key-in-use"),
            (421, "not-the-owner"),
        ] {
            assert!(matches!(answered(status, kind), Attempt::Nothing), "{kind}");
        }
        for (status, kind) in [
            (503, "unknown-outcome"),
            (503, "took-too-long"),
            (503, "something new"),
            (502, ""),
            (500, "our-fault"),
        ] {
            assert!(matches!(answered(status, kind), Attempt::Unknown), "{kind}");
        }
        for (status, kind) in [(409, "seats-taken"), (410, "hold-ended"), (201, "")] {
            assert!(
                matches!(answered(status, kind), Attempt::Answered(_)),
                "{kind}"
            );
        }
    }
}
