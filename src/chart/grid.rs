//! A chart made from numbers alone.

use std::{error, fmt};

use super::{
    Chart, Reason,
    build::{Builder, Seat},
    check,
    parts::{Position, SeatTraits},
};

/// A house of equal sections with equal rows, such as `sections=4 rows=50 seats=60`.
///
/// Sections are called `A`, `B` and so on, rows and seats are numbered from one. With `categories=gold,silver` the
/// front half of each section is gold and the rest silver; any number of them share the rows evenly.
///
/// `layout=curved`, which is what you get without it, has the sections side by side in arcs around the stage.
/// `layout=straight` has them behind one another, the seats lying as [`Chart::position`] derives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridPlan {
    sections: u32,
    rows: u32,
    seats: u32,
    layout: Layout,
    categories: Vec<String>,
}

/// What is wrong with a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum GridError {
    /// A word that isn't one of the plan's, or has no `=`.
    UnknownWord(String),
    /// The word is there twice.
    Twice(&'static str),
    /// The word has to be there.
    Missing(&'static str),
    /// The word's value.
    Invalid {
        /// Which word.
        word: &'static str,
        /// What is wrong with its value.
        reason: Reason,
    },
    /// The chart would be beyond a limit.
    Refused(Reason),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Curved,
    Straight,
}

impl GridPlan {
    /// Reads a plan: words such as `rows=50`, in any order, with white space between them.
    ///
    /// # Errors
    /// Names the first word that is wrong or missing.
    pub fn parse(text: &str) -> Result<Self, GridError> {
        const WORDS: [&str; 5] = ["sections", "rows", "seats", "layout", "categories"];
        let mut values = [None; WORDS.len()];
        for word in text.split_whitespace() {
            let known = word.split_once('=').and_then(|(word, value)| {
                Some((WORDS.iter().position(|known| *known == word)?, value))
            });
            let (at, value) = known.ok_or_else(|| GridError::UnknownWord(word.to_owned()))?;
            if values[at].replace(value).is_some() {
                return Err(GridError::Twice(WORDS[at]));
            }
        }
        let [sections, rows, seats, layout, categories] = values;
        let count = |word, value: Option<&str>| {
            let value = value.ok_or(GridError::Missing(word))?;
            check::count(value).map_err(|reason| GridError::Invalid { word, reason })
        };
        Ok(Self {
            sections: count("sections", sections)?,
            rows: count("rows", rows)?,
            seats: count("seats", seats)?,
            layout: Layout::parse(layout)?,
            categories: category_names(categories)?,
        })
    }

    /// The chart that it plans.
    ///
    /// # Errors
    /// With [`GridError::Refused`] beyond the limits of charts.
    pub fn chart(&self) -> Result<Chart, GridError> {
        self.build().map_err(GridError::Refused)
    }

    fn build(&self) -> Result<Chart, Reason> {
        let mut builder = Builder::new();
        let mut categories = Vec::new();
        for name in &self.categories {
            categories.push(builder.category(name)?);
        }
        if categories.is_empty() {
            categories.push(builder.default_category()?);
        }
        let fan = Fan::of(self);
        builder.focus = (self.layout == Layout::Curved).then_some(Position::ORIGIN);
        for section in 0..self.sections {
            builder.section(Some(&letters(section)))?;
            for row in 0..self.rows {
                builder.row(Some(&(row + 1).to_string()))?;
                builder.has_room(self.seats)?;
                let share = u64::from(row) * categories.len() as u64 / u64::from(self.rows);
                let category = categories[usize::try_from(share).unwrap_or(0)];
                for seat in 0..self.seats {
                    builder.seat(Seat {
                        label: &(seat + 1).to_string(),
                        category,
                        traits: SeatTraits::default(),
                        position: (self.layout == Layout::Curved)
                            .then(|| fan.position(section, row, seat)),
                    })?;
                }
            }
        }
        builder.finish()
    }
}

impl Layout {
    fn parse(word: Option<&str>) -> Result<Self, GridError> {
        match word {
            None | Some("curved") => Ok(Self::Curved),
            Some("straight") => Ok(Self::Straight),
            Some(_) => Err(GridError::Invalid {
                word: "layout",
                reason: Reason::Expected("curved or straight"),
            }),
        }
    }
}

/// Arcs around a point behind the stage. The stage is half as far from that point as the front row is, so that in each
/// row the middle is closest to it.
struct Fan {
    /// From the arcs' centre to the front row.
    radius: f64,
    /// From one end of a row to the other, over all sections, counted in seats of the front row.
    width: f64,
    seats_and_aisle: f64,
}

impl Fan {
    /// A quarter of a circle.
    const ANGLE_MAX: f64 = std::f64::consts::FRAC_PI_2;

    /// Seats are one unit apart in the front row, and less than two in the last, as it is less than twice as long.
    fn of(plan: &GridPlan) -> Self {
        let seats_and_aisle = f64::from(plan.seats) + 1.0;
        let width = f64::from(plan.sections) * seats_and_aisle - 2.0;
        let radius = (width / Self::ANGLE_MAX).max(f64::from(plan.rows));
        Self {
            radius,
            width,
            seats_and_aisle,
        }
    }

    fn position(&self, section: u32, row: u32, seat: u32) -> Position {
        let along = f64::from(section) * self.seats_and_aisle + f64::from(seat);
        let angle = (along - self.width / 2.0) / self.radius;
        let from_centre = self.radius + f64::from(row);
        Position {
            x: hundredths(from_centre * angle.sin()),
            y: hundredths(from_centre * angle.cos() - self.radius / 2.0),
        }
    }
}

/// Rounded, for a chart that people may read.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a million seats lie well within what an f32 can tell apart"
)]
fn hundredths(value: f64) -> f32 {
    // There is no negative zero in a chart.
    ((value * 100.0).round() / 100.0 + 0.0) as f32
}

fn category_names(word: Option<&str>) -> Result<Vec<String>, GridError> {
    let mut names = Vec::new();
    for name in word.into_iter().flat_map(|names| names.split(',')) {
        let name = check::name(name).map_err(|reason| GridError::Invalid {
            word: "categories",
            reason,
        })?;
        names.push(name.to_owned());
    }
    Ok(names)
}

/// `A` to `Z`, then `AA`, as the columns of a spreadsheet are called.
fn letters(number: u32) -> String {
    let last = char::from_digit(number % 26 + 10, 36).map(|letter| letter.to_ascii_uppercase());
    let before = (number / 26).checked_sub(1).map(letters);
    before.into_iter().chain(last.map(String::from)).collect()
}

impl error::Error for GridError {}

impl fmt::Display for GridError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownWord(word) => write!(
                f,
                "'{word}' is none of sections=, rows=, seats=, layout= and categories="
            ),
            Self::Twice(word) => write!(f, "{word}= is given twice"),
            Self::Missing(word) => write!(f, "{word}= is missing"),
            Self::Invalid { word, reason } => write!(f, "{word}= {reason}"),
            Self::Refused(reason) => reason.fmt(f),
        }
    }
}
