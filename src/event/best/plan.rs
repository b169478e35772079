//! A chart as the search needs it: made once, shared by all events of the chart.
//!
//! Rows are looked at in stretches of up to 128 seats, which is all rows of any real house. A longer row is cut into
//! stretches that overlap: each party of 64, with the two seats on either side that decide about orphans, lies in one of
//! them whole. Each seat is owned by one stretch; the others only see it.
//!
//! The stretches stand in the order in which they are tried: by the distance of their nearest seat from the focal
//! point; `way` has the order for those who wish for a part of the house. Of single seats nothing is kept as long as their rows are straight, evenly spaced and of one category.

use std::ops::Range;

use super::{
    heard::Heard,
    place::{Focus, Line, Places},
    policy::Distance,
    runs::{Bits, range},
    sight::Sight,
    way::Ways,
    wish::Categories,
};
use crate::{ids::SeatId, limits};

/// Seats that are looked at together.
pub(super) const STRETCH_SEATS: u32 = Bits::BITS;

/// How far the next stretch of a row is: a party and two seats on either side must fit into the overlap.
const STRIDE: u32 = STRETCH_SEATS - limits::GROUP_SEATS_MAX - MARGIN - MARGIN;

/// The seats beside a party that decide about orphans.
const MARGIN: u32 = 2;

/// A chart, compiled.
#[derive(Debug)]
pub struct Plan {
    pub(super) stretches: Box<[Stretch]>,
    pub(super) mixtures: Box<[Mixture]>,
    pub(super) ways: Ways,
    pub(super) places: Places,
    pub(super) areas: Box<[Lot]>,
    /// The stretches with accessible seats, in the order in which they are tried.
    pub(super) accessible: Box<[u32]>,
    pub(super) has_companions: bool,
    pub(super) rows: Box<[RowEntry]>,
    /// The places in `stretches` of each row's stretches, row by row.
    pub(super) stretches_of_rows: Box<[u32]>,
    /// The cells of the same stretches, in the same order.
    pub(super) heard: Heard,
    pub(super) cells: u32,
}

/// Where a row's stretches are found.
#[derive(Debug)]
pub(super) struct RowEntry {
    pub(super) first: u32,
    pub(super) seats: u32,
    /// The first of them in `stretches_of_rows`.
    pub(super) ordinal: u32,
}

/// Seats of a row that are looked at together.
#[derive(Debug)]
pub(super) struct Stretch {
    pub(super) first: u32,
    pub(super) seats: u32,
    /// The seats that no other stretch owns.
    pub(super) own: (u32, u32),
    pub(super) section: usize,
    pub(super) categories: Categories,
    pub(super) nearest: Distance,
    pub(super) line: Line,
    pub(super) focus: Focus,
    /// The stretch in the next row of the section, on the same side of the aisles.
    pub(super) behind: Option<u32>,
    pub(super) mixture: Option<u32>,
}

/// A stretch whose seats are not all alike.
#[derive(Debug)]
pub(super) struct Mixture {
    pub(super) categories: Vec<(u8, Bits)>,
    pub(super) accessible: Bits,
    pub(super) companions: Bits,
    /// The first of the cells besides the stretch's own: one for each category if there are several, then one for the
    /// accessible seats if there are any.
    pub(super) cell: u32,
}

/// An area, compiled: a cell for each chunk of 64 places.
#[derive(Debug)]
pub(super) struct Lot {
    pub(super) first: u32,
    pub(super) capacity: u32,
    pub(super) cell: u32,
}

impl Plan {
    /// How many cells the hints of an event with this plan have ([`crate::event::hints::Hints::new`]).
    pub fn cells(&self) -> u32 {
        self.cells
    }

    /// The cells that have to hear of a change of these seats; some may come twice.
    pub fn cells_of<'p>(&'p self, seats: &'p [SeatId]) -> impl Iterator<Item = u32> + 'p {
        let mut told = 0..0;
        seats.iter().flat_map(move |seat| {
            let chunk = self.lot_of(*seat).map(|lot| lot.cell_of(*seat));
            let ordinals = self.ordinals_with(*seat);
            // Seats side by side are seen by the same stretches, as a rule.
            let untold = if ordinals == told {
                0..0
            } else {
                ordinals.clone()
            };
            told = ordinals;
            let cells = self.heard.of(untold).iter().copied();
            chunk.into_iter().chain(cells)
        })
    }

    /// The stretches that see a seat; none for a place of an area.
    pub(super) fn stretches_with(&self, seat: SeatId) -> impl Iterator<Item = u32> + '_ {
        let ordinals = self.ordinals_with(seat);
        let ordinals = ordinals.start as usize..ordinals.end as usize;
        self.stretches_of_rows[ordinals].iter().copied()
    }

    /// The stretches that see a seat, by their places in `stretches_of_rows`.
    fn ordinals_with(&self, seat: SeatId) -> Range<u32> {
        let after = self.rows.partition_point(|row| row.first <= seat.get());
        let row = after.checked_sub(1).map(|row| &self.rows[row]);
        let Some(row) = row.filter(|row| seat.get() - row.first < row.seats) else {
            return 0..0;
        };
        let place = seat.get() - row.first;
        let from = place.saturating_sub(STRETCH_SEATS - 1).div_ceil(STRIDE);
        let to = (place / STRIDE).min(stretch_count(row.seats) - 1);
        row.ordinal + from..row.ordinal + to + 1
    }

    pub(super) fn mixture(&self, stretch: &Stretch) -> Option<&Mixture> {
        Some(&self.mixtures[stretch.mixture? as usize])
    }

    fn lot_of(&self, seat: SeatId) -> Option<&Lot> {
        let after = self.areas.partition_point(|lot| lot.first <= seat.get());
        let lot = &self.areas[after.checked_sub(1)?];
        (seat.get() - lot.first < lot.capacity).then_some(lot)
    }
}

impl Stretch {
    /// The seats that this stretch owns.
    pub(super) fn own(&self) -> Bits {
        range(self.own.0, self.own.1)
    }

    /// The free seats, and how long the others stay taken if nobody frees them.
    #[inline]
    pub(super) fn free(&self, sight: &impl Sight) -> (Bits, Option<u32>) {
        let half = STRETCH_SEATS / 2;
        let low = sight.free(self.seat(0), self.seats.min(half));
        if self.seats <= half {
            return (low.mask().into(), low.ticks_left());
        }
        let high = sight.free(self.seat(half), self.seats - half);
        let ticks_left = low.ticks_left().into_iter().chain(high.ticks_left());
        let free = Bits::from(high.mask()) << half | Bits::from(low.mask());
        (free, ticks_left.min())
    }

    pub(super) fn seat(&self, place: u32) -> SeatId {
        SeatId::new(self.first + place)
    }

    /// These seats of the chart, as far as the stretch sees them.
    pub(super) fn bits_of(&self, seats: &[SeatId]) -> Bits {
        let seen = seats.iter().filter(|seat| self.sees(**seat));
        seen.fold(0, |bits, seat| bits | 1 << (seat.get() - self.first))
    }

    fn sees(&self, seat: SeatId) -> bool {
        seat.get()
            .checked_sub(self.first)
            .is_some_and(|place| place < self.seats)
    }
}

impl Mixture {
    /// The seats of these categories.
    pub(super) fn of(&self, categories: Categories) -> Bits {
        let wished = self.categories.iter();
        wished
            .filter(|(category, _)| categories.has(*category))
            .fold(0, |seats, (_, of)| seats | of)
    }

    /// The cell of the one category that is wished for here.
    pub(super) fn cell_for(&self, categories: Categories) -> Option<u32> {
        let mut wished = (self.cell..)
            .zip(&self.categories)
            .filter(|(_, (category, _))| categories.has(*category));
        match (self.categories.len(), wished.next(), wished.next()) {
            (2.., Some((cell, _)), None) => Some(cell),
            _ => None,
        }
    }

    /// The cell of the accessible seats.
    pub(super) fn accessible_cell(&self) -> Option<u32> {
        (self.accessible != 0).then(|| self.cell + self.category_cells())
    }

    pub(super) fn cells(&self) -> Range<u32> {
        let accessible = u32::from(self.accessible != 0);
        self.cell..self.cell + self.category_cells() + accessible
    }

    fn category_cells(&self) -> u32 {
        let categories = u32::try_from(self.categories.len()).expect("64 at most");
        if categories > 1 { categories } else { 0 }
    }
}

impl Lot {
    pub(super) fn chunks(&self) -> u32 {
        self.capacity.div_ceil(u64::BITS)
    }

    fn cell_of(&self, seat: SeatId) -> u32 {
        self.cell + (seat.get() - self.first) / u64::BITS
    }
}

/// How many stretches a row of so many seats is cut into.
pub(super) fn stretch_count(seats: u32) -> u32 {
    1 + seats.saturating_sub(STRETCH_SEATS).div_ceil(STRIDE)
}

/// The first seat of a row's stretch, how many it sees, and which of these it owns.
pub(super) fn stretch_of_row(seats: u32, nth: u32) -> (u32, u32, (u32, u32)) {
    let first = nth * STRIDE;
    let sees = (seats - first).min(STRETCH_SEATS);
    let from = if nth == 0 { 0 } else { MARGIN };
    let is_last = nth + 1 == stretch_count(seats);
    let to = if is_last { sees } else { STRIDE + MARGIN };
    (first, sees, (from, to))
}
