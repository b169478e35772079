//! The small API over the event `default`, which is the first of all events.

use seatlock::{
    engine::{ConfirmAnswer, HoldAnswer, ReleaseAnswer},
    event::{How, Stage},
    feed::Shown,
    ids::SeatId,
};

use super::{Hold, Model, Place, budget::counts};

/// The number of the event `default`.
pub(crate) const DEFAULT: usize = 0;

impl Model {
    pub(crate) fn small_held(&mut self, seat: SeatId, user: &'static str, said: HoldAnswer) {
        let rules = self.sales[DEFAULT].rules;
        match (said, self.shown(DEFAULT, seat)) {
            (HoldAnswer::AlreadyHeld, Shown::Held)
            | (HoldAnswer::AlreadyBooked, Shown::Booked | Shown::Withheld) => {}
            (HoldAnswer::Busy, Shown::Available) => {
                let is_over = counts(&rules) && self.over(DEFAULT, user, (1, 1), true).is_some();
                assert!(is_over || self.off_sale(DEFAULT).is_some());
            }
            (HoldAnswer::Held { deadline, .. }, Shown::Available) => {
                assert_eq!(self.off_sale(DEFAULT), None);
                assert!(!counts(&rules) || self.over(DEFAULT, user, (1, 1), false).is_none());
                assert_eq!(deadline, self.now.moment.deadline_moment(rules.hold_ttl));
                self.keep(Hold {
                    sale: DEFAULT,
                    key: None,
                    user,
                    seats: vec![seat],
                    stage: Stage::Held,
                    began: self.now.moment,
                    deadline,
                    order: None,
                    is_counted: counts(&rules),
                    is_pending: false,
                });
            }
            (said, shown) => panic!("{said:?} of a seat that is {shown:?}"),
        }
    }

    pub(crate) fn small_confirmed(&mut self, seat: SeatId, user: &str, said: ConfirmAnswer) {
        let place = self.sales[DEFAULT].seats[seat.index()];
        let Place::Had(hold) = place else {
            assert_eq!(said, ConfirmAnswer::NotHeld);
            return;
        };
        let is_theirs = self.holds[hold].user == user && self.holds[hold].key.is_none();
        match (said, self.holds[hold].stage) {
            (ConfirmAnswer::Booked { .. }, Stage::Held | Stage::Paying) if is_theirs => {
                let at = self.now.moment;
                self.holds[hold].stage = Stage::Booked { at };
            }
            (ConfirmAnswer::NotYours, Stage::Held | Stage::Paying) => assert!(!is_theirs),
            (ConfirmAnswer::NotHeld, Stage::Booked { .. } | Stage::Ended(_)) => {}
            // The reaper has not come by.
            (ConfirmAnswer::Expired, Stage::Ended(_)) => {}
            (said, stage) => panic!("{said:?} of a hold that is {stage:?}"),
        }
    }

    pub(crate) fn small_released(&mut self, seat: SeatId, said: ReleaseAnswer) {
        match (said, self.shown(DEFAULT, seat)) {
            (ReleaseAnswer::AlreadyFree, Shown::Available)
            | (ReleaseAnswer::AlreadyBooked, Shown::Booked | Shown::Withheld) => {}
            (ReleaseAnswer::Released { .. }, Shown::Held) => {
                let Place::Had(hold) = self.sales[DEFAULT].seats[seat.index()] else {
                    unreachable!("a held seat is in a hold");
                };
                if self.holds[hold].seats.len() == 1 {
                    self.end(hold, How::Released);
                } else {
                    self.free(hold, &[seat]);
                }
            }
            (said, shown) => panic!("{said:?} of a seat that is {shown:?}"),
        }
    }
}
