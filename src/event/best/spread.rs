//! Parties that don't sit in one row: in two neighbouring rows, or anywhere.

use std::ops::ControlFlow;

use super::{
    place::Line,
    plan::Stretch,
    runs::{Bits, places, starts},
    search::{Search, View},
    shortlist::{Cost, Party, Shortlist},
    sight::Sight,
    way::Stop,
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
        // Those in the other row are no more than fit anywhere.
        let least = party.saturating_sub(self.longest).max(1);
        self.walk(
            |room| room.fits(least),
            |stop, room| {
                if list.is_settled(Cost::of(stop.nearest)) {
                    return ControlFlow::Break(());
                }
                self.split_from(stop, room, &mut list);
                ControlFlow::Continue(())
            },
        );
        Some(list.pick(&mut self.chance)?.seats())
    }

    /// The nearest seats to the focal point; some of the nearest, when a crowd is to be spread.
    pub(super) fn anywhere(&mut self, quantity: u32, avoid: &[SeatId]) -> Option<Vec<SeatId>> {
        let mut list = Shortlist::new(quantity + self.choices - 1);
        self.walk(
            |room| room.fits(1),
            |stop, _| {
                if list.is_settled(Cost::of(stop.nearest)) {
                    return ControlFlow::Break(());
                }
                let stretch = &self.plan.stretches[stop.stretch as usize];
                let view = self.look(stop.stretch).without(stretch.bits_of(avoid));
                for place in places(view.fit & stretch.own()) {
                    let distance = self.plan.places.party(stretch.line, place, 1);
                    list.add(Cost::of(distance), stretch.seat(place));
                }
                ControlFlow::Continue(())
            },
        );
        list.sample(quantity, &mut self.chance)
    }

    /// Adds a party of whom some sit at this stop and some in the row behind, if there is room.
    fn split_from(&self, stop: &Stop, room: Room, list: &mut Shortlist<Party>) {
        let stretch = &self.plan.stretches[stop.stretch as usize];
        let Some(index) = stretch.behind else {
            return;
        };
        let behind = &self.plan.stretches[index as usize];
        let needed = self.wish.quantity.saturating_sub(room.longest()).max(1);
        let room_behind = self.room(self.category_cell(behind).unwrap_or(index));
        let both = stop.nearest.worst(behind.nearest);
        let is_vain = list.is_settled(Cost::of(both));
        if room_behind.fits(needed) && !is_vain && self.is_wished(behind) {
            let view = self.look(stop.stretch);
            self.most_even([(stretch, view), (behind, self.look(index))], list);
        }
    }

    /// Adds the best way to seat the party in these two stretches: as evenly as there is room for.
    fn most_even(&self, [front, behind]: [(&Stretch, View); 2], list: &mut Shortlist<Party>) {
        let party = self.wish.quantity;
        let seated = (1..=party / 2).rev().find_map(|fewer| {
            let more = party - fewer;
            let pair = |ahead, rest| Some([Part::new(front, ahead)?, Part::new(behind, rest)?]);
            let ways = [
                pair(fewer, more),
                pair(more, fewer).filter(|_| fewer < more),
            ];
            ways.iter().any(Option::is_some).then_some(ways)
        });
        let mut best = None;
        for parts in seated.into_iter().flatten().flatten() {
            self.nearest_parts(parts, list, &mut best);
        }
        if let Some((cost, party)) = best {
            list.add(cost, party);
        }
    }

    /// Tries all ways to seat two parts that are wanted on the list, and better than the best up to now.
    fn nearest_parts(
        &self,
        [front, behind]: [Part<'_>; 2],
        list: &Shortlist<Party>,
        best: &mut Option<(Cost, Party)>,
    ) {
        let all = &self.plan.places;
        let is_vain = |cost: Cost, best: &Option<(Cost, Party)>| {
            list.is_settled(cost) || best.is_some_and(|(least, _)| least <= cost)
        };
        let far = |part: Part<'_>, start| all.party(part.stretch.line, start, part.size);
        for start in places(front.starts) {
            let distance = far(front, start);
            // However near the others are: this saves most of the work.
            if is_vain(Cost::of(distance), best) {
                continue;
            }
            for other in places(behind.starts) {
                let both = distance.worst(far(behind, other));
                if is_vain(Cost::of(both), best) {
                    continue;
                }
                let gap = all.gap(front.at(start), behind.at(other));
                let cost = Cost::of(both.apart(gap));
                if !is_vain(cost, best) {
                    let parts = [(front, start), (behind, other)];
                    let [one, two] = parts.map(|(part, at)| (part.stretch.seat(at), part.size));
                    *best = Some((cost, Party::split(one, two)));
                }
            }
        }
    }
}

/// Where a part of a party can sit down in a stretch.
#[derive(Clone, Copy)]
struct Part<'p> {
    stretch: &'p Stretch,
    starts: Bits,
    size: u32,
}

impl<'p> Part<'p> {
    /// `None` where there is no room for it.
    fn new((stretch, view): (&'p Stretch, View), size: u32) -> Option<Self> {
        let starts = starts(view.fit, size) & stretch.own();
        (starts != 0).then_some(Self {
            stretch,
            starts,
            size,
        })
    }

    fn at(&self, start: u32) -> (Line, u32, u32) {
        (self.stretch.line, start, self.size)
    }
}
