//! How a hold becomes a booking: in time, or too late.

use std::sync::Arc;

use super::{
    Core, Engine,
    account::{of_hold, of_seats},
    answer::{ConfirmRefusal, HoldView, Now, TakeRefusal},
    cart::{last, steps},
    event::Event,
    request::{Asks, HoldKey, IfFree},
    take::{Manner, on_sale},
};
use crate::{
    event::{Cart, Hold, How, Stage, Taken, TakenSeats},
    ids::Lsn,
    seat::{GroupOutcome, Step},
};

impl Engine {
    /// Books all seats of a hold. Repeated, it answers as the first time.
    ///
    /// # Errors
    /// [`ConfirmRefusal`]; after the deadline nothing can be confirmed, but with [`IfFree::Retake`] the seats are
    /// booked nevertheless if all of them are still free.
    pub fn confirm(
        &self,
        key: &HoldKey,
        if_free: IfFree,
        order: Option<Arc<str>>,
    ) -> Result<HoldView, ConfirmRefusal> {
        let core = &*self.core;
        let (hold, event) = core.open(key).map_err(ConfirmRefusal::Unusable)?;
        let now = core.now();
        let mut cart = hold.cart();
        cart.expire_if_over(now.moment);
        let lsn = match cart.stage {
            Stage::Booked { .. } => Lsn::NONE,
            Stage::Held | Stage::Paying => core.book(&event, &hold, &mut cart, now)?,
            Stage::Ended(end) if end.how == How::Expired && if_free == IfFree::Retake => {
                core.retake(&event, &hold, &mut cart, now)?
            }
            Stage::Ended(_) => {
                return Err(ConfirmRefusal::Unusable(
                    core.ended(&event, &hold, &cart, now),
                ));
            }
        };
        if order.is_some() && lsn != Lsn::NONE {
            cart.order = order;
        }
        Ok(core.view(&event, &hold, &cart, now, lsn))
    }
}

impl Core {
    pub(super) fn book(
        &self,
        event: &Arc<Event>,
        hold: &Arc<Hold>,
        cart: &mut Cart,
        now: Now,
    ) -> Result<Lsn, ConfirmRefusal> {
        let steps = steps(&cart.seats, |taking| Step::Confirm { taking });
        match self.change(event, steps, now) {
            GroupOutcome::Done { first } => {
                cart.stage = Stage::Booked { at: now.moment };
                // The seats stay the user's.
                self.count_off(event, hold, cart, of_hold(0), now.moment);
                Ok(last(first, cart.seats.len()))
            }
            GroupOutcome::Busy | GroupOutcome::Already => Err(ConfirmRefusal::Busy),
            // The deadline had come for somebody else, whose clock was read later than ours.
            GroupOutcome::Refused { .. } => Err(ConfirmRefusal::Unusable(
                self.expired(event, hold, cart, now),
            )),
        }
    }

    /// Books the seats of an expired hold if all of them are free.
    fn retake(
        &self,
        event: &Arc<Event>,
        hold: &Arc<Hold>,
        cart: &mut Cart,
        now: Now,
    ) -> Result<Lsn, ConfirmRefusal> {
        let rules = event.rules();
        on_sale(event, &rules, now).map_err(ConfirmRefusal::Take)?;
        let had = self.let_go(event, hold, cart, now);
        let asks = Asks {
            seats: had.iter().map(|taken| taken.seat).collect(),
            ..Asks::default()
        };
        let gone = event.obstacles(&asks.seats, now.moment.tick());
        if !gone.is_empty() {
            return Err(ConfirmRefusal::Gone(gone));
        }
        let seats = asks.seat_count();
        self.count_booking(event, hold, cart, seats, &rules, now.moment)
            .map_err(|over| ConfirmRefusal::Take(TakeRefusal::Over(over)))?;
        if !self.holds.revive(hold, cart) {
            self.count_off(event, hold, cart, of_seats(seats), now.moment);
            return Err(ConfirmRefusal::Unusable(self.ended(event, hold, cart, now)));
        }
        let taking = self.holds.admit(hold, cart);
        cart.seats.clear();
        match self.take(event, cart, taking, &asks, Manner::Book, now.moment) {
            Ok(lsn) => {
                cart.stage = Stage::Booked { at: now.moment };
                Ok(lsn)
            }
            Err(refusal) => {
                cart.seats = had;
                self.holds.dismiss(taking, cart);
                self.holds.put_away_if_over(hold, cart);
                self.count_off(event, hold, cart, of_seats(seats), now.moment);
                Err(match refusal {
                    TakeRefusal::InTheWay(gone) => ConfirmRefusal::Gone(gone),
                    TakeRefusal::Busy => ConfirmRefusal::Busy,
                    other => ConfirmRefusal::Take(other),
                })
            }
        }
    }

    /// Has all seats of an expired hold leave it, those as well of which the scribe has not read yet. The seats that it
    /// had.
    fn let_go(&self, event: &Event, hold: &Hold, cart: &mut Cart, now: Now) -> TakenSeats {
        for Taken { seat, taking, .. } in cart.seats.clone() {
            if let Some(left) = cart.lapse(seat, taking) {
                self.count_lapse(event, hold, &left, now.moment);
            }
        }
        cart.seats.clone()
    }
}
