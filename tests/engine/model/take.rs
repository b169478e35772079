//! Seats are taken: by name, the best, places of areas.

use std::collections::BTreeMap;

use seatlock::{
    access::budget::{Over, Which},
    engine::{AddRefusal, Asks, HoldKey, HoldView, NewHold, State, TakeRefusal, Want},
    event::{
        Orphans, Rules, Season, Stage,
        best::{Adjacent, Categories, Sections},
    },
    ids::SeatId,
    tick::Moment,
};

use super::{Hold, Model, Place};

/// What a model is asked for: the engine's [`Asks`], with the wish's parts in sight.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) asks: Asks,
    pub(crate) best: Option<Best>,
}

#[derive(Debug, Clone)]
pub(crate) struct Best {
    pub(crate) quantity: usize,
    pub(crate) accessible: usize,
    pub(crate) categories: Categories,
    pub(crate) section: Option<usize>,
    pub(crate) adjacent: Adjacent,
}

impl Best {
    pub(crate) fn sections(&self) -> Sections {
        self.section
            .map_or(Sections::All, |section| Sections::only([section]))
    }
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

    /// True: it was refused for this.
    fn judge_cooling(
        &self,
        sale: usize,
        user: &'static str,
        asks: &Asks,
        taken: Result<&[SeatId], &TakeRefusal>,
    ) -> bool {
        if self.sales[sale].rules.cool_down_seconds == 0 {
            return false;
        }
        let cools = |seat: &&SeatId, latest: bool| {
            let cooling = self.cooling.get(&(sale, user, **seat));
            let end = |until: (Moment, Moment)| if latest { until.1 } else { until.0 };
            cooling.is_some_and(|cooling| self.now.moment < end(cooling.until))
        };
        let pends = |seat: &SeatId| {
            let is_meant =
                |hold: &Hold| hold.sale == sale && hold.user == user && hold.seats.contains(seat);
            self.holds
                .iter()
                .any(|hold| hold.is_pending && is_meant(hold))
        };
        let must: Vec<&SeatId> = asks
            .seats
            .iter()
            .filter(|seat| cools(seat, false))
            .collect();
        let may: Vec<&SeatId> = asks
            .seats
            .iter()
            .filter(|seat| cools(seat, true) || pends(seat))
            .collect();
        if let Err(TakeRefusal::Cooling(seats, _)) = taken {
            assert!(
                !seats.is_empty() && seats.iter().all(|seat| may.contains(&seat)),
                "{seats:?} of {may:?}"
            );
            assert!(
                must.iter().all(|seat| seats.contains(seat)),
                "{must:?} of {seats:?}"
            );
            return true;
        }
        assert!(must.is_empty(), "{must:?} cool down");
        false
    }

    /// True: it was refused for this.
    fn judge_budget(
        &mut self,
        sale: usize,
        user: &'static str,
        hold: Option<usize>,
        seats: u32,
        said: Option<Over>,
    ) -> bool {
        let counts = counts(&self.sales[sale].rules);
        match hold {
            None if counts => self.judge_caps(sale, user, &[(seats, 1)], said),
            Some(hold) if self.holds[hold].is_counted => {
                self.judge_caps(sale, user, &[(seats, 0)], said)
            }
            Some(hold) if counts => {
                // Made when nobody was counted: it is counted whole first.
                let has = u32::try_from(self.holds[hold].seats.len()).expect("at most 64");
                self.holds[hold].is_counted = self.over(sale, user, (has, 1), false).is_none();
                let before = if self.holds[hold].is_counted {
                    (0, 0)
                } else {
                    (has, 1)
                };
                self.judge_caps(sale, user, &[before, (before.0 + seats, before.1)], said)
            }
            _ => {
                assert_eq!(said, None);
                false
            }
        }
    }

    /// True: so many more seats and holds were refused, one after the other.
    pub(super) fn judge_caps(
        &self,
        sale: usize,
        user: &str,
        more: &[(u32, u32)],
        said: Option<Over>,
    ) -> bool {
        let over = |with_pending| {
            more.iter()
                .find_map(|more| self.over(sale, user, *more, with_pending))
        };
        let (settled, pending) = (over(false), over(true));
        match said {
            None => assert_eq!(settled, None, "more than {user} may have"),
            Some(said) => assert!(
                [settled, pending].contains(&Some(said.which)),
                "{said:?}: {settled:?} {pending:?}"
            ),
        }
        said.is_some()
    }

    /// The cap that keeps a user from so many more seats and holds.
    pub(super) fn over(
        &self,
        sale: usize,
        user: &str,
        more: (u32, u32),
        with_pending: bool,
    ) -> Option<Which> {
        let rules = &self.sales[sale].rules;
        let (seats, holds) = self.counted(sale, user, with_pending);
        if seats + more.0 > rules.user_seats_max {
            Some(Which::Seats)
        } else if holds + more.1 > rules.user_holds_max {
            Some(Which::Holds)
        } else {
            None
        }
    }

    /// Seats and holds that are counted for a user.
    fn counted(&self, sale: usize, user: &str, with_pending: bool) -> (u32, u32) {
        let mut counted = (0, 0);
        for hold in self
            .holds
            .iter()
            .filter(|hold| hold.sale == sale && hold.user == user && hold.is_counted)
        {
            let is_had = hold.is_alive() || (with_pending && hold.is_pending);
            if is_had || matches!(hold.stage, Stage::Booked { .. }) {
                counted.0 += u32::try_from(hold.seats.len()).expect("at most 64");
                counted.1 += u32::from(is_had);
            }
        }
        counted
    }

    fn check_choice(&self, sale: usize, order: &Order, seats: &[SeatId]) {
        let chart = &self.sales[sale].chart;
        assert!(
            seats.iter().all(|seat| self.is_free(sale, *seat)),
            "taken: {seats:?}"
        );
        assert_eq!(seats.len(), order.asks.seat_count() as usize);
        assert!(order.asks.seats.iter().all(|seat| seats.contains(seat)));
        let chosen = seats
            .iter()
            .copied()
            .filter(|seat| !order.asks.seats.contains(seat));
        let (mut places, mut best) = (BTreeMap::<usize, u32>::new(), Vec::new());
        for seat in chosen {
            match chart.area_of(seat) {
                Some(area) => *places.entry(area).or_default() += 1,
                None => best.push(seat),
            }
        }
        assert_eq!(places, areas(&order.asks));
        match &order.best {
            None => assert!(best.is_empty(), "{best:?}"),
            Some(wish) => assert!(self.grants(sale, wish, &best), "{best:?} for {wish:?}"),
        }
    }

    /// Whether these seats are what was wished for.
    fn grants(&self, sale: usize, wish: &Best, seats: &[SeatId]) -> bool {
        let chart = &self.sales[sale].chart;
        let row = |seat: &SeatId| chart.row_of(*seat);
        let is_side_by_side = seats
            .windows(2)
            .all(|pair| pair[0].get() + 1 == pair[1].get() && row(&pair[0]) == row(&pair[1]));
        let accessible = seats
            .iter()
            .filter(|seat| chart.traits(**seat).is_accessible())
            .count();
        seats.len() == wish.quantity
            && accessible == wish.accessible
            && seats.iter().all(|seat| self.is_wished(sale, wish, *seat))
            && (wish.adjacent != Adjacent::Required || is_side_by_side)
    }

    fn is_wished(&self, sale: usize, wish: &Best, seat: SeatId) -> bool {
        let chart = &self.sales[sale].chart;
        let section = chart.row_of(seat).map(|row| chart.rows()[row].section);
        section.is_some()
            && wish.section.is_none_or(|wished| section == Some(wished))
            && wish.categories.has(chart.category(seat))
    }

    /// Whether there are enough seats.
    fn is_possible(&self, sale: usize, order: &Order) -> bool {
        let chart = &self.sales[sale].chart;
        let is_left = |seat: &SeatId| self.is_free(sale, *seat) && !order.asks.seats.contains(seat);
        let enough_places = areas(&order.asks).into_iter().all(|(area, quantity)| {
            let places = (0..chart.seat_count())
                .map(SeatId::new)
                .filter(|seat| chart.area_of(*seat) == Some(area));
            places.filter(is_left).count() >= quantity as usize
        });
        let Some(wish) = &order.best else {
            return enough_places;
        };
        let numbered: Vec<SeatId> = (0..chart.numbered_count()).map(SeatId::new).collect();
        let is_fit = |seat: &SeatId| is_left(seat) && self.is_wished(sale, wish, *seat);
        let (ramps, others): (Vec<SeatId>, Vec<SeatId>) = numbered
            .iter()
            .filter(|seat| is_fit(seat))
            .partition(|seat| chart.traits(**seat).is_accessible());
        let enough_seats = match wish.adjacent {
            Adjacent::Required => numbered
                .windows(wish.quantity)
                .any(|party| party.iter().all(is_fit) && self.grants(sale, wish, party)),
            _ => ramps.len() >= wish.accessible && others.len() >= wish.quantity - wish.accessible,
        };
        enough_places && enough_seats
    }

    /// The seats that would have no free neighbour any more.
    fn orphans(&self, sale: usize, named: &[SeatId]) -> Vec<SeatId> {
        let chart = &self.sales[sale].chart;
        let is_open =
            |seat: SeatId| self.is_free(sale, seat) && !chart.traits(seat).is_accessible();
        let beside = |seat: SeatId| {
            let sides = [seat.get().checked_sub(1), Some(seat.get() + 1)];
            let sides = sides.into_iter().flatten().map(SeatId::new);
            sides.filter(move |other| chart.row_of(*other) == chart.row_of(seat))
        };
        let is_orphan = |seat: &SeatId| {
            let is_left = |other: SeatId| is_open(other) && !named.contains(&other);
            is_left(*seat) && beside(*seat).any(is_open) && !beside(*seat).any(is_left)
        };
        (0..chart.numbered_count())
            .map(SeatId::new)
            .filter(is_orphan)
            .collect()
    }
}

/// The seats that are named more than once, each once.
pub(super) fn twice(seats: &[SeatId]) -> Vec<SeatId> {
    let is_twice = |seat: &&SeatId| seats.iter().filter(|other| other == seat).count() > 1;
    let mut twice: Vec<SeatId> = seats.iter().filter(is_twice).copied().collect();
    twice.sort_unstable();
    twice.dedup();
    twice
}

/// Whether an event's rules have its users counted.
pub(super) fn counts(rules: &Rules) -> bool {
    let unlimited = [
        rules.user_seats_max,
        rules.user_holds_max,
        rules.user_waste_max,
    ] == [u32::MAX; 3];
    !unlimited || rules.cool_down_seconds > 0
}

fn areas(asks: &Asks) -> BTreeMap<usize, u32> {
    let mut areas = BTreeMap::new();
    for places in &asks.areas {
        *areas.entry(places.area).or_default() += places.quantity;
    }
    areas
}
