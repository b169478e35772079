//! Places of an area: any will do, so that all that matters is that a crowd doesn't ask for the same ones.

use super::{
    plan::{Lot, Plan},
    sight::Sight,
    wish::AreaWish,
};
use crate::{
    event::hints::{Hints, Room},
    ids::SeatId,
};

const CHUNK: u32 = u64::BITS;

/// Free places of an area, from a chunk of it by chance and those after it; `None` when there are too few, of which
/// [`super::find`] says how sure that is. `avoid` are places that are taken already.
pub fn find_places(
    plan: &Plan,
    hints: &Hints,
    sight: &impl Sight,
    wish: AreaWish,
    avoid: &[SeatId],
    chance: &mut impl FnMut(u32) -> u32,
) -> Option<Vec<SeatId>> {
    let lot = plan.areas.get(wish.area)?;
    let mut search = PlaceSearch {
        lot,
        hints,
        sight,
        avoid,
        trusts: true,
    };
    search.run(wish.quantity, chance).or_else(|| {
        search.trusts = !hints.doubt(sight.now());
        (!search.trusts)
            .then(|| search.run(wish.quantity, chance))
            .flatten()
    })
}

struct PlaceSearch<'s, S> {
    lot: &'s Lot,
    hints: &'s Hints,
    sight: &'s S,
    avoid: &'s [SeatId],
    trusts: bool,
}

impl<S: Sight> PlaceSearch<'_, S> {
    fn run(&self, quantity: u32, chance: &mut impl FnMut(u32) -> u32) -> Option<Vec<SeatId>> {
        let chunks = self.lot.chunks();
        if chunks == 0 {
            return None;
        }
        let start = chance(chunks) % chunks;
        let turn = chance(CHUNK) % CHUNK;
        let mut found = Vec::with_capacity(quantity as usize);
        for chunk in (start..chunks).chain(0..start) {
            if self.trusts && !self.room(chunk).fits(1) {
                continue;
            }
            let first = self.lot.first + chunk * CHUNK;
            // Who comes to one chunk at the same time begins at different places of it.
            let mut turned = self.look(chunk).rotate_right(turn);
            while turned != 0 {
                let place = (turned.trailing_zeros() + turn) % CHUNK;
                found.push(SeatId::new(first + place));
                if found.len() == quantity as usize {
                    return Some(found);
                }
                turned &= turned - 1;
            }
        }
        None
    }

    fn room(&self, chunk: u32) -> Room {
        let now = self.sight.now();
        self.hints.read(self.lot.cell + chunk).room(now)
    }

    /// The free places of a chunk; tells its hint what was seen.
    fn look(&self, chunk: u32) -> u64 {
        let cell = self.lot.cell + chunk;
        // Read before the places are: see `hints`.
        let saw = self.hints.read(cell);
        let first = chunk * CHUNK;
        let seat = SeatId::new(self.lot.first + first);
        let count = (self.lot.capacity - first).min(CHUNK);
        let free = self.sight.free(seat, count);
        let room = Room::seats(free.mask().count_ones());
        self.hints
            .lower(cell, saw, room, self.sight.now(), free.ticks_left());
        let taken = self.avoid.iter().filter_map(|taken| {
            let place = taken.get().checked_sub(seat.get())?;
            (place < count).then_some(1_u64 << place)
        });
        free.mask() & !taken.fold(0, |all, place| all | place)
    }
}
