//! The fields of a line, each of the kind that it has to be.

use std::borrow::Cow;

use super::Column;
use crate::chart::{
    check,
    fault::{ImportErrors, Reason},
    parts::Position,
};

/// The fields of a line by their columns, trimmed. A column that is not in the file is empty.
pub(super) struct Record<'a> {
    fields: [&'a str; Column::ALL.len()],
}

impl<'a> Record<'a> {
    /// Sorts fields to the columns that the first line of the file gives them.
    pub(super) fn new(fields: &'a [Cow<'a, str>], columns: &[Option<Column>]) -> Self {
        let mut record = Self {
            fields: Default::default(),
        };
        for (field, column) in fields.iter().zip(columns) {
            if let Some(column) = column {
                record.fields[*column as usize] = field.trim();
            }
        }
        record
    }

    pub(super) fn get(&self, column: Column) -> &'a str {
        self.fields[column as usize]
    }

    pub(super) fn has(&self, column: Column) -> bool {
        !self.get(column).is_empty()
    }
}

/// Which line the import is at, and what it found wrong so far.
///
/// What reads a field here gives `None` after it has noted what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub(super) errors: ImportErrors,
    pub(super) line: u32,
}

impl Scope {
    /// Notes a fault of the present line.
    pub(super) fn fault(&mut self, field: &str, reason: Reason) {
        self.errors.push(self.line, || field.to_owned(), reason);
    }

    /// The value, or `None` after noting what is wrong with it.
    pub(super) fn checked<T>(&mut self, field: &str, value: Result<T, Reason>) -> Option<T> {
        value.map_err(|reason| self.fault(field, reason)).ok()
    }

    /// A field that has to be there.
    pub(super) fn parsed<'a, T>(
        &mut self,
        record: &Record<'a>,
        column: Column,
        parse: fn(&'a str) -> Result<T, Reason>,
    ) -> Option<T> {
        let text = record.get(column);
        let parsed = if text.is_empty() {
            Err(Reason::Missing)
        } else {
            parse(text)
        };
        self.checked(column.name(), parsed)
    }

    /// A field that need not be there.
    pub(super) fn parsed_if_any<'a, T>(
        &mut self,
        record: &Record<'a>,
        column: Column,
        parse: fn(&'a str) -> Result<T, Reason>,
    ) -> Option<T> {
        if !record.has(column) {
            return None;
        }
        self.parsed(record, column, parse)
    }

    /// Both coordinates or none.
    pub(super) fn position(&mut self, record: &Record<'_>) -> Option<Position> {
        if !record.has(Column::X) && !record.has(Column::Y) {
            return None;
        }
        let x = self.parsed(record, Column::X, check::coordinate);
        let y = self.parsed(record, Column::Y, check::coordinate);
        Some(Position { x: x?, y: y? })
    }

    /// `true`, or else `false` or empty, in capitals or not: a spreadsheet writes `TRUE`.
    pub(super) fn flag(&mut self, record: &Record<'_>, column: Column) -> bool {
        let text = record.get(column);
        let is_true = text.eq_ignore_ascii_case("true");
        if !is_true && !text.is_empty() && !text.eq_ignore_ascii_case("false") {
            self.fault(column.name(), Reason::Expected("true, false or empty"));
        }
        is_true
    }

    /// Notes each column besides these that isn't empty.
    pub(super) fn only(&mut self, record: &Record<'_>, columns: &[Column], reason: &'static str) {
        for column in Column::ALL {
            if record.has(column) && !columns.contains(&column) {
                self.fault(column.name(), Reason::Expected(reason));
            }
        }
    }
}
