//! Parties in which somebody needs an accessible seat.

use super::{
    plan::Stretch,
    runs::{Bits, lone, places, range, starts},
    search::{Search, View},
    shortlist::{Cost, Party, Shortlist},
    sight::Sight,
};
use crate::ids::SeatId;

impl<S: Sight, C: FnMut(u32) -> u32> Search<'_, S, C> {
    /// The party side by side, with just as many accessible seats as are needed; the fewer sit in seats that
    /// are not for companions the better.
    pub(super) fn together_accessible(&mut self, cleanly: bool) -> Option<Vec<SeatId>> {
        let mut list = Shortlist::new(self.choices);
        for index in &self.plan.accessible {
            let Some((stretch, view)) = self.look_for_accessible(*index, self.wish.accessible)
            else {
                continue;
            };
            let party = self.wish.quantity;
            let from = starts(view.fit | view.accessible, party) & stretch.own();
            for start in places(from) {
                let seats = range(start, start + party);
                let is_enough = (view.accessible & seats).count_ones() == self.wish.accessible;
                if is_enough && !(cleanly && view.leaves_orphan(seats)) {
                    let strangers = view.fit & seats & !self.companions(stretch);
                    let cost = Cost {
                        strangers: strangers.count_ones(),
                        distance: self.plan.places.party(stretch.line, start, party),
                    };
                    list.add(cost, Party::new(stretch.seat(start), party));
                }
            }
        }
        Some(list.pick(&mut self.chance)?.seats())
    }

    /// The nearest accessible seats; for the others seats beside them, then any.
    pub(super) fn anywhere_accessible(&mut self) -> Option<Vec<SeatId>> {
        let wanted = self.wish.accessible;
        let mut list = Shortlist::new(wanted + self.choices - 1);
        for index in &self.plan.accessible {
            if let Some((stretch, view)) = self.look_for_accessible(*index, 1) {
                for place in places(view.accessible & stretch.own()) {
                    let distance = self.plan.places.party(stretch.line, place, 1);
                    list.add(Cost::of(distance), stretch.seat(place));
                }
            }
        }
        let mut seats = list.sample(wanted, &mut self.chance)?;
        seats.extend(self.beside(&seats));
        let taken = u32::try_from(seats.len()).expect("no more than were wished for");
        if taken < self.wish.quantity {
            let rest = self.anywhere(self.wish.quantity - taken, &seats)?;
            seats.extend(rest);
        }
        Some(seats)
    }

    /// Seats for the others in the rows of those who have theirs: companion seats first, then whatever is nearest.
    fn beside(&self, accessible: &[SeatId]) -> Vec<SeatId> {
        let others = self.wish.quantity - self.wish.accessible;
        let mut list = Shortlist::new(others.max(1));
        for index in &self.plan.accessible {
            let stretch = &self.plan.stretches[*index as usize];
            let theirs = stretch.bits_of(accessible) & stretch.own();
            if theirs == 0 || others == 0 {
                continue;
            }
            for place in places(self.look(*index).fit & stretch.own()) {
                let steps = places(theirs).map(|their| their.abs_diff(place)).min();
                let is_companion = self.companions(stretch) >> place & 1 == 1;
                let cost = Cost::beside(is_companion, steps.unwrap_or(u32::MAX));
                list.add(cost, stretch.seat(place));
            }
        }
        list.choices().collect()
    }

    fn look_for_accessible(&self, index: u32, needed: u32) -> Option<(&Stretch, View)> {
        let stretch = &self.plan.stretches[index as usize];
        let cell = self.plan.mixture(stretch)?.accessible_cell()?;
        let is_worth_it = self.is_wished(stretch) && self.room(cell).fits(needed);
        is_worth_it.then(|| (stretch, self.look(index)))
    }

    fn companions(&self, stretch: &Stretch) -> Bits {
        let mixture = self.plan.mixture(stretch);
        mixture.map_or(0, |mixture| mixture.companions)
    }
}

impl View {
    /// Whether a seat that has a free neighbour will have none when these are taken.
    pub(super) fn leaves_orphan(self, seats: Bits) -> bool {
        lone(self.open & !seats) & !lone(self.open) != 0
    }
}
