//! From a chart to JSON, laid out as people would: a row of plain seats on one line, other seats one a line.

use std::io::{self, Write};

use crate::{
    chart::{
        Chart,
        labels::SeatLabel,
        parts::{Area, Category, Position, Row, SeatTraits, Section},
    },
    ids::SeatId,
};

/// Writes a chart.
pub(in crate::chart) fn write(chart: &Chart, mut out: impl Write) -> io::Result<()> {
    if chart.is_plain() {
        return writeln!(out, "{{\"seats\": {}}}", chart.seat_count());
    }
    Writer { chart, out }.chart()
}

struct Writer<'a, W> {
    chart: &'a Chart,
    out: W,
}

impl<W: Write> Writer<'_, W> {
    fn chart(&mut self) -> io::Result<()> {
        writeln!(self.out, "{{")?;
        if let Some(currency) = self.chart.currency() {
            writeln!(self.out, "  \"currency\": \"{currency}\",")?;
        }
        let Position { x, y } = self.chart.focus();
        writeln!(self.out, "  \"focus\": {{\"x\": {x}, \"y\": {y}}},")?;
        write!(self.out, "  \"categories\": ")?;
        self.list(2, self.chart.categories(), Self::category)?;
        if !self.chart.sections().is_empty() {
            write!(self.out, ",\n  \"sections\": ")?;
            self.list(2, self.chart.sections(), Self::section)?;
        }
        if !self.chart.areas().is_empty() {
            write!(self.out, ",\n  \"areas\": ")?;
            self.list(2, self.chart.areas(), Self::area)?;
        }
        writeln!(self.out, "\n}}")
    }

    fn category(&mut self, category: &Category) -> io::Result<()> {
        self.text("{\"name\": ", &category.name)?;
        if let Some(colour) = category.colour {
            write!(self.out, ", \"colour\": \"{colour}\"")?;
        }
        if let Some(price) = category.price {
            write!(self.out, ", \"price\": {price}")?;
        }
        write!(self.out, "}}")
    }

    fn section(&mut self, section: &Section) -> io::Result<()> {
        self.text("{\"name\": ", &section.name)?;
        write!(self.out, ", \"rows\": ")?;
        let rows = &self.chart.rows()[section.rows.clone()];
        self.list(4, rows, Self::row)?;
        write!(self.out, "}}")
    }

    fn row(&mut self, row: &Row) -> io::Result<()> {
        self.text("{\"label\": ", &row.label)?;
        let category = self.chart.category(row.first);
        let same_category = row.ids().all(|seat| self.chart.category(seat) == category);
        if same_category {
            self.category_name(category)?;
        }
        if same_category && let Some(from) = self.counts_from(row) {
            write!(self.out, ", \"seats\": {}", row.seats)?;
            if from != 1 {
                write!(self.out, ", \"from\": {from}")?;
            }
        } else {
            write!(self.out, ", \"seats\": ")?;
            self.list(6, row.ids(), |writer, seat| {
                writer.seat(seat, same_category)
            })?;
        }
        write!(self.out, "}}")
    }

    /// The number of a row's first seat, if all its seats are plain and count on from it.
    fn counts_from(&self, row: &Row) -> Option<u32> {
        let number = |seat| self.chart.seating.label(seat)?.seat.number();
        let from = number(row.first)?;
        let counts = (u64::from(from)..).zip(row.ids()).all(|(expected, seat)| {
            self.is_unmarked(seat) && number(seat).map(u64::from) == Some(expected)
        });
        counts.then_some(from)
    }

    /// Whether there is nothing to say of a seat besides its label and its category.
    fn is_unmarked(&self, seat: SeatId) -> bool {
        self.chart.traits(seat) == SeatTraits::default() && self.given_position(seat).is_none()
    }

    fn given_position(&self, seat: SeatId) -> Option<Position> {
        self.chart.positions.get(seat.index()).flatten()
    }

    fn seat(&mut self, seat: SeatId, same_category: bool) -> io::Result<()> {
        let label = self.chart.seating.label(seat).map(|label| label.seat);
        let label = label.unwrap_or(SeatLabel::Text("")).to_string();
        if same_category && self.is_unmarked(seat) {
            return self.text("", &label);
        }
        self.text("{\"label\": ", &label)?;
        if !same_category {
            self.category_name(self.chart.category(seat))?;
        }
        self.position(self.given_position(seat))?;
        let traits = self.chart.traits(seat);
        for (is_so, field) in [
            (traits.is_accessible(), "accessible"),
            (traits.is_companion(), "companion"),
            (traits.has_restricted_view(), "restricted_view"),
        ] {
            if is_so {
                write!(self.out, ", \"{field}\": true")?;
            }
        }
        write!(self.out, "}}")
    }

    fn area(&mut self, area: &Area) -> io::Result<()> {
        self.text("{\"name\": ", &area.name)?;
        write!(self.out, ", \"capacity\": {}", area.capacity)?;
        self.category_name(area.category)?;
        self.position(area.position)?;
        write!(self.out, "}}")
    }

    fn category_name(&mut self, category: u8) -> io::Result<()> {
        let chart = self.chart;
        let category = &chart.categories()[usize::from(category)];
        self.text(", \"category\": ", &category.name)
    }

    fn position(&mut self, position: Option<Position>) -> io::Result<()> {
        match position {
            Some(Position { x, y }) => write!(self.out, ", \"x\": {x}, \"y\": {y}"),
            None => Ok(()),
        }
    }

    /// Some JSON, and then a text in quotes.
    fn text(&mut self, before: &str, text: &str) -> io::Result<()> {
        self.out.write_all(before.as_bytes())?;
        Ok(serde_json::to_writer(&mut self.out, text)?)
    }

    /// A list with one item a line, its closing bracket indented by so much.
    fn list<I>(
        &mut self,
        indent: usize,
        items: impl IntoIterator<Item = I>,
        mut each: impl FnMut(&mut Self, I) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut before = "[";
        for item in items {
            write!(self.out, "{before}\n{:indent$}  ", "")?;
            each(self, item)?;
            before = ",";
        }
        write!(self.out, "\n{:indent$}]", "")
    }
}
