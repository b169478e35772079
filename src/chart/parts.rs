//! What a chart is made of, as values.

use std::{fmt, ops::Range};

use crate::ids::SeatId;

/// A part of the house with a name of its own, such as the stalls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Unique among the sections and areas of a chart; empty only in a chart of plain numbers.
    pub name: Box<str>,
    /// Its rows, as indices into [`super::Chart::rows`].
    pub rows: Range<usize>,
}

/// Seats side by side. Two seats of a row are neighbours exactly when their ids are consecutive.
///
/// An aisle cuts a row in two: both parts have the same label, and the second follows the first.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The first of its seats; the others follow it.
    pub first: SeatId,
    /// How many seats it has.
    pub seats: u32,
    /// Its section, as an index into [`super::Chart::sections`].
    pub section: usize,
    /// What is written at its end; empty only in a chart of plain numbers.
    pub label: Box<str>,
    /// Where its first seat lies if the chart doesn't say so.
    pub(super) start: Position,
}

impl Row {
    /// Its seats, from the first to the last.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = SeatId> + use<> {
        let first = self.first.get();
        (first..first + self.seats).map(SeatId::new)
    }

    /// Whether `other` is the same row beyond an aisle.
    pub(super) fn continues(&self, other: &Self) -> bool {
        self.section == other.section && self.label == other.label
    }
}

/// General admission: places without numbers, sold by quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// Unique among the sections and areas of a chart.
    pub name: Box<str>,
    /// The first of its places; the others follow it.
    pub first: SeatId,
    /// How many places it has.
    pub capacity: u32,
    /// Its category, as an index into [`super::Chart::categories`].
    pub category: u8,
    /// Where to draw it, if the chart says so.
    pub position: Option<Position>,
}

/// Seats that cost the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Unique in its chart.
    pub name: Box<str>,
    /// How to draw its seats, if the chart says so.
    pub colour: Option<Colour>,
    /// In minor units of the chart's currency, such as cents. Seatlock passes it on and never calculates with it.
    pub price: Option<u64>,
}

impl Category {
    /// The category of seats of which nothing is said.
    pub const DEFAULT_NAME: &str = "standard";

    pub(super) fn named(name: &str) -> Self {
        Self {
            name: name.into(),
            colour: None,
            price: None,
        }
    }
}

/// A colour, written `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

impl Colour {
    /// Red, green and blue.
    pub const fn from_rgb(rgb: [u8; 3]) -> Self {
        Self(rgb)
    }

    /// Reads `#rrggbb`, in capitals or not; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?.as_bytes();
        let digit = |at: usize| char::from(*digits.get(at)?).to_digit(16);
        let byte = |at| u8::try_from(digit(at)? * 16 + digit(at + 1)?).ok();
        if digits.len() != 6 {
            return None;
        }
        Some(Self([byte(0)?, byte(2)?, byte(4)?]))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// The code of a currency as ISO 4217 has them: three capital letters, such as `EUR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Reads three capital letters; `None` for anything else. Whether there is such a currency isn't checked.
    pub fn parse(text: &str) -> Option<Self> {
        let code: [u8; 3] = text.as_bytes().try_into().ok()?;
        code.iter()
            .all(u8::is_ascii_uppercase)
            .then_some(Self(code))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

/// A place on the map, in whatever unit the chart is drawn in; finite. The stage is where `y` is small.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// From left to right.
    pub x: f32,
    /// From the stage to the back.
    pub y: f32,
}

impl Position {
    /// Zero, zero.
    pub const ORIGIN: Self = Self { x: 0.0, y: 0.0 };
}

/// What else is to be known of a seat. A seat without any of these is an ordinary one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SeatTraits(u8);

impl SeatTraits {
    const ACCESSIBLE: u8 = 1;
    const COMPANION: u8 = 1 << 1;
    const RESTRICTED_VIEW: u8 = 1 << 2;

    /// The traits, each as it is given.
    #[must_use]
    pub const fn new(accessible: bool, companion: bool, restricted_view: bool) -> Self {
        let mut bits = 0;
        if accessible {
            bits |= Self::ACCESSIBLE;
        }
        if companion {
            bits |= Self::COMPANION;
        }
        if restricted_view {
            bits |= Self::RESTRICTED_VIEW;
        }
        Self(bits)
    }

    /// Whether the seat is for somebody who needs an accessible one, such as a wheelchair's place.
    pub const fn is_accessible(self) -> bool {
        self.0 & Self::ACCESSIBLE != 0
    }

    /// Whether the seat is for who accompanies somebody on an accessible one.
    pub const fn is_companion(self) -> bool {
        self.0 & Self::COMPANION != 0
    }

    /// Whether something is in the way of the view.
    pub const fn has_restricted_view(self) -> bool {
        self.0 & Self::RESTRICTED_VIEW != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_six_hexadecimal_digits() {
        for (text, shown) in [("#d4AF37", Some("#d4af37")), ("#000000", Some("#000000"))] {
            assert_eq!(
                Colour::parse(text).map(|c| c.to_string()).as_deref(),
                shown,
                "{text}"
            );
        }
        for text in ["", "#", "d4af37", "#d4af3", "#d4af377", "#d4af3g", "#ääb"] {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_currency_is_three_capitals() {
        assert_eq!(
            Currency::parse("EUR").map(|c| c.to_string()).as_deref(),
            Some("EUR")
        );
        for text in ["", "eur", "EU", "EURO", "€"] {
            assert_eq!(Currency::parse(text), None, "{text}");
        }
    }

    #[test]
    fn each_trait_is_its_own() {
        for bits in 0..8_u8 {
            let (a, c, r) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0);
            let traits = SeatTraits::new(a, c, r);
            assert_eq!(
                (
                    traits.is_accessible(),
                    traits.is_companion(),
                    traits.has_restricted_view()
                ),
                (a, c, r)
            );
        }
    }
}
