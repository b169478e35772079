//! Bookings, which are confirmed holds, and seats that the operator keeps from sale.

use std::sync::Arc;

use super::{
    Core, Engine,
    account::of_seats,
    answer::{BlockRefusal, BookingRefusal, HoldView, Now, Obstacle, Unusable},
    cart::{NotThere, count, last, resolve, steps},
    event::Event,
    record,
    request::Part,
    take::doubles,
};
use crate::{
    event::{Cart, Hold, How, Stage, Taken},
    feed::Shown,
    ids::{HoldId, Lsn, SeatId},
    limits,
    seat::{Group, GroupOutcome, InTheWay, Step},
};

impl Engine {
    /// What a hold or booking is, for whoever needs no token.
    ///
    /// # Errors
    /// [`Unusable::Unknown`] alone.
    pub fn booking(&self, id: HoldId) -> Result<HoldView, Unusable> {
        let core = &*self.core;
        let (hold, event) = core.found(id)?;
        let now = core.now();
        let mut cart = hold.cart();
        cart.expire_if_over(now.moment);
        Ok(core.view(&event, &hold, &cart, now, Lsn::NONE))
    }

    /// All bookings of an event, the earliest first.
    pub fn bookings(&self, event: &Arc<Event>) -> Vec<HoldView> {
        let core = &*self.core;
        let now = core.now();
        let mut bookings: Vec<HoldView> = core
            .holds
            .of_event(event.id)
            .into_iter()
            .filter_map(|hold| {
                let cart = hold.cart();
                matches!(cart.stage, Stage::Booked { .. })
                    .then(|| core.view(event, &hold, &cart, now, Lsn::NONE))
            })
            .collect();
        bookings.sort_by_key(|booking| match booking.stage {
            Stage::Booked { at } => (at, booking.id),
            _ => (booking.deadline, booking.id),
        });
        bookings
    }

    /// Cancels a booking, or part of it: its seats are free. Without a part, all of it; repeated, that answers as the
    /// first time.
    ///
    /// # Errors
    /// [`BookingRefusal`]; nothing has changed.
    pub fn cancel(&self, id: HoldId, part: Option<&Part>) -> Result<HoldView, BookingRefusal> {
        let core = &*self.core;
        let (hold, event) = core.found(id).map_err(BookingRefusal::Unusable)?;
        let now = core.now();
        let mut cart = hold.cart();
        if part.is_none() && matches!(cart.stage, Stage::Ended(end) if end.how == How::Cancelled) {
            return Ok(core.view(&event, &hold, &cart, now, Lsn::NONE));
        }
        core.booked(&event, &hold, &mut cart, now)
            .map_err(BookingRefusal::Unusable)?;
        let seats = match part {
            None => cart.seats.iter().map(|taken| taken.seat).collect(),
            Some(part) if part.is_empty() => return Err(BookingRefusal::Nothing),
            Some(part) => resolve(&event, &cart, part).map_err(not_booked)?,
        };
        let freed = taken(&cart, &seats);
        let freeing = event.hints.freeing(event.plan.cells_of(&seats));
        let outcome = core.change(&event, steps(&freed, |taking| Step::Cancel { taking }), now);
        drop(freeing);
        let GroupOutcome::Done { first } = outcome else {
            return Err(BookingRefusal::Busy);
        };
        if seats.len() == cart.seats.len() {
            cart.end(How::Cancelled, now.moment);
            core.holds.put_away_if_over(&hold, &mut cart);
        } else {
            cart.remove(&seats);
        }
        core.count_off(&event, &hold, &cart, of_seats(count(&seats)), now.moment);
        Ok(core.view(&event, &hold, &cart, now, last(first, seats.len())))
    }

    /// Moves seats of a booking to others in one step: at no instant has it fewer seats, or more. Seats on both sides
    /// stay as they are. The event need not be on sale for it.
    ///
    /// # Errors
    /// [`BookingRefusal`]; nothing has changed.
    pub fn move_seats(
        &self,
        id: HoldId,
        from: &Part,
        to: &[SeatId],
    ) -> Result<HoldView, BookingRefusal> {
        let core = &*self.core;
        let (hold, event) = core.found(id).map_err(BookingRefusal::Unusable)?;
        let now = core.now();
        let mut cart = hold.cart();
        core.booked(&event, &hold, &mut cart, now)
            .map_err(BookingRefusal::Unusable)?;
        let from = resolve(&event, &cart, from).map_err(not_booked)?;
        let (leaves, comes) = itinerary(&cart, &from, to)?;
        if leaves.is_empty() {
            return Ok(core.view(&event, &hold, &cart, now, Lsn::NONE));
        }
        let taking = core.holds.admit(&hold, &mut cart);
        cart.expect(comes.iter().copied(), taking);
        let mut changes = steps(&taken(&cart, &leaves), |taking| Step::Cancel { taking });
        changes.extend(comes.iter().map(|seat| (*seat, Step::Book { taking })));
        let freeing = event.hints.freeing(event.plan.cells_of(&leaves));
        let count = changes.len();
        let outcome = core.change(&event, changes, now);
        drop(freeing);
        if let GroupOutcome::Done { first } = outcome {
            cart.remove(&leaves);
            event.hints.raise(event.plan.cells_of(&comes));
            return Ok(core.view(&event, &hold, &cart, now, last(first, count)));
        }
        cart.unexpect(taking);
        core.holds.dismiss(taking, &mut cart);
        Err(match outcome {
            GroupOutcome::Refused { in_the_way } => BookingRefusal::InTheWay(shown(&in_the_way)),
            _ => BookingRefusal::Busy,
        })
    }

    /// Keeps free seats from sale, all that are named or none. Answers with the change's LSN.
    ///
    /// # Errors
    /// [`BlockRefusal`]; nothing has changed.
    pub fn block(
        &self,
        event: &Event,
        seats: &[SeatId],
        reason: Option<&Arc<str>>,
    ) -> Result<Lsn, BlockRefusal> {
        // Before the change and until after it, so that the reasons are those of the last who blocked or unblocked.
        let mut reasons = event.reasons();
        // A note of a reason that is there too soon does no harm: it counts for seats that are withheld.
        let note = |seat: &SeatId, reason| record::reason(event, *seat, reason);
        let said = || seats.iter().map(|seat| note(seat, reason.map(|r| &**r)));
        self.core.notes.leave(|| said().collect());
        let withheld = self.core.withhold(event, seats, Step::Block);
        if withheld.is_err() {
            let before = |seat| note(seat, reasons.get(seat).map(|reason| &**reason));
            let before = || seats.iter().map(before);
            self.core.notes.leave(|| before().collect());
        }
        let lsn = withheld?;
        for seat in seats {
            match reason {
                Some(reason) => reasons.insert(*seat, Arc::clone(reason)),
                None => reasons.remove(seat),
            };
        }
        drop(reasons);
        event.hints.raise(event.plan.cells_of(seats));
        Ok(lsn)
    }

    /// Puts withheld seats on sale, all that are named or none. Answers with the change's LSN.
    ///
    /// # Errors
    /// [`BlockRefusal`]; nothing has changed.
    pub fn unblock(&self, event: &Event, seats: &[SeatId]) -> Result<Lsn, BlockRefusal> {
        let mut reasons = event.reasons();
        let freeing = event.hints.freeing(event.plan.cells_of(seats));
        let lsn = self.core.withhold(event, seats, Step::Unblock)?;
        drop(freeing);
        for seat in seats {
            reasons.remove(seat);
        }
        let gone = seats.iter().map(|seat| record::reason(event, *seat, None));
        self.core.notes.leave(|| gone.collect());
        Ok(lsn)
    }
}

impl Core {
    /// A hold or booking, for whoever needs no token.
    pub(super) fn found(&self, id: HoldId) -> Result<(Arc<Hold>, Arc<Event>), Unusable> {
        let hold = self.holds.find(id).ok_or(Unusable::Unknown)?;
        let event = self.registry.by_id(hold.event()).ok_or(Unusable::Unknown)?;
        Ok((hold, event))
    }

    /// Refuses what is not a booking at `now`.
    fn booked(
        &self,
        event: &Arc<Event>,
        hold: &Hold,
        cart: &mut Cart,
        now: Now,
    ) -> Result<(), Unusable> {
        cart.expire_if_over(now.moment);
        match cart.stage {
            Stage::Booked { .. } => Ok(()),
            Stage::Held | Stage::Paying => Err(Unusable::NotBooked),
            Stage::Ended(_) => Err(self.ended(event, hold, cart, now)),
        }
    }

    fn withhold(&self, event: &Event, seats: &[SeatId], step: Step) -> Result<Lsn, BlockRefusal> {
        let doubles = doubles(seats);
        if !doubles.is_empty() {
            return Err(BlockRefusal::NamedTwice(doubles));
        }
        if seats.is_empty() {
            return Err(BlockRefusal::Nothing);
        }
        let mut steps: Vec<_> = seats.iter().map(|seat| (*seat, step)).collect();
        let Ok(group) = Group::sort(&mut steps) else {
            return Err(BlockRefusal::TooMany {
                seats_max: limits::GROUP_SEATS_MAX,
            });
        };
        match event.seats.change_all(&group, self.clock.now().tick()) {
            GroupOutcome::Done { first } => Ok(last(first, seats.len())),
            // All are as asked for: said again, it is true again.
            GroupOutcome::Already => Ok(Lsn::NONE),
            GroupOutcome::Refused { in_the_way } => Err(BlockRefusal::InTheWay(shown(&in_the_way))),
            GroupOutcome::Busy => Err(BlockRefusal::Busy),
        }
    }
}

/// The seats that a move leaves, and those that it comes to.
fn itinerary(
    cart: &Cart,
    from: &[SeatId],
    to: &[SeatId],
) -> Result<(Vec<SeatId>, Vec<SeatId>), BookingRefusal> {
    if from.is_empty() {
        return Err(BookingRefusal::Nothing);
    }
    if from.len() != to.len() {
        return Err(BookingRefusal::Uneven);
    }
    let not_in = |seats: &[SeatId], others: &[SeatId]| -> Vec<SeatId> {
        seats
            .iter()
            .copied()
            .filter(|seat| !others.contains(seat))
            .collect()
    };
    let (leaves, comes) = (not_in(from, to), not_in(to, from));
    let mut twice = doubles(to);
    twice.extend(
        comes
            .iter()
            .copied()
            .filter(|seat| cart.taking_of(*seat).is_some()),
    );
    if !twice.is_empty() {
        return Err(BookingRefusal::NamedTwice(twice));
    }
    let seats_max = limits::GROUP_SEATS_MAX / 2;
    if leaves.len() > seats_max as usize {
        return Err(BookingRefusal::TooMany { seats_max });
    }
    Ok((leaves, comes))
}

fn taken(cart: &Cart, seats: &[SeatId]) -> Vec<Taken> {
    cart.seats
        .iter()
        .copied()
        .filter(|taken| seats.contains(&taken.seat))
        .collect()
}

fn not_booked(missing: NotThere) -> BookingRefusal {
    match missing {
        NotThere::Seats(seats) => BookingRefusal::NotInBooking(seats),
        NotThere::Places => BookingRefusal::NotThatMany,
    }
}

fn shown(in_the_way: &[InTheWay]) -> Vec<Obstacle> {
    in_the_way
        .iter()
        .map(|obstacle| Obstacle {
            seat: obstacle.seat,
            shown: Shown::of(obstacle.saw.view()),
        })
        .collect()
}
