//! How long a connection may keep us waiting, as a value: it is told what passed and what time it is, and reads
//! no clock itself.

use std::time::Duration;

use tokio::time::Instant;

use super::{ServerConfig, wire::Traffic};

/// Whom a connection waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    /// For the rest of a request's head; at the start of a connection, for all of it.
    Head,
    /// For the first byte of the next request.
    Request,
    /// For the client to take its answers.
    Reader,
    /// For our own answer. A body that is still coming in is watched where it is read.
    Answer,
}

/// The deadline of a connection.
#[derive(Debug)]
pub(super) struct Patience {
    waiting: Waiting,
    deadline: Option<Instant>,
    seen: Traffic,
    /// Bytes sent when the present write window began.
    window_sent: usize,
    head_timeout: Duration,
    idle_timeout: Duration,
    write_timeout: Duration,
    write_bytes_min: usize,
}

impl Patience {
    /// For a connection that begins at `now`.
    pub(super) fn new(config: &ServerConfig, now: Instant) -> Self {
        Self {
            waiting: Waiting::Head,
            deadline: Some(now + config.head_timeout),
            seen: Traffic::default(),
            window_sent: 0,
            head_timeout: config.head_timeout,
            idle_timeout: config.idle_timeout,
            write_timeout: config.write_timeout,
            write_bytes_min: config.write_bytes_min,
        }
    }

    /// When [`Patience::is_over`] is worth asking next; never while we wait for ourselves.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Takes note of what has passed by the end of a turn.
    pub(super) fn observe(&mut self, traffic: Traffic, now: Instant) {
        let next = self.waits_for(traffic);
        let answered = next == Waiting::Request && traffic.requests != self.seen.requests;
        self.seen = traffic;
        if next != self.waiting || answered {
            self.waiting = next;
            self.window_sent = traffic.sent;
            self.deadline = self.timeout().map(|timeout| now + timeout);
        }
    }

    /// Whether the connection has used up its time. A reader that took enough since its window began gets another.
    pub(super) fn is_over(&mut self, now: Instant) -> bool {
        if self.deadline.is_none_or(|deadline| now < deadline) {
            return false;
        }
        let taken = self.seen.sent.wrapping_sub(self.window_sent);
        if self.waiting == Waiting::Reader && taken >= self.write_bytes_min {
            self.window_sent = self.seen.sent;
            self.deadline = Some(now + self.write_timeout);
            return false;
        }
        true
    }

    /// Bytes that came in and completed no head are the beginning of the next one. Bytes that came in together
    /// with a complete head are not looked at: if they are the beginning of another, its time runs from the next
    /// byte, and until then the connection counts as idle.
    fn waits_for(&self, traffic: Traffic) -> Waiting {
        if traffic.blocked {
            Waiting::Reader
        } else if traffic.working {
            Waiting::Answer
        } else if traffic.requests != self.seen.requests {
            Waiting::Request
        } else if traffic.received != self.seen.received || self.waiting == Waiting::Head {
            Waiting::Head
        } else {
            Waiting::Request
        }
    }

    fn timeout(&self) -> Option<Duration> {
        match self.waiting {
            Waiting::Head => Some(self.head_timeout),
            Waiting::Request => Some(self.idle_timeout),
            Waiting::Reader => Some(self.write_timeout),
            Waiting::Answer => None,
        }
    }
}
