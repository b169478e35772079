//! A seat as the designs with locks keep it.

use seatlock::{ids::TakingId, tick::Tick};

use crate::load::Terms;

/// What a seat is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Record {
    Available,
    Held { user: TakingId, until: Tick },
    Booked { user: TakingId },
}

impl Record {
    #[inline]
    pub(crate) fn hold(&mut self, terms: Terms) -> bool {
        let takes = match *self {
            Self::Available => true,
            Self::Held { until, .. } => until.reached_at(terms.now),
            Self::Booked { .. } => false,
        };
        self.becomes_if(
            takes,
            Self::Held {
                user: terms.taking,
                until: terms.until,
            },
        )
    }

    #[inline]
    pub(crate) fn confirm(&mut self, terms: Terms) -> bool {
        let mine = self.is_live_hold_of(terms);
        self.becomes_if(mine, Self::Booked { user: terms.taking })
    }

    #[inline]
    pub(crate) fn release(&mut self, terms: Terms) -> bool {
        let mine = self.is_live_hold_of(terms);
        self.becomes_if(mine, Self::Available)
    }

    #[inline]
    pub(crate) fn cancel(&mut self, terms: Terms) -> bool {
        let mine = *self == Self::Booked { user: terms.taking };
        self.becomes_if(mine, Self::Available)
    }

    /// Frees it if it is held and its deadline has come.
    #[inline]
    pub(crate) fn expire(&mut self, now: Tick) -> bool {
        let over = matches!(*self, Self::Held { until, .. } if until.reached_at(now));
        self.becomes_if(over, Self::Available)
    }

    #[inline]
    fn is_live_hold_of(self, terms: Terms) -> bool {
        matches!(self, Self::Held { user, until } if user == terms.taking && !until.reached_at(terms.now))
    }

    #[inline]
    fn becomes_if(&mut self, allowed: bool, next: Self) -> bool {
        if allowed {
            *self = next;
        }
        allowed
    }
}
