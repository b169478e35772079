//! Parties that don't sit in one row: in two neighbouring rows, or anywhere.

use super::{
    plan::Stretch,
    runs::{places, starts},
    search::{Search, View},
    shortlist::{Cost, Party, Shortlist},
    sight::Sight,
};
use crate::{event::hints::Room, ids::SeatId};

impl<S: Sight, C: FnMut(u32) -> u32> Search<'_, S, C> {
    /// The nearest party in two parts, of which one sits in the row behind the other's.
    pub(super) fn split(&mut self) -> Option<Vec<SeatId>> {
        let party = self.wish.quantity;
        if party < 2 || self.longest < party.div_ceil(2) {
            return None;
        }
        let mut list = Shortlist::new(self.choices);
        for (index, stretch) in (0..).zip(&self.plan.stretches) {
            let Some(behind) = stretch.behind else {
                continue;
            };
            if !are_enough(party, self.room(index), self.room(behind)) {
                continue;
            }
            if list.is_settled(Cost::of(stretch.nearest)) {
                break;
            }
            let other = &self.plan.stretches[behind as usize];
            let both = stretch.nearest.worst(other.nearest);
            let rooms = [stretch, other].map(|stretch| self.category_room(stretch));
            let [front, back] = rooms.map(|room| room.unwrap_or(Room::ANY));
            let are_wished = self.is_wished(stretch) && self.is_wished(other);
            if !are_wished || !are_enough(party, front, back) || list.is_settled(Cost::of(both)) {
                continue;
            }
            let views = [(stretch, self.look(index)), (other, self.look(behind))];
            if let Some((cost, party)) = self.most_even(views) {
                list.add(cost, party);
            }
        }
        Some(list.pick(&mut self.chance)?.seats())
    }

    /// The nearest seats to the focal point; some of the nearest, when a crowd is to be spread.
    pub(super) fn anywhere(&mut self, quantity: u32, avoid: &[SeatId]) -> Option<Vec<SeatId>> {
        let mut list = Shortlist::new(quantity + self.choices - 1);
        for (index, stretch) in (0..).zip(&self.plan.stretches) {
            if !self.room(index).fits(1) {
                continue;
            }
            if list.is_settled(Cost::of(stretch.nearest)) {
                break;
            }
            let is_full = |room: Room| !room.fits(1);
            if self.is_wished(stretch) && !self.category_room(stretch).is_some_and(is_full) {
                let view = self.look(index).without(stretch.bits_of(avoid));
                for place in places(view.fit & stretch.own()) {
                    let distance = self.plan.places.party(stretch.line, place, 1);
                    list.add(Cost::of(distance), stretch.seat(place));
                }
            }
        }
        list.sample(quantity, &mut self.chance)
    }

    /// The best way to seat the party in these two stretches: as evenly as there is room for.
    fn most_even(&self, views: [(&Stretch, View); 2]) -> Option<(Cost, Party)> {
        let party = self.wish.quantity;
        (1..=party / 2).rev().find_map(|fewer| {
            let mut best = Shortlist::new(1);
            self.split_as(views, [fewer, party - fewer], &mut best);
            if party - fewer != fewer {
                self.split_as(views, [party - fewer, fewer], &mut best);
            }
            best.best()
        })
    }

    /// Every way to seat parts of these two sizes.
    fn split_as(
        &self,
        [(front, seen), (behind, seen_behind)]: [(&Stretch, View); 2],
        [ahead, rest]: [u32; 2],
        best: &mut Shortlist<Party>,
    ) {
        let places_of = &self.plan.places;
        let starts_behind = starts(seen_behind.fit, rest) & behind.own();
        for start in places(starts(seen.fit, ahead) & front.own()) {
            let distance = places_of.party(front.line, start, ahead);
            for other in places(starts_behind) {
                let both = distance.worst(places_of.party(behind.line, other, rest));
                // However near the two parts are to one another: this saves most of the square roots.
                if best.is_settled(Cost::of(both)) {
                    continue;
                }
                let gap = places_of.gap((front.line, start, ahead), (behind.line, other, rest));
                let party = Party::split((front.seat(start), ahead), (behind.seat(other), rest));
                best.add(Cost::of(both.apart(gap)), party);
            }
        }
    }
}

/// Whether two neighbouring stretches may have room for a party between them.
fn are_enough(party: u32, front: Room, behind: Room) -> bool {
    let (front, behind) = (front.longest(), behind.longest());
    front > 0 && behind > 0 && front + behind >= party
}
