//! What a hold's owner does with it.

use std::sync::Arc;

use seatlock::{
    engine::{
        ConfirmRefusal, ExtendRefusal, GiveBackRefusal, HoldView, IfFree, Part, ReleaseRefusal,
        TakeRefusal, Unusable,
    },
    event::{End, How, Stage},
    ids::{Lsn, SeatId},
    tick::Ttl,
};

use super::{Hold, Model, Place, budget::counts};

/// What a hold does not have.
pub(super) enum Lacks {
    Seats(Vec<SeatId>),
    Places,
}

impl Model {
    pub(crate) fn looked(&self, hold: usize, said: &Result<HoldView, Unusable>) {
        match said {
            Ok(view) => {
                assert!(!self.is_gone(hold));
                self.check_view(hold, view);
            }
            Err(said) => self.check_unusable(hold, said),
        }
    }

    pub(crate) fn confirmed(
        &mut self,
        hold: usize,
        if_free: IfFree,
        order: Option<Arc<str>>,
        said: &Result<HoldView, ConfirmRefusal>,
    ) {
        let is_late = matches!(
            self.holds[hold].stage,
            Stage::Ended(End {
                how: How::Expired,
                ..
            })
        );
        if is_late && if_free == IfFree::Retake && !self.is_gone(hold) {
            return self.retaken(hold, order, said);
        }
        match said {
            Ok(view) => {
                let was_booked = matches!(self.holds[hold].stage, Stage::Booked { .. });
                assert!((was_booked || self.holds[hold].is_alive()) && !self.is_gone(hold));
                assert_eq!(
                    view.lsn == Lsn::NONE,
                    was_booked,
                    "a repeat changes nothing"
                );
                if !was_booked {
                    self.book(hold, order);
                }
                self.check_view(hold, view);
            }
            Err(ConfirmRefusal::Unusable(said)) => {
                assert!(!matches!(said, Unusable::IsBooked), "that is no refusal");
                self.check_unusable(hold, said);
            }
            Err(other) => panic!("{other:?}"),
        }
    }

    fn book(&mut self, hold: usize, order: Option<Arc<str>>) {
        let at = self.now.moment;
        let hold = &mut self.holds[hold];
        hold.stage = Stage::Booked { at };
        hold.order = order.or(hold.order.take());
    }

    fn retaken(
        &mut self,
        hold: usize,
        order: Option<Arc<str>>,
        said: &Result<HoldView, ConfirmRefusal>,
    ) {
        let Hold { sale, user, .. } = self.holds[hold];
        if let Some(refusal) = self.off_sale(sale) {
            assert!(
                matches!(said, Err(ConfirmRefusal::Take(said)) if *said == refusal),
                "{said:?}"
            );
            return;
        }
        self.count_lapse(hold);
        let seats = self.holds[hold].seats.clone();
        let gone = self.obstacles(sale, &seats);
        if !gone.is_empty() {
            assert!(
                matches!(said, Err(ConfirmRefusal::Gone(said)) if *said == gone),
                "{said:?}"
            );
            return;
        }
        let is_counted = counts(&self.sales[sale].rules);
        if is_counted {
            let over = match said {
                Err(ConfirmRefusal::Take(TakeRefusal::Over(over))) => Some(*over),
                _ => None,
            };
            let more = u32::try_from(seats.len()).expect("at most 64");
            if self.judge_caps(sale, user, &[(more, 0)], over) {
                return;
            }
        }
        let Ok(view) = said else { panic!("{said:?}") };
        self.set(sale, &seats, Place::Had(hold));
        self.holds[hold].is_counted = is_counted;
        self.book(hold, order);
        self.check_view(hold, view);
    }

    pub(crate) fn extended(&mut self, hold: usize, said: &Result<HoldView, ExtendRefusal>) {
        let Hold {
            sale,
            began,
            deadline,
            stage,
            ..
        } = self.holds[hold];
        let rules = self.sales[sale].rules;
        let longest = began.deadline_moment(rules.hold_longest);
        let is_usable = self.holds[hold].is_alive() && !self.is_gone(hold);
        match said {
            Err(ExtendRefusal::Unusable(said)) if !is_usable => self.check_unusable(hold, said),
            Err(ExtendRefusal::AtLongest(view)) if is_usable => {
                assert!(stage == Stage::Paying || deadline >= longest);
                self.check_view(hold, view);
            }
            Ok(view) if is_usable => {
                assert!(stage == Stage::Held && deadline < longest);
                let asked = self.now.moment.deadline_moment(rules.hold_ttl).min(longest);
                self.holds[hold].deadline = asked.max(deadline);
                self.check_view(hold, view);
            }
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn paid(&mut self, hold: usize, said: &Result<HoldView, ExtendRefusal>) {
        let Hold {
            sale,
            deadline,
            stage,
            ..
        } = self.holds[hold];
        let is_usable = self.holds[hold].is_alive() && !self.is_gone(hold);
        match said {
            Err(ExtendRefusal::Unusable(said)) if !is_usable => self.check_unusable(hold, said),
            Ok(view) if is_usable => {
                if stage == Stage::Held {
                    let farthest = self.now.moment.deadline_moment(Ttl::MAX);
                    let asked = deadline.deadline_moment(self.sales[sale].rules.paying);
                    self.holds[hold].deadline = asked.min(farthest).max(deadline);
                    self.holds[hold].stage = Stage::Paying;
                }
                self.check_view(hold, view);
            }
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn released(&mut self, hold: usize, said: &Result<HoldView, ReleaseRefusal>) {
        let is_repeat = matches!(
            self.holds[hold].stage,
            Stage::Ended(End {
                how: How::Released,
                ..
            })
        );
        let is_usable = (is_repeat || self.holds[hold].is_alive()) && !self.is_gone(hold);
        match said {
            Err(ReleaseRefusal::Unusable(said)) if !is_usable => self.check_unusable(hold, said),
            Ok(view) if is_usable => {
                if !is_repeat {
                    self.end(hold, How::Released);
                }
                self.check_view(hold, view);
            }
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn gave_back(
        &mut self,
        hold: usize,
        part: &Part,
        said: &Result<HoldView, GiveBackRefusal>,
    ) {
        let is_usable = self.holds[hold].is_alive() && !self.is_gone(hold);
        let part = self.resolve(hold, part);
        match (said, part) {
            (Err(GiveBackRefusal::Unusable(said)), _) if !is_usable => {
                self.check_unusable(hold, said)
            }
            _ if !is_usable => panic!("{said:?}"),
            (Err(GiveBackRefusal::NotInHold(said)), Err(Lacks::Seats(seats))) => {
                assert_eq!(*said, seats)
            }
            (Err(GiveBackRefusal::NotThatMany), Err(Lacks::Places)) => {}
            (Err(GiveBackRefusal::Nothing), Ok(seats)) => assert!(seats.is_empty()),
            (Ok(view), Ok(seats)) => {
                assert!(!seats.is_empty());
                if seats.len() == self.holds[hold].seats.len() {
                    self.end(hold, How::Released);
                } else {
                    self.free(hold, &seats);
                }
                self.check_view(hold, view);
            }
            (said, _) => panic!("{said:?}"),
        }
    }

    /// The seats of a hold that are meant.
    pub(super) fn resolve(&self, hold: usize, part: &Part) -> Result<Vec<SeatId>, Lacks> {
        let Hold { sale, seats, .. } = &self.holds[hold];
        let missing: Vec<SeatId> = part
            .seats
            .iter()
            .copied()
            .filter(|seat| !seats.contains(seat))
            .collect();
        if !missing.is_empty() {
            return Err(Lacks::Seats(missing));
        }
        let mut meant = part.seats.clone();
        meant.sort_unstable();
        meant.dedup();
        for places in &part.areas {
            for _ in 0..places.quantity {
                let is_one = |seat: &&SeatId| {
                    self.sales[*sale].chart.area_of(**seat) == Some(places.area)
                        && !meant.contains(seat)
                };
                let place = *seats.iter().find(is_one).ok_or(Lacks::Places)?;
                meant.push(place);
            }
        }
        Ok(meant)
    }
}
