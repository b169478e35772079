//! How a plan is made.

use std::{iter, ops::Range};

use super::{
    heard::Heard,
    house::{Area, House, Kind, Offset, Row},
    place::Places,
    plan::{Lot, Mixture, Plan, RowEntry, Stretch, stretch_count, stretch_of_row},
    policy::Distance,
    runs::Bits,
    way::Ways,
    wish::Categories,
};
use crate::ids::SeatId;

impl Plan {
    /// Compiles the seats of a house. Takes some nanoseconds a seat.
    ///
    /// # Panics
    /// If a row is empty, or not after the one before it.
    pub fn new(house: &impl House) -> Self {
        let mut draft = Draft::default();
        house.rows().for_each(|row| draft.row(house, row));
        draft.finish(house)
    }

    /// The plan of a house without seats: nothing is found by it. For a house that is too large for a plan, which takes
    /// about 25 bytes a seat.
    pub fn none() -> Self {
        Self::new(&NoHouse)
    }
}

/// A house without seats.
struct NoHouse;

impl House for NoHouse {
    fn rows(&self) -> impl Iterator<Item = Row> {
        iter::empty()
    }

    fn areas(&self) -> impl Iterator<Item = Area> {
        iter::empty()
    }

    fn kind(&self, _seat: SeatId) -> Kind {
        Kind::default()
    }

    fn offset(&self, _seat: SeatId) -> Offset {
        Offset::default()
    }
}

/// A plan in the making. The stretches are in the order of their seats.
#[derive(Default)]
struct Draft {
    stretches: Vec<Stretch>,
    mixtures: Vec<Mixture>,
    places: Places,
    rows: Vec<RowEntry>,
    last: Option<Row>,
    /// The stretches of each part of the row that was begun last, and of the row in front of it.
    parts: Vec<Range<u32>>,
    parts_in_front: Vec<Range<u32>>,
}

impl Draft {
    fn row(&mut self, house: &impl House, row: Row) {
        let is_after = |last: Row| last.first.get() + last.seats <= row.first.get();
        assert!(
            row.seats > 0 && self.last.is_none_or(is_after),
            "rows have seats, and come in the order of these"
        );
        let ordinal = index(self.stretches.len());
        self.begin(row);
        self.link(row, ordinal);
        for nth in 0..stretch_count(row.seats) {
            let stretch = self.stretch(house, row, nth);
            self.stretches.push(stretch);
        }
        self.rows.push(RowEntry {
            first: row.first.get(),
            seats: row.seats,
            ordinal,
        });
        self.last = Some(row);
    }

    /// Turns to the next row, unless this is another part of the last one.
    fn begin(&mut self, row: Row) {
        let last = self.last.filter(|last| last.section == row.section);
        if last.is_some_and(|last| last.depth == row.depth) {
            return;
        }
        let parts = std::mem::take(&mut self.parts);
        let is_next = last.is_some_and(|last| last.depth + 1 == row.depth);
        self.parts_in_front = if is_next { parts } else { Vec::new() };
    }

    /// Tells the stretches in front of this part of a row that it is behind them.
    fn link(&mut self, row: Row, ordinal: u32) {
        let behind = ordinal..ordinal + stretch_count(row.seats);
        let in_front = self.parts_in_front.get(self.parts.len()).cloned();
        for (front, behind) in in_front.into_iter().flatten().zip(behind.clone()) {
            self.stretches[front as usize].behind = Some(behind);
        }
        self.parts.push(behind);
    }

    fn stretch(&mut self, house: &impl House, row: Row, nth: u32) -> Stretch {
        let (first, seats, own) = stretch_of_row(row.seats, nth);
        let first = row.first.get() + first;
        let ids = (first..first + seats).map(SeatId::new);
        let offsets: Vec<Offset> = ids.clone().map(|seat| house.offset(seat)).collect();
        let nearest = offsets.iter().fold(Distance::FAR, |nearest, offset| {
            Distance(nearest.0.min(offset.distance().0))
        });
        let line = self.places.note(&offsets);
        let mixture = mixture(ids.map(|seat| house.kind(seat)));
        let categories = mixture.categories.iter();
        Stretch {
            first,
            seats,
            own,
            section: row.section,
            categories: categories.fold(Categories::NONE, |all, (category, _)| all.with(*category)),
            nearest,
            line,
            focus: self.places.focus(line, seats),
            behind: None,
            mixture: self.note(mixture),
        }
    }

    /// Keeps a mixture, if it is one.
    fn note(&mut self, mixture: Mixture) -> Option<u32> {
        let is_mixed = mixture.categories.len() > 1 || mixture.accessible | mixture.companions != 0;
        is_mixed.then(|| {
            self.mixtures.push(mixture);
            index(self.mixtures.len() - 1)
        })
    }

    fn finish(mut self, house: &impl House) -> Plan {
        let mut cell = index(self.stretches.len());
        for mixture in &mut self.mixtures {
            mixture.cell = cell;
            cell = mixture.cells().end;
        }
        let areas = lots(house, &mut cell);
        let (stretches, stretches_of_rows) = in_order(self.stretches);
        let mixtures = self.mixtures.into_boxed_slice();
        let (accessible, mut heard) = own_cells(&stretches, &mixtures);
        let ways = Ways::new(&stretches, &mixtures, &mut heard, &mut cell);
        let heard = stretches_of_rows.iter().map(|at| &*heard[*at as usize]);
        Plan {
            accessible,
            has_companions: mixtures.iter().any(|mixture| mixture.companions != 0),
            ways,
            stretches,
            mixtures,
            places: self.places,
            areas,
            rows: self.rows.into(),
            heard: Heard::new(heard),
            stretches_of_rows,
            cells: cell,
        }
    }
}

/// The areas, with a cell for each chunk from `cell` on.
fn lots(house: &impl House, cell: &mut u32) -> Box<[Lot]> {
    let areas = house.areas().map(|area| {
        let lot = Lot {
            first: area.first.get(),
            capacity: area.capacity,
            cell: *cell,
        };
        *cell += lot.chunks();
        lot
    });
    areas.collect()
}

/// The stretches with accessible seats; the cells of each stretch, as far as they are its own.
fn own_cells(stretches: &[Stretch], mixtures: &[Mixture]) -> (Box<[u32]>, Vec<Vec<u32>>) {
    let (mut accessible, mut heard) = (Vec::new(), Vec::new());
    for (index, stretch) in (0..).zip(stretches) {
        let mut cells = vec![index];
        if let Some(mixture) = stretch.mixture {
            let mixture = &mixtures[mixture as usize];
            cells.extend(mixture.cells());
            if mixture.accessible != 0 {
                accessible.push(index);
            }
        }
        heard.push(cells);
    }
    (accessible.into(), heard)
}

/// Puts stretches in the order in which they are tried; also, where each has come to.
fn in_order(stretches: Vec<Stretch>) -> (Box<[Stretch]>, Box<[u32]>) {
    let mut numbered: Vec<(u32, Stretch)> = (0..).zip(stretches).collect();
    numbered.sort_by(|(_, one), (_, other)| one.nearest.0.total_cmp(&other.nearest.0));
    let mut now_at = vec![0; numbered.len()].into_boxed_slice();
    for (at, (was, _)) in (0..).zip(&numbered) {
        now_at[*was as usize] = at;
    }
    let stretches = numbered.into_iter().map(|(_, mut stretch)| {
        stretch.behind = stretch.behind.map(|behind| now_at[behind as usize]);
        stretch
    });
    (stretches.collect(), now_at)
}

/// What the seats of a stretch are, in turn.
fn mixture(kinds: impl Iterator<Item = Kind>) -> Mixture {
    let mut categories: Vec<(u8, Bits)> = Vec::new();
    let (mut accessible, mut companions) = (0, 0);
    for (place, kind) in kinds.enumerate() {
        let bit: Bits = 1 << place;
        match categories
            .iter_mut()
            .find(|(category, _)| *category == kind.category)
        {
            Some((_, seats)) => *seats |= bit,
            None => categories.push((kind.category, bit)),
        }
        accessible |= Bits::from(kind.is_accessible) << place;
        companions |= Bits::from(kind.is_companion) << place;
    }
    Mixture {
        categories,
        accessible,
        companions,
        cell: 0,
    }
}

fn index(count: usize) -> u32 {
    u32::try_from(count).expect("fewer stretches than a map can have seats")
}
