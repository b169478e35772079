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

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A connection that is told what passes, second by second.
    struct Connection {
        patience: Patience,
        traffic: Traffic,
        now: Instant,
    }

    impl Connection {
        fn begin() -> Self {
            let config = ServerConfig {
                head_timeout: 5 * SECOND,
                idle_timeout: 75 * SECOND,
                write_timeout: 10 * SECOND,
                write_bytes_min: 1_000,
                ..ServerConfig::default()
            };
            let now = Instant::now();
            Self {
                patience: Patience::new(&config, now),
                traffic: Traffic::default(),
                now,
            }
        }

        /// A second passes, at whose end `change` has happened; whether the connection's time is over then.
        fn second(&mut self, change: impl FnOnce(&mut Traffic)) -> bool {
            self.now += SECOND;
            change(&mut self.traffic);
            self.patience.observe(self.traffic, self.now);
            self.patience.is_over(self.now)
        }

        /// The seconds until the connection's time is over, if `change` happens in each of them.
        fn lasts(&mut self, change: impl Fn(&mut Traffic)) -> u32 {
            let over = (1..=1_000).find(|_| self.second(&change));
            over.expect("some patience, not all the time in the world")
        }
    }

    fn nothing(_traffic: &mut Traffic) {}

    fn part_of_a_head(traffic: &mut Traffic) {
        traffic.received += 1;
    }

    fn request_and_answer(traffic: &mut Traffic) {
        traffic.received += 100;
        traffic.requests += 1;
        traffic.sent += 100;
    }

    #[test]
    fn a_head_has_its_time_from_the_beginning_however_it_drips_in() {
        assert_eq!(Connection::begin().lasts(nothing), 5);
        assert_eq!(Connection::begin().lasts(part_of_a_head), 5);
        let mut used = Connection::begin();
        assert!(!used.second(request_and_answer));
        assert!(!used.second(part_of_a_head));
        assert_eq!(used.lasts(nothing), 5);
        let mut used = Connection::begin();
        assert!(!used.second(request_and_answer));
        assert!(!used.second(part_of_a_head));
        assert_eq!(used.lasts(part_of_a_head), 5);
    }

    #[test]
    fn idle_time_runs_from_the_last_answer() {
        let mut connection = Connection::begin();
        for _ in 0..100 {
            assert!(!connection.second(request_and_answer));
        }
        assert_eq!(connection.lasts(nothing), 75);
    }

    #[test]
    fn nobody_is_blamed_for_the_time_that_an_answer_takes() {
        let mut connection = Connection::begin();
        connection.second(|traffic| {
            traffic.requests += 1;
            traffic.working = true;
        });
        for _ in 0..1_000 {
            assert!(!connection.second(part_of_a_head));
        }
        assert_eq!(connection.patience.deadline(), None);
        connection.second(|traffic| traffic.working = false);
        assert_eq!(connection.lasts(nothing), 75);
    }

    #[test]
    fn a_reader_lives_on_what_he_takes() {
        let blocked = |bytes: usize| {
            let mut connection = Connection::begin();
            connection.second(|traffic| {
                request_and_answer(traffic);
                traffic.blocked = true;
            });
            (0..100).find(|_| connection.second(|traffic| traffic.sent += bytes))
        };
        assert_eq!(blocked(0), Some(9));
        assert_eq!(blocked(99), Some(9));
        assert_eq!(blocked(100), None, "1,000 bytes in 10 seconds are enough");
    }

    #[test]
    fn a_reader_who_catches_up_is_idle_again() {
        let mut connection = Connection::begin();
        connection.second(|traffic| {
            request_and_answer(traffic);
            traffic.blocked = true;
        });
        connection.second(|traffic| traffic.blocked = false);
        assert_eq!(connection.lasts(nothing), 75);
    }
}
