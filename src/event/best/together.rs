//! Parties side by side.
//!
//! Of most rows it is known how near a party can sit there at best ([`Search::reach`]), and as a rule that is where it does
//! sit. So a search that wants the best alone goes by all of them once and looks only where nothing is known, and at the
//! end where the most is promised. If that is not kept, it goes by them again and looks at each that may be better.

use std::{cell::Cell, ops::ControlFlow};

use super::{
    plan::Stretch,
    policy::Distance,
    runs::{Bits, around, longest, places, range},
    search::{Search, View},
    shortlist::{Cost, Party, Shortlist},
    sight::Sight,
};
use crate::{event::hints::Room, ids::SeatId};

/// One search for parties side by side.
struct Sitting<'f> {
    cleanly: bool,
    /// The longest run that there is, or may be where it is not worth a look.
    seen: &'f Cell<u32>,
    list: Shortlist<Party>,
}

/// The row that was passed by and promises the most, and how near a party may sit in any other that was.
struct Promise {
    best: Option<(Distance, u32)>,
    others: Distance,
}

impl<S: Sight, C: FnMut(u32) -> u32> Search<'_, S, C> {
    /// The nearest party side by side.
    pub(super) fn together(&mut self, cleanly: bool) -> Option<Vec<SeatId>> {
        let party = self.wish.quantity;
        if self.longest < party {
            return None;
        }
        let seen = Cell::new(0);
        let fits = |room: Room| {
            let fits = if cleanly {
                room.fits_cleanly(party)
            } else {
                room.fits(party)
            };
            if !fits {
                seen.set(room.longest().max(seen.get()));
            }
            fits
        };
        let mut sitting = Sitting {
            cleanly,
            seen: &seen,
            list: Shortlist::new(self.choices),
        };
        // Who picks by chance needs several, for which the rows that promise less have to be looked at, too.
        if self.choices > 1 || !self.by_promise(fits, &mut sitting) {
            self.by_looks(fits, &mut sitting);
        }
        let list = sitting.list;
        self.longest = seen.get();
        Some(list.pick(&mut self.chance)?.seats())
    }

    /// Goes by the rows and looks at few. Whether that was enough: no other can be better than what was found, or there is
    /// none.
    fn by_promise(&self, fits: impl Fn(Room) -> bool, sitting: &mut Sitting<'_>) -> bool {
        let mut promise = Promise::NONE;
        self.walk(fits, |stop, room| {
            let is_beyond = promise.best.is_some_and(|(near, _)| stop.nearest >= near);
            if is_beyond || sitting.is_settled(stop.nearest) {
                promise.also(stop.nearest);
                return ControlFlow::Break(());
            }
            if room == Room::ANY {
                self.sit_at(stop.stretch, sitting);
                return ControlFlow::Continue(());
            }
            let reach = self.reach(stop.stretch);
            if reach <= stop.nearest {
                self.sit_at(stop.stretch, sitting);
            } else if !sitting.is_settled(reach) {
                promise.pass(reach, stop.stretch);
            }
            ControlFlow::Continue(())
        });
        if let Some((reach, stretch)) = promise.best
            && !sitting.is_settled(reach)
        {
            self.sit_at(stretch, sitting);
        }
        promise.others == Distance::FAR || sitting.is_settled(promise.others)
    }

    /// Goes by the rows and looks at each in which there may be a better place.
    fn by_looks(&self, fits: impl Fn(Room) -> bool, sitting: &mut Sitting<'_>) {
        self.walk(fits, |stop, _| {
            if sitting.is_settled(stop.nearest) {
                return ControlFlow::Break(());
            }
            if !sitting.list.is_full() || !sitting.is_settled(self.reach(stop.stretch)) {
                self.sit_at(stop.stretch, sitting);
            }
            ControlFlow::Continue(())
        });
    }

    fn sit_at(&self, index: u32, sitting: &mut Sitting<'_>) {
        let view = self.look(index);
        let seen = sitting.seen;
        seen.set(longest(view.fit).max(seen.get()));
        let stretch = &self.plan.stretches[index as usize];
        self.add_parties(stretch, view, sitting);
    }

    /// Adds the nearest parties of a stretch. A further one must be as good now as when those before it are gone: nobody
    /// knows which of them will be.
    fn add_parties(&self, stretch: &Stretch, mut view: View, sitting: &mut Sitting<'_>) {
        let party = self.wish.quantity;
        let mut from = stretch.own();
        for _ in 0..self.choices {
            from &= view.starts(party, sitting.cleanly);
            let Some((cost, start)) = self.nearest_start(stretch, from) else {
                return;
            };
            let there = Party::new(stretch.seat(start), party);
            sitting.list.add(cost, there);
            view = view.without(range(start, start + party));
        }
    }

    /// The nearest of these places to sit down at. In a valley it gets farther from place to place once the whole party is
    /// past the nearest seat, so of the places beyond only the first one to either side can be meant.
    #[inline]
    fn nearest_start(&self, stretch: &Stretch, from: Bits) -> Option<(Cost, u32)> {
        let from = if stretch.line.is_valley() {
            let nearest = stretch.focus.place;
            let first = nearest.saturating_sub(self.wish.quantity - 1);
            around(from, first, nearest + 1)
        } else {
            from
        };
        let cost = |start| {
            let places = &self.plan.places;
            Cost::of(places.party(stretch.line, start, self.wish.quantity))
        };
        let mut from = places(from).map(|start| (cost(start), start));
        let first = from.next()?;
        Some(from.fold(
            first,
            |best, other| if other.0 < best.0 { other } else { best },
        ))
    }
}

impl Sitting<'_> {
    /// Whether nobody who is so far away, or farther, is wanted any more.
    #[inline]
    fn is_settled(&self, distance: Distance) -> bool {
        self.list.is_settled(Cost::of(distance))
    }
}

impl Promise {
    const NONE: Self = Self {
        best: None,
        others: Distance::FAR,
    };

    /// A row is passed by in which a party may sit as near as this.
    #[inline]
    fn pass(&mut self, reach: Distance, stretch: u32) {
        if self.best.is_some_and(|(best, _)| best <= reach) {
            self.also(reach);
        } else if let Some((passed, _)) = self.best.replace((reach, stretch)) {
            self.also(passed);
        }
    }

    /// So is another, or several.
    #[inline]
    fn also(&mut self, reach: Distance) {
        if reach < self.others {
            self.others = reach;
        }
    }
}
