//! What may be done with an event's seats, and for how long.

use std::fmt;

use crate::{
    limits,
    tick::{Date, Ttl},
};

/// The rules of an event. They may change while it is on sale; what was promised before, such as a deadline, stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// How long a hold lasts, from its beginning and from each extension.
    pub hold_ttl: Ttl,
    /// How long a hold can last altogether, however often it is extended.
    pub hold_longest: Ttl,
    /// How far beyond its deadline a hold reaches that is being paid for.
    pub paying: Ttl,
    /// Seats in one hold, 1 to [`limits::GROUP_SEATS_MAX`].
    pub hold_seats_max: u32,
    /// Seats that one user can hold and have booked together, at least 1.
    pub user_seats_max: u32,
    /// Holds that one user can have alive at once, at least 1.
    pub user_holds_max: u32,
    /// Seat-seconds that one user can let go to waste, in holds that end without a booking, before he has to wait.
    /// Half of what he has wasted is forgotten in each [`limits::WASTE_HALF_LIFE`].
    pub user_waste_max: u32,
    /// How long a user can't take a seat again that he has let expire, in seconds; 0: at once.
    pub cool_down_seconds: u32,
    /// When seats can be held.
    pub on_sale: OnSale,
    /// Whether seats may be chosen by hand so that a single free one is left between others.
    pub orphans: Orphans,
}

/// The time in which seats can be held: from `opens` on, and before `closes`. Holds that are alive when it ends can be
/// confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OnSale {
    /// When it begins; none: it has begun.
    pub opens: Option<Date>,
    /// When it ends; none: it does not.
    pub closes: Option<Date>,
}

/// What about single seats left between others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Orphans {
    /// Let buyers choose as they like.
    #[default]
    Allowed,
    /// Refuse a choice by hand that leaves one.
    Refused,
}

/// Whether seats can be held now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Season {
    /// Not yet: from this date on.
    Before(Date),
    /// Yes.
    On,
    /// No more: since this date.
    After(Date),
}

/// A rule that contradicts another one or a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleError {
    /// The rule, by its field's name.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl Rules {
    /// Ten minutes a hold, two hours altogether, five minutes more for paying; ten seats a hold, twenty a user.
    pub const DEFAULT: Self = Self {
        hold_ttl: Ttl::seconds(600),
        hold_longest: Ttl::seconds(2 * 60 * 60),
        paying: Ttl::seconds(300),
        hold_seats_max: 10,
        user_seats_max: 20,
        user_holds_max: 10,
        user_waste_max: 200_000,
        cool_down_seconds: 0,
        on_sale: OnSale {
            opens: None,
            closes: None,
        },
        orphans: Orphans::Allowed,
    };

    /// The rules of an event whose users nobody knows, as in the small API: none but the TTL.
    pub const fn lenient(hold_ttl: Ttl) -> Self {
        Self {
            hold_ttl,
            hold_longest: Ttl::MAX,
            hold_seats_max: limits::GROUP_SEATS_MAX,
            user_seats_max: u32::MAX,
            user_holds_max: u32::MAX,
            user_waste_max: u32::MAX,
            ..Self::DEFAULT
        }
    }

    /// Everything that is wrong with these rules.
    pub fn errors(&self) -> Vec<RuleError> {
        let rules = [
            (
                self.hold_longest < self.hold_ttl,
                "hold_longest",
                "shorter than hold_ttl",
            ),
            (
                self.hold_seats_max == 0 || self.hold_seats_max > limits::GROUP_SEATS_MAX,
                "hold_seats_max",
                "must be 1 to 64",
            ),
            (
                self.user_seats_max == 0,
                "user_seats_max",
                "must be at least 1",
            ),
            (
                self.user_holds_max == 0,
                "user_holds_max",
                "must be at least 1",
            ),
            (
                matches!(self.on_sale, OnSale { opens: Some(opens), closes: Some(closes) } if closes <= opens),
                "closes",
                "must be later than opens",
            ),
        ];
        rules
            .into_iter()
            .filter(|(wrong, ..)| *wrong)
            .map(|(_, field, reason)| RuleError { field, reason })
            .collect()
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl OnSale {
    /// Whether there is no date to look at.
    pub fn is_always(&self) -> bool {
        self.opens.is_none() && self.closes.is_none()
    }

    /// Whether seats can be held at `date`.
    pub fn at(&self, date: Date) -> Season {
        match *self {
            Self {
                opens: Some(opens), ..
            } if date < opens => Season::Before(opens),
            Self {
                closes: Some(closes),
                ..
            } if date >= closes => Season::After(closes),
            _ => Season::On,
        }
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.reason)
    }
}

impl std::error::Error for RuleError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_rules_are_right_and_each_wrong_one_is_named() {
        assert_eq!(Rules::DEFAULT.errors(), []);
        assert_eq!(Rules::lenient(Ttl::MAX).errors(), []);
        let date = Date::from_unix_nanos(1);
        let wrong = Rules {
            hold_longest: Ttl::MINUTE,
            hold_seats_max: 65,
            user_seats_max: 0,
            user_holds_max: 0,
            on_sale: OnSale {
                opens: Some(date),
                closes: Some(date),
            },
            ..Rules::DEFAULT
        };
        let fields: Vec<_> = wrong.errors().iter().map(|error| error.field).collect();
        assert_eq!(
            fields,
            [
                "hold_longest",
                "hold_seats_max",
                "user_seats_max",
                "user_holds_max",
                "closes"
            ]
        );
    }

    #[test]
    fn a_sale_begins_with_its_first_moment_and_ends_before_its_last() {
        let [opens, closes] = [10, 20].map(Date::from_unix_nanos);
        let sale = OnSale {
            opens: Some(opens),
            closes: Some(closes),
        };
        let at = |nanos| sale.at(Date::from_unix_nanos(nanos));
        assert_eq!(
            [at(9), at(10), at(19), at(20)],
            [
                Season::Before(opens),
                Season::On,
                Season::On,
                Season::After(closes)
            ]
        );
        assert_eq!(OnSale::default().at(opens), Season::On);
    }
}
