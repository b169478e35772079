//! A client of a stream, by the rules that its documentation gives.

use seatlock::feed::Shown;
use serde_json::Value;

use crate::talk::{Host, Talk};

/// An event of a stream. A comment is one without a name, its text the data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) data: String,
}

/// A client that keeps a map of its own.
pub(crate) struct Follower {
    talk: Talk,
    unread: String,
    pub(crate) seats: Vec<Shown>,
    pub(crate) position: u64,
    pub(crate) last_id: String,
    pub(crate) resets: u32,
}

impl Event {
    fn parse(block: &str) -> Self {
        let mut event = Self::default();
        for line in block.lines() {
            match line.split_once(": ") {
                Some(("id", text)) => event.id = text.to_owned(),
                Some(("event", text)) => event.name = text.to_owned(),
                Some(("data", text)) => event.data = text.to_owned(),
                _ => event.data = line.to_owned(),
            }
        }
        event
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.data).expect("data is JSON")
    }
}

impl Follower {
    /// Opens a stream, after an id if one is given, and takes nothing from it.
    pub(crate) fn open(host: &Host, last_id: Option<&str>) -> Self {
        let mut talk = host.talk();
        let resume = last_id.map(|id| format!("last-event-id: {id}\r\n"));
        talk.say(format!(
            "GET /stream HTTP/1.1\r\nhost: test\r\n{}\r\n",
            resume.unwrap_or_default()
        ));
        Self {
            talk,
            unread: String::new(),
            seats: Vec::new(),
            position: 0,
            last_id: String::new(),
            resets: 0,
        }
    }

    /// Reads the answer's head and what clients are told to wait before they come back.
    pub(crate) fn begin(&mut self) {
        let head = self.talk.head();
        assert_eq!(head.status, 200);
        assert_eq!(head.header("content-type"), Some("text/event-stream"));
        assert_eq!(self.event().data, "retry: 2000");
    }

    /// The connection breaks, and another goes on where it was.
    pub(crate) fn reconnect(&mut self, host: &Host) {
        let fresh = Self::open(host, Some(&self.last_id));
        (self.talk, self.unread) = (fresh.talk, fresh.unread);
        self.begin();
    }

    /// The next event.
    pub(crate) fn event(&mut self) -> Event {
        self.try_event().expect("the stream goes on")
    }

    /// The next event, unless the stream has ended.
    pub(crate) fn try_event(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.unread.split_once("\n\n") {
                let event = Event::parse(block);
                self.unread = rest.to_owned();
                return Some(event);
            }
            let chunk = self.talk.chunk();
            if chunk.is_empty() {
                return None;
            }
            self.unread += std::str::from_utf8(&chunk).expect("events are text");
        }
    }

    /// Reads until the map is that of `position`, or of one after it.
    pub(crate) fn follow(&mut self, host: &Host, position: u64) {
        while self.position < position {
            let event = self.event();
            match event.name.as_str() {
                "start" => self.look(host, &event),
                "reset" => {
                    self.resets += 1;
                    self.seats.clear();
                    self.look(host, &event);
                }
                "seats" => self.apply(&event.json()),
                _ => {}
            }
            if !event.id.is_empty() {
                self.last_id = event.id;
            }
        }
    }

    /// Takes a snapshot, unless it has a map that the event goes on from.
    fn look(&mut self, host: &Host, event: &Event) {
        if self.seats.is_empty() {
            let shown = host.ask("GET", "/seats").json();
            self.position = shown["position"].as_u64().expect("a position");
            assert!(self.position >= event.json()["position"].as_u64().expect("a position"));
            let seats = shown["seats"].as_object().expect("seats");
            self.seats = vec![Shown::Available; seats.len()];
            for (label, status) in seats {
                let number: usize = label.parse().expect("a number");
                self.seats[number - 1] = named(status.as_str().expect("a status"));
            }
        }
    }

    fn apply(&mut self, delta: &Value) {
        let number = |value: &Value| value.as_u64().expect("a number");
        if number(&delta["to"]) <= self.position {
            return;
        }
        assert!(number(&delta["from"]) <= self.position, "a gap");
        self.position = number(&delta["to"]);
        for shown in Shown::ALL {
            for run in delta[shown.name()].as_array().into_iter().flatten() {
                let (first, last) = (run.get(0).unwrap_or(run), run.get(1).unwrap_or(run));
                for seat in number(first)..=number(last) {
                    self.seats[usize::try_from(seat).expect("a seat")] = shown;
                }
            }
        }
    }
}

fn named(name: &str) -> Shown {
    let shown = Shown::ALL.into_iter().find(|shown| shown.name() == name);
    shown.expect("a status")
}
