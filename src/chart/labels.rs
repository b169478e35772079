//! What is written on the seats.

use std::fmt::{self, Write as _};

use super::{
    facts::{Facts, Gathered},
    parts::{Row, Section},
};
use crate::ids::SeatId;

/// A seat's full label: `section/row/seat`, or its number alone in a chart of plain numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label<'a> {
    pub(super) section: &'a str,
    pub(super) row: &'a str,
    pub(super) seat: SeatLabel<'a>,
}

/// What is written on the seat itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SeatLabel<'a> {
    Number(u32),
    Text(&'a str),
}

impl<'a> Label<'a> {
    /// What stands for a place that has no label.
    pub(super) fn of_place(area: &'a str) -> Self {
        Self {
            section: "",
            row: "",
            seat: SeatLabel::Text(area),
        }
    }
}

impl Label<'_> {
    /// Gives its text piece by piece.
    pub(crate) fn pieces(&self, mut take: impl FnMut(&str)) {
        if !self.section.is_empty() {
            [self.section, "/", self.row, "/"]
                .into_iter()
                .for_each(&mut take);
        }
        match self.seat {
            SeatLabel::Number(number) => take(itoa::Buffer::new().format(number)),
            SeatLabel::Text(text) => take(text),
        }
    }
}

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut result = Ok(());
        self.pieces(|piece| result = result.and_then(|()| f.write_str(piece)));
        result
    }
}

impl fmt::Display for SeatLabel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl SeatLabel<'_> {
    /// The number that is written so, if it is one: without sign and leading zeros.
    pub(super) fn number(self) -> Option<u32> {
        match self {
            Self::Number(number) => Some(number),
            Self::Text(text) => number(text),
        }
    }
}

/// The number that this is the only way to write.
pub(super) fn number(text: &str) -> Option<u32> {
    let is_canonical = text == "0" || !text.starts_with('0');
    if text.is_empty() || !is_canonical {
        return None;
    }
    text.bytes().try_fold(0_u32, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        let shifted = number.checked_mul(10).filter(|_| digit < 10)?;
        shifted.checked_add(digit.into())
    })
}

/// Texts one after another, without an allocation for each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Texts {
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Texts {
    pub(super) fn get(&self, at: usize) -> Option<&str> {
        let begin = match at.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(begin as usize..*self.ends.get(at)? as usize)
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn push(&mut self, text: impl fmt::Display) {
        write!(self.text, "{text}").expect("a String takes any text");
        let end = u32::try_from(self.text.len());
        self.ends
            .push(end.expect("the limits on seats and their labels keep this below 2^32"));
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }
}

/// The labels of all seats.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Labels {
    /// Each row counts its seats, from a number of its own. No byte is kept for a seat.
    Counted(Facts<u32>),
    /// At least one row doesn't.
    Written(Texts),
}

/// Gathers labels row by row, and writes none down while all rows count.
#[derive(Debug)]
pub(super) enum GatheredLabels {
    Counted(Vec<u32>),
    Written(Texts),
}

impl Default for GatheredLabels {
    fn default() -> Self {
        Self::Counted(Vec::new())
    }
}

impl GatheredLabels {
    /// Takes the label of the next seat, whose row is the last one and doesn't count it yet.
    pub(super) fn push(&mut self, rows: &[Row], label: &str) {
        if let Self::Counted(from) = self {
            match (number(label), rows.last(), from.last()) {
                (Some(number), Some(_), _) if from.len() < rows.len() => return from.push(number),
                (Some(number), Some(row), Some(from))
                    if u64::from(number) == u64::from(*from) + u64::from(row.seats) =>
                {
                    return;
                }
                _ => *self = Self::Written(written_out(from, rows)),
            }
        }
        if let Self::Written(texts) = self {
            texts.push(label);
        }
    }

    pub(super) fn finish(self) -> Labels {
        match self {
            Self::Counted(from) => {
                let mut gathered = Gathered::new(1);
                from.into_iter().for_each(|number| gathered.push(number));
                Labels::Counted(gathered.finish())
            }
            Self::Written(mut texts) => {
                texts.text.shrink_to_fit();
                texts.ends.shrink_to_fit();
                Labels::Written(texts)
            }
        }
    }
}

fn written_out(from: &[u32], rows: &[Row]) -> Texts {
    let mut texts = Texts::default();
    for (from, row) in from.iter().zip(rows) {
        (0..row.seats).for_each(|place| texts.push(u64::from(*from) + u64::from(place)));
    }
    texts
}

/// Sections, rows and labels: who sits where.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seating {
    pub(super) sections: Box<[Section]>,
    pub(super) rows: Box<[Row]>,
    pub(super) labels: Labels,
}

impl Seating {
    /// The row of a numbered seat.
    pub(super) fn row_of(&self, seat: SeatId) -> Option<usize> {
        let row = self
            .rows
            .partition_point(|row| row.first <= seat)
            .checked_sub(1)?;
        let inside = seat.get() - self.rows[row].first.get() < self.rows[row].seats;
        inside.then_some(row)
    }

    /// The label of a numbered seat.
    pub(super) fn label(&self, seat: SeatId) -> Option<Label<'_>> {
        let row = self.row_of(seat)?;
        let (section, row_label) = self.row_name(row);
        Some(Label {
            section,
            row: row_label,
            seat: self.seat_label(row, seat)?,
        })
    }

    /// Section and label of a row.
    pub(super) fn row_name(&self, row: usize) -> (&str, &str) {
        let row = &self.rows[row];
        (&self.sections[row.section].name, &row.label)
    }

    fn seat_label(&self, row: usize, seat: SeatId) -> Option<SeatLabel<'_>> {
        match &self.labels {
            Labels::Counted(from) => {
                let place = seat.get() - self.rows[row].first.get();
                Some(SeatLabel::Number(from.get(row)? + place))
            }
            Labels::Written(texts) => texts.get(seat.index()).map(SeatLabel::Text),
        }
    }
}
