//! From CSV to a chart.

use std::{borrow::Cow, collections::HashSet};

use super::{
    Column, line,
    scope::{Record, Scope},
};
use crate::chart::{
    Chart,
    build::{Builder, Seat},
    check,
    fault::{ImportErrors, Reason},
    parts::{Category, Position, SeatTraits},
};

/// Reads a chart, line by line.
pub(in crate::chart) fn read(bytes: &[u8]) -> Result<Chart, ImportErrors> {
    let text = check::text(bytes)?;
    let mut import = Import::new();
    let mut fields = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        import.scope.line = number;
        if let Some(directive) = line.trim_start().strip_prefix('#') {
            import.directive(directive);
        } else if !line.trim_matches([',', ' ', '\t']).is_empty() {
            match line::split(line, &mut fields) {
                Ok(()) => import.record(&fields),
                Err(reason) => import.scope.fault("", reason),
            }
        }
    }
    import.finish()
}

struct Import {
    builder: Builder,
    scope: Scope,
    /// The directives that were given.
    directives: HashSet<String>,
    /// Which column each field of a line belongs to; before the first line of names there is none.
    columns: Option<Vec<Option<Column>>>,
    /// Section and row of the line before.
    section: String,
    row: String,
    /// How many seats a chart of plain numbers has.
    plain: Option<u32>,
}

impl Import {
    fn new() -> Self {
        Self {
            builder: Builder::new(),
            scope: Scope::default(),
            directives: HashSet::new(),
            columns: None,
            section: String::new(),
            row: String::new(),
            plain: None,
        }
    }

    fn finish(mut self) -> Result<Chart, ImportErrors> {
        if self.plain.is_some() && (self.columns.is_some() || self.directives.len() > 1) {
            let reason = Reason::Expected("alone, in a chart of plain numbers");
            self.scope.fault("seats", reason);
        }
        if !self.scope.errors.is_empty() {
            return Err(self.scope.errors);
        }
        match self.plain {
            Some(seats) => Ok(Chart::numbered(seats)),
            None => self
                .builder
                .finish()
                .map_err(|reason| ImportErrors::one(self.scope.line.max(1), reason)),
        }
    }

    /// A line such as `# currency=EUR`. A spreadsheet that saves the file adds commas to it.
    fn directive(&mut self, text: &str) {
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        let value = value.trim_end_matches(',').trim();
        match key.trim() {
            key @ ("currency" | "focus" | "seats") if !self.directives.insert(key.to_owned()) => {
                self.scope.fault(key, Reason::FieldTwice);
            }
            "currency" => {
                let currency = check::currency(value);
                self.builder.currency = self.scope.checked("currency", currency);
            }
            "focus" => {
                let (x, y) = value.split_once(' ').unwrap_or((value, ""));
                let (x, y) = (check::coordinate(x), check::coordinate(y.trim_start()));
                let focus = x.and_then(|x| Ok(Position { x, y: y? }));
                self.builder.focus = self.scope.checked("focus", focus);
            }
            "seats" => self.plain = self.scope.checked("seats", check::plain_seats(value)),
            _ => {
                let reason = Reason::Expected("# currency=EUR, # focus=0 0 or # seats=1000");
                self.scope.fault("#", reason);
            }
        }
    }

    fn record(&mut self, fields: &[Cow<'_, str>]) {
        let Some(columns) = &self.columns else {
            return self.header(fields);
        };
        if fields.len() != columns.len() {
            let (found, expected) = (fields.len(), columns.len());
            let what = format!("has {found} fields where the first line has {expected}");
            return self.scope.fault("", Reason::Syntax(what));
        }
        let record = Record::new(fields, columns);
        if record.has(Column::Section) {
            if record.has(Column::Capacity) {
                self.area(&record);
            } else {
                self.seat(&record);
            }
        } else {
            self.category(&record);
        }
    }

    /// The first line, which names the columns.
    fn header(&mut self, fields: &[Cow<'_, str>]) {
        let mut columns = Vec::new();
        for (number, field) in (1..).zip(fields) {
            let named = |column: &Column| column.name().eq_ignore_ascii_case(field.trim());
            let column = Column::ALL.into_iter().find(named);
            match column {
                None => self
                    .scope
                    .fault(&format!("column {number}"), Reason::UnknownField),
                Some(twice) if columns.contains(&column) => {
                    self.scope.fault(twice.name(), Reason::FieldTwice);
                }
                Some(_) => {}
            }
            columns.push(column);
        }
        for column in Column::ALL {
            if column.is_required() && !columns.contains(&Some(column)) {
                self.scope.fault(column.name(), Reason::Missing);
            }
        }
        self.columns = Some(columns);
    }

    fn category(&mut self, record: &Record<'_>) {
        if record.has(Column::Row) || record.has(Column::Seat) || record.has(Column::Capacity) {
            return self.scope.fault(Column::Section.name(), Reason::Missing);
        }
        self.scope.only(
            record,
            &[Column::Category, Column::Colour, Column::Price],
            "empty on a line that lists a category",
        );
        let name = self.scope.parsed(record, Column::Category, check::name);
        let colour = self
            .scope
            .parsed_if_any(record, Column::Colour, check::colour);
        let price = self
            .scope
            .parsed_if_any(record, Column::Price, check::price);
        if let Some(name) = name {
            let name = name.into();
            let listed = self.builder.list_category(Category {
                name,
                colour,
                price,
            });
            self.scope.checked(Column::Category.name(), listed);
        }
    }

    fn area(&mut self, record: &Record<'_>) {
        self.scope.only(
            record,
            &[
                Column::Section,
                Column::Capacity,
                Column::Category,
                Column::X,
                Column::Y,
            ],
            "empty on the line of an area",
        );
        let category = self.category_of(record);
        let position = self.scope.position(record);
        let capacity = self.scope.parsed(record, Column::Capacity, check::count);
        let counted = self.builder.places(capacity.unwrap_or(0));
        self.scope.checked(Column::Capacity.name(), counted);
        if let (Some(name), Some(capacity)) = (
            self.scope.parsed(record, Column::Section, check::name),
            capacity,
        ) {
            let added = self.builder.area(name, capacity, category, position);
            self.scope.checked(Column::Section.name(), added);
        }
    }

    fn seat(&mut self, record: &Record<'_>) {
        for column in [Column::Colour, Column::Price] {
            if record.has(column) {
                let reason = Reason::Expected("given once, on a line that lists a category");
                self.scope.fault(column.name(), reason);
            }
        }
        self.begin_section_or_row(record);
        let category = self.category_of(record);
        let position = self.scope.position(record);
        let traits = SeatTraits::new(
            self.scope.flag(record, Column::Accessible),
            self.scope.flag(record, Column::Companion),
            self.scope.flag(record, Column::RestrictedView),
        );
        if let Some(label) = self.scope.parsed(record, Column::Seat, check::label) {
            let added = self.builder.seat(Seat {
                label,
                category,
                traits,
                position,
            });
            self.scope.checked(Column::Seat.name(), added);
        }
    }

    fn begin_section_or_row(&mut self, record: &Record<'_>) {
        let (section, row) = (record.get(Column::Section), record.get(Column::Row));
        let aisle = self.scope.flag(record, Column::Aisle);
        let new_section = self.section != section;
        let new_row = new_section || self.row != row;
        if new_section {
            section.clone_into(&mut self.section);
            let name = self.scope.parsed(record, Column::Section, check::name);
            let begun = self.builder.section(name);
            self.scope.checked(Column::Section.name(), begun);
        }
        if new_row {
            row.clone_into(&mut self.row);
        }
        if new_row && aisle {
            let reason = Reason::Expected("empty at the first seat of a row");
            self.scope.fault(Column::Aisle.name(), reason);
        }
        if new_row || aisle {
            let label = self.scope.parsed(record, Column::Row, check::label);
            let begun = self.builder.row(label);
            self.scope.checked(Column::Row.name(), begun);
        }
    }

    fn category_of(&mut self, record: &Record<'_>) -> u8 {
        let category = match self
            .scope
            .parsed_if_any(record, Column::Category, check::name)
        {
            Some(name) => self.builder.category(name),
            None if record.has(Column::Category) => return 0,
            None => self.builder.default_category(),
        };
        let category = self.scope.checked(Column::Category.name(), category);
        category.unwrap_or(0)
    }
}
