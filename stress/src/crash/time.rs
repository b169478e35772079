//! Time as the server tells it and as it is measured here: both are of one machine's calendar.

use std::{
    ops::RangeInclusive,
    time::{Duration, SystemTime},
};

use jiff::Timestamp;
use seatlock::limits::TICK_NANOS;

/// Milliseconds since 1970.
pub(super) type Millis = u64;

/// How far the two may differ: a server's thread that loses its core between two looks at a clock, and rounding.
pub(super) const SLACK: Millis = 100;

const TICK: Millis = TICK_NANOS / 1_000_000;

/// Now.
pub(super) fn now() -> Millis {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    millis(since.unwrap_or_default())
}

/// A span in milliseconds.
pub(super) fn millis(span: Duration) -> Millis {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// A date of an answer.
pub(super) fn read(text: &str) -> Option<Millis> {
    let timestamp: Timestamp = text.parse().ok()?;
    u64::try_from(timestamp.as_millisecond()).ok()
}

/// The time in which there was no server, and what it does to deadlines.
///
/// | a deadline | afterwards |
/// |---|---|
/// | that had come when something was written down for good | has come |
/// | that came later, up to the end | has come, or is the restart's time and the grace |
/// | after the end | is what it was, or the restart's time and the grace, whichever is later |
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap {
    /// When that was asked for which is known to be in the ledger: its last batch is not older.
    pub(super) sure: Millis,
    /// When the old process was surely gone.
    pub(super) ended: Millis,
    /// When the new one was started.
    pub(super) began: Millis,
    /// When it said that it served.
    pub(super) ready: Millis,
    /// What it was told to grant.
    pub(super) grace: Millis,
}

/// From when to when something was asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) sent: Millis,
    pub(super) answered: Millis,
}

impl Gap {
    /// No gap: the deadlines are what they were.
    pub(super) const NONE: Self = Self {
        sure: 0,
        ended: 0,
        began: 0,
        ready: 0,
        grace: 0,
    };

    /// What the deadline of a hold that lives can be now, if it was within `before`.
    pub(super) fn deadlines(&self, before: &RangeInclusive<Millis>) -> RangeInclusive<Millis> {
        let (earliest, latest) = (*before.start(), *before.end());
        let is_saved = self.grace > 0 && earliest > self.ended + SLACK;
        let from = if is_saved {
            earliest.max(self.began + self.grace)
        } else {
            earliest
        };
        let until = if self.grace > 0 {
            latest.max(self.ready + self.grace + TICK)
        } else {
            latest
        };
        from.saturating_sub(SLACK)..=until.saturating_add(SLACK)
    }

    /// Whether the hold can be alive.
    pub(super) fn may_live(&self, before: &RangeInclusive<Millis>, asked: Asked) -> bool {
        before.end().saturating_add(SLACK) > self.sure
            && *self.deadlines(before).end() >= asked.sent
    }

    /// Whether its deadline can have come.
    pub(super) fn may_have_ended(&self, before: &RangeInclusive<Millis>, asked: Asked) -> bool {
        *before.start() <= self.ended + SLACK || *self.deadlines(before).start() <= asked.answered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: Gap = Gap {
        sure: 9_000,
        ended: 10_000,
        began: 11_000,
        ready: 11_200,
        grace: 2_000,
    };

    const ASKED: Asked = Asked {
        sent: 11_300,
        answered: 11_310,
    };

    fn at(deadline: Millis) -> RangeInclusive<Millis> {
        deadline..=deadline
    }

    #[test]
    fn a_deadline_is_never_earlier_and_later_by_the_grace_alone() {
        let kept = GAP.deadlines(&at(20_000));
        assert_eq!(kept, 19_900..=20_100);
        let near = GAP.deadlines(&at(10_500));
        assert_eq!(near, 12_900..=13_310, "the restart's time and the grace");
        let without = Gap { grace: 0, ..GAP };
        assert_eq!(without.deadlines(&at(10_500)), 10_400..=10_600);
    }

    #[test]
    fn what_had_ended_for_good_stays_so_and_what_lived_lives() {
        assert!(!GAP.may_live(&at(8_500), ASKED));
        assert!(GAP.may_have_ended(&at(8_500), ASKED));
        for unsure in [9_500, 10_050] {
            assert!(GAP.may_live(&at(unsure), ASKED) && GAP.may_have_ended(&at(unsure), ASKED));
        }
        assert!(GAP.may_live(&at(10_500), ASKED));
        assert!(!GAP.may_have_ended(&at(10_500), ASKED), "it was saved");
        let without = Gap { grace: 0, ..GAP };
        assert!(!without.may_live(&at(10_500), ASKED));
    }

    #[test]
    fn dates_of_answers_are_read() {
        assert_eq!(read("1970-01-01T00:01:00.250Z"), Some(60_250));
        assert_eq!(read("soon"), None);
    }
}
