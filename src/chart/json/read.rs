//! From JSON to a chart.

use super::{
    reader::Reader,
    scope::{NameField, Scope},
};
use crate::chart::{
    Chart,
    build::{Builder, Seat},
    check,
    fault::{ImportErrors, Reason},
    parts::{Category, Position, SeatTraits},
};

/// Reads a chart. Each object is read in two steps: where its fields stand, then the fields in the order that checks
/// need, such as categories before what belongs to them.
pub(in crate::chart) fn read(bytes: &[u8]) -> Result<Chart, ImportErrors> {
    let text = check::text(bytes)?;
    let mut reader =
        Reader::new(text).map_err(|(line, what)| ImportErrors::one(line, Reason::Syntax(what)))?;
    let mut import = Import {
        builder: Builder::new(),
        scope: Scope::default(),
    };
    let plain = import.chart(&mut reader);
    if !import.scope.errors.is_empty() {
        return Err(import.scope.errors);
    }
    match plain {
        Some(seats) => Ok(Chart::numbered(seats)),
        None => import
            .builder
            .finish()
            .map_err(|reason| ImportErrors::one(1, reason)),
    }
}

struct Import {
    builder: Builder,
    scope: Scope,
}

/// Where a field stands, if it is there.
type Spot<'a> = Option<Reader<'a>>;

const NAME: NameField = ("name", check::name);
const LABEL: NameField = ("label", check::label);

impl Import {
    /// Reads the whole chart; the number of seats if it is one of plain numbers.
    fn chart(&mut self, reader: &mut Reader<'_>) -> Option<u32> {
        let names = [
            "seats",
            "currency",
            "focus",
            "categories",
            "sections",
            "areas",
        ];
        let line = reader.line();
        let fields = self.scope.fields(reader, names)?;
        let [seats, currency, focus, categories, sections, areas] = fields;
        if let Some(seats) = seats {
            if fields[1..].iter().any(Option::is_some) {
                let reason = Reason::Expected("alone, in a chart of plain numbers");
                self.scope.fault(line, "seats", reason);
            }
            return self.scope.number(seats, "seats", check::plain_seats);
        }
        self.builder.currency =
            currency.and_then(|currency| self.scope.text(currency, "currency", check::currency));
        self.builder.focus = focus.and_then(|focus| self.focus(focus));
        self.list(categories, "categories", Self::category);
        self.list(sections, "sections", Self::section);
        self.list(areas, "areas", Self::area);
        None
    }

    fn focus(&mut self, mut focus: Reader<'_>) -> Option<Position> {
        let line = focus.line();
        self.scope.path.enter("focus");
        let fields = self.scope.fields(&mut focus, ["x", "y"]);
        let position = fields.and_then(|[x, y]| self.scope.position(line, x, y));
        self.scope.path.leave();
        position
    }

    fn category(&mut self, reader: &mut Reader<'_>) {
        let line = reader.line();
        let fields = self.scope.fields(reader, ["name", "colour", "price"]);
        let Some([name, colour, price]) = fields else {
            return;
        };
        let colour = colour.and_then(|colour| self.scope.text(colour, "colour", check::colour));
        let price = price.and_then(|price| self.scope.number(price, "price", check::price));
        let (line, name) = self.scope.required_name(line, name, NAME);
        if let Some(name) = name {
            let name = Box::from(&*name);
            let listed = self.builder.list_category(Category {
                name,
                colour,
                price,
            });
            self.scope.checked(line, "name", listed);
        }
    }

    fn section(&mut self, reader: &mut Reader<'_>) {
        let line = reader.line();
        let fields = self.scope.fields(reader, ["name", "category", "rows"]);
        let Some([name, category, rows]) = fields else {
            return;
        };
        let (name_line, name) = self.scope.required_name(line, name, NAME);
        let begun = self.builder.section(name.as_deref());
        self.scope.checked(name_line, "name", begun);
        let category = category.map(|category| self.category_named(category));
        let rows = self.scope.required(line, rows, "rows");
        self.filled_list(rows, "rows", |import, row| import.row(row, category));
    }

    fn row(&mut self, reader: &mut Reader<'_>, inherited: Option<u8>) {
        let line = reader.line();
        let fields = self
            .scope
            .fields(reader, ["label", "category", "seats", "from"]);
        let Some([label, category, seats, from]) = fields else {
            return;
        };
        let (label_line, label) = self.scope.required_name(line, label, LABEL);
        let begun = self.builder.row(label.as_deref());
        self.scope.checked(label_line, "label", begun);
        let category = category.map(|category| self.category_named(category));
        let category = category.or(inherited);
        let seats = self.scope.required(line, seats, "seats");
        if seats.is_some_and(|seats| seats.peek() != Some(b'[')) {
            return self.counted_seats(line, category, seats, from);
        }
        if let Some(from) = from {
            let reason = Reason::Expected("left out where the seats are listed");
            self.scope.fault(from.line(), "from", reason);
        }
        self.filled_list(seats, "seats", |import, seat| import.seat(seat, category));
    }

    fn counted_seats(&mut self, line: u32, category: Option<u8>, seats: Spot<'_>, from: Spot<'_>) {
        let category = self.category_of(line, None, category);
        let from = match from {
            Some(from) => self.scope.number(from, "from", check::number),
            None => Some(1),
        };
        let seats_line = seats.map_or(line, |seats| seats.line());
        let seats = seats.and_then(|seats| self.scope.number(seats, "seats", check::count));
        if let (Some(from), Some(seats)) = (from, seats) {
            let added = self.builder.counted_seats(from, seats, category);
            self.scope.checked(seats_line, "seats", added);
        }
    }

    /// A seat is an object, or its label alone.
    fn seat(&mut self, reader: &mut Reader<'_>, inherited: Option<u8>) {
        let line = reader.line();
        if reader.peek() == Some(b'"') {
            let category = self.category_of(line, None, inherited);
            let (line, label) = self
                .scope
                .required_name(line, Some(*reader), ("", check::label));
            if let Some(label) = label {
                let added = self.builder.seat(Seat::plain(&label, category));
                self.scope.checked(line, "", added);
            }
            reader.skip();
            return;
        }
        let names = [
            "label",
            "category",
            "x",
            "y",
            "accessible",
            "companion",
            "restricted_view",
        ];
        let Some(fields) = self.scope.fields(reader, names) else {
            return;
        };
        let [label, category, x, y, accessible, companion, view] = fields;
        let category = self.category_of(line, category, inherited);
        let position = self.scope.position_if_any(line, x, y);
        let traits = SeatTraits::new(
            self.scope.flag(accessible, "accessible"),
            self.scope.flag(companion, "companion"),
            self.scope.flag(view, "restricted_view"),
        );
        let (line, label) = self.scope.required_name(line, label, LABEL);
        if let Some(label) = label {
            let added = self.builder.seat(Seat {
                label: &label,
                category,
                traits,
                position,
            });
            self.scope.checked(line, "label", added);
        }
    }

    fn area(&mut self, reader: &mut Reader<'_>) {
        let line = reader.line();
        let fields = self
            .scope
            .fields(reader, ["name", "capacity", "category", "x", "y"]);
        let Some([name, capacity, category, x, y]) = fields else {
            return;
        };
        let category = self.category_of(line, category, None);
        let position = self.scope.position_if_any(line, x, y);
        let capacity = self.scope.required(line, capacity, "capacity");
        let capacity_line = capacity.map_or(line, |capacity| capacity.line());
        let capacity = capacity
            .and_then(|capacity| self.scope.number(capacity, "capacity", check::count))
            .unwrap_or(0);
        let counted = self.builder.places(capacity);
        self.scope.checked(capacity_line, "capacity", counted);
        let (line, name) = self.scope.required_name(line, name, NAME);
        if let Some(name) = name {
            let added = self.builder.area(&name, capacity, category, position);
            self.scope.checked(line, "name", added);
        }
    }

    /// The category that this field names. A wrong one is noted here, and then stands for any.
    fn category_named(&mut self, spot: Reader<'_>) -> u8 {
        let Some(name) = self.scope.name(spot, "category", check::name) else {
            return 0;
        };
        let category = self.builder.category(&name);
        let category = self.scope.checked(spot.line(), "category", category);
        category.unwrap_or(0)
    }

    /// The category of a seat: its own, or else that of what it belongs to, or else the default.
    fn category_of(&mut self, line: u32, own: Spot<'_>, inherited: Option<u8>) -> u8 {
        if let Some(category) = own.map(|own| self.category_named(own)).or(inherited) {
            return category;
        }
        let category = self.builder.default_category();
        let category = self.scope.checked(line, "category", category);
        category.unwrap_or(0)
    }

    /// Reads each item of a list; how many there are, if it is a list.
    fn list(
        &mut self,
        spot: Spot<'_>,
        field: &'static str,
        mut each: impl FnMut(&mut Self, &mut Reader<'_>),
    ) -> Option<usize> {
        let mut spot = spot?;
        let line = spot.line();
        let mut items = 0;
        self.scope.path.enter(field);
        let is_list = spot.list(|reader| {
            self.scope.path.item(items);
            items += 1;
            each(self, reader);
        });
        self.scope.path.leave();
        if !is_list {
            self.scope.fault(line, field, Reason::Expected("a list"));
        }
        is_list.then_some(items)
    }

    /// Reads a list that must not be empty.
    fn filled_list(
        &mut self,
        spot: Spot<'_>,
        field: &'static str,
        each: impl FnMut(&mut Self, &mut Reader<'_>),
    ) {
        if self.list(spot, field, each) == Some(0) {
            let line = spot.map_or(1, |spot| spot.line());
            let reason = Reason::Expected("a list with something in it");
            self.scope.fault(line, field, reason);
        }
    }
}
