//! What a clerk asks for next.

use std::collections::HashSet;

use rand::{RngExt, seq::IndexedRandom};
use seatlock::ids::SeatId;
use serde_json::json;

use super::{
    clerk::{Clerk, Errand},
    deed::{Deed, EVENTS},
    face::{Face, Stage},
    journal::{Call, Record, Subject},
    time,
};

/// Live holds of one clerk at once, so that there is something left to fight for.
const LIVE_MAX: usize = 40;

/// Of all seats at most such a part is booked.
const BOOKED_PART: u32 = 2;

/// So many seats are wanted at once at most.
const PARTY_MAX: u32 = 4;

/// Every other clerk wants one of the first seats, an eighth of all.
const POPULAR_PART: u32 = 8;

impl Clerk {
    /// Draws what to ask for next.
    pub(super) fn errand(&mut self) -> Errand {
        let now = time::now();
        loop {
            let deed = Deed::draw(&mut self.dice);
            match self.restrained(deed) {
                deed @ (Deed::Hold | Deed::Best) => return self.new_hold(deed),
                Deed::Block => {
                    if let Some(errand) = self.new_block() {
                        return errand;
                    }
                }
                deed => {
                    let records = self.records.iter().enumerate();
                    let suitable = records.filter(|(_, record)| {
                        record.pending.is_none() && deed.suits(record.face(), now)
                    });
                    let suitable: Vec<usize> = suitable.map(|(at, _)| at).collect();
                    if let Some(at) = suitable.choose(&mut self.dice) {
                        return self.change(deed, *at);
                    }
                }
            }
        }
    }

    /// Something else in its place, if there is too much of what it makes.
    fn restrained(&self, deed: Deed) -> Deed {
        let now = time::now();
        let live = |record: &&Record| Deed::Release.suits(record.face(), now);
        let booked = |record: &&Record| record.face().stage == Stage::Booked;
        let clerks_share = self.hall.seats() / BOOKED_PART / PARTY_MAX;
        match deed {
            Deed::Hold | Deed::Best if self.records.iter().filter(live).count() > LIVE_MAX => {
                Deed::Release
            }
            Deed::Confirm | Deed::Retake
                if self.records.iter().filter(booked).count() > clerks_share as usize =>
            {
                Deed::Cancel
            }
            _ => deed,
        }
    }

    fn new_hold(&mut self, deed: Deed) -> Errand {
        let event = self.dice.random_range(0..EVENTS.len());
        let quantity = self.dice.random_range(1..=PARTY_MAX);
        let user = format!("clerk-{}", self.number);
        let (seats, body) = if deed == Deed::Best {
            let body = json!({ "user": user, "best": [{ "quantity": quantity }] });
            (Vec::new(), body)
        } else {
            let seats = self.seats(quantity, &HashSet::new());
            let body = json!({ "user": user, "seats": self.hall.labels(&seats) });
            (seats, body)
        };
        let path = format!("/v1/events/{}/{}", EVENTS[event].name, deed.path());
        let face = Face::ABSENT.at(Stage::Held).with(seats);
        let call = self.call(deed, path, None, body.to_string());
        Errand {
            deed,
            event,
            record: None,
            face,
            call,
        }
    }

    /// Blocks seats of this clerk's own columns, and none a second time in one life of the server: from what the map
    /// shows as withheld it must be clear which block it is.
    fn new_block(&mut self) -> Option<Errand> {
        let event = self.dice.random_range(0..EVENTS.len());
        let of_blocks = self.records.iter().filter(|record| record.event == event);
        let blocked: HashSet<SeatId> = of_blocks
            .filter_map(|record| match &record.subject {
                Subject::Block(seats) => Some(seats.clone()),
                Subject::Hold { .. } => None,
            })
            .flatten()
            .collect();
        let stride = PARTY_MAX * 4;
        let seat = self.dice.random_range(0..self.hall.seats() / stride) * stride + self.number;
        let seats: Vec<SeatId> = [seat, seat + stride / 2]
            .into_iter()
            .filter(|seat| self.number < stride / 2 && *seat < self.hall.seats())
            .map(SeatId::new)
            .collect();
        if seats.is_empty() || seats.iter().any(|seat| blocked.contains(seat)) {
            return None;
        }
        self.records
            .push(Record::of(event, Subject::Block(seats), Face::ABSENT));
        Some(self.change(Deed::Block, self.records.len() - 1))
    }

    fn change(&mut self, deed: Deed, at: usize) -> Errand {
        let Record { event, subject, .. } = &self.records[at];
        let (event, subject) = (*event, subject.clone());
        let before = self.records[at].face().clone();
        let (seats, body) = self.seats_after(deed, &before, &subject);
        let (path, token) = match subject {
            Subject::Block(_) => (format!("/v1/events/{}", EVENTS[event].name), None),
            Subject::Hold { id, .. } if deed.is_of_booking() => {
                (format!("/v1/bookings/{id}"), None)
            }
            Subject::Hold { id, token } => (format!("/v1/holds/{id}"), Some(token)),
        };
        let due = deed.due(&before, &EVENTS[event]);
        let face = Face {
            due,
            ..before.at(deed.stage(before.stage)).with(seats)
        };
        let path = format!("{path}/{}", deed.path());
        let call = self.call(deed, path, token, body);
        Errand {
            deed,
            event,
            record: Some(at),
            face,
            call,
        }
    }

    /// The seats that the record has afterwards, and how that is asked for.
    fn seats_after(
        &mut self,
        deed: Deed,
        before: &Face,
        subject: &Subject,
    ) -> (Vec<SeatId>, String) {
        let mut seats = before.seats.clone();
        let body = match deed {
            Deed::Retake => json!({ "if_free": "retake" }),
            Deed::Add => {
                let more = self.seats(2, &seats.iter().copied().collect());
                seats.extend(&more);
                json!({ "seats": self.hall.labels(&more) })
            }
            Deed::GiveBack | Deed::CancelPart => {
                let given = seats.swap_remove(self.dice.random_range(0..seats.len()));
                json!({ "seats": [self.hall.label(given)] })
            }
            Deed::Move => {
                let to = self.seats(1, &seats.iter().copied().collect());
                let from = seats.swap_remove(self.dice.random_range(0..seats.len()));
                seats.extend(&to);
                json!({ "from": [self.hall.label(from)], "to": self.hall.labels(&to) })
            }
            Deed::Block | Deed::Unblock => {
                let Subject::Block(blocked) = subject else {
                    return (seats, String::new());
                };
                let body = json!({ "seats": self.hall.labels(blocked) });
                seats = if deed == Deed::Block {
                    blocked.clone()
                } else {
                    Vec::new()
                };
                body
            }
            _ => return (seats, String::new()),
        };
        (seats, body.to_string())
    }

    /// Seats that are wanted, none of which is one of those: side by side or here and there, and often the same ones.
    fn seats(&mut self, quantity: u32, others: &HashSet<SeatId>) -> Vec<SeatId> {
        let all = self.hall.seats();
        let is_popular = self.dice.random_bool(0.5);
        let wanted = if is_popular { all / POPULAR_PART } else { all };
        let (first, stride) = (
            self.dice.random_range(0..wanted),
            self.dice.random_range(1..=7),
        );
        let seats = (0..all).map(|nth| SeatId::new((first + nth * stride) % all));
        let mut taken = HashSet::new();
        seats
            .filter(|seat| !others.contains(seat) && taken.insert(*seat))
            .take(quantity as usize)
            .collect()
    }

    fn call(&mut self, deed: Deed, path: String, token: Option<String>, body: String) -> Call {
        Call {
            path,
            token,
            key: self.key(deed),
            body,
        }
    }
}
