//! The walk past the stops of a way, by their hints.

use std::ops::ControlFlow;

use super::{
    plan::Stretch,
    policy::Distance,
    search::Search,
    sight::Sight,
    way::{LEG_STOPS, Route, Stop},
};
use crate::event::hints::{Hint, Room};

impl<S: Sight, C> Search<'_, S, C> {
    /// Goes by all stops at which there may be room, until told to stop.
    #[inline]
    pub(super) fn walk(
        &self,
        fits: impl Fn(Room) -> bool,
        mut visit: impl FnMut(&Stop, Room) -> ControlFlow<()>,
    ) {
        let Route { way, is_sifted } = self.route;
        for (nth, leg) in (0..).zip(way.stops.chunks(LEG_STOPS)) {
            let cell = way.legs.map(|first| first + nth);
            // Read before the cells that it sums up: see `hints`.
            let saw = cell.map_or(Hint::UNKNOWN, |cell| self.hints.read(cell));
            let room = self.trusted(saw);
            if !fits(room) {
                continue;
            }
            for stop in leg {
                let room = self.room_at(stop, is_sifted, &fits);
                if room.is_some_and(|room| visit(stop, room).is_break()) {
                    return;
                }
            }
            if let Some(cell) = cell.filter(|_| room == Room::ANY) {
                let cells = leg.iter().map(|stop| stop.cell);
                self.hints.sum_up(cell, saw, cells, self.sight.now());
            }
        }
    }

    /// What there may be room for, as far as the hint of a cell is trusted.
    #[inline]
    pub(super) fn room(&self, cell: u32) -> Room {
        self.trusted(self.hints.read(cell))
    }

    /// How near the party can sit side by side in a stretch, by what is known to be taken around its nearest seat.
    #[inline]
    pub(super) fn reach(&self, index: u32) -> Distance {
        let stretch = &self.plan.stretches[index as usize];
        let hint = self.hints.read(index);
        if self.trusted(hint) == Room::ANY {
            return stretch.nearest;
        }
        let others = self.wish.quantity - 1;
        // Beside what is taken the party sits outwards, and around the nearest seat to either side.
        let steps = match self.hints.ring(index, hint) {
            0 => others.div_ceil(2),
            ring => ring + others,
        };
        let places = &self.plan.places;
        places.beyond(stretch.line, stretch.seats, stretch.focus, steps)
    }

    #[inline]
    fn trusted(&self, hint: Hint) -> Room {
        if self.trusts {
            hint.room(self.sight.now())
        } else {
            Room::ANY
        }
    }

    /// Whether the wish allows any seats of the stretch.
    #[inline]
    pub(super) fn is_wished(&self, stretch: &Stretch) -> bool {
        !stretch.categories.and(self.wish.categories).is_empty()
            && self.wish.sections.has(stretch.section)
    }

    /// The cell of the one category that is wished for in a mixed stretch.
    #[inline]
    pub(super) fn category_cell(&self, stretch: &Stretch) -> Option<u32> {
        let wished = stretch.categories.and(self.wish.categories);
        if wished == stretch.categories {
            return None;
        }
        self.plan.mixture(stretch)?.cell_for(wished)
    }

    /// What there may be room for at a stop, if that is worth a visit.
    #[inline(always)]
    fn room_at(&self, stop: &Stop, is_sifted: bool, fits: &impl Fn(Room) -> bool) -> Option<Room> {
        let room = Some(self.room(stop.cell)).filter(|room| fits(*room))?;
        if is_sifted {
            return Some(room);
        }
        self.sift(stop).filter(|room| fits(*room))
    }

    /// What there may be room for at a stop on a way that leads by seats which the wish doesn't allow.
    fn sift(&self, stop: &Stop) -> Option<Room> {
        let stretch = &self.plan.stretches[stop.stretch as usize];
        let cell = self.category_cell(stretch).unwrap_or(stop.cell);
        self.is_wished(stretch).then(|| self.room(cell))
    }
}
