//! One client: it follows by the rules that `seatlock::http::v1::stream` gives.

use std::{
    net::SocketAddr,
    time::{Duration, SystemTime},
};

use hdrhistogram::Histogram;
use seatlock::{
    feed::{Row, Shown},
    http::v1::availability::MAP_TYPE,
    limits::HEARTBEAT_INTERVAL,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{OwnedSemaphorePermit, watch},
    time::timeout,
};

use super::event::{self, Chunks, Delta};

/// A stream on which there was not even a heartbeat for so long is dead.
const SILENCE_MAX: Duration = HEARTBEAT_INTERVAL.saturating_mul(3);

/// Bytes that one read takes at most.
const READ_BYTES: usize = 16 * 1_024;

/// What the clients have to know of the run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Course {
    /// The pace of the changes.
    pub(super) changes_a_second: u32,
    /// When the first change was due, once that is known.
    pub(super) started: Option<SystemTime>,
    /// The position at which a client is done, once that is known.
    pub(super) until: Option<u64>,
}

/// A client and what it has seen.
#[derive(Debug)]
pub(super) struct Client {
    seats: Vec<Row>,
    /// Its map is that of this position.
    position: u64,
    /// Where the next delta has to begin.
    next: Option<u64>,
    pub(super) deltas: u64,
    pub(super) resets: u64,
    pub(super) bytes: u64,
    /// From a change to its delta's arrival, in microseconds. A delta counts by its oldest change.
    pub(super) lags: Histogram<u64>,
}

/// What is to be done about an event.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    GoOn,
    TakeMap,
}

/// A histogram of lags, which has no room of its own until there is one: ten thousand clients have one each.
pub(super) fn no_lags() -> Histogram<u64> {
    let mut lags = Histogram::new(1).expect("one digit is enough");
    lags.auto(true);
    lags
}

/// Follows the event at `address` until the course is over. `opening` is given back when there is a first map.
pub(super) async fn follow(
    address: SocketAddr,
    mut course: watch::Receiver<Course>,
    opening: OwnedSemaphorePermit,
) -> Result<Client, String> {
    let mut client = Client {
        seats: Vec::new(),
        position: 0,
        next: None,
        deltas: 0,
        resets: 0,
        bytes: 0,
        lags: no_lags(),
    };
    let mut opening = Some(opening);
    let mut stream = ask(address, "/stream", "text/event-stream").await?;
    let (mut chunks, mut unread, mut buffer) = (Chunks::default(), Vec::new(), Vec::new());
    head(&mut stream, &mut buffer).await?;
    loop {
        chunks
            .take(&buffer, &mut unread)
            .ok_or("no body in chunks")?;
        let mut text = &unread[..];
        while let Some((event, rest)) = event::split(text) {
            let now = *course.borrow_and_update();
            if client.take(event, now).ok_or("no event")?? == Next::TakeMap {
                client.look(address).await?;
                drop(opening.take());
            }
            text = rest;
        }
        unread.drain(..unread.len() - text.len());
        buffer.clear();
        while buffer.is_empty() {
            if course
                .borrow()
                .until
                .is_some_and(|until| client.position >= until)
            {
                return Ok(client);
            }
            buffer.reserve(READ_BYTES);
            tokio::select! {
                read = timeout(SILENCE_MAX, stream.read_buf(&mut buffer)) => match read {
                    Ok(Ok(1..)) => client.bytes += u64::try_from(buffer.len()).unwrap_or(u64::MAX),
                    Ok(Ok(0)) => return Err(format!("a stream was ended at position {}", client.position)),
                    Ok(Err(error)) => return Err(format!("a stream broke: {error}")),
                    Err(_) => return Err("a stream fell silent".to_owned()),
                },
                _ = course.changed() => {}
            }
        }
        if chunks.has_ended() {
            return Err("a stream came to its end".to_owned());
        }
    }
}

/// The seats as the server has them now, as a client of their binary form reads it: its position, and its rows.
pub(super) async fn map(address: SocketAddr) -> Result<(u64, Vec<Row>), String> {
    let mut stream = ask(address, "/seats", MAP_TYPE).await?;
    let mut body = Vec::new();
    head(&mut stream, &mut body).await?;
    stream
        .read_to_end(&mut body)
        .await
        .map_err(|error| error.to_string())?;
    read_map(&body).ok_or_else(|| "no binary map".to_owned())
}

impl Client {
    /// Whether its map is this one.
    pub(super) fn has(&self, (position, seats): &(u64, Vec<Row>)) -> bool {
        self.position == *position && self.seats == *seats
    }

    async fn look(&mut self, address: SocketAddr) -> Result<(), String> {
        let (position, seats) = map(address).await?;
        if self.next.is_some_and(|next| position < next) {
            return Err(format!(
                "a map of position {position} after {:?} was told",
                self.next
            ));
        }
        (self.position, self.seats) = (position, seats);
        Ok(())
    }

    /// `None` for what is no event of ours.
    fn take(&mut self, event: &[u8], course: Course) -> Option<Result<Next, String>> {
        let Some(name) = event::field(event, "event") else {
            return Some(Ok(Next::GoOn));
        };
        let data = event::field(event, "data")?;
        match name {
            b"start" | b"reset" => {
                self.resets += u64::from(name == b"reset");
                self.next = Some(event::number(data, "position")?);
                Some(Ok(Next::TakeMap))
            }
            b"seats" => {
                let delta = Delta::parse(data)?;
                self.note_lag(delta, course);
                self.apply(delta).transpose()
            }
            _ => Some(Err(format!("the event {}", String::from_utf8_lossy(name)))),
        }
    }

    fn apply(&mut self, delta: Delta<'_>) -> Result<Option<Next>, String> {
        let Delta { from, to, .. } = delta;
        if self.next.replace(to) != Some(from) || from >= to {
            return Err(format!("a delta from {from} to {to}: a gap or disorder"));
        }
        self.deltas += 1;
        if to <= self.position {
            return Ok(Some(Next::GoOn));
        }
        self.position = to;
        let seats = &mut self.seats;
        let applied = delta.changes(|shown, first, last| set(seats, shown, first, last));
        Ok(applied.map(|()| Next::GoOn))
    }

    fn note_lag(&mut self, delta: Delta<'_>, course: Course) {
        if let Some(lag) = course.lag(delta, SystemTime::now()) {
            // A histogram that grows takes whatever is asked of it.
            let _ = self
                .lags
                .record(u64::try_from(lag.as_micros()).unwrap_or(u64::MAX));
        }
    }
}

impl Course {
    /// How long the oldest change of a delta that arrives `now` has been under way. The changes have the LSNs from 1 on,
    /// and were due at a steady pace.
    fn lag(self, delta: Delta<'_>, now: SystemTime) -> Option<Duration> {
        let nanos = u128::from(delta.from) * 1_000_000_000 / u128::from(self.changes_a_second);
        let due = self.started? + Duration::from_nanos(u64::try_from(nanos).ok()?);
        Some(now.duration_since(due).unwrap_or_default())
    }
}

fn set(seats: &mut [Row], shown: Shown, first: u32, last: u32) {
    for seat in first..=last {
        // A seat that the map doesn't have makes it another map than the server's.
        if let Some(row) = seats.get_mut((seat / Row::SEATS) as usize) {
            *row = row.with(seat % Row::SEATS, shown);
        }
    }
}

/// See `seatlock::http::v1::availability` for the drawing.
fn read_map(body: &[u8]) -> Option<(u64, Vec<Row>)> {
    let rest = body.strip_prefix(b"SLMP\x01\x02")?;
    let (head_bytes, rest) = rest.split_first_chunk::<2>()?;
    let (_seats, rest) = rest.split_first_chunk::<4>()?;
    let (_life, rest) = rest.split_first_chunk::<4>()?;
    let (position, _) = rest.split_first_chunk::<8>()?;
    let rows = body.get(usize::from(u16::from_le_bytes(*head_bytes))..)?;
    let (rows, []) = rows.as_chunks::<8>() else {
        return None;
    };
    let rows = rows.iter().map(|bytes| Row::from_bytes(*bytes)).collect();
    Some((u64::from_le_bytes(*position), rows))
}

async fn ask(address: SocketAddr, path: &str, accept: &str) -> Result<TcpStream, String> {
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: stress\r\naccept: {accept}\r\nconnection: close\r\n\r\n"
    );
    let stream = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request.as_bytes()).await?;
        Ok(stream)
    };
    stream
        .await
        .map_err(|error: std::io::Error| format!("{path}: {error}"))
}

/// Reads up to the end of the answer's head; what came after it stays in `body`.
async fn head(stream: &mut TcpStream, body: &mut Vec<u8>) -> Result<(), String> {
    loop {
        let end = body.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            let is_right = body.starts_with(b"HTTP/1.1 200 ");
            let text = String::from_utf8_lossy(&body[..end]).into_owned();
            body.drain(..end + 4);
            return if is_right { Ok(()) } else { Err(text) };
        }
        match stream.read_buf(body).await {
            Ok(1..) => {}
            Ok(0) => return Err("no answer".to_owned()),
            Err(error) => return Err(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COURSE: Course = Course {
        changes_a_second: 10,
        started: None,
        until: None,
    };

    fn client() -> Client {
        Client {
            seats: vec![Row::default(); 2],
            position: 0,
            next: None,
            deltas: 0,
            resets: 0,
            bytes: 0,
            lags: no_lags(),
        }
    }

    fn take(client: &mut Client, name: &str, data: &str) -> Option<Result<Next, String>> {
        let event = format!("id: 0-0\nevent: {name}\ndata: {data}");
        client.take(event.as_bytes(), COURSE)
    }

    #[test]
    fn deltas_are_applied_in_order_and_those_before_the_map_are_passed_over() {
        let mut client = client();
        assert_eq!(
            take(&mut client, "start", r#"{"position":4}"#),
            Some(Ok(Next::TakeMap))
        );
        client.position = 6;
        assert_eq!(
            take(&mut client, "seats", r#"{"from":4,"to":6,"held":[1]}"#),
            Some(Ok(Next::GoOn))
        );
        assert_eq!(client.seats[0], Row::default());
        assert_eq!(
            take(
                &mut client,
                "seats",
                r#"{"from":6,"to":9,"held":[[31,32]]}"#
            ),
            Some(Ok(Next::GoOn))
        );
        let expected = [
            Row::default().with(31, Shown::Held),
            Row::default().with(0, Shown::Held),
        ];
        assert!(client.has(&(9, expected.to_vec())));
        assert!(!client.has(&(8, expected.to_vec())));
        assert!(!client.has(&(9, vec![Row::default(); 2])));
    }

    #[test]
    fn a_lag_runs_from_when_the_oldest_change_was_due() {
        let started = SystemTime::UNIX_EPOCH;
        let course = Course {
            started: Some(started),
            ..COURSE
        };
        let delta = Delta::parse(br#"{"from":100,"to":120}"#).expect("a delta");
        let lag = |seconds| course.lag(delta, started + Duration::from_secs(seconds));
        assert_eq!(lag(12), Some(Duration::from_secs(2)));
        assert_eq!(lag(9), Some(Duration::ZERO));
        assert_eq!(COURSE.lag(delta, started), None);
    }

    #[test]
    fn a_gap_a_repetition_and_disorder_are_seen() {
        for second in [
            r#"{"from":7,"to":9}"#,
            r#"{"from":4,"to":6}"#,
            r#"{"from":6,"to":6}"#,
        ] {
            let mut client = client();
            let _ = take(&mut client, "start", r#"{"position":4}"#);
            assert_eq!(
                take(&mut client, "seats", r#"{"from":4,"to":6}"#),
                Some(Ok(Next::GoOn))
            );
            assert!(
                matches!(take(&mut client, "seats", second), Some(Err(_))),
                "{second}"
            );
        }
        assert!(matches!(take(&mut client(), "closed", "{}"), Some(Err(_))));
        assert_eq!(take(&mut client(), "start", "{}"), None);
    }
}
