//! A clerk: asks for one thing after the other, each time at any node, and writes down what he was told.
//!
//! Half of his changes have an idempotency key: of these he asks until he knows how they ended, at another node each time.
//! Of the others he may never know.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use rand::{RngExt, SeedableRng, rngs::SmallRng};
use seatlock::ids::SeatId;

use super::{
    caller::{Attempt, Call, Caller, is_of_kind, json, nanos},
    errand::Role,
    notes::{Booking, Notes, Tried, Went},
    sale::Sale,
    seat::{self, Deed, HoldNumber, Shown, Stage},
    verdict::{Broken, Promise},
};
use crate::{http::client::Answer, latency::Ended, linear::Span};

/// How long he goes on asking about one thing.
const PERSISTENCE: Duration = Duration::from_secs(20);

/// Between two attempts, in milliseconds.
const PAUSE_MILLIS: std::ops::Range<u64> = 10..100;

/// Bits of a hold's number that count the holds of one clerk.
const HOLD_BITS: u32 = 20;

/// A clerk and his notes.
pub(super) struct Clerk<'s> {
    number: u32,
    pub(super) role: Role,
    pub(super) sale: &'s Sale,
    caller: Caller,
    stop: Arc<AtomicBool>,
    pub(super) dice: SmallRng,
    pub(super) mine: Vec<Mine>,
    /// Holds of which he does not know what has become of them.
    pub(super) doubtful: Vec<Mine>,
    pub(super) holds: u32,
    keys: u32,
    pub(super) notes: Notes,
}

/// A hold of his.
#[derive(Debug, Clone)]
pub(super) struct Mine {
    pub(super) number: HoldNumber,
    pub(super) event: usize,
    pub(super) seats: Vec<SeatId>,
    pub(super) id: String,
    pub(super) token: String,
    pub(super) is_booked: bool,
}

/// A change that he is about to ask for.
#[derive(Debug)]
pub(super) struct Errand {
    pub(super) deed: Deed,
    pub(super) hold: Mine,
    pub(super) call: Call,
}

/// How a change ended.
enum Outcome {
    /// It was never carried out: he has given up.
    Nothing,
    Unknown {
        invoked: u64,
    },
    Told {
        answer: Answer,
        /// When it was first asked for, and when this was said.
        asked: (u64, u64),
        /// An earlier attempt had no answer.
        had_doubts: bool,
    },
}

impl<'s> Clerk<'s> {
    pub(super) fn new(
        number: u32,
        role: Role,
        sale: &'s Sale,
        caller: Caller,
        stop: &Arc<AtomicBool>,
        seed: u64,
    ) -> Self {
        Self {
            number,
            role,
            sale,
            caller,
            stop: Arc::clone(stop),
            dice: SmallRng::seed_from_u64(seed ^ u64::from(number).rotate_left(32)),
            mine: Vec::new(),
            doubtful: Vec::new(),
            holds: 0,
            keys: 0,
            notes: Notes::new(),
        }
    }

    /// Asks for one thing after the other until he is told to stop.
    pub(super) fn work(mut self) -> Result<Notes, Broken> {
        // Relaxed: nothing is published by it.
        while !self.stop.load(Ordering::Relaxed) {
            self.next()?;
        }
        let booked = self.mine.iter().filter(|mine| mine.is_booked);
        self.notes.bookings = booked
            .map(|mine| Booking {
                event: self.sale.events[mine.event].name.clone(),
                id: mine.id.clone(),
                by: mine.number,
            })
            .collect();
        Ok(self.notes)
    }

    /// A number for another hold.
    pub(super) fn hold_number(&mut self) -> HoldNumber {
        self.holds += 1;
        self.number << HOLD_BITS | self.holds
    }

    /// The next key, for every other change.
    pub(super) fn key(&mut self) -> Option<String> {
        self.keys += 1;
        let is_named = self.dice.random_bool(0.5);
        is_named.then(|| format!("\"{}-{}-{}\"", self.sale.number, self.number, self.keys))
    }

    /// Asks for a change, and notes what has become of it.
    pub(super) fn change(&mut self, errand: Errand) -> Result<(), Broken> {
        let (event, deed) = (errand.hold.event, errand.deed);
        let seats: Vec<usize> = self.sale.places(&errand.hold.seats);
        let by = errand.hold.number;
        match self.ask_for(event, &errand.call) {
            Outcome::Nothing => {
                self.keep(errand.hold, deed);
                Ok(())
            }
            Outcome::Unknown { invoked } => {
                self.notes.unknown += 1;
                let doubt = span(invoked, None, seat::Call::Maybe(deed, by));
                self.notes.note(event, seats, &doubt);
                if !matches!(deed, Deed::Hold { .. }) {
                    self.doubtful.push(errand.hold);
                }
                Ok(())
            }
            Outcome::Told {
                answer,
                asked,
                had_doubts,
            } => {
                let is_done = answer.status < 300;
                if had_doubts {
                    // What was carried out under a key is not carried out again. What was refused may be, late.
                    let end = is_done.then_some(asked.1);
                    let doubt = span(asked.0, end, seat::Call::Maybe(deed, by));
                    self.notes.note(event, seats.iter().copied(), &doubt);
                }
                let ended = if is_done { Ended::Done } else { Ended::Refused };
                self.notes.time(kind(deed), ended, asked.1 - asked.0);
                if is_done {
                    self.notes.told += 1;
                    self.notes.told_late += u64::from(had_doubts);
                    let done = span(asked.0, Some(asked.1), seat::Call::Done(deed, by));
                    self.notes.note(event, seats, &done);
                    self.take(errand, &answer)
                } else {
                    self.refused(errand, &answer, asked)
                }
            }
        }
    }

    /// One attempt after the other, until it is known how it ended or he can't find out.
    fn ask_for(&mut self, event: usize, call: &Call) -> Outcome {
        let first_sent = self.caller.now();
        let mut had_doubts = false;
        let mut node = self.any_node();
        loop {
            let sent = self.caller.now();
            let attempt = self.caller.attempt(node, call);
            let answered = self.caller.now();
            let went = match &attempt {
                Attempt::Answered(answer) if answer.status < 300 => Went::Well,
                Attempt::Answered(_) => Went::Refused,
                Attempt::Nothing | Attempt::Unknown => Went::Badly,
            };
            self.notes.tried.push(Tried {
                event,
                sent,
                answered,
                went,
            });
            if went == Went::Well {
                self.sale.events[event].is_sold(sent);
            }
            match attempt {
                Attempt::Answered(answer) => {
                    self.notes.answers += 1;
                    let asked = (first_sent, answered);
                    return Outcome::Told {
                        answer,
                        asked,
                        had_doubts,
                    };
                }
                Attempt::Unknown => had_doubts = true,
                Attempt::Nothing => {}
            }
            let is_lost = had_doubts && call.key.is_none();
            if is_lost || answered - first_sent > nanos(PERSISTENCE) {
                return if had_doubts {
                    Outcome::Unknown {
                        invoked: first_sent,
                    }
                } else {
                    Outcome::Nothing
                };
            }
            let pause = self.dice.random_range(PAUSE_MILLIS);
            thread::sleep(Duration::from_millis(pause));
            node = self.another_node(node);
        }
    }

    /// Looks at something at a node, once. None: there was no answer.
    pub(super) fn look(&mut self, node: usize, path: String) -> Option<(Answer, (u64, u64))> {
        let call = Call {
            method: "GET",
            path,
            ..Call::default()
        };
        let sent = self.caller.now();
        let attempt = self.caller.attempt(node, &call);
        let asked = (sent, self.caller.now());
        match attempt {
            Attempt::Answered(answer) => {
                self.notes.answers += 1;
                Some((answer, asked))
            }
            Attempt::Nothing | Attempt::Unknown => {
                let pause = self.dice.random_range(PAUSE_MILLIS);
                thread::sleep(Duration::from_millis(pause));
                None
            }
        }
    }

    /// Any node that he asks for something: the witness does not ask the one that is struck.
    pub(super) fn any_node(&mut self) -> usize {
        let nodes = self.caller.nodes();
        match self.role {
            Role::Witness { victim } => (victim + self.dice.random_range(1..nodes)) % nodes,
            _ => self.dice.random_range(0..nodes),
        }
    }

    fn another_node(&mut self, node: usize) -> usize {
        match self.role {
            Role::Witness { .. } => self.any_node(),
            _ => (node + self.dice.random_range(1..=2)) % self.caller.nodes(),
        }
    }

    /// Keeps a hold with which nothing has been done.
    fn keep(&mut self, hold: Mine, deed: Deed) {
        if !matches!(deed, Deed::Hold { .. }) {
            self.mine.push(hold);
        }
    }

    /// Keeps what he has been given.
    fn take(&mut self, errand: Errand, answer: &Answer) -> Result<(), Broken> {
        let body = json(answer);
        let has_them = self.sale.hall.find(&body["seats"]);
        let expected = match errand.deed {
            Deed::Hold { .. } => "held",
            Deed::Confirm => "booked",
            Deed::Release => "released",
            Deed::Cancel => "cancelled",
        };
        if body["state"] != expected || has_them.as_ref() != Some(&errand.hold.seats) {
            return Err(self.strange(&errand, answer, "it is not what was asked for"));
        }
        let Errand { deed, mut hold, .. } = errand;
        match deed {
            Deed::Hold { .. } => {
                let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
                (hold.id, hold.token) = (text("id"), text("token"));
                self.mine.push(hold);
            }
            Deed::Confirm => {
                hold.is_booked = true;
                self.mine.push(hold);
            }
            Deed::Release | Deed::Cancel => {}
        }
        Ok(())
    }

    /// A refusal tells something, too.
    fn refused(
        &mut self,
        errand: Errand,
        answer: &Answer,
        asked: (u64, u64),
    ) -> Result<(), Broken> {
        let by = errand.hold.number;
        let event = errand.hold.event;
        let is_hold = matches!(errand.deed, Deed::Hold { .. });
        let stage = match answer.status {
            409 | 423 if is_hold && is_of_kind(answer, &["seats-taken", "seats-held"]) => {
                for (seat, shown) in in_the_way(self.sale, answer) {
                    let call = seat::Call::InTheWay { of: by, shown };
                    let seen = span(asked.0, Some(asked.1), call);
                    self.notes.note(event, [seat], &seen);
                }
                return Ok(());
            }
            // Too many lost races.
            429 if is_hold => return Ok(()),
            410 | 404 if !is_hold && is_of_kind(answer, &["hold-ended", "unknown-hold"]) => {
                Stage::Gone
            }
            409 if !is_hold && is_of_kind(answer, &["already-booked"]) => Stage::Booked,
            409 if !is_hold && is_of_kind(answer, &["not-booked"]) => Stage::Held,
            _ => return Err(self.strange(&errand, answer, "an answer that cannot be")),
        };
        let places = self.sale.places(&errand.hold.seats);
        let seen = span(asked.0, Some(asked.1), seat::Call::Hold(by, stage));
        self.notes.note(event, places, &seen);
        Ok(())
    }

    fn strange(&self, errand: &Errand, answer: &Answer, what: &str) -> Broken {
        let Call { path, body, .. } = &errand.call;
        let said = String::from_utf8_lossy(&answer.body);
        let node = answer.node.as_deref().unwrap_or("nobody");
        let what = format!("clerk {}, {:?}: {what}", self.number, errand.deed);
        Broken::new(Promise::Answers, what).with([
            format!("asked: POST {path} {body}"),
            format!("answered by {node}: {} {said}", answer.status),
        ])
    }

    /// What is wrong with what he was shown.
    pub(super) fn strange_look(&self, path: &str, answer: &Answer) -> Broken {
        let said = String::from_utf8_lossy(&answer.body);
        let node = answer.node.as_deref().unwrap_or("nobody");
        let what = format!("GET {path} is answered {} by {node}", answer.status);
        Broken::new(Promise::Answers, what).with([said.into_owned()])
    }
}

/// The place of a kind of change in the book.
fn kind(deed: Deed) -> usize {
    match deed {
        Deed::Hold { .. } => 0,
        Deed::Confirm => 1,
        Deed::Release => 2,
        Deed::Cancel => 3,
    }
}

/// A call and when it was.
pub(super) fn span(invoked: u64, returned: Option<u64>, call: seat::Call) -> Span<seat::Call> {
    Span {
        invoked,
        returned,
        call,
    }
}

/// The seats that a refusal names, and what they are.
fn in_the_way(sale: &Sale, answer: &Answer) -> Vec<(usize, Shown)> {
    let body = json(answer);
    let named = body["seats"].as_array().into_iter().flatten();
    let seats = named.filter_map(|named| {
        let seat = sale.place(named["seat"].as_str()?)?;
        Some((seat, Shown::read(named["status"].as_str()?)?))
    });
    seats.collect()
}
