//! A chart as CSV; the format is drawn in [`super`].

mod line;
mod read;
mod scope;
mod write;

pub(crate) use line::quoted;
pub(super) use read::read;
pub(super) use write::write;

/// What a line can say, in the order in which an export says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Section,
    Row,
    Seat,
    Category,
    X,
    Y,
    Accessible,
    Companion,
    RestrictedView,
    Aisle,
    Capacity,
    Colour,
    Price,
}

impl Column {
    const ALL: [Self; 13] = [
        Self::Section,
        Self::Row,
        Self::Seat,
        Self::Category,
        Self::X,
        Self::Y,
        Self::Accessible,
        Self::Companion,
        Self::RestrictedView,
        Self::Aisle,
        Self::Capacity,
        Self::Colour,
        Self::Price,
    ];

    /// Its name in the first line.
    const fn name(self) -> &'static str {
        match self {
            Self::Section => "section",
            Self::Row => "row",
            Self::Seat => "seat",
            Self::Category => "category",
            Self::X => "x",
            Self::Y => "y",
            Self::Accessible => "accessible",
            Self::Companion => "companion",
            Self::RestrictedView => "restricted_view",
            Self::Aisle => "aisle",
            Self::Capacity => "capacity",
            Self::Colour => "colour",
            Self::Price => "price",
        }
    }

    /// Whether a file needs it.
    const fn is_required(self) -> bool {
        matches!(self, Self::Section | Self::Row | Self::Seat)
    }
}
