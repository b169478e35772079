//! What somebody wishes for who doesn't name seats.

use std::fmt;

use crate::limits;

/// Whether a party sits side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Adjacent {
    /// In one row side by side, or not at all.
    Required,
    /// As near to one another as there is room for.
    #[default]
    Preferred,
    /// Wherever it is best for each.
    Any,
}

/// Some of the chart's categories, of which there are 64 at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Categories(u64);

impl Categories {
    /// Whichever.
    pub const ALL: Self = Self(u64::MAX);

    /// None yet.
    pub const NONE: Self = Self(0);

    /// With one more.
    ///
    /// # Panics
    /// For a number beyond 63.
    #[must_use]
    pub const fn with(self, category: u8) -> Self {
        assert!(category < 64, "a chart has at most 64 categories");
        Self(self.0 | 1 << category)
    }

    /// Those that are in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that are in either.
    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Their numbers, in ascending order.
    pub(super) fn numbers(self) -> impl Iterator<Item = u8> {
        (0..64).filter(move |category| self.has(*category))
    }

    /// The number of the one that is here alone.
    pub(super) fn only(self) -> Option<u8> {
        let is_one = self.0.is_power_of_two();
        is_one
            .then(|| self.0.trailing_zeros().try_into().ok())
            .flatten()
    }

    /// Whether this one is among them.
    pub const fn has(self, category: u8) -> bool {
        self.and(Self::NONE.with(category)).0 != 0
    }
}

/// Some of the chart's sections.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Sections {
    /// Whichever.
    #[default]
    All,
    /// Those with these numbers, in ascending order.
    Only(Vec<usize>),
}

impl Sections {
    /// These and no others.
    pub fn only(sections: impl IntoIterator<Item = usize>) -> Self {
        let mut sections: Vec<usize> = sections.into_iter().collect();
        sections.sort_unstable();
        sections.dedup();
        Self::Only(sections)
    }

    pub(super) fn has(&self, section: usize) -> bool {
        match self {
            Self::All => true,
            Self::Only(sections) => sections.binary_search(&section).is_ok(),
        }
    }
}

/// A party that wishes for the best seats there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub(super) quantity: u32,
    pub(super) accessible: u32,
    pub(super) categories: Categories,
    pub(super) sections: Sections,
    pub(super) adjacent: Adjacent,
}

impl Wish {
    /// A party of so many, anywhere, side by side if there is room.
    ///
    /// # Errors
    /// For nobody, and for more than [`limits::GROUP_SEATS_MAX`].
    pub fn new(quantity: u32) -> Result<Self, WishError> {
        check_quantity(quantity)?;
        Ok(Self {
            quantity,
            accessible: 0,
            categories: Categories::ALL,
            sections: Sections::All,
            adjacent: Adjacent::Preferred,
        })
    }

    /// The same party, in seats of these categories alone.
    #[must_use]
    pub fn with_categories(self, categories: Categories) -> Self {
        Self { categories, ..self }
    }

    /// The same party, in these sections alone.
    #[must_use]
    pub fn with_sections(self, sections: Sections) -> Self {
        Self { sections, ..self }
    }

    /// The same party, side by side or not.
    #[must_use]
    pub fn with_adjacent(self, adjacent: Adjacent) -> Self {
        Self { adjacent, ..self }
    }

    /// The same party, of whom so many need accessible seats. The others get companion seats as far as there are any
    /// beside them.
    ///
    /// # Errors
    /// For more than there are in the party.
    pub fn with_accessible(mut self, accessible: u32) -> Result<Self, WishError> {
        if accessible > self.quantity {
            return Err(WishError::Accessible {
                accessible,
                quantity: self.quantity,
            });
        }
        self.accessible = accessible;
        Ok(self)
    }

    /// How many seats are wished for.
    pub fn quantity(&self) -> u32 {
        self.quantity
    }
}

/// So many places of an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AreaWish {
    pub(super) area: usize,
    pub(super) quantity: u32,
}

impl AreaWish {
    /// So many places of the area with this number. An area that the plan hasn't got has no places either.
    ///
    /// # Errors
    /// For none, and for more than [`limits::GROUP_SEATS_MAX`].
    pub fn new(area: usize, quantity: u32) -> Result<Self, WishError> {
        check_quantity(quantity)?;
        Ok(Self { area, quantity })
    }
}

/// Why nobody can wish for this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WishError {
    /// For so many seats at once.
    Quantity(u32),
    /// More accessible seats than seats.
    Accessible {
        /// How many accessible seats.
        accessible: u32,
        /// How many seats altogether.
        quantity: u32,
    },
}

impl fmt::Display for WishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quantity(quantity) => write!(
                f,
                "{quantity} seats were asked for, and it must be from 1 to {}",
                limits::GROUP_SEATS_MAX
            ),
            Self::Accessible {
                accessible,
                quantity,
            } => write!(
                f,
                "{accessible} accessible seats were asked for in a party of {quantity}"
            ),
        }
    }
}

impl std::error::Error for WishError {}

fn check_quantity(quantity: u32) -> Result<(), WishError> {
    if (1..=limits::GROUP_SEATS_MAX).contains(&quantity) {
        Ok(())
    } else {
        Err(WishError::Quantity(quantity))
    }
}
