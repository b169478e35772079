//! A connection's thread: plays calls and notes when each was sent and answered.

use std::{
    collections::HashMap,
    io,
    sync::{
        Barrier,
        atomic::{AtomicBool, AtomicU32, Ordering},
        mpsc::SyncSender,
    },
    time::Instant,
};

use rand::{RngExt, SeedableRng, rngs::SmallRng};
use serde_json::Value;

use super::{
    HttpPlan,
    client::{Answer, Connection},
    model::{Ask, Reply, SeatCall},
};
use crate::{
    latency::{Book, Ended},
    linear::Span,
    plan::{mix::Action, skew::Draw},
};

/// The kinds of calls, in the order of the book.
pub const KINDS: &[&str] = &["lock", "confirm", "unlock", "read"];

/// Calls that each connection plays between two moments at which none is under way.
pub const CALLS_A_ROUND: u64 = 48;

/// Seats of which one listing is checked: it shows all, and each of them costs the checker as much as a call.
const LOOKS: usize = 4;

/// Every so many seats one is never unlocked, so that its locks expire.
const LEFT_TO_EXPIRE: u32 = 3;

/// A call of one seat. A listing is one of each seat that it is checked for.
#[derive(Debug, Clone)]
pub struct Noted {
    /// Which seat, counted from zero.
    pub seat: u32,
    /// What and when.
    pub span: Span<SeatCall>,
}

/// What the connections and the judge share.
#[derive(Debug)]
pub struct Court {
    /// Where the clock of all calls begins.
    pub started: Instant,
    /// All connections meet here between two rounds.
    pub between_rounds: Barrier,
    /// Whether the round that begins is played.
    pub goes_on: AtomicBool,
    /// Whether it is enough.
    pub stop: AtomicBool,
    /// How many seats may be booked by now: the API cannot unbook, so they are spread over the run.
    pub bookable: AtomicU32,
}

impl Court {
    /// A court for so many connections, whose clock begins now.
    pub fn new(connections: u32) -> Self {
        Self {
            started: Instant::now(),
            between_rounds: Barrier::new(connections as usize),
            goes_on: AtomicBool::new(false),
            stop: AtomicBool::new(false),
            bookable: AtomicU32::new(0),
        }
    }
}

/// A connection's state.
pub struct Worker<'r> {
    plan: &'r HttpPlan,
    host: &'r str,
    court: &'r Court,
    draw: Draw,
    rng: SmallRng,
    connection: Connection,
    /// The users of this connection, by number: from the first on, so many.
    users: (u32, u32),
    book: Book,
}

impl<'r> Worker<'r> {
    /// Connection number `line`.
    pub fn open(
        plan: &'r HttpPlan,
        host: &'r str,
        court: &'r Court,
        seats: u32,
        line: u32,
    ) -> io::Result<Self> {
        let users = plan.users.div_ceil(plan.connections).max(1);
        Ok(Self {
            plan,
            host,
            court,
            draw: plan.skew.over(seats),
            rng: SmallRng::seed_from_u64(plan.seed.wrapping_add(u64::from(line))),
            connection: Connection::open(host)?,
            users: (1 + line * users, users),
            book: Book::new(KINDS),
        })
    }

    /// Plays rounds until it is enough. Whatever happens, it comes to every meeting: the others would wait for ever.
    pub fn run(mut self, notes: &SyncSender<Vec<Noted>>) -> Result<Book, String> {
        let mut trouble = None;
        loop {
            // Relaxed throughout: the barrier orders these.
            if self.court.between_rounds.wait().is_leader() {
                self.court
                    .goes_on
                    .store(!self.court.stop.load(Ordering::Relaxed), Ordering::Relaxed);
            }
            self.court.between_rounds.wait();
            if !self.court.goes_on.load(Ordering::Relaxed) {
                break;
            }
            let mut round = Vec::new();
            for _ in 0..CALLS_A_ROUND {
                if trouble.is_none()
                    && let Err(what) = self.play(&mut round)
                {
                    trouble = Some(what);
                }
            }
            if trouble.is_some() || notes.send(round).is_err() {
                self.court.stop.store(true, Ordering::Relaxed);
            }
        }
        trouble.map_or(Ok(self.book), Err)
    }

    fn play(&mut self, round: &mut Vec<Noted>) -> Result<(), String> {
        let seat = self.draw.seat(&mut self.rng).get();
        let user = self.users.0 + self.rng.random_range(0..self.users.1);
        match self.plan.mix.draw(&mut self.rng) {
            Action::Read => self.list(round),
            Action::Confirm => {
                // User 0 never locks: his confirm is refused, or finds a lock expired.
                let may_book = seat < self.court.bookable.load(Ordering::Relaxed);
                let user = if may_book { user } else { 0 };
                self.ask(
                    seat,
                    Ask::Confirm { user },
                    &format!("/confirm/{}?user=u{user}", seat + 1),
                    1,
                    round,
                )
            }
            Action::Release if !seat.is_multiple_of(LEFT_TO_EXPIRE) => self.ask(
                seat,
                Ask::Unlock,
                &format!("/unlock/{}", seat + 1),
                2,
                round,
            ),
            _ => self.ask(
                seat,
                Ask::Lock { user },
                &format!("/lock/{}?user=u{user}", seat + 1),
                0,
                round,
            ),
        }
    }

    fn ask(
        &mut self,
        seat: u32,
        ask: Ask,
        path: &str,
        kind: usize,
        round: &mut Vec<Noted>,
    ) -> Result<(), String> {
        let (answer, mut span) = self.call("POST", path, ask)?;
        if let Some(answer) = &answer {
            let reply = reply_of(answer.status).ok_or_else(|| {
                format!(
                    "POST {path} was answered {}, which the small API does not know",
                    answer.status
                )
            })?;
            span.call.reply = Some(reply);
            span.call.lsn = answer.lsn;
        }
        self.count(kind, &span);
        round.push(Noted { seat, span });
        Ok(())
    }

    /// Reads the listing, and notes some of its seats.
    fn list(&mut self, round: &mut Vec<Noted>) -> Result<(), String> {
        let (answer, mut span) = self.call("GET", "/seats", Ask::Look)?;
        if let Some(answer) = &answer {
            let shown = listing(&answer.body)?;
            for _ in 0..LOOKS {
                let seat = self.draw.seat(&mut self.rng).get();
                span.call.reply = shown.get(&(seat + 1)).copied();
                if span.call.reply.is_none() {
                    return Err(format!("GET /seats left out seat {}", seat + 1));
                }
                round.push(Noted {
                    seat,
                    span: span.clone(),
                });
            }
        }
        self.count(3, &span);
        Ok(())
    }

    /// Calls. An answer that does not come is none, and the connection is opened again.
    fn call(
        &mut self,
        method: &str,
        path: &str,
        ask: Ask,
    ) -> Result<(Option<Answer>, Span<SeatCall>), String> {
        let invoked = self.nanos();
        let answer = self.connection.call(method, path).ok();
        let returned = answer.is_some().then(|| self.nanos());
        if answer.as_ref().is_none_or(|answer| answer.closes) {
            self.connection =
                Connection::open(self.host).map_err(|error| format!("{}: {error}", self.host))?;
        }
        Ok((
            answer,
            Span {
                invoked,
                returned,
                call: SeatCall {
                    ask,
                    reply: None,
                    lsn: None,
                },
            },
        ))
    }

    fn count(&mut self, kind: usize, span: &Span<SeatCall>) {
        let ended = match span.call.reply {
            None => Ended::Lost,
            Some(Reply::Done | Reply::ShownFree | Reply::ShownLocked | Reply::ShownBooked) => {
                Ended::Done
            }
            Some(Reply::Busy) => Ended::Busy,
            Some(_) => Ended::Refused,
        };
        self.book.record(
            kind,
            ended,
            span.returned.map(|returned| returned - span.invoked),
        );
    }

    fn nanos(&self) -> u64 {
        u64::try_from(self.court.started.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// What a POST's status means.
fn reply_of(status: u16) -> Option<Reply> {
    Some(match status {
        200 => Reply::Done,
        400 => Reply::NotLocked,
        403 => Reply::NotYours,
        408 => Reply::Expired,
        409 => Reply::Booked,
        423 => Reply::Locked,
        503 => Reply::Busy,
        _ => return None,
    })
}

/// What `GET /seats` shows, by seat number.
pub fn listing(body: &[u8]) -> Result<HashMap<u32, Reply>, String> {
    let seats: HashMap<String, Value> = serde_json::from_slice(body)
        .map_err(|error| format!("GET /seats is not as it should be: {error}"))?;
    seats
        .iter()
        .map(|(number, seat)| {
            let reply = match seat.get("status").and_then(Value::as_str) {
                Some("available") => Reply::ShownFree,
                Some("locked") => Reply::ShownLocked,
                Some("booked") => Reply::ShownBooked,
                _ => return Err(format!("GET /seats shows seat {number} as {seat}")),
            };
            number
                .parse()
                .map(|number| (number, reply))
                .map_err(|_| format!("GET /seats has a seat '{number}'"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listings_are_read_strictly() {
        let body =
            br#"{"1":{"status":"available"},"2":{"status":"locked"},"10":{"status":"booked"}}"#;
        let expected = HashMap::from([
            (1, Reply::ShownFree),
            (2, Reply::ShownLocked),
            (10, Reply::ShownBooked),
        ]);
        assert_eq!(listing(body), Ok(expected));
        for body in [
            &b""[..],
            b"[]",
            br#"{"1":{}}"#,
            br#"{"a":{"status":"booked"}}"#,
            br#"{"1":{"status":"sold"}}"#,
        ] {
            assert!(listing(body).is_err());
        }
    }
}
