//! Whether the seats that were chosen were a right choice, and whether there were none.

use std::collections::BTreeMap;

use seatlock::{
    event::best::{Adjacent, Categories, Sections},
    ids::SeatId,
};

use super::{
    Model,
    take::{Order, areas},
};

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
    pub(super) fn check_choice(&self, sale: usize, order: &Order, seats: &[SeatId]) {
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
    pub(super) fn grants(&self, sale: usize, wish: &Best, seats: &[SeatId]) -> bool {
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

    pub(super) fn is_wished(&self, sale: usize, wish: &Best, seat: SeatId) -> bool {
        let chart = &self.sales[sale].chart;
        let section = chart.row_of(seat).map(|row| chart.rows()[row].section);
        section.is_some()
            && wish.section.is_none_or(|wished| section == Some(wished))
            && wish.categories.has(chart.category(seat))
    }

    /// Whether there are enough seats.
    pub(super) fn is_possible(&self, sale: usize, order: &Order) -> bool {
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
    pub(super) fn orphans(&self, sale: usize, named: &[SeatId]) -> Vec<SeatId> {
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
