//! What holds for a single value, whatever format it comes in.

use super::{
    fault::{ImportErrors, Reason},
    labels,
    parts::{Colour, Currency},
};
use crate::limits;

/// A name of a section, area or category; also the alphabet of what else is named by whoever runs the shop.
///
/// White space at both ends is dropped. What is left has 1 to [`limits::NAME_BYTES_MAX`] bytes, none of them a slash
/// or a control character.
///
/// # Errors
/// Says which of these it breaks.
pub fn name(text: &str) -> Result<&str, Reason> {
    word(text, limits::NAME_BYTES_MAX)
}

/// A label of a row or a seat: as a [`name`], with at most [`limits::LABEL_BYTES_MAX`] bytes.
pub(super) fn label(text: &str) -> Result<&str, Reason> {
    word(text, limits::LABEL_BYTES_MAX)
}

fn word(text: &str, bytes_max: usize) -> Result<&str, Reason> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Reason::Empty);
    }
    if text.len() > bytes_max {
        return Err(Reason::TooLong { bytes_max });
    }
    match text.chars().find(|c| *c == '/' || c.is_control()) {
        Some(character) => Err(Reason::Forbidden(character)),
        None => Ok(text),
    }
}

/// A coordinate from its decimal text. Rust reads the nearest `f32` and writes the shortest text that it is the
/// nearest to, so that a coordinate comes back as it was.
pub(super) fn coordinate(text: &str) -> Result<f32, Reason> {
    let number: f32 = text.parse().or(Err(Reason::Expected("a number")))?;
    if number.abs() <= limits::COORDINATE_MAX {
        // There is no negative zero in a chart.
        Ok(number + 0.0)
    } else {
        Err(Reason::OutOfRange)
    }
}

pub(super) fn colour(text: &str) -> Result<Colour, Reason> {
    Colour::parse(text).ok_or(Reason::Expected("a colour such as #d4af37"))
}

pub(super) fn currency(text: &str) -> Result<Currency, Reason> {
    Currency::parse(text).ok_or(Reason::Expected("a currency's code such as EUR"))
}

pub(super) fn price(text: &str) -> Result<u64, Reason> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let price = plain.then(|| text.parse().ok()).flatten();
    price.ok_or(Reason::Expected(
        "a whole number of minor units, such as cents",
    ))
}

/// How many seats or places. Zero of them would be nothing to write a line about.
pub(super) fn count(text: &str) -> Result<u32, Reason> {
    let expected = Reason::Expected("a whole number above zero, with 32 bits");
    number(text).ok().filter(|count| *count > 0).ok_or(expected)
}

/// A number as a label has it: without leading zeros.
pub(super) fn number(text: &str) -> Result<u32, Reason> {
    labels::number(text).ok_or(Reason::Expected("a whole number with 32 bits"))
}

/// How many seats a chart of plain numbers has.
pub(super) fn plain_seats(text: &str) -> Result<u32, Reason> {
    match count(text)? {
        seats if seats <= limits::SEATS_MAX => Ok(seats),
        _ => Err(Reason::TooMany {
            what: "seats",
            count_max: limits::SEATS_MAX,
        }),
    }
}

/// The text of a file: not too long, in UTF-8, without a byte order mark.
pub(super) fn text(bytes: &[u8]) -> Result<&str, ImportErrors> {
    if bytes.len() > limits::CHART_BYTES_MAX {
        return Err(ImportErrors::one(1, Reason::TooLarge));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let newlines = before.iter().filter(|byte| **byte == b'\n').count();
        let line = u32::try_from(newlines + 1).unwrap_or(u32::MAX);
        ImportErrors::one(line, Reason::Syntax("this line is not UTF-8".to_owned()))
    })
}
