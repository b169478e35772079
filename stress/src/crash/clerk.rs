//! A clerk: asks for one thing after the other on a connection of his own, and writes down what he was told.
//!
//! Nobody else touches his holds, so he always knows what they must be; seats he has to fight for with the others. Of a
//! server that goes away while he waits he knows one thing less: what he has just asked for.

use std::{io, mem, sync::Arc};

use rand::{RngExt, SeedableRng, rngs::SmallRng};
use serde_json::Value;

use super::{
    deed::{Deed, EVENTS},
    face::Face,
    journal::{Birth, Call, Kept, Pending, Record, Subject, Version},
    time::{self, Asked, Gap, Millis, SLACK},
    verdict::{Broken, Checks, Promise},
};
use crate::{
    hall::Hall,
    http::client::{Answer, Connection, Request},
};

/// A clerk and his journal.
#[derive(Debug)]
pub(super) struct Clerk {
    pub(super) number: u32,
    pub(super) hall: Arc<Hall>,
    host: String,
    line: Option<Connection>,
    pub(super) dice: SmallRng,
    pub(super) records: Vec<Record>,
    pub(super) births: Vec<Birth>,
    /// Answers of this life, and some of earlier ones.
    pub(super) kept: Vec<Kept>,
    pub(super) kept_before: Vec<Kept>,
    /// The last change that was promised to be durable, and the last that he was told of, since the restart.
    pub(super) durable: u64,
    pub(super) told: u64,
    /// When he has asked for the last change that was promised to be durable.
    pub(super) sure: Millis,
    /// Changes up to this one are older than the restart.
    pub(super) floor: u64,
    holds_are_durable: bool,
    keys: u64,
    pub(super) checks: Checks,
    /// Changes that he was told of, ever; and bookings among them.
    pub(super) changes: u64,
    pub(super) bookings: u64,
}

/// What he is about to ask for.
#[derive(Debug)]
pub(super) struct Errand {
    pub(super) deed: Deed,
    pub(super) event: usize,
    /// Which of his records it is about; a hold that is to be made is none yet.
    pub(super) record: Option<usize>,
    /// What it is then. Of the best seats nobody knows which they are.
    pub(super) face: Face,
    pub(super) call: Call,
}

/// Why he stops.
#[derive(Debug)]
pub(super) enum Stop {
    /// The server is gone.
    Gone,
    Broken(Broken),
}

impl Clerk {
    pub(super) fn new(number: u32, hall: &Arc<Hall>, seed: u64, holds_are_durable: bool) -> Self {
        Self {
            number,
            hall: Arc::clone(hall),
            host: String::new(),
            line: None,
            dice: SmallRng::seed_from_u64(seed ^ u64::from(number).rotate_left(32)),
            records: Vec::new(),
            births: Vec::new(),
            kept: Vec::new(),
            kept_before: Vec::new(),
            durable: 0,
            told: 0,
            sure: 0,
            floor: 0,
            holds_are_durable,
            keys: 0,
            checks: Checks::default(),
            changes: 0,
            bookings: 0,
        }
    }

    /// Has him go to the server at `host` from now on.
    pub(super) fn visit(&mut self, host: &str) {
        host.clone_into(&mut self.host);
        self.line = None;
    }

    /// Asks for one thing after the other until the server is gone.
    pub(super) fn work(&mut self) -> Result<(), Broken> {
        loop {
            let errand = self.errand();
            match self.run(errand) {
                Ok(()) => {}
                Err(Stop::Gone) => return Ok(()),
                Err(Stop::Broken(broken)) => return Err(broken),
            }
        }
    }

    /// The next name for a request, now and then: who asks for the best seats needs one to find out which he got.
    pub(super) fn key(&mut self, deed: Deed) -> Option<String> {
        self.keys += 1;
        let is_named = deed == Deed::Best || self.dice.random_bool(0.5);
        is_named.then(|| format!("\"{}-{}\"", self.number, self.keys))
    }

    fn run(&mut self, errand: Errand) -> Result<(), Stop> {
        if self.line.is_none() {
            self.line = Some(Connection::open(&self.host).map_err(|_| Stop::Gone)?);
        }
        let sent = time::now();
        match self.send(&errand.call) {
            Err(_) => {
                self.leave_open(errand);
                Err(Stop::Gone)
            }
            Ok(answer) => {
                let answered = time::now();
                self.take(errand, answer, Asked { sent, answered })
                    .map_err(Stop::Broken)
            }
        }
    }

    /// Sends a call. After an error the connection is gone.
    pub(super) fn send(&mut self, call: &Call) -> io::Result<Answer> {
        let mut headers = Vec::new();
        let token = call.token.iter();
        headers.extend(token.map(|token| ("seatlock-token", token.as_str())));
        let key = call.key.iter();
        headers.extend(key.map(|key| ("idempotency-key", key.as_str())));
        self.ask(&Request {
            method: "POST",
            path: &call.path,
            headers: &headers,
            body: &call.body,
        })
    }

    /// Sends a request. After an error the connection is gone.
    pub(super) fn ask(&mut self, request: &Request<'_>) -> io::Result<Answer> {
        let mut line = match self.line.take() {
            Some(line) => line,
            None => Connection::open(&self.host)?,
        };
        let answer = line.send(request)?;
        if !answer.closes {
            self.line = Some(line);
        }
        Ok(answer)
    }

    /// What was under way when the server went away, or of which it could not say how it ended.
    fn leave_open(&mut self, errand: Errand) {
        let Errand {
            deed,
            event,
            record,
            face,
            call,
        } = errand;
        match record {
            None => self.births.push(Birth {
                event,
                seats: face.seats,
                call,
            }),
            Some(at) => {
                self.records[at].pending = Some(Pending {
                    face,
                    deed,
                    call,
                    story: Vec::new(),
                });
            }
        }
    }

    /// Takes an answer down, if it is one that can be.
    pub(super) fn take(
        &mut self,
        errand: Errand,
        answer: Answer,
        asked: Asked,
    ) -> Result<(), Broken> {
        self.checks.add(Promise::Answers, 1);
        match answer.status {
            200 | 201 => self.done(errand, answer, asked),
            409 | 423 | 429 if errand.deed.may_be_refused() => Ok(()),
            410 if self.may_be_over(&errand) => Ok(()),
            503 if is_of_kind(&answer, &["unknown-outcome", "took-too-long"]) => {
                self.leave_open(errand);
                Ok(())
            }
            503 => Ok(()),
            _ => Err(self.strange(&errand, &answer, "an answer that cannot be")),
        }
    }

    fn may_be_over(&self, errand: &Errand) -> bool {
        let face = errand.record.map(|at| self.records[at].face());
        face.is_some_and(|face| {
            let has_come = *face.due.start() <= time::now() + SLACK;
            errand.deed == Deed::Retake || face.stage.is_live() && has_come
        })
    }

    fn done(&mut self, errand: Errand, answer: Answer, asked: Asked) -> Result<(), Broken> {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let face = match errand.deed {
            Deed::Block | Deed::Unblock => Some(errand.face.clone()),
            _ => Face::read(&self.hall, &body),
        };
        let is_right = |face: &Face| match errand.deed {
            Deed::Hold | Deed::Best => errand.face.stage == face.stage,
            _ => errand.face.fits(face, &Gap::NONE, asked),
        };
        let Some(face) = face.filter(is_right) else {
            return Err(self.strange(&errand, &answer, "it is not what was asked for"));
        };
        let Some(lsn) = answer.lsn else {
            // Nothing has changed; only an extension can be of no use.
            return Ok(());
        };
        if lsn <= self.floor {
            let what = format!(
                "a number that was given before the restart, up to {}",
                self.floor
            );
            return Err(self.strange(&errand, &answer, &what));
        }
        let is_durable = self.is_promised(errand.deed);
        let version = Version {
            face,
            deed: errand.deed.name(),
            lsn,
            is_durable,
            at: asked.answered,
        };
        self.count(&version, errand.deed, asked);
        match errand.record {
            Some(at) => self.records[at].versions.push(version),
            None => {
                let subject = Subject::Hold {
                    id: body["id"].as_str().unwrap_or_default().to_owned(),
                    token: body["token"].as_str().unwrap_or_default().to_owned(),
                };
                self.records
                    .push(Record::new(errand.event, subject, version));
            }
        }
        if errand.call.key.is_some() {
            self.kept.push(Kept {
                call: errand.call,
                status: answer.status,
                body: answer.body,
                lsn,
            });
        }
        Ok(())
    }

    /// Whether the answer promises that it is durable.
    pub(super) fn is_promised(&self, deed: Deed) -> bool {
        deed.is_sale() || self.holds_are_durable
    }

    fn count(&mut self, version: &Version, deed: Deed, asked: Asked) {
        self.changes += 1;
        self.bookings += u64::from(matches!(deed, Deed::Confirm | Deed::Retake));
        self.told = self.told.max(version.lsn);
        if version.is_durable {
            self.durable = self.durable.max(version.lsn);
            self.sure = asked.sent;
        }
    }

    /// Begins a life of the server: what was promised in the one before has been checked.
    pub(super) fn turn_the_page(&mut self, cut: u64) {
        self.floor = cut;
        (self.durable, self.told) = (0, 0);
        self.sure = 0;
        self.kept.clear();
    }

    /// What he has counted since he was last asked.
    pub(super) fn hand_in(&mut self) -> Checks {
        mem::take(&mut self.checks)
    }

    fn strange(&self, errand: &Errand, answer: &Answer, what: &str) -> Broken {
        let Call { path, body, .. } = &errand.call;
        let said = String::from_utf8_lossy(&answer.body);
        let lines = [
            format!("asked: POST {path} {body}"),
            format!("answered: {} {said}", answer.status),
            format!("expected: {}", errand.face.text(&self.hall)),
        ];
        let story = errand.record.map(|at| self.records[at].story(&self.hall));
        let what = format!(
            "clerk {} to {}, event '{}': {what}",
            self.number,
            errand.deed.name(),
            EVENTS[errand.event].name
        );
        Broken::new(Promise::Answers, what)
            .with(lines)
            .with(story.unwrap_or_default())
    }
}

/// Whether an answer is a problem of one of these kinds.
fn is_of_kind(answer: &Answer, kinds: &[&str]) -> bool {
    let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let kind = problem["type"].as_str().unwrap_or_default();
    kinds
        .iter()
        .any(|known| kind.strip_prefix("/problems/") == Some(known))
}
