//! Parties that don't sit in one row: in two neighbouring rows, or anywhere.

use super::{
    plan::Stretch,
    runs::{places, starts},
    search::{Search, View},
    shortlist::{Cost, Party, Shortlist},
    sight::Sight,
};
use crate::ids::SeatId;

impl<S: Sight, C: FnMut(u32) -> u32> Search<'_, S, C> {
    /// The nearest party in two parts, of which one sits in the row behind the other's.
    pub(super) fn split(&mut self) -> Option<Vec<SeatId>> {
        if self.wish.quantity < 2 {
            return None;
        }
        let mut list = Shortlist::new(self.choices);
        for (index, stretch) in (0..).zip(&self.plan.stretches) {
            let Some(behind) = stretch.behind else {
                continue;
            };
            if !self.have_room(index, behind) {
                continue;
            }
            let other = &self.plan.stretches[behind as usize];
            let nearest = stretch.nearest.worst(other.nearest);
            if list.is_settled(Cost::of(stretch.nearest)) {
                break;
            }
            if list.is_settled(Cost::of(nearest))
                || !self.is_allowed(stretch, |room| room.fits(1))
                || !self.is_allowed(other, |room| room.fits(1))
            {
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
            if !self.has_room(index, |room| room.fits(1)) {
                continue;
            }
            if list.is_settled(Cost::of(stretch.nearest)) {
                break;
            }
            if self.is_allowed(stretch, |room| room.fits(1)) {
                let view = self.look(index).without(stretch.bits_of(avoid));
                for place in places(view.fit & stretch.own()) {
                    let distance = self.plan.places.party(stretch.line, place, 1);
                    list.add(Cost::of(distance), stretch.seat(place));
                }
            }
        }
        list.sample(quantity, &mut self.chance)
    }

    /// Whether the hints of two neighbouring stretches speak for a look at both.
    fn have_room(&self, front: u32, behind: u32) -> bool {
        if !self.trusts {
            return true;
        }
        let now = self.sight.now();
        let longest = |index| self.hints.read(index).room(now).longest();
        let (front, behind) = (longest(front), longest(behind));
        front > 0 && behind > 0 && front + behind >= u64::from(self.wish.quantity)
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
                let gap = places_of.gap((front.line, start, ahead), (behind.line, other, rest));
                let party = Party::split((front.seat(start), ahead), (behind.seat(other), rest));
                best.add(Cost::of(both.apart(gap)), party);
            }
        }
    }
}
