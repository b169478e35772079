//! The fields of an object, each of the kind that it has to be.

use std::borrow::Cow;

use super::{
    path::Path,
    reader::{Reader, Value},
};
use crate::chart::{
    check,
    fault::{ImportErrors, Reason},
    parts::Position,
};

/// Where the import is in the text, and what it found wrong so far.
///
/// What reads a value here gives `None` after it has noted what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub(super) errors: ImportErrors,
    pub(super) path: Path,
}

/// The name of a field that holds a name, and what that name has to be.
pub(super) type NameField = (&'static str, fn(&str) -> Result<&str, Reason>);

/// How many characters of an unknown field's name are told.
const UNKNOWN_CHARS_MAX: usize = 64;

impl Scope {
    /// Notes a fault of a field of the present object.
    pub(super) fn fault(&mut self, line: u32, field: &str, reason: Reason) {
        let Self { errors, path } = self;
        errors.push(line, || path.to(field), reason);
    }

    /// Reads an object: where each of these fields stands. `null` stands for a field that isn't there.
    pub(super) fn fields<'a, const N: usize>(
        &mut self,
        reader: &mut Reader<'a>,
        names: [&'static str; N],
    ) -> Option<[Option<Reader<'a>>; N]> {
        let line = reader.line();
        let mut found = [None; N];
        let is_object =
            reader.object(
                |key, value| match names.iter().position(|name| *name == key) {
                    Some(at) if found[at].is_none() => found[at] = Some(value),
                    Some(_) => self.fault(value.line(), &key, Reason::FieldTwice),
                    None => {
                        let told: String = key.chars().take(UNKNOWN_CHARS_MAX).collect();
                        self.fault(value.line(), &told, Reason::UnknownField);
                    }
                },
            );
        if !is_object {
            reader.skip();
            self.fault(line, "", Reason::Expected("an object"));
            return None;
        }
        Some(found.map(|field| field.filter(|value| value.peek() != Some(b'n'))))
    }

    /// A field that has to be there.
    pub(super) fn required<'a>(
        &mut self,
        object_line: u32,
        spot: Option<Reader<'a>>,
        field: &'static str,
    ) -> Option<Reader<'a>> {
        if spot.is_none() {
            self.fault(object_line, field, Reason::Missing);
        }
        spot
    }

    /// A name that has to be there; with the line at which to tell what else is wrong with it.
    pub(super) fn required_name<'a>(
        &mut self,
        object_line: u32,
        spot: Option<Reader<'a>>,
        (field, check): NameField,
    ) -> (u32, Option<Cow<'a, str>>) {
        match self.required(object_line, spot, field) {
            Some(spot) => (spot.line(), self.name(spot, field, check)),
            None => (object_line, None),
        }
    }

    /// A text, as `check` returns it.
    pub(super) fn name<'a>(
        &mut self,
        mut spot: Reader<'a>,
        field: &'static str,
        check: fn(&str) -> Result<&str, Reason>,
    ) -> Option<Cow<'a, str>> {
        let line = spot.line();
        let checked = match spot.value() {
            Value::Text(Cow::Borrowed(text)) => check(text).map(Cow::Borrowed),
            Value::Text(Cow::Owned(text)) => check(&text).map(|text| Cow::Owned(text.to_owned())),
            _ => Err(Reason::Expected("a text")),
        };
        self.checked(line, field, checked)
    }

    /// A text that stands for something else.
    pub(super) fn text<T>(
        &mut self,
        mut spot: Reader<'_>,
        field: &'static str,
        parse: fn(&str) -> Result<T, Reason>,
    ) -> Option<T> {
        let line = spot.line();
        let parsed = match spot.value() {
            Value::Text(text) => parse(&text),
            _ => Err(Reason::Expected("a text")),
        };
        self.checked(line, field, parsed)
    }

    /// A number.
    pub(super) fn number<T>(
        &mut self,
        mut spot: Reader<'_>,
        field: &'static str,
        parse: fn(&str) -> Result<T, Reason>,
    ) -> Option<T> {
        let line = spot.line();
        let parsed = match spot.value() {
            Value::Number(text) => parse(text),
            // The number's own check knows best what it should have been; no number is spelled so.
            _ => parse("").and(Err(Reason::Expected("a number"))),
        };
        self.checked(line, field, parsed)
    }

    /// Two coordinates that have to be there.
    pub(super) fn position(
        &mut self,
        object_line: u32,
        x: Option<Reader<'_>>,
        y: Option<Reader<'_>>,
    ) -> Option<Position> {
        let mut coordinate = |spot, field| {
            let spot = self.required(object_line, spot, field)?;
            self.number(spot, field, check::coordinate)
        };
        let (x, y) = (coordinate(x, "x"), coordinate(y, "y"));
        Some(Position { x: x?, y: y? })
    }

    /// Two coordinates, if one of them is there.
    pub(super) fn position_if_any(
        &mut self,
        object_line: u32,
        x: Option<Reader<'_>>,
        y: Option<Reader<'_>>,
    ) -> Option<Position> {
        if x.is_none() && y.is_none() {
            return None;
        }
        self.position(object_line, x, y)
    }

    /// `true` or `false`; `false` if it isn't there.
    pub(super) fn flag(&mut self, spot: Option<Reader<'_>>, field: &'static str) -> bool {
        let Some(mut spot) = spot else {
            return false;
        };
        let line = spot.line();
        let flag = match spot.value() {
            Value::Flag(flag) => Ok(flag),
            _ => Err(Reason::Expected("true or false")),
        };
        self.checked(line, field, flag).unwrap_or_default()
    }

    /// The value, or `None` after noting what is wrong with it.
    pub(super) fn checked<T>(
        &mut self,
        line: u32,
        field: &str,
        value: Result<T, Reason>,
    ) -> Option<T> {
        value.map_err(|reason| self.fault(line, field, reason)).ok()
    }
}
