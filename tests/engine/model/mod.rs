//! What the engine should answer, said in the simplest way: one request after the other, plain lists, no words, no
//! takings, no wheel, no tape.
//!
//! The model never predicts which seats 'best available' chooses. It is told, and checks that the choice was a right one;
//! when the engine says that there are not enough, it checks that there were not.
//!
//! **What time leaves open.** A hold has expired at its deadline, for everybody. That its user is no longer counted for
//! it, and may not take its seats again for a while, is so once the scribe has read of its end: until [`Model::settle`]
//! both answers are right.

mod budget;
mod choice;
mod operator;
mod owner;
mod small;
mod take;

pub(crate) use choice::Best;
pub(crate) use small::DEFAULT;
pub(crate) use take::Order;

use std::{collections::BTreeMap, sync::Arc};

use seatlock::{
    chart::Chart,
    engine::{EndedView, HoldKey, HoldView, Now, Obstacle, State, Unusable},
    event::{End, How, Rules, Stage},
    feed::Shown,
    ids::{HoldId, SeatId},
    tick::{Moment, Ttl},
};

/// Everything that the engine should know.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) now: Now,
    /// All events that ever were, by their number here.
    pub(crate) sales: Vec<Sale>,
    pub(crate) holds: Vec<Hold>,
    /// Seats that a user may not take again, by event.
    cooling: BTreeMap<(usize, &'static str, SeatId), Cooling>,
}

/// An event.
#[derive(Debug)]
pub(crate) struct Sale {
    pub(crate) name: &'static str,
    pub(crate) chart: Arc<Chart>,
    pub(crate) title: Arc<str>,
    pub(crate) rules: Rules,
    pub(crate) state: State,
    seats: Vec<Place>,
    reasons: BTreeMap<SeatId, Arc<str>>,
}

/// What a seat is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Free,
    /// In the hold with this number, as long as that lives.
    Had(usize),
    Withheld,
}

/// A hold or booking.
#[derive(Debug)]
pub(crate) struct Hold {
    pub(crate) sale: usize,
    /// None: it was made by the small API.
    pub(crate) key: Option<HoldKey>,
    pub(crate) user: &'static str,
    pub(crate) seats: Vec<SeatId>,
    pub(crate) stage: Stage,
    began: Moment,
    deadline: Moment,
    order: Option<Arc<str>>,
    is_counted: bool,
    /// Its expiry may not have been counted yet.
    is_pending: bool,
}

#[derive(Debug, Clone, Copy)]
struct Cooling {
    /// It is so until this moment at least, and until that one at most.
    until: (Moment, Moment),
}

impl Model {
    pub(crate) fn new(now: Now) -> Self {
        Self {
            now,
            sales: Vec::new(),
            holds: Vec::new(),
            cooling: BTreeMap::new(),
        }
    }

    /// A new instant: what has expired by then has.
    pub(crate) fn pass(&mut self, now: Now) {
        self.now = now;
        for hold in &mut self.holds {
            if hold.is_alive() && now.moment >= hold.deadline {
                hold.end(How::Expired, hold.deadline);
                hold.is_pending = true;
            }
        }
    }

    /// The scribe has read of everything that has expired.
    pub(crate) fn settle(&mut self) {
        for hold in 0..self.holds.len() {
            self.count_lapse(hold);
        }
    }

    /// Another engine goes on: it has counted what had expired, and knows nothing of who let what expire. How long a hold
    /// of the small API lasts is said at its start.
    pub(crate) fn restarted(&mut self, hold_ttl: Ttl) {
        self.settle();
        self.cooling.clear();
        if let Some(sale) = self.sale("default") {
            self.sales[sale].rules.hold_ttl = hold_ttl;
        }
    }

    /// The event of this name that is not closed.
    pub(crate) fn sale(&self, name: &str) -> Option<usize> {
        let is_meant = |sale: &Sale| sale.name == name && sale.state != State::Closed;
        self.sales.iter().position(is_meant)
    }

    /// What each seat of an event is.
    pub(crate) fn map(&self, sale: usize) -> Vec<Shown> {
        let seats = 0..self.sales[sale].chart.seat_count();
        seats
            .map(|seat| self.shown(sale, SeatId::new(seat)))
            .collect()
    }

    /// Why a seat is withheld.
    pub(crate) fn reason(&self, sale: usize, seat: SeatId) -> Option<Arc<str>> {
        self.sales[sale].reasons.get(&seat).cloned()
    }

    fn shown(&self, sale: usize, seat: SeatId) -> Shown {
        match self.sales[sale].seats[seat.index()] {
            Place::Free => Shown::Available,
            Place::Withheld => Shown::Withheld,
            Place::Had(hold) => match self.holds[hold].stage {
                Stage::Held | Stage::Paying => Shown::Held,
                Stage::Booked { .. } => Shown::Booked,
                Stage::Ended(_) => Shown::Available,
            },
        }
    }

    fn is_free(&self, sale: usize, seat: SeatId) -> bool {
        self.shown(sale, seat) == Shown::Available
    }

    fn obstacles(&self, sale: usize, seats: &[SeatId]) -> Vec<Obstacle> {
        let obstacle = |seat: &SeatId| Obstacle {
            seat: *seat,
            shown: self.shown(sale, *seat),
        };
        let obstacles = seats.iter().map(obstacle);
        obstacles
            .filter(|obstacle| obstacle.shown != Shown::Available)
            .collect()
    }

    fn set(&mut self, sale: usize, seats: &[SeatId], place: Place) {
        for seat in seats {
            self.sales[sale].seats[seat.index()] = place;
        }
    }

    /// Takes seats off a hold and puts them on sale.
    fn free(&mut self, hold: usize, seats: &[SeatId]) {
        self.set(self.holds[hold].sale, seats, Place::Free);
        self.holds[hold].seats.retain(|seat| !seats.contains(seat));
    }

    /// Ends a hold whose seats go on sale; it still shows them.
    fn end(&mut self, hold: usize, how: How) {
        let seats = self.holds[hold].seats.clone();
        self.set(self.holds[hold].sale, &seats, Place::Free);
        let at = self.now.moment;
        self.holds[hold].end(how, at);
    }

    fn count_lapse(&mut self, hold: usize) {
        if !std::mem::take(&mut self.holds[hold].is_pending) {
            return;
        }
        let Hold {
            sale,
            user,
            deadline,
            ..
        } = self.holds[hold];
        let cool_down =
            std::time::Duration::from_secs(self.sales[sale].rules.cool_down_seconds.into());
        if cool_down.is_zero() {
            return;
        }
        for seat in self.holds[hold].seats.clone() {
            let until = (deadline.plus(cool_down), self.now.moment.plus(cool_down));
            let cooling = self
                .cooling
                .entry((sale, user, seat))
                .or_insert(Cooling { until });
            cooling.until = (cooling.until.0.max(until.0), cooling.until.1.max(until.1));
        }
    }

    /// Compares what is said of a hold that can be used.
    fn check_view(&self, hold: usize, view: &HoldView) {
        let hold = &self.holds[hold];
        let sale = &self.sales[hold.sale];
        assert_eq!(view.stage, hold.stage);
        assert_eq!(view.seats, hold.seats);
        assert_eq!(view.event.name().as_str(), sale.name);
        assert_eq!(view.user.text(), Some(hold.user));
        assert_eq!(view.order, hold.order);
        assert_eq!((view.began, view.deadline), (hold.began, hold.deadline));
        assert_eq!(
            view.longest,
            hold.began.deadline_moment(sale.rules.hold_longest)
        );
        assert_eq!(view.now, self.now);
        assert_eq!(Some(view.id), hold.id());
    }

    /// Compares what is said of one that cannot. `is_right` says whether this hold could be used.
    fn check_unusable(&self, hold: usize, said: &Unusable) {
        match (said, self.holds[hold].stage) {
            (Unusable::Unknown, _) => assert!(self.is_gone(hold), "it should be known"),
            (Unusable::IsBooked, Stage::Booked { .. })
            | (Unusable::NotBooked, Stage::Held | Stage::Paying) => {}
            (Unusable::Ended(ended), Stage::Ended(end)) => self.check_ended(hold, ended, end),
            (said, stage) => panic!("{said:?} of a hold that is {stage:?}"),
        }
    }

    fn check_ended(&self, hold: usize, said: &EndedView, end: End) {
        assert_eq!((said.how, said.at), (end.how, end.at));
        self.check_view(hold, &said.view);
        let Hold { sale, seats, .. } = &self.holds[hold];
        let shown = |seat: &SeatId| Obstacle {
            seat: *seat,
            shown: self.shown(*sale, *seat),
        };
        assert_eq!(said.seats, seats.iter().map(shown).collect::<Vec<_>>());
    }

    /// Whether its event was closed.
    pub(crate) fn is_gone(&self, hold: usize) -> bool {
        self.sales[self.holds[hold].sale].state == State::Closed
    }
}

impl Hold {
    pub(crate) fn id(&self) -> Option<HoldId> {
        self.key.map(|key| key.id)
    }

    pub(crate) fn is_alive(&self) -> bool {
        matches!(self.stage, Stage::Held | Stage::Paying)
    }

    fn end(&mut self, how: How, at: Moment) {
        self.stage = Stage::Ended(End { how, at });
    }
}
