//! From seats in order to a chart, with the checks that need more than one value.

use std::{collections::HashSet, fmt::Write as _};

use super::{
    Chart,
    bounded::{Bounded, Tally},
    distinct::Distinct,
    facts::Gathered,
    fault::Reason,
    index::Index,
    labels::{GatheredLabels, Seating},
    layout,
    parts::{Area, Category, Currency, Position, Row, SeatTraits, Section},
};
use crate::{ids::SeatId, limits};

/// A numbered seat, as it is read. Its label is trimmed and checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat<'a> {
    pub(super) label: &'a str,
    pub(super) category: u8,
    pub(super) traits: SeatTraits,
    pub(super) position: Option<Position>,
}

impl<'a> Seat<'a> {
    /// A seat of which no more is said than this.
    pub(super) fn plain(label: &'a str, category: u8) -> Self {
        Self {
            label,
            category,
            traits: SeatTraits::default(),
            position: None,
        }
    }
}

/// Takes a chart's parts in its order: a section, a row of it, the seats of that row, the next row.
///
/// An `Err` names what is wrong with the part that was handed over. The builder can go on after it, so that an import
/// finds all its faults; what it then makes is not to be used.
#[derive(Debug)]
pub(super) struct Builder {
    pub(super) currency: Option<Currency>,
    pub(super) focus: Option<Position>,
    sections: Bounded<Section>,
    rows: Bounded<Row>,
    areas: Bounded<Area>,
    categories: Bounded<Category>,
    /// Whether the chart lists its categories. If not, each is made when it is first used.
    listed: bool,
    seats: Tally,
    numbered: u32,
    names: HashSet<Box<str>>,
    row_labels: HashSet<Box<str>>,
    seat_labels: Distinct,
    labels: GatheredLabels,
    category_of: Gathered<u8>,
    traits: Gathered<SeatTraits>,
    positions: Gathered<Option<Position>>,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self {
            currency: None,
            focus: None,
            sections: Bounded::new("sections", limits::SECTIONS_MAX),
            rows: Bounded::new("rows", limits::ROWS_MAX),
            areas: Bounded::new("areas", limits::AREAS_MAX),
            categories: Bounded::new("categories", limits::CATEGORIES_MAX),
            listed: false,
            seats: Tally::new("seats", limits::CHART_SEATS_MAX),
            numbered: 0,
            names: HashSet::new(),
            row_labels: HashSet::new(),
            seat_labels: Distinct::default(),
            labels: GatheredLabels::default(),
            category_of: Gathered::new(0),
            traits: Gathered::new(SeatTraits::default()),
            positions: Gathered::new(None),
        }
    }

    /// Lists a category. From then on categories that aren't listed are refused.
    pub(super) fn list_category(&mut self, category: Category) -> Result<(), Reason> {
        if !self.listed && !self.categories.is_empty() {
            return Err(Reason::Expected("listed before the first seat"));
        }
        self.listed = true;
        if self.categories.iter().any(|c| c.name == category.name) {
            return Err(Reason::Duplicate);
        }
        self.categories.push(category)
    }

    /// The category of this name.
    pub(super) fn category(&mut self, name: &str) -> Result<u8, Reason> {
        let mut known = (0..).zip(self.categories.iter());
        if let Some((number, _)) = known.find(|(_, category)| &*category.name == name) {
            return Ok(number);
        }
        if self.listed && self.categories.is_over() {
            // It may be one of those that were dropped.
            return Ok(0);
        }
        if self.listed {
            return Err(Reason::UnknownCategory);
        }
        self.categories.push(Category::named(name))?;
        Ok(u8::try_from(self.categories.len() - 1).unwrap_or(0))
    }

    /// The category of a seat of which none is said.
    pub(super) fn default_category(&mut self) -> Result<u8, Reason> {
        match self.category(Category::DEFAULT_NAME) {
            Err(Reason::UnknownCategory) => Err(Reason::Missing),
            category => category,
        }
    }

    /// Begins a section. One whose name is wrong can still be looked through.
    pub(super) fn section(&mut self, name: Option<&str>) -> Result<(), Reason> {
        self.row_labels.clear();
        self.sections.push(Section {
            name: name.unwrap_or_default().into(),
            rows: self.rows.len()..self.rows.len(),
        })?;
        name.map_or(Ok(()), |name| self.new_name(name))
    }

    /// Begins a row of the last section. With the label of the row before, it is the part beyond an aisle. One whose
    /// label is wrong can still be looked through.
    pub(super) fn row(&mut self, label: Option<&str>) -> Result<(), Reason> {
        let row = Row {
            first: SeatId::new(self.numbered),
            seats: 0,
            section: self.sections.len().saturating_sub(1),
            label: label.unwrap_or_default().into(),
            start: Position::ORIGIN,
        };
        let continues = self.rows.last().is_some_and(|last| row.continues(last));
        let new = label.is_none_or(|label| self.row_labels.insert(label.into()));
        if label.is_none() || !continues {
            self.seat_labels.clear();
        }
        self.rows.push(row)?;
        if let Some(section) = self.sections.last_mut() {
            section.rows.end = self.rows.len();
        }
        self.distinct(new || continues, Reason::Ended)
    }

    /// Adds a seat to the last row.
    pub(super) fn seat(&mut self, seat: Seat<'_>) -> Result<(), Reason> {
        if !self.seats.add(1)? {
            return Ok(());
        }
        self.labels.push(&self.rows, seat.label);
        self.category_of.push(seat.category);
        self.traits.push(seat.traits);
        self.positions.push(seat.position);
        self.numbered += 1;
        if let Some(row) = self.rows.last_mut() {
            row.seats += 1;
        }
        let new = self.seat_labels.insert(seat.label);
        self.distinct(new, Reason::Duplicate)
    }

    /// Whether there is room for so many seats more.
    pub(super) fn has_room(&mut self, seats: u32) -> Result<bool, Reason> {
        self.seats.has_room(seats)
    }

    /// Adds plain seats to the last row, at least one, labelled by numbers.
    pub(super) fn counted_seats(
        &mut self,
        from: u32,
        seats: u32,
        category: u8,
    ) -> Result<(), Reason> {
        if !self.has_room(seats)? {
            return Ok(());
        }
        let last = from.checked_add(seats - 1);
        let last = last.ok_or(Reason::Expected("fewer: labels are counted below 2^32"))?;
        let mut label = String::new();
        for number in from..=last {
            label.clear();
            write!(label, "{number}").expect("a String takes any text");
            self.seat(Seat::plain(&label, category))?;
        }
        Ok(())
    }

    /// Counts the places of an area.
    pub(super) fn places(&mut self, capacity: u32) -> Result<(), Reason> {
        self.seats.add(capacity).map(drop)
    }

    /// Adds an area, whose places are counted. Its first place is known when all seats are.
    pub(super) fn area(
        &mut self,
        name: &str,
        capacity: u32,
        category: u8,
        position: Option<Position>,
    ) -> Result<(), Reason> {
        self.areas.push(Area {
            name: name.into(),
            first: SeatId::new(0),
            capacity,
            category,
            position,
        })?;
        self.new_name(name)
    }

    /// The chart, if all its parts were accepted.
    pub(super) fn finish(mut self) -> Result<Chart, Reason> {
        if self.seats.count() == 0 {
            return Err(Reason::NoSeats);
        }
        layout::place_rows(&mut self.rows);
        let mut next = self.numbered;
        for area in self.areas.iter_mut() {
            area.first = SeatId::new(next);
            next += area.capacity;
        }
        let seating = Seating {
            sections: self.sections.into_boxed(),
            rows: self.rows.into_boxed(),
            labels: self.labels.finish(),
        };
        let positions = self.positions.finish();
        let focus = self.focus;
        Ok(Chart {
            focus: focus.unwrap_or_else(|| layout::middle_of_the_front(&seating.rows, &positions)),
            index: Index::of(&seating),
            seating,
            areas: self.areas.into_boxed(),
            categories: self.categories.into_boxed(),
            currency: self.currency,
            numbered: self.numbered,
            seats: next,
            category_of: self.category_of.finish(),
            traits: self.traits.finish(),
            positions,
        })
    }

    fn new_name(&mut self, name: &str) -> Result<(), Reason> {
        let new = self.names.insert(name.into());
        self.distinct(new, Reason::Duplicate)
    }

    /// Whether a label is told from the others. Once something was beyond a limit and therefore dropped, what
    /// belongs to it stands where it doesn't belong, and only seems to be there twice.
    fn distinct(&self, new: bool, otherwise: Reason) -> Result<(), Reason> {
        let dropped = self.sections.is_over() || self.rows.is_over() || self.seats.is_over();
        if new || dropped {
            Ok(())
        } else {
            Err(otherwise)
        }
    }
}
