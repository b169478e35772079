//! What a user may have at a time, and which seats he may not take again for a while.

use seatlock::{
    access::budget::{Over, Which},
    engine::{Asks, TakeRefusal},
    event::{Rules, Stage},
    ids::SeatId,
    tick::Moment,
};

use super::{Hold, Model};

impl Model {
    /// True: it was refused for this.
    pub(super) fn judge_cooling(
        &self,
        sale: usize,
        user: &'static str,
        asks: &Asks,
        taken: Result<&[SeatId], &TakeRefusal>,
    ) -> bool {
        if self.sales[sale].rules.cool_down_seconds == 0 {
            return false;
        }
        let cools = |seat: &&SeatId, latest: bool| {
            let cooling = self.cooling.get(&(sale, user, **seat));
            let end = |until: (Moment, Moment)| if latest { until.1 } else { until.0 };
            cooling.is_some_and(|cooling| self.now.moment < end(cooling.until))
        };
        let pends = |seat: &SeatId| {
            let is_meant =
                |hold: &Hold| hold.sale == sale && hold.user == user && hold.seats.contains(seat);
            self.holds
                .iter()
                .any(|hold| hold.is_pending && is_meant(hold))
        };
        let must: Vec<&SeatId> = asks
            .seats
            .iter()
            .filter(|seat| cools(seat, false))
            .collect();
        let may: Vec<&SeatId> = asks
            .seats
            .iter()
            .filter(|seat| cools(seat, true) || pends(seat))
            .collect();
        if let Err(TakeRefusal::Cooling(seats, _)) = taken {
            assert!(
                !seats.is_empty() && seats.iter().all(|seat| may.contains(&seat)),
                "{seats:?} of {may:?}"
            );
            assert!(
                must.iter().all(|seat| seats.contains(seat)),
                "{must:?} of {seats:?}"
            );
            return true;
        }
        assert!(must.is_empty(), "{must:?} cool down");
        false
    }

    /// True: it was refused for this.
    pub(super) fn judge_budget(
        &mut self,
        sale: usize,
        user: &'static str,
        hold: Option<usize>,
        seats: u32,
        said: Option<Over>,
    ) -> bool {
        let counts = counts(&self.sales[sale].rules);
        match hold {
            None if counts => self.judge_caps(sale, user, &[(seats, 1)], said),
            Some(hold) if self.holds[hold].is_counted => {
                self.judge_caps(sale, user, &[(seats, 0)], said)
            }
            Some(hold) if counts => {
                // Made when nobody was counted: it is counted whole first.
                let has = u32::try_from(self.holds[hold].seats.len()).expect("at most 64");
                self.holds[hold].is_counted = self.over(sale, user, (has, 1), false).is_none();
                let before = if self.holds[hold].is_counted {
                    (0, 0)
                } else {
                    (has, 1)
                };
                self.judge_caps(sale, user, &[before, (before.0 + seats, before.1)], said)
            }
            _ => {
                assert_eq!(said, None);
                false
            }
        }
    }

    /// True: so many more seats and holds were refused, one after the other.
    pub(super) fn judge_caps(
        &self,
        sale: usize,
        user: &str,
        more: &[(u32, u32)],
        said: Option<Over>,
    ) -> bool {
        let over = |with_pending| {
            more.iter()
                .find_map(|more| self.over(sale, user, *more, with_pending))
        };
        let (settled, pending) = (over(false), over(true));
        match said {
            None => assert_eq!(settled, None, "more than {user} may have"),
            Some(said) => assert!(
                [settled, pending].contains(&Some(said.which)),
                "{said:?}: {settled:?} {pending:?}"
            ),
        }
        said.is_some()
    }

    /// The cap that keeps a user from so many more seats and holds.
    pub(super) fn over(
        &self,
        sale: usize,
        user: &str,
        more: (u32, u32),
        with_pending: bool,
    ) -> Option<Which> {
        let rules = &self.sales[sale].rules;
        let (seats, holds) = self.counted(sale, user, with_pending);
        if seats + more.0 > rules.user_seats_max {
            Some(Which::Seats)
        } else if holds + more.1 > rules.user_holds_max {
            Some(Which::Holds)
        } else {
            None
        }
    }

    /// Seats and holds that are counted for a user.
    pub(super) fn counted(&self, sale: usize, user: &str, with_pending: bool) -> (u32, u32) {
        let mut counted = (0, 0);
        for hold in self
            .holds
            .iter()
            .filter(|hold| hold.sale == sale && hold.user == user && hold.is_counted)
        {
            let is_had = hold.is_alive() || (with_pending && hold.is_pending);
            if is_had || matches!(hold.stage, Stage::Booked { .. }) {
                counted.0 += u32::try_from(hold.seats.len()).expect("at most 64");
                counted.1 += u32::from(is_had);
            }
        }
        counted
    }
}

/// Whether an event's rules have its users counted.
pub(super) fn counts(rules: &Rules) -> bool {
    let unlimited = [
        rules.user_seats_max,
        rules.user_holds_max,
        rules.user_waste_max,
    ] == [u32::MAX; 3];
    !unlimited || rules.cool_down_seconds > 0
}
