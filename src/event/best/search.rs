//! The walk over the stretches, and what is seen on the way.

use super::{
    plan::{Plan, Stretch},
    policy::{Policy, Rank},
    runs::{Bits, clean, longest, places, range, starts},
    shortlist::{Cost, Party, Shortlist},
    sight::Sight,
    wish::Wish,
};
use crate::{
    event::hints::{Hints, Room},
    ids::SeatId,
};

/// One search, with all that it is to go by.
pub(super) struct Search<'s, S, C> {
    pub(super) plan: &'s Plan,
    pub(super) hints: &'s Hints,
    pub(super) sight: &'s S,
    pub(super) wish: &'s Wish,
    pub(super) avoid: &'s [SeatId],
    pub(super) policy: Policy,
    /// Among how many choices it picks.
    pub(super) choices: u32,
    pub(super) chance: C,
    /// Whether stretches are left out for what the hints say.
    pub(super) trusts: bool,
    /// Whether companion seats are given to anybody.
    pub(super) gives_companions: bool,
}

/// What a look at a stretch has found.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    /// Free seats on ordinary sale, of whatever category: those that orphans are judged by.
    pub(super) open: Bits,
    /// Those of them that the wish allows.
    pub(super) fit: Bits,
    /// Free accessible seats that the wish allows.
    pub(super) accessible: Bits,
}

impl<S: Sight, C: FnMut(u32) -> u32> Search<'_, S, C> {
    /// The first rank at which there are seats: with companion seats only when there is nothing else.
    pub(super) fn run(&mut self) -> Option<Vec<SeatId>> {
        if self.wish.accessible > 0 {
            self.gives_companions = true;
            return self.first_rank();
        }
        self.gives_companions = false;
        self.first_rank().or_else(|| {
            self.gives_companions = self.plan.has_companions;
            self.gives_companions.then(|| self.first_rank()).flatten()
        })
    }

    fn first_rank(&mut self) -> Option<Vec<SeatId>> {
        let ranks = self.policy.ranks(self.wish.adjacent).iter();
        ranks
            .into_iter()
            .find_map(|rank| match (rank, self.wish.accessible) {
                (Rank::Together, 0) => self.together(true),
                (Rank::TogetherLeavingOrphan, 0) => self.together(false),
                (Rank::Split, 0) => self.split(),
                (Rank::Anywhere, 0) => self.anywhere(self.wish.quantity, self.avoid),
                (Rank::Together, _) => self.together_accessible(true),
                (Rank::TogetherLeavingOrphan, _) => self.together_accessible(false),
                // A row behind is seldom on the same level.
                (Rank::Split, _) => None,
                (Rank::Anywhere, _) => self.anywhere_accessible(),
            })
    }

    /// The nearest party side by side.
    fn together(&mut self, cleanly: bool) -> Option<Vec<SeatId>> {
        let party = self.wish.quantity;
        let fits = |room: Room| {
            if cleanly {
                room.fits_cleanly(party)
            } else {
                room.fits(party)
            }
        };
        let mut list = Shortlist::new(self.choices);
        for (index, stretch) in (0..).zip(&self.plan.stretches) {
            if !self.has_room(index, fits) {
                continue;
            }
            if list.is_settled(Cost::of(stretch.nearest)) {
                break;
            }
            if !self.is_allowed(stretch, fits) {
                continue;
            }
            let mut view = self.look(index);
            let mut from = stretch.own();
            // A further choice in a stretch must be as good now as when those before it are gone: nobody knows which of
            // them will be.
            for _ in 0..self.choices {
                from &= view.starts(party, cleanly);
                let Some((cost, start)) = self.nearest_start(stretch, from) else {
                    break;
                };
                list.add(cost, Party::new(stretch.seat(start), party));
                view = view.without(range(start, start + party));
            }
        }
        Some(list.pick(&mut self.chance)?.seats())
    }

    fn nearest_start(&self, stretch: &Stretch, from: Bits) -> Option<(Cost, u32)> {
        let party = self.wish.quantity;
        let mut best = Shortlist::new(1);
        for start in places(from) {
            let distance = self.plan.places.party(stretch.line, start, party);
            best.add(Cost::of(distance), start);
        }
        best.best()
    }

    /// Whether the hint of a cell speaks for a look.
    #[inline]
    pub(super) fn has_room(&self, cell: u32, fits: impl Fn(Room) -> bool) -> bool {
        !self.trusts || fits(self.hints.read(cell).room(self.sight.now()))
    }

    /// Whether the wish allows any seats of the stretch, and the hint about their category speaks for a look.
    #[inline]
    pub(super) fn is_allowed(&self, stretch: &Stretch, fits: impl Fn(Room) -> bool) -> bool {
        self.is_wished(stretch)
            && self
                .category_cell(stretch)
                .is_none_or(|cell| self.has_room(cell, fits))
    }

    /// Whether the wish allows any seats of the stretch.
    #[inline]
    pub(super) fn is_wished(&self, stretch: &Stretch) -> bool {
        !stretch.categories.and(self.wish.categories).is_empty()
            && self.wish.sections.has(stretch.section)
    }

    /// Looks at the seats of a stretch, and tells the hints what was seen.
    pub(super) fn look(&self, index: u32) -> View {
        let stretch = &self.plan.stretches[index as usize];
        let mixture = self.plan.mixture(stretch);
        let category_cell = self.category_cell(stretch);
        let accessible_cell = mixture.and_then(|mixture| mixture.accessible_cell());
        // The hints are read before the seats: see `hints`.
        let read = |cell: u32| (cell, self.hints.read(cell));
        let (whole, category, accessible) = (
            read(index),
            category_cell.map(read),
            accessible_cell.map(read),
        );
        let (free, ticks_left) = stretch.free(self.sight);
        let (wished, ramps, companions) = mixture.map_or((Bits::MAX, 0, 0), |mixture| {
            (
                mixture.of(self.wish.categories),
                mixture.accessible,
                mixture.companions,
            )
        });
        let open = free & !ramps;
        let now = self.sight.now();
        let tell = |(cell, saw), room| self.hints.lower(cell, saw, room, now, ticks_left);
        tell(whole, room_of(open, open));
        if let Some(category) = category {
            tell(category, room_of(open & wished, open));
        }
        if let Some(accessible) = accessible {
            tell(accessible, Room::seats((free & ramps).count_ones()));
        }
        let kept = if self.gives_companions { 0 } else { companions };
        let view = View {
            open,
            fit: open & wished & !kept,
            accessible: free & ramps & wished,
        };
        view.without(stretch.bits_of(self.avoid))
    }

    /// The cell of the one category that is wished for in a mixed stretch.
    fn category_cell(&self, stretch: &Stretch) -> Option<u32> {
        let mixture = self.plan.mixture(stretch)?;
        mixture.cell_for(self.wish.categories)
    }
}

impl View {
    /// Where a party can sit down side by side.
    fn starts(self, party: u32, cleanly: bool) -> Bits {
        let starts = starts(self.fit, party);
        if cleanly {
            clean(starts, self.open, party)
        } else {
            starts
        }
    }

    /// As if these seats were taken.
    pub(super) fn without(self, seats: Bits) -> Self {
        Self {
            open: self.open & !seats,
            fit: self.fit & !seats,
            accessible: self.accessible & !seats,
        }
    }
}

/// Which parties these seats have room for.
fn room_of(fit: Bits, open: Bits) -> Room {
    let longest = longest(fit);
    let leaves_none = |party| party > 0 && clean(starts(fit, party), open, party) != 0;
    Room::new(
        longest,
        leaves_none(longest),
        leaves_none(longest.saturating_sub(1)),
    )
}
