//! What a clerk asks for next.

use std::{thread, time::Duration};

use rand::{RngExt, seq::IndexedRandom};
use seatlock::ids::SeatId;
use serde_json::json;

use super::{
    caller::{Call, json as body_of, nanos},
    clerk::{Clerk, Errand, Mine, span},
    sale::{QUIET, STILL, Sale},
    seat::{self, Deed, Shown, Stage},
    verdict::Broken,
};
use crate::latency::Ended;

/// Holds and bookings that one clerk has at most, so that there is something left to fight for.
const HOLDS_MAX: usize = 2;
const BOOKINGS_MAX: usize = 2;

/// So many seats are wanted at once at most.
const PARTY_MAX: usize = 3;

/// How often the map of a quiet event is looked at.
const QUIET_LOOKED_AT: f64 = 0.8;

/// Of so many clerks one only looks, and one changes what is quiet.
const ROUND: u32 = 4;

/// How long these wait between two calls.
pub(super) const WAIT: Duration = Duration::from_millis(10);
const LONG_WAIT: Duration = Duration::from_secs(1);

/// What a clerk is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Sells what is wanted.
    Seller,
    /// Looks at maps, most of all at those of quiet events.
    Looker,
    /// Changes something in a quiet event now and then.
    Quiet,
    /// Sees what becomes of an owner that is struck (see `witness`).
    Witness { victim: usize },
}

/// Every other time one of the first seats is wanted, a quarter of all.
const POPULAR_PART: usize = 4;

impl Role {
    /// That of the clerk with this number.
    pub(super) fn of(number: u32) -> Self {
        match number % ROUND {
            1 => Self::Looker,
            2 => Self::Quiet,
            _ => Self::Seller,
        }
    }
}

impl Shown {
    pub(super) fn read(word: &str) -> Option<Self> {
        Some(match word {
            "available" => Self::Available,
            "held" => Self::Held,
            "booked" => Self::Booked,
            _ => return None,
        })
    }
}

impl Stage {
    /// What a hold's `state` comes to.
    pub(super) fn read(word: &str) -> Option<Self> {
        Some(match word {
            "held" => Self::Held,
            "booked" => Self::Booked,
            "released" | "expired" | "cancelled" => Self::Gone,
            _ => return None,
        })
    }
}

impl Clerk<'_> {
    /// Does one thing.
    pub(super) fn next(&mut self) -> Result<(), Broken> {
        match self.role {
            Role::Looker => {
                thread::sleep(WAIT);
                return self.look_at_map();
            }
            Role::Quiet => thread::sleep(LONG_WAIT),
            Role::Witness { victim } => return self.witness(victim),
            Role::Seller => {}
        }
        match self.dice.random_range(0..100) {
            0..45 => {
                let errand = self.new_hold();
                self.change(errand)
            }
            45..63 => self.change_mine(Deed::Confirm),
            63..77 => self.change_mine(Deed::Release),
            77..82 => self.change_mine(Deed::Cancel),
            82..94 => self.look_at_map(),
            _ => self.look_at_hold(),
        }
    }

    fn new_hold(&mut self) -> Errand {
        let holds = self.mine.iter().filter(|mine| !mine.is_booked).count();
        if holds >= HOLDS_MAX
            && let Some(errand) = self.errand_for(Deed::Release)
        {
            return errand;
        }
        let event = match self.role {
            Role::Quiet => self
                .dice
                .random_range(self.sale.events.len() - QUIET..STILL),
            _ => self.event(0.0),
        };
        let seats = self.wanted();
        self.hold_of(event, seats)
    }

    /// One for a hold of these seats.
    pub(super) fn hold_of(&mut self, event: usize, seats: Vec<SeatId>) -> Errand {
        let number = self.hold_number();
        let ttl_nanos = nanos(self.sale.events[event].ttl);
        let labels = self.sale.hall.labels(&seats);
        let call = Call {
            method: "POST",
            path: format!("/v1/events/{}/holds", self.sale.events[event].name),
            token: None,
            key: self.key(),
            body: json!({ "user": format!("u{number}"), "seats": labels }).to_string(),
        };
        let hold = Mine {
            number,
            event,
            seats,
            id: String::new(),
            token: String::new(),
            is_booked: false,
        };
        Errand {
            deed: Deed::Hold { ttl_nanos },
            hold,
            call,
        }
    }

    /// An event, which is a quiet one so often.
    fn event(&mut self, quiet: f64) -> usize {
        let busy = self.sale.events.len() - QUIET;
        if self.dice.random_bool(quiet) {
            busy + self.dice.random_range(0..QUIET)
        } else {
            self.dice.random_range(0..busy)
        }
    }

    fn change_mine(&mut self, deed: Deed) -> Result<(), Broken> {
        let booked = self.mine.iter().filter(|mine| mine.is_booked).count();
        let deed = if deed == Deed::Confirm && booked >= BOOKINGS_MAX {
            Deed::Cancel
        } else {
            deed
        };
        match self.errand_for(deed) {
            Some(errand) => self.change(errand),
            None => Ok(()),
        }
    }

    /// One with one of his holds, which he puts aside until he knows how it ended.
    fn errand_for(&mut self, deed: Deed) -> Option<Errand> {
        let is_of_booking = deed == Deed::Cancel;
        let mine = self.mine.iter().enumerate();
        let suitable: Vec<usize> = mine
            .filter(|(_, mine)| mine.is_booked == is_of_booking)
            .map(|(at, _)| at)
            .collect();
        let at = *suitable.choose(&mut self.dice)?;
        let hold = self.mine.swap_remove(at);
        let (path, token) = match deed {
            Deed::Cancel => (format!("/v1/bookings/{}/cancel", hold.id), None),
            Deed::Confirm => (
                format!("/v1/holds/{}/confirm", hold.id),
                Some(hold.token.clone()),
            ),
            _ => (
                format!("/v1/holds/{}/release", hold.id),
                Some(hold.token.clone()),
            ),
        };
        let call = Call {
            method: "POST",
            path,
            token,
            key: self.key(),
            body: String::new(),
        };
        Some(Errand { deed, hold, call })
    }

    /// Different seats in ascending order, and often the same ones.
    fn wanted(&mut self) -> Vec<SeatId> {
        let all = self.sale.seats();
        let is_popular = self.dice.random_bool(0.5);
        let among = if is_popular { all / POPULAR_PART } else { all };
        let party = self.dice.random_range(1..=PARTY_MAX);
        let first = self.dice.random_range(0..among);
        let step = self.dice.random_range(1..=3);
        let mut seats: Vec<SeatId> = (0..party)
            .filter_map(|nth| u32::try_from((first + nth * step) % all).ok())
            .map(SeatId::new)
            .collect();
        seats.sort_unstable();
        seats.dedup();
        seats
    }

    fn look_at_map(&mut self) -> Result<(), Broken> {
        let (event, node) = (self.event(QUIET_LOOKED_AT), self.any_node());
        self.look_at_map_of(event, node).map(drop)
    }

    /// Looks at an event's map at a node. Who has answered, if somebody has.
    pub(super) fn look_at_map_of(
        &mut self,
        event: usize,
        node: usize,
    ) -> Result<Option<String>, Broken> {
        let path = format!("/v1/events/{}/seats", self.sale.events[event].name);
        let Some((answer, asked)) = self.look(node, path.clone()) else {
            return Ok(None);
        };
        let shown = map(self.sale, &body_of(&answer)).filter(|_| answer.status == 200);
        let shown = shown.ok_or_else(|| self.strange_look(&path, &answer))?;
        for (seat, shown) in shown.into_iter().enumerate() {
            let seen = span(asked.0, Some(asked.1), seat::Call::Map(shown));
            self.notes.note(event, [seat], &seen);
        }
        self.notes.time(4, Ended::Done, asked.1 - asked.0);
        Ok(answer.node)
    }

    /// Looks at a hold of his, or at one of which he does not know what has become of it.
    fn look_at_hold(&mut self) -> Result<(), Broken> {
        let doubtful = !self.doubtful.is_empty() && self.dice.random_bool(0.7);
        let holds = if doubtful { &self.doubtful } else { &self.mine };
        let Some(hold) = holds.choose(&mut self.dice).cloned() else {
            return Ok(());
        };
        let (path, node) = (format!("/v1/bookings/{}", hold.id), self.any_node());
        let Some((answer, asked)) = self.look(node, path.clone()) else {
            return Ok(());
        };
        let body = body_of(&answer);
        let stage = match answer.status {
            200 => body["state"].as_str().and_then(Stage::read),
            404 => Some(Stage::Gone),
            _ => None,
        };
        let stage = stage.ok_or_else(|| self.strange_look(&path, &answer))?;
        let seen = span(asked.0, Some(asked.1), seat::Call::Hold(hold.number, stage));
        let places = self.sale.places(&hold.seats);
        self.notes.note(hold.event, places, &seen);
        self.notes.time(5, Ended::Done, asked.1 - asked.0);
        if doubtful && stage == Stage::Gone {
            self.doubtful.retain(|other| other.number != hold.number);
        }
        Ok(())
    }
}

/// All seats in order, as an event's map shows them.
pub(super) fn map(sale: &Sale, body: &serde_json::Value) -> Option<Vec<Shown>> {
    let shown = body["seats"].as_object()?;
    let seats = (0..sale.seats()).map(|seat| {
        let seat = SeatId::new(u32::try_from(seat).ok()?);
        let word = shown.get(&sale.hall.label(seat))?.as_str()?;
        Shown::read(word)
    });
    seats.collect()
}
