//! A search: rank by rank, and what is seen of a stretch.

use super::{
    plan::Plan,
    policy::{Policy, Rank},
    runs::{Bits, clean, longest, starts, steps_to},
    sight::Sight,
    way::Route,
    wish::Wish,
};
use crate::{
    event::hints::{Hint, Hints, Room},
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
    pub(super) route: Route<'s>,
    /// The longest run that the walk for the first rank has come upon: no other walk needs to look for longer ones.
    pub(super) longest: u32,
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
        self.longest = u32::MAX;
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

    /// Looks at the seats of a stretch, and tells the hints what was seen.
    pub(super) fn look(&self, index: u32) -> View {
        let stretch = &self.plan.stretches[index as usize];
        let mixture = self.plan.mixture(stretch);
        let category_cell = self.category_cell(stretch);
        let accessible_cell = mixture.and_then(|mixture| mixture.accessible_cell());
        // The hints are read before the seats: see `hints`.
        let read = |cell: u32| (cell, self.hints.read(cell));
        let whole = read(index);
        let (category, accessible) = (category_cell.map(read), accessible_cell.map(read));
        let (free, ticks_left) = stretch.free(self.sight);
        let wished = mixture.map_or(Bits::MAX, |mixture| mixture.of(self.wish.categories));
        let ramps = mixture.map_or(0, |mixture| mixture.accessible);
        let open = free & !ramps;
        if let Some(written) = self.tell(whole, open, open, ticks_left) {
            let ring = steps_to(open, stretch.focus.place);
            self.hints.note_ring(index, written, ring);
        }
        if let Some(category) = category {
            self.tell(category, open & wished, open, ticks_left);
        }
        if let Some((cell, saw)) = accessible {
            let room = Room::seats((free & ramps).count_ones());
            let now = self.sight.now();
            self.hints.lower(cell, saw, room, now, ticks_left);
        }
        let companions = mixture.map_or(0, |mixture| mixture.companions);
        let kept = if self.gives_companions { 0 } else { companions };
        let view = View {
            open,
            fit: open & wished & !kept,
            accessible: free & ramps & wished,
        };
        view.without(stretch.bits_of(self.avoid))
    }

    /// Tells a hint which seats were found to be free, if that is news. The hint that it is by now, if it has changed.
    fn tell(
        &self,
        (cell, saw): (u32, Hint),
        fit: Bits,
        open: Bits,
        ticks_left: Option<u32>,
    ) -> Option<Hint> {
        let now = self.sight.now();
        if self.trusts && !is_stale(saw.room(now), fit) {
            return None;
        }
        self.hints
            .lower(cell, saw, room_of(fit, open), now, ticks_left)
    }
}

impl View {
    /// Where a party can sit down side by side.
    pub(super) fn starts(self, party: u32, cleanly: bool) -> Bits {
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

/// Whether what is said about some seats has to be said anew. It doesn't while the longest run is still there: whoever
/// changes a seat raises the hint, and the others are at worst a needless look too high.
fn is_stale(room: Room, fit: Bits) -> bool {
    room == Room::ANY || starts(fit, room.longest()) == 0
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
