//! What the operator does: with bookings, with seats, with events.

use std::{collections::BTreeMap, sync::Arc};

use seatlock::{
    engine::{BlockRefusal, BookingRefusal, Event, HoldView, Obstacle, Part, State},
    event::{End, How, Stage},
    feed::Shown,
    ids::{Lsn, SeatId},
};

use super::{Model, Place, Sale, choice::twice, owner::Lacks};

impl Model {
    pub(crate) fn created(&mut self, name: &'static str, event: &Event) {
        assert_eq!(self.sale(name), None, "there is one");
        let told = event.told();
        self.sales.push(Sale {
            name,
            chart: Arc::clone(event.chart()),
            title: told.title,
            rules: told.rules,
            state: event.state(),
            seats: vec![Place::Free; event.chart().seat_count() as usize],
            reasons: BTreeMap::new(),
        });
    }

    pub(crate) fn cancelled(
        &mut self,
        hold: usize,
        part: Option<&Part>,
        said: &Result<HoldView, BookingRefusal>,
    ) {
        let stage = self.holds[hold].stage;
        let is_repeat = part.is_none()
            && matches!(
                stage,
                Stage::Ended(End {
                    how: How::Cancelled,
                    ..
                })
            );
        let is_booked = matches!(stage, Stage::Booked { .. }) && !self.is_gone(hold);
        let meant = part.map_or_else(
            || Ok(self.holds[hold].seats.clone()),
            |part| self.resolve(hold, part),
        );
        match (said, meant) {
            (Ok(view), _) if is_repeat && !self.is_gone(hold) => self.check_view(hold, view),
            (Err(BookingRefusal::Unusable(said)), _) if !is_booked => {
                self.check_unusable(hold, said)
            }
            _ if !is_booked => panic!("{said:?}"),
            (Err(said), meant) => self.check_part(said, &meant),
            (Ok(view), Ok(seats)) => {
                assert!(!seats.is_empty());
                if seats.len() == self.holds[hold].seats.len() {
                    self.end(hold, How::Cancelled);
                } else {
                    self.free(hold, &seats);
                }
                self.check_view(hold, view);
            }
            (Ok(view), Err(_)) => panic!("{view:?}"),
        }
    }

    fn check_part(&self, said: &BookingRefusal, meant: &Result<Vec<SeatId>, Lacks>) {
        match (said, meant) {
            (BookingRefusal::NotInBooking(said), Err(Lacks::Seats(seats))) => {
                assert_eq!(said, seats)
            }
            (BookingRefusal::NotThatMany, Err(Lacks::Places)) => {}
            (BookingRefusal::Nothing, Ok(seats)) => assert!(seats.is_empty()),
            _ => panic!("{said:?}"),
        }
    }

    pub(crate) fn moved(
        &mut self,
        hold: usize,
        from: &Part,
        to: &[SeatId],
        said: &Result<HoldView, BookingRefusal>,
    ) {
        let is_booked =
            matches!(self.holds[hold].stage, Stage::Booked { .. }) && !self.is_gone(hold);
        let from = match (said, self.resolve(hold, from)) {
            (Err(BookingRefusal::Unusable(said)), _) if !is_booked => {
                return self.check_unusable(hold, said);
            }
            _ if !is_booked => panic!("{said:?}"),
            (_, Ok(seats)) if !seats.is_empty() => seats,
            (Err(said), meant) => return self.check_part(said, &meant),
            (Ok(view), _) => panic!("{view:?}"),
        };
        let (sale, has) = (self.holds[hold].sale, self.holds[hold].seats.clone());
        let comes: Vec<SeatId> = to
            .iter()
            .copied()
            .filter(|seat| !from.contains(seat))
            .collect();
        let leaves: Vec<SeatId> = from
            .iter()
            .copied()
            .filter(|seat| !to.contains(seat))
            .collect();
        let mut doubles = twice(to);
        doubles.extend(comes.iter().copied().filter(|seat| has.contains(seat)));
        let mut in_the_way = self.obstacles(sale, &comes);
        in_the_way.sort_unstable_by_key(|obstacle| obstacle.seat);
        match said {
            Err(BookingRefusal::Uneven) => assert_ne!(from.len(), to.len()),
            _ if from.len() != to.len() => panic!("{said:?}"),
            Err(BookingRefusal::NamedTwice(said)) => assert_eq!(*said, doubles),
            Err(BookingRefusal::InTheWay(said)) => assert_eq!(*said, in_the_way),
            Ok(view) => {
                assert!(doubles.is_empty() && in_the_way.is_empty());
                self.free(hold, &leaves);
                self.set(sale, &comes, Place::Had(hold));
                self.holds[hold].seats.extend(comes);
                self.holds[hold].seats.sort_unstable();
                self.check_view(hold, view);
            }
            Err(other) => panic!("{other:?}"),
        }
    }

    pub(crate) fn blocked(
        &mut self,
        sale: usize,
        seats: &[SeatId],
        reason: Option<&Arc<str>>,
        said: &Result<Lsn, BlockRefusal>,
    ) {
        let shown = self.statuses(sale, seats);
        let are_withheld = shown.iter().all(|seat| seat.shown == Shown::Withheld);
        let in_the_way = shown
            .into_iter()
            .filter(|seat| seat.shown != Shown::Available)
            .collect();
        if self.judge_seats(
            seats,
            if are_withheld { Vec::new() } else { in_the_way },
            said,
        ) {
            self.set(sale, seats, Place::Withheld);
            assert_eq!(
                said == &Ok(Lsn::NONE),
                are_withheld,
                "said again, it changes nothing"
            );
            for seat in seats {
                match reason {
                    Some(reason) => self.sales[sale].reasons.insert(*seat, Arc::clone(reason)),
                    None => self.sales[sale].reasons.remove(seat),
                };
            }
        }
    }

    pub(crate) fn unblocked(
        &mut self,
        sale: usize,
        seats: &[SeatId],
        said: &Result<Lsn, BlockRefusal>,
    ) {
        let shown = self.statuses(sale, seats).into_iter();
        let in_the_way = shown.filter(|seat| seat.shown != Shown::Withheld).collect();
        if self.judge_seats(seats, in_the_way, said) {
            self.set(sale, seats, Place::Free);
            self.sales[sale]
                .reasons
                .retain(|seat, _| !seats.contains(seat));
        }
    }

    /// What some seats are, in their order.
    fn statuses(&self, sale: usize, seats: &[SeatId]) -> Vec<Obstacle> {
        let mut sorted = seats.to_vec();
        sorted.sort_unstable();
        let status = |seat| Obstacle {
            seat,
            shown: self.shown(sale, seat),
        };
        sorted.into_iter().map(status).collect()
    }

    /// Whether all of these seats were changed, and rightly.
    fn judge_seats(
        &self,
        seats: &[SeatId],
        in_the_way: Vec<Obstacle>,
        said: &Result<Lsn, BlockRefusal>,
    ) -> bool {
        let twice = twice(seats);
        let refusal = if !twice.is_empty() {
            Some(BlockRefusal::NamedTwice(twice))
        } else if seats.is_empty() {
            Some(BlockRefusal::Nothing)
        } else if !in_the_way.is_empty() {
            Some(BlockRefusal::InTheWay(in_the_way))
        } else {
            None
        };
        match (said, refusal) {
            (Ok(_), None) => true,
            (Err(said), Some(refusal)) => {
                self.check_block(said, &refusal);
                false
            }
            (said, refusal) => panic!("{said:?}, but {refusal:?}"),
        }
    }

    fn check_block(&self, said: &BlockRefusal, refusal: &BlockRefusal) {
        match (said, refusal) {
            // An expired hold that nobody has come by yet is in the way of an unblocking as what its word says.
            (BlockRefusal::InTheWay(said), BlockRefusal::InTheWay(seats)) => {
                let seat = |obstacle: &Obstacle| obstacle.seat;
                assert!(
                    said.iter().map(seat).eq(seats.iter().map(seat)),
                    "{said:?}, but {seats:?}"
                );
                for (said, seat) in said.iter().zip(seats) {
                    let is_late = (said.shown, seat.shown) == (Shown::Held, Shown::Available);
                    assert!(said == seat || is_late, "{said:?}, but {seat:?}");
                }
            }
            _ => assert_eq!(said, refusal),
        }
    }

    pub(crate) fn closed(&mut self, sale: usize) {
        self.sales[sale].state = State::Closed;
    }
}
