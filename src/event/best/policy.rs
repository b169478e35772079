//! What counts as the best.
//!
//! To change what buyers are offered, change this file: [`Policy::STANDARD`] has the ranks in order, and
//! the numbers by which a crowd is spread. How near a party is to the focal point is said in one place, [`Distance`].

use super::wish::Adjacent;

/// A way for a party to sit. One that comes later is offered only when no seats can be had in an earlier way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rank {
    /// Side by side in a row, and no single seat is left alone beside them.
    Together,
    /// Side by side in a row, whatever is left.
    TogetherLeavingOrphan,
    /// In two neighbouring rows of a section, side by side in each: as evenly as there is room for, the two parts as
    /// near to one another as can be.
    Split,
    /// The nearest seats to the focal point, each for itself.
    Anywhere,
}

/// Which ways are offered to whom, and how far a crowd is spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// To those who sit side by side or not at all.
    pub required: &'static [Rank],
    /// To those who like to sit side by side.
    pub preferred: &'static [Rank],
    /// To those who don't mind.
    pub any: &'static [Rank],
    /// Choices among which the second attempt picks by chance; each further attempt has twice as many.
    pub crowd: u32,
    /// Choices among which an attempt picks at most.
    pub crowd_max: u32,
}

impl Policy {
    /// What the documentation of [`super`] describes.
    pub const STANDARD: Self = Self {
        required: &[Rank::Together, Rank::TogetherLeavingOrphan],
        preferred: &[
            Rank::Together,
            Rank::TogetherLeavingOrphan,
            Rank::Split,
            Rank::Anywhere,
        ],
        any: &[Rank::Anywhere],
        crowd: 4,
        crowd_max: 64,
    };

    /// The ways that are offered, best first.
    pub fn ranks(&self, adjacent: Adjacent) -> &'static [Rank] {
        match adjacent {
            Adjacent::Required => self.required,
            Adjacent::Preferred => self.preferred,
            Adjacent::Any => self.any,
        }
    }

    /// Among how many choices an attempt picks, counted from 0: the first takes the best.
    pub fn choices(&self, attempt: u32) -> u32 {
        match attempt.checked_sub(1) {
            None => 1,
            Some(again) => self
                .crowd
                .saturating_mul(2_u32.saturating_pow(again))
                .min(self.crowd_max),
        }
    }
}

/// How far somebody is from the focal point, squared, in the chart's unit.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Distance(pub(super) f32);

impl Distance {
    /// Further away than anybody.
    pub(super) const FAR: Self = Self(f32::INFINITY);

    /// A party is as far away as the one of them who has it worst.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        if self.0 < other.0 { other } else { self }
    }

    /// The distance of two parts of a party, which are so far from one another: being apart is as bad as being that
    /// much further away.
    #[must_use]
    pub fn apart(self, gap: f32) -> Self {
        let length = self.0.sqrt() + gap;
        Self(length * length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_is_spread_wider_with_each_attempt_and_not_without_end() {
        let choices = [0, 1, 2, 3, 4, 5, 6, 40].map(|attempt| Policy::STANDARD.choices(attempt));
        assert_eq!(choices, [1, 4, 8, 16, 32, 64, 64, 64]);
    }

    #[test]
    fn whoever_is_worst_off_counts_and_being_apart_adds_to_it() {
        let (near, far) = (Distance(4.0), Distance(9.0));
        assert_eq!(near.worst(far), far);
        assert_eq!(far.worst(near), far);
        assert_eq!(far.apart(2.0), Distance(25.0));
        assert!(far < Distance::FAR);
    }
}
