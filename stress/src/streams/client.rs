//! A client as a value: its own map of the event, and what becomes of it when an event of the stream comes in.
//!
//! It goes by the rules that `seatlock::http::v1::stream` gives.

use std::time::{Duration, SystemTime};

use hdrhistogram::Histogram;
use seatlock::{
    feed::{Row, Shown},
    ids::SeatId,
};

use super::event::{self, Delta};

/// What the clients have to know of the run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Course {
    /// The pace of the changes.
    pub(crate) changes_a_second: u32,
    /// When the first change was due, once that is known.
    pub(crate) started: Option<SystemTime>,
    /// The position at which a client is done, once that is known.
    pub(crate) until: Option<u64>,
}

/// All seats at one position.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Map {
    position: u64,
    seats: Vec<Row>,
}

/// A client and what it has seen.
#[derive(Debug)]
pub(crate) struct Client {
    map: Map,
    /// Where the next delta has to begin.
    next: Option<u64>,
    pub(crate) deltas: u64,
    pub(crate) resets: u64,
    pub(crate) bytes: u64,
    /// From a change to its delta's arrival, in microseconds. A delta counts by its oldest change.
    pub(crate) lags: Histogram<u64>,
}

/// What is to be done about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    GoOn,
    TakeMap,
}

/// A histogram of lags, which grows with them: ten thousand clients have one each.
pub(crate) fn no_lags() -> Histogram<u64> {
    let mut lags = Histogram::new(1).expect("one digit is enough");
    lags.auto(true);
    lags
}

impl Client {
    /// A client that has seen nothing.
    pub(crate) fn new() -> Self {
        Self {
            map: Map::default(),
            next: None,
            deltas: 0,
            resets: 0,
            bytes: 0,
            lags: no_lags(),
        }
    }

    /// Whether its map is this one.
    pub(crate) fn has(&self, map: &Map) -> bool {
        self.map == *map
    }

    /// The position of its map.
    pub(crate) fn position(&self) -> u64 {
        self.map.position
    }

    /// Takes a map that it asked for.
    pub(crate) fn adopt(&mut self, map: Map) -> Result<(), String> {
        match self.next {
            Some(told) if map.position < told => Err(format!(
                "a map of position {} after {told} was told",
                map.position
            )),
            _ => {
                self.map = map;
                Ok(())
            }
        }
    }

    /// Takes an event that arrives `now`.
    pub(crate) fn take(
        &mut self,
        event: &[u8],
        course: Course,
        now: SystemTime,
    ) -> Result<Next, String> {
        let Some(name) = event::field(event, "event") else {
            return Ok(Next::GoOn);
        };
        let strange = || format!("the event {}", String::from_utf8_lossy(event));
        let data = event::field(event, "data").ok_or_else(strange)?;
        match name {
            b"start" | b"reset" => {
                self.resets += u64::from(name == b"reset");
                self.next = Some(event::number(data, "position").ok_or_else(strange)?);
                Ok(Next::TakeMap)
            }
            b"seats" => {
                let delta = Delta::parse(data).ok_or_else(strange)?;
                if let Some(lag) = course.lag(delta, now) {
                    // A histogram that grows takes whatever is asked of it.
                    let _ = self
                        .lags
                        .record(u64::try_from(lag.as_micros()).unwrap_or(u64::MAX));
                }
                self.apply(delta)?.ok_or_else(strange)?;
                Ok(Next::GoOn)
            }
            _ => Err(strange()),
        }
    }

    /// `None` for what is no list of changes.
    fn apply(&mut self, delta: Delta<'_>) -> Result<Option<()>, String> {
        let Delta { from, to, .. } = delta;
        if self.next.replace(to) != Some(from) || from >= to {
            return Err(format!("a delta from {from} to {to}: a gap or disorder"));
        }
        self.deltas += 1;
        if to <= self.map.position {
            return Ok(Some(()));
        }
        self.map.position = to;
        let seats = &mut self.map.seats;
        Ok(delta.changes(|shown, first, last| set(seats, shown, first, last)))
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

impl Map {
    /// The position at which all seats were so.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// What a seat was.
    pub(crate) fn shown(&self, seat: SeatId) -> Option<Shown> {
        let row = self.seats.get((seat.get() / Row::SEATS) as usize);
        row.map(|row| row.shown(seat.get() % Row::SEATS))
    }

    /// Reads the binary map, as `seatlock::http::v1::availability` draws it.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let rest = body.strip_prefix(b"SLMP\x01\x02")?;
        let (head_bytes, rest) = rest.split_first_chunk::<2>()?;
        let (_seats, rest) = rest.split_first_chunk::<4>()?;
        let (_life, rest) = rest.split_first_chunk::<4>()?;
        let (position, _) = rest.split_first_chunk::<8>()?;
        let rows = body.get(usize::from(u16::from_le_bytes(*head_bytes))..)?;
        let (rows, []) = rows.as_chunks::<8>() else {
            return None;
        };
        Some(Self {
            position: u64::from_le_bytes(*position),
            seats: rows.iter().map(|bytes| Row::from_bytes(*bytes)).collect(),
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    const COURSE: Course = Course {
        changes_a_second: 10,
        started: None,
        until: None,
    };

    fn take(client: &mut Client, name: &str, data: &str) -> Result<Next, String> {
        let event = format!("id: 0-0\nevent: {name}\ndata: {data}");
        client.take(event.as_bytes(), COURSE, SystemTime::UNIX_EPOCH)
    }

    fn map(position: u64, seats: [Row; 2]) -> Map {
        Map {
            position,
            seats: seats.to_vec(),
        }
    }

    #[test]
    fn deltas_are_applied_in_order_and_those_before_the_map_are_passed_over() {
        let free = Row::default();
        let mut client = Client::new();
        assert_eq!(
            take(&mut client, "start", r#"{"position":4}"#),
            Ok(Next::TakeMap)
        );
        assert!(
            client.adopt(map(3, [free; 2])).is_err(),
            "older than the start"
        );
        assert_eq!(client.adopt(map(6, [free; 2])), Ok(()));
        assert_eq!(
            take(&mut client, "seats", r#"{"from":4,"to":6,"held":[1]}"#),
            Ok(Next::GoOn)
        );
        assert!(client.has(&map(6, [free; 2])));
        assert_eq!(
            take(
                &mut client,
                "seats",
                r#"{"from":6,"to":9,"held":[[31,32]]}"#
            ),
            Ok(Next::GoOn)
        );
        let expected = [free.with(31, Shown::Held), free.with(0, Shown::Held)];
        assert!(client.has(&map(9, expected)));
        assert!(!client.has(&map(8, expected)));
        assert!(!client.has(&map(9, [free; 2])));
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
            let mut client = Client::new();
            let _ = take(&mut client, "start", r#"{"position":4}"#);
            assert_eq!(
                take(&mut client, "seats", r#"{"from":4,"to":6}"#),
                Ok(Next::GoOn)
            );
            assert!(take(&mut client, "seats", second).is_err(), "{second}");
        }
        for (name, data) in [
            ("closed", "{}"),
            ("start", "{}"),
            ("seats", r#"{"from":1}"#),
        ] {
            assert!(take(&mut Client::new(), name, data).is_err(), "{name}");
        }
    }

    #[test]
    fn what_is_no_map_is_not_read_as_one() {
        let map = b"SLMP\x01\x02\x18\0\x05\0\0\0\xef\xbe\0\0\x07\0\0\0\0\0\0\0\x04\0\0\0\0\0\0\0";
        let expected = Map {
            position: 7,
            seats: vec![Row::default().with(1, Shown::Held)],
        };
        assert_eq!(Map::read(map), Some(expected));
        for broken in [&map[1..], &map[..31], &map[..10], b"SLMP\x02\x02", b""] {
            assert_eq!(Map::read(broken), None);
        }
    }
}
