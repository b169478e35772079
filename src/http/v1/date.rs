//! Dates as RFC 3339 has them.

use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::tick::Date;

const NANOS_PER_MILLI: u64 = 1_000_000;
const MILLIS_PER_SECOND: u64 = 1_000;
const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

/// Days from the first of March of the year 0 to the beginning of 1970.
const DAYS_BEFORE_1970: u64 = 719_468;

/// Days in 400 years, after which the calendar repeats itself.
const DAYS_PER_ERA: u64 = 146_097;

/// A date that is written in UTC, with milliseconds: `2026-11-22T20:58:30.125Z`. The last is one of the year 2554, where
/// 64 bits of nanoseconds end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) struct Stamp(pub(in crate::http) Date);

/// Reads a date with an offset, such as `2026-11-22T21:58:30+01:00`; none if the text is no such date, or one before
/// 1970.
pub(super) fn parse(text: &str) -> Option<Date> {
    let timestamp: Timestamp = text.parse().ok()?;
    let nanos = u64::try_from(timestamp.as_nanosecond()).ok()?;
    Some(Date::from_unix_nanos(nanos))
}

/// Writes dates, of which those that are near one another take the least. By hand, because each answer has four of them:
/// it takes a tenth of what a general formatter does.
pub(super) struct Calendar {
    /// The day whose date is in the text, counted from 1970.
    day: u64,
    text: [u8; 24],
}

impl Calendar {
    /// A calendar that is open at the first day.
    pub(super) fn new() -> Self {
        Self {
            day: 0,
            text: *b"1970-01-01T00:00:00.000Z",
        }
    }

    /// The date's text.
    pub(super) fn text(&mut self, Stamp(date): Stamp) -> [u8; 24] {
        let millis = date.unix_nanos() / NANOS_PER_MILLI;
        let (seconds, millis) = (millis / MILLIS_PER_SECOND, millis % MILLIS_PER_SECOND);
        let (day, time) = (seconds / SECONDS_PER_DAY, small(seconds % SECONDS_PER_DAY));
        if day != self.day {
            self.turn_to(day);
        }
        let millis = small(millis);
        self.put(11, time / 3_600);
        self.put(14, time / 60 % 60);
        self.put(17, time % 60);
        self.put(20, millis / 10);
        self.text[22] = two_digits(millis % 10)[1];
        self.text
    }

    fn turn_to(&mut self, day: u64) {
        self.day = day;
        let (year, month, day) = civil(day);
        let year = small(year);
        self.put(0, year / 100);
        self.put(2, year % 100);
        self.put(5, small(month));
        self.put(8, small(day));
    }

    /// Writes two digits.
    #[inline]
    fn put(&mut self, at: usize, number: u32) {
        self.text[at..at + 2].copy_from_slice(&two_digits(number));
    }
}

impl Stamp {
    fn text(self) -> [u8; 24] {
        Calendar::new().text(self)
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.text();
        serializer.serialize_str(str::from_utf8(&text).unwrap_or_default())
    }
}

/// Year, month and day of a day counted from 1970: Howard Hinnant, *chrono-compatible low-level date algorithms*,
/// `civil_from_days`. Years begin in March there, so that the odd day is the last.
fn civil(day: u64) -> (u64, u64, u64) {
    let day = day + DAYS_BEFORE_1970;
    let (era, day) = (day / DAYS_PER_ERA, day % DAYS_PER_ERA);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let is_next_year = month >= 10;
    let month = if is_next_year { month - 9 } else { month + 3 };
    (era * 400 + year + u64::from(is_next_year), month, day)
}

/// A number that is far below 2^32: 32 bits are divided faster.
fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

/// The digits of a number below 100.
#[inline]
fn two_digits(number: u32) -> [u8; 2] {
    let digit = |digit: u32| u8::try_from(digit % 10).unwrap_or_default() + b'0';
    [digit(number / 10), digit(number)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAST: u64 = u64::MAX / NANOS_PER_MILLI;

    fn text(millis: u64) -> String {
        let stamp = Stamp(Date::from_unix_nanos(millis * NANOS_PER_MILLI));
        serde_json::to_value(stamp)
            .expect("JSON")
            .as_str()
            .expect("a text")
            .to_owned()
    }

    #[test]
    fn dates_are_written_as_another_formatter_writes_them() {
        let odd = [0, 1, 999, 951_782_400_000, 951_868_799_999, LAST];
        let many = (0..40_000).map(|nth| nth * 460_000_123);
        let mut calendar = Calendar::new();
        for millis in odd.into_iter().chain(many) {
            let theirs = Timestamp::from_millisecond(i64::try_from(millis).expect("fits"));
            let theirs = format!("{:.3}", theirs.expect("a date"));
            assert_eq!(text(millis), theirs);
            let stamp = Stamp(Date::from_unix_nanos(millis * NANOS_PER_MILLI));
            assert_eq!(calendar.text(stamp), theirs.as_bytes(), "turned to and fro");
        }
    }

    #[test]
    fn a_date_needs_an_offset_and_is_not_before_1970() {
        let date = |text| parse(text).map(Date::unix_nanos);
        assert_eq!(date("1970-01-01T01:00:00.5+01:00"), Some(500_000_000));
        for text in [
            "",
            "1970-01-01",
            "1970-01-01T00:00:00",
            "1969-12-31T23:59:59Z",
            "x",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
