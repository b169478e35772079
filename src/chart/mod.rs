//! The seats of a house as people know them: sections, rows, labels, categories, and where each seat lies.
//!
//! A [`Chart`] never changes once it is made, so events share it. It numbers its seats in its own order: section by
//! section, row by row, seat by seat, and after them the places of each general-admission area. A seat's full label
//! is `section/row/seat`, such as `Stalls/A/12`; in a chart of plain numbers it is the number, counted from one.
//!
//! Charts are made by [`Chart::numbered`], by a [`GridPlan`], or by an import, which takes all of a file or nothing,
//! and tells every fault of it with its line ([`ImportErrors`]). What is exported and imported again is equal to
//! what it was, in both formats.
//!
//! # JSON
//! ```json
//! {
//!   "currency": "EUR",
//!   "focus": {"x": 0, "y": -2},
//!   "categories": [
//!     {"name": "gold", "colour": "#d4af37", "price": 9500},
//!     {"name": "standing"}
//!   ],
//!   "sections": [
//!     {"name": "Stalls", "category": "gold", "rows": [
//!       {"label": "A", "seats": 20},
//!       {"label": "B", "seats": 10, "from": 101},
//!       {"label": "B", "seats": 10, "from": 111},
//!       {"label": "C", "seats": [
//!         "1", "2",
//!         {"label": "3W", "category": "gold", "x": 4.5, "y": 3, "accessible": true},
//!         {"label": "3C", "companion": true, "restricted_view": true}
//!       ]}
//!     ]}
//!   ],
//!   "areas": [
//!     {"name": "Lawn", "capacity": 500, "category": "standing", "x": 0, "y": 40}
//!   ]
//! }
//! ```
//! - Row A is twenty seats labelled `1` to `20`. Row B has an aisle between `110` and `111`: two rows with the same
//!   label, one after the other. The seats beside an aisle are no neighbours.
//! - A category holds for everything below it that names no other. Where none is named it is `standard`. A chart
//!   that lists categories may use no others; a chart without a list makes each when it is first named.
//! - A price is in minor units of the currency, such as cents. Colour, price and currency may be left out.
//! - Fields may stand in any order. Unknown ones are refused.
//! - A chart of plain numbers is `{"seats": 1000}`.
//!
//! # CSV
//! One seat a line. Columns may stand in any order; `section`, `row` and `seat` must be there, the others need not.
//! ```csv
//! # currency=EUR
//! # focus=0 -2
//! section,row,seat,category,x,y,accessible,companion,restricted_view,aisle,capacity,colour,price
//! ,,,gold,,,,,,,,#d4af37,9500
//! ,,,standing,,,,,,,,,
//! Stalls,B,110,gold,,,,,,,,,
//! Stalls,B,111,gold,,,,,,true,,,
//! Stalls,C,3W,gold,4.5,3,true,,,,,,
//! Lawn,,,standing,0,40,,,,,500,,
//! ```
//! - A line without a section lists a category; it stands before the seats that use it.
//! - A line with a capacity is an area.
//! - `aisle` says that an aisle lies before this seat. The seats of a row stand together.
//! - A field with a comma in it is quoted, a quote doubled, as RFC 4180 has it; but no field spans two lines.
//! - A chart of plain numbers is the one line `# seats=1000`.

mod bounded;
mod build;
mod check;
mod csv;
mod distinct;
mod facts;
mod fault;
mod grid;
mod index;
mod json;
mod labels;
mod layout;
mod parts;
mod plain;
#[cfg(test)]
mod tests;

use std::io;

pub use check::name as check_name;
pub(crate) use csv::quoted as csv_field;
pub use fault::{ImportError, ImportErrors, Reason};
pub use grid::{GridError, GridPlan};
pub use labels::Label;
pub use parts::{Area, Category, Colour, Currency, Position, Row, SeatTraits, Section};

use crate::ids::SeatId;
use facts::Facts;
use index::Index;
use labels::Seating;

/// The seats of a house. Immutable; see the [module](self).
///
/// What is the same of all seats is kept once. A chart of a million seats, each with a label, category, position and
/// traits of its own, takes 33 bytes for each.
///
/// What is asked about a [`SeatId`] of another chart is answered as for an ordinary seat of the first category, or
/// with `None` where the answer has room for it.
#[derive(Debug, Clone)]
pub struct Chart {
    seating: Seating,
    index: Index,
    areas: Box<[Area]>,
    categories: Box<[Category]>,
    currency: Option<Currency>,
    focus: Position,
    numbered: u32,
    seats: u32,
    category_of: Facts<u8>,
    traits: Facts<SeatTraits>,
    positions: Facts<Option<Position>>,
}

impl Chart {
    /// Seats labelled `1` to `N`, in one row. It keeps nothing for each seat, however many there are.
    pub fn numbered(seats: u32) -> Self {
        plain::numbered(seats)
    }

    /// Reads a chart as JSON.
    ///
    /// # Errors
    /// With everything that is wrong with it. A text that isn't JSON has one fault, its first.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ImportErrors> {
        json::read(bytes)
    }

    /// Reads a chart as CSV.
    ///
    /// # Errors
    /// With everything that is wrong with it.
    pub fn from_csv(bytes: &[u8]) -> Result<Self, ImportErrors> {
        csv::read(bytes)
    }

    /// Writes the chart as JSON, in many small writes: hand over a buffered writer.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn to_json(&self, out: impl io::Write) -> io::Result<()> {
        json::write(self, out)
    }

    /// Writes the chart as CSV, in many small writes: hand over a buffered writer.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn to_csv(&self, out: impl io::Write) -> io::Result<()> {
        csv::write(self, out)
    }

    /// Numbered seats and the places of areas together.
    pub fn seat_count(&self) -> u32 {
        self.seats
    }

    /// Numbered seats alone: those with smaller ids than this.
    pub fn numbered_count(&self) -> u32 {
        self.numbered
    }

    /// Its sections, in its order.
    pub fn sections(&self) -> &[Section] {
        &self.seating.sections
    }

    /// Its rows, in its order: those of the first section, those of the second.
    pub fn rows(&self) -> &[Row] {
        &self.seating.rows
    }

    /// Its general-admission areas, in its order.
    pub fn areas(&self) -> &[Area] {
        &self.areas
    }

    /// Its categories, at most [`crate::limits::CATEGORIES_MAX`].
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// The currency of its prices.
    pub fn currency(&self) -> Option<Currency> {
        self.currency
    }

    /// The row of a numbered seat, in logarithmic time.
    pub fn row_of(&self, seat: SeatId) -> Option<usize> {
        self.seating.row_of(seat)
    }

    /// The area of a place, in logarithmic time.
    pub fn area_of(&self, seat: SeatId) -> Option<usize> {
        let after = self.areas.partition_point(|area| area.first <= seat);
        after.checked_sub(1).filter(|_| seat.get() < self.seats)
    }

    /// The seat with this full label.
    pub fn find(&self, label: &str) -> Option<SeatId> {
        self.index.find(&self.seating, label)
    }

    /// A numbered seat's full label. A place of an area has none; it shows the area's name.
    pub fn label(&self, seat: SeatId) -> Label<'_> {
        let place = || self.area_of(seat).map_or("", |area| &self.areas[area].name);
        self.seating
            .label(seat)
            .unwrap_or_else(|| Label::of_place(place()))
    }

    /// The section of this name; its index in [`Chart::sections`].
    pub fn find_section(&self, name: &str) -> Option<usize> {
        self.sections()
            .iter()
            .position(|section| &*section.name == name)
    }

    /// The area of this name; its index in [`Chart::areas`].
    pub fn find_area(&self, name: &str) -> Option<usize> {
        self.areas.iter().position(|area| &*area.name == name)
    }

    /// The category of this name; its index in [`Chart::categories`].
    pub fn find_category(&self, name: &str) -> Option<usize> {
        self.categories
            .iter()
            .position(|category| &*category.name == name)
    }

    /// The category of a seat or place, as an index into [`Chart::categories`].
    pub fn category(&self, seat: SeatId) -> u8 {
        match self.area_of(seat) {
            Some(area) => self.areas[area].category,
            None => self.category_of.get(seat.index()).unwrap_or_default(),
        }
    }

    /// What else is to be known of a seat. Places of areas have no traits.
    pub fn traits(&self, seat: SeatId) -> SeatTraits {
        match self.area_of(seat) {
            Some(_) => SeatTraits::default(),
            None => self.traits.get(seat.index()).unwrap_or_default(),
        }
    }

    /// Where a seat lies: where the chart says, or else derived from its row and its place in the row: rows one unit
    /// behind one another, seats one unit apart, each row centred on x = 0. A place lies where its area does, or at
    /// the focal point.
    pub fn position(&self, seat: SeatId) -> Position {
        match (self.row_of(seat), self.area_of(seat)) {
            (Some(row), _) => layout::position(&self.rows()[row], &self.positions, seat),
            (_, Some(area)) => self.areas[area].position.unwrap_or(self.focus),
            _ => self.focus,
        }
    }

    /// The point that all want to be close to. Unless the chart names it: halfway between its leftmost and its
    /// rightmost seat, level with the foremost.
    pub fn focus(&self) -> Position {
        self.focus
    }

    /// Whether it is a chart of plain numbers.
    fn is_plain(&self) -> bool {
        self.areas.is_empty()
            && self
                .sections()
                .iter()
                .all(|section| section.name.is_empty())
    }
}

/// Two charts are equal when they say the same of each seat.
impl PartialEq for Chart {
    fn eq(&self, other: &Self) -> bool {
        let facts = |chart: &Self| (chart.focus, chart.currency, chart.numbered, chart.seats);
        facts(self) == facts(other)
            && self.seating == other.seating
            && self.areas == other.areas
            && self.categories == other.categories
            && self.category_of == other.category_of
            && self.traits == other.traits
            && self.positions == other.positions
    }
}
