//! Seats are taken: by name, the best, places of areas.

use std::collections::BTreeMap;

use seatlock::{
    engine::{AddRefusal, Asks, HoldKey, HoldView, NewHold, State, TakeRefusal, Want},
    event::{Orphans, Season, Stage},
    ids::SeatId,
};

use super::{
    Hold, Model, Place,
    budget::counts,
    choice::{Best, twice},
};

/// What a model is asked for: the engine's [`Asks`], with the wish's parts in sight.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) asks: Asks,
    pub(crate) best: Option<Best>,
}

impl Model {
    pub(crate) fn held(
        &mut self,
        sale: usize,
        user: &'static str,
        want: &Want,
        order: &Order,
        said: &Result<NewHold, TakeRefusal>,
    ) {
        let taken = said.as_ref().map(|new| &*new.view.seats);
        self.judge(sale, user, None, order, taken);
        let Ok(NewHold { view, token }) = said else {
            return;
        };
        let rules = self.sales[sale].rules;
        self.keep(Hold {
            sale,
            key: Some(HoldKey {
                id: view.id,
                token: *token,
            }),
            user,
            seats: view.seats.clone(),
            stage: Stage::Held,
            began: self.now.moment,
            deadline: self.now.moment.deadline_moment(rules.hold_ttl),
            order: want.order.clone(),
            is_counted: counts(&rules),
            is_pending: false,
        });
        self.check_view(self.holds.len() - 1, view);
    }

    pub(super) fn keep(&mut self, hold: Hold) {
        let (sale, seats) = (hold.sale, hold.seats.clone());
        self.set(sale, &seats, Place::Had(self.holds.len()));
        self.holds.push(hold);
    }

    pub(crate) fn added(
        &mut self,
        hold: usize,
        order: &Order,
        said: &Result<HoldView, AddRefusal>,
    ) {
        let is_usable = self.holds[hold].is_alive() && !self.is_gone(hold);
        let refusal = match said {
            Err(AddRefusal::Unusable(said)) => {
                assert!(!is_usable, "{said:?}");
                return self.check_unusable(hold, said);
            }
            Err(AddRefusal::Take(refusal)) => Err(refusal),
            Ok(view) => Ok(view),
        };
        assert!(is_usable, "{said:?}");
        let Hold { sale, user, .. } = self.holds[hold];
        let has = self.holds[hold].seats.clone();
        let twice: Vec<SeatId> = order
            .asks
            .seats
            .iter()
            .copied()
            .filter(|seat| has.contains(seat))
            .collect();
        if !twice.is_empty() {
            assert_eq!(refusal.err(), Some(&TakeRefusal::NamedTwice(twice)));
            return;
        }
        let new: Result<Vec<SeatId>, _> = refusal.map(|view| {
            let mut seats = view.seats.clone();
            seats.retain(|seat| !has.contains(seat));
            seats
        });
        let taken = new
            .as_ref()
            .map(|seats| &**seats)
            .map_err(|refusal| *refusal);
        self.judge(sale, user, Some(hold), order, taken);
        if let (Ok(view), Ok(new)) = (said, &new) {
            self.set(sale, new, Place::Had(hold));
            self.holds[hold].seats = view.seats.clone();
            self.check_view(hold, view);
        }
    }

    /// Whether seats were rightly taken, or rightly refused.
    fn judge(
        &mut self,
        sale: usize,
        user: &'static str,
        hold: Option<usize>,
        order: &Order,
        taken: Result<&[SeatId], &TakeRefusal>,
    ) {
        let asks = &order.asks;
        let has = hold.map_or(0, |hold| self.holds[hold].seats.len());
        if let Some(refusal) = self.refusal(sale, has, asks) {
            assert_eq!(taken, Err(&refusal));
            return;
        }
        if self.judge_cooling(sale, user, asks, taken) {
            return;
        }
        let orphans = self.orphans(sale, &asks.seats);
        if self.sales[sale].rules.orphans == Orphans::Refused && !orphans.is_empty() {
            assert_eq!(taken, Err(&TakeRefusal::Orphans(orphans)));
            return;
        }
        let over = taken.err().and_then(|refusal| match refusal {
            TakeRefusal::Over(over) => Some(*over),
            _ => None,
        });
        if self.judge_budget(sale, user, hold, asks.seat_count(), over) {
            return;
        }
        match taken {
            Ok(seats) => self.check_choice(sale, order, seats),
            Err(TakeRefusal::NotEnough) => {
                assert!(!self.is_possible(sale, order), "there were enough")
            }
            Err(other) => panic!("{other:?} for {order:?}"),
        }
    }

    /// What can be said for certain.
    fn refusal(&self, sale: usize, has: usize, asks: &Asks) -> Option<TakeRefusal> {
        if let Some(refusal) = self.off_sale(sale) {
            return Some(refusal);
        }
        let count = asks.seat_count() as usize;
        let seats_max = self.sales[sale].rules.hold_seats_max;
        if count == 0 {
            return Some(TakeRefusal::Nothing);
        }
        if has + count > seats_max as usize {
            return Some(TakeRefusal::TooMany { seats_max });
        }
        let twice = twice(&asks.seats);
        if !twice.is_empty() {
            return Some(TakeRefusal::NamedTwice(twice));
        }
        let obstacles = self.obstacles(sale, &asks.seats);
        (!obstacles.is_empty()).then_some(TakeRefusal::InTheWay(obstacles))
    }

    pub(super) fn off_sale(&self, sale: usize) -> Option<TakeRefusal> {
        let sale = &self.sales[sale];
        match (sale.state, sale.rules.on_sale.at(self.now.date)) {
            (State::Closed, _) => Some(TakeRefusal::Closed),
            (State::Paused, _) => Some(TakeRefusal::Paused),
            (State::Open, Season::Before(opens)) => Some(TakeRefusal::NotYetOnSale(opens)),
            (State::Open, Season::After(closed)) => Some(TakeRefusal::NoLongerOnSale(closed)),
            (State::Open, Season::On) => None,
        }
    }
}

pub(super) fn areas(asks: &Asks) -> BTreeMap<usize, u32> {
    let mut areas = BTreeMap::new();
    for places in &asks.areas {
        *areas.entry(places.area).or_default() += places.quantity;
    }
    areas
}
