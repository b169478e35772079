//! What a hold's owner does with it while it lives.

use std::sync::Arc;

use super::{
    Core, Engine,
    account::wasted,
    answer::{
        EndedView, ExtendRefusal, GiveBackRefusal, HoldView, Now, Obstacle, ReleaseRefusal,
        Unusable,
    },
    event::Event,
    request::{HoldKey, Part},
};
use crate::{
    event::{Cart, Hold, How, Rules, Stage, Taken},
    ids::{HoldId, Lsn, SeatId, TakingId},
    seat::{Group, GroupOutcome, Step},
    tick::{Moment, Ttl},
};

impl Engine {
    /// What a hold is, or was.
    ///
    /// # Errors
    /// [`Unusable::Unknown`] and [`Unusable::WrongToken`] alone: an ended hold is shown like any other.
    pub fn look(&self, key: &HoldKey) -> Result<HoldView, Unusable> {
        let core = &*self.core;
        let (hold, event) = core.open(key)?;
        let now = core.now();
        let mut cart = hold.cart();
        cart.expire_if_over(now.moment);
        Ok(core.view(&event, &hold, &cart, now, Lsn::NONE))
    }

    /// Moves a hold's deadline to one TTL from now, or as far as the event's rules let a hold last.
    ///
    /// # Errors
    /// [`ExtendRefusal`].
    pub fn extend(&self, key: &HoldKey) -> Result<HoldView, ExtendRefusal> {
        let core = &*self.core;
        let (hold, event) = core.open(key).map_err(ExtendRefusal::Unusable)?;
        let now = core.now();
        let mut cart = hold.cart();
        core.alive(&event, &hold, &mut cart, now)
            .map_err(ExtendRefusal::Unusable)?;
        let rules = event.rules();
        let longest = cart.began.deadline_moment(rules.hold_longest);
        let deadline = now.moment.deadline_moment(rules.hold_ttl).min(longest);
        if cart.stage == Stage::Paying || cart.deadline >= longest {
            let view = core.view(&event, &hold, &cart, now, Lsn::NONE);
            return Err(ExtendRefusal::AtLongest(Box::new(view)));
        }
        let lsn = core.extend(&event, &hold, &mut cart, deadline, now)?;
        Ok(core.view(&event, &hold, &cart, now, lsn))
    }

    /// Puts a hold in 'paying', once: its deadline moves by the event's time for paying. Repeated, it answers as the
    /// first time.
    ///
    /// # Errors
    /// [`ExtendRefusal`].
    pub fn pay(&self, key: &HoldKey) -> Result<HoldView, ExtendRefusal> {
        let core = &*self.core;
        let (hold, event) = core.open(key).map_err(ExtendRefusal::Unusable)?;
        let now = core.now();
        let mut cart = hold.cart();
        core.alive(&event, &hold, &mut cart, now)
            .map_err(ExtendRefusal::Unusable)?;
        let mut lsn = Lsn::NONE;
        if cart.stage == Stage::Held {
            let farthest = now.moment.deadline_moment(Ttl::MAX);
            let deadline = cart
                .deadline
                .deadline_moment(event.rules().paying)
                .min(farthest);
            lsn = core.extend(&event, &hold, &mut cart, deadline, now)?;
            cart.stage = Stage::Paying;
        }
        Ok(core.view(&event, &hold, &cart, now, lsn))
    }

    /// Gives all seats of a hold back. Repeated, it answers as the first time.
    ///
    /// # Errors
    /// [`ReleaseRefusal`].
    pub fn release(&self, key: &HoldKey) -> Result<HoldView, ReleaseRefusal> {
        let core = &*self.core;
        let (hold, event) = core.open(key).map_err(ReleaseRefusal::Unusable)?;
        core.release(&event, &hold)
    }

    /// Gives all seats of a hold back, for whoever needs no token. Repeated, it answers as the first time.
    ///
    /// # Errors
    /// [`ReleaseRefusal`].
    pub fn revoke(&self, id: HoldId) -> Result<HoldView, ReleaseRefusal> {
        let core = &*self.core;
        let (hold, event) = core.found(id).map_err(ReleaseRefusal::Unusable)?;
        core.release(&event, &hold)
    }

    /// Gives some seats of a hold back, all that are named or none. A hold that has no seats any more is released.
    ///
    /// # Errors
    /// [`GiveBackRefusal`].
    pub fn give_back(&self, key: &HoldKey, part: &Part) -> Result<HoldView, GiveBackRefusal> {
        let core = &*self.core;
        let (hold, event) = core.open(key).map_err(GiveBackRefusal::Unusable)?;
        let now = core.now();
        let mut cart = hold.cart();
        core.alive(&event, &hold, &mut cart, now)
            .map_err(GiveBackRefusal::Unusable)?;
        if part.is_empty() {
            return Err(GiveBackRefusal::Nothing);
        }
        let seats = match resolve(&event, &cart, part) {
            Ok(seats) => seats,
            Err(NotThere::Seats(seats)) => return Err(GiveBackRefusal::NotInHold(seats)),
            Err(NotThere::Places) => return Err(GiveBackRefusal::NotThatMany),
        };
        let lsn = match core.free(&event, &mut cart, &seats, now) {
            Freed::Done(lsn) => lsn,
            Freed::Busy => return Err(GiveBackRefusal::Busy),
            Freed::Expired => {
                let ended = core.expired(&event, &hold, &mut cart, now);
                return Err(GiveBackRefusal::Unusable(ended));
            }
        };
        if seats.len() == cart.seats.len() {
            core.end(&event, &hold, &mut cart, now);
        } else {
            cart.remove(&seats);
            let leaving = wasted(count(&seats), 0, &cart, now.moment);
            core.count_off(&event, &hold, &cart, leaving, now.moment);
        }
        Ok(core.view(&event, &hold, &cart, now, lsn))
    }
}

/// How the freeing of held seats ended.
enum Freed {
    Done(Lsn),
    /// The deadline had come for somebody else, whose clock was read later.
    Expired,
    Busy,
}

/// What a hold does not have.
pub(super) enum NotThere {
    Seats(Vec<SeatId>),
    Places,
}

impl Core {
    fn extend(
        &self,
        event: &Arc<Event>,
        hold: &Arc<Hold>,
        cart: &mut Cart,
        deadline: Moment,
        now: Now,
    ) -> Result<Lsn, ExtendRefusal> {
        if deadline <= cart.deadline {
            return Ok(Lsn::NONE);
        }
        let until = deadline.tick();
        let steps = steps(&cart.seats, |taking| Step::Extend { taking, until });
        match self.change(event, steps, now) {
            GroupOutcome::Done { first } => {
                cart.deadline = deadline;
                Ok(last(first, cart.seats.len()))
            }
            GroupOutcome::Busy | GroupOutcome::Already => Err(ExtendRefusal::Busy),
            GroupOutcome::Refused { .. } => Err(ExtendRefusal::Unusable(
                self.expired(event, hold, cart, now),
            )),
        }
    }

    fn release(&self, event: &Arc<Event>, hold: &Arc<Hold>) -> Result<HoldView, ReleaseRefusal> {
        let now = self.now();
        let mut cart = hold.cart();
        if matches!(cart.stage, Stage::Ended(end) if end.how == How::Released) {
            return Ok(self.view(event, hold, &cart, now, Lsn::NONE));
        }
        self.alive(event, hold, &mut cart, now)
            .map_err(ReleaseRefusal::Unusable)?;
        let all: Vec<SeatId> = cart.seats.iter().map(|taken| taken.seat).collect();
        match self.free(event, &mut cart, &all, now) {
            Freed::Done(lsn) => {
                self.end(event, hold, &mut cart, now);
                Ok(self.view(event, hold, &cart, now, lsn))
            }
            Freed::Busy => Err(ReleaseRefusal::Busy),
            Freed::Expired => {
                let ended = self.expired(event, hold, &mut cart, now);
                Err(ReleaseRefusal::Unusable(ended))
            }
        }
    }

    fn free(&self, event: &Event, cart: &mut Cart, seats: &[SeatId], now: Now) -> Freed {
        let freed: Vec<Taken> = cart
            .seats
            .iter()
            .copied()
            .filter(|taken| seats.contains(&taken.seat))
            .collect();
        let _freeing = event.hints.freeing(event.plan.cells_of(seats));
        match self.change(event, steps(&freed, |taking| Step::Release { taking }), now) {
            GroupOutcome::Done { first } => Freed::Done(last(first, freed.len())),
            GroupOutcome::Busy | GroupOutcome::Already => Freed::Busy,
            GroupOutcome::Refused { .. } => Freed::Expired,
        }
    }

    /// Ends a hold whose seats were all given back.
    fn end(&self, event: &Event, hold: &Arc<Hold>, cart: &mut Cart, now: Now) {
        let left = cart.end(How::Released, now.moment);
        let leaving = wasted(left, 1, cart, now.moment);
        self.count_off(event, hold, cart, leaving, now.moment);
        self.holds.put_away_if_over(hold, cart);
    }

    pub(super) fn change(
        &self,
        event: &Event,
        mut steps: Vec<(SeatId, Step)>,
        now: Now,
    ) -> GroupOutcome {
        match Group::sort(&mut steps) {
            Ok(group) => event.seats.change_all(&group, now.moment.tick()),
            Err(_) => unreachable!("a hold has 1 to 64 different seats"),
        }
    }

    /// A hold that somebody with a later clock has seen expired.
    pub(super) fn expired(
        &self,
        event: &Arc<Event>,
        hold: &Hold,
        cart: &mut Cart,
        now: Now,
    ) -> Unusable {
        cart.expire_if_over(cart.deadline);
        self.ended(event, hold, cart, now)
    }

    /// What became of an ended hold and its seats.
    pub(super) fn ended(&self, event: &Arc<Event>, hold: &Hold, cart: &Cart, now: Now) -> Unusable {
        let Stage::Ended(end) = cart.stage else {
            unreachable!("only what has ended is shown as ended");
        };
        let shown = |taken: &Taken| Obstacle {
            seat: taken.seat,
            shown: event.shown(taken.seat, now.moment.tick()),
        };
        Unusable::Ended(Box::new(EndedView {
            how: end.how,
            at: end.at,
            seats: cart.seats.iter().map(shown).collect(),
            view: self.view(event, hold, cart, now, Lsn::NONE),
        }))
    }

    pub(super) fn view(
        &self,
        event: &Arc<Event>,
        hold: &Hold,
        cart: &Cart,
        now: Now,
        lsn: Lsn,
    ) -> HoldView {
        self.view_by(&event.rules(), event, hold, cart, now, lsn)
    }

    /// As [`Core::view`], for whoever has the event's rules at hand.
    pub(super) fn view_by(
        &self,
        rules: &Rules,
        event: &Arc<Event>,
        hold: &Hold,
        cart: &Cart,
        now: Now,
        lsn: Lsn,
    ) -> HoldView {
        HoldView {
            id: hold.id(),
            event: Arc::clone(event),
            user: hold.user().clone(),
            order: cart.order.clone(),
            stage: cart.stage,
            seats: cart.seats.iter().map(|taken| taken.seat).collect(),
            began: cart.began,
            deadline: cart.deadline,
            longest: cart.began.deadline_moment(rules.hold_longest),
            now,
            lsn,
        }
    }
}

/// A step for each seat, by the taking under which the hold has it.
pub(super) fn steps(seats: &[Taken], step: impl Fn(TakingId) -> Step) -> Vec<(SeatId, Step)> {
    seats
        .iter()
        .map(|taken| (taken.seat, step(taken.taking)))
        .collect()
}

/// The LSN of the last of so many changes.
pub(super) fn last(first: Lsn, count: usize) -> Lsn {
    first.plus(u32::try_from(count).expect("a group has at most 64 seats") - 1)
}

/// The seats of a hold that are meant: those that are named, and as many places as are asked for.
pub(super) fn resolve(event: &Event, cart: &Cart, part: &Part) -> Result<Vec<SeatId>, NotThere> {
    let has = |seat: &&SeatId| cart.taking_of(**seat).is_none();
    let missing: Vec<SeatId> = part.seats.iter().filter(has).copied().collect();
    if !missing.is_empty() {
        return Err(NotThere::Seats(missing));
    }
    let mut seats = part.seats.clone();
    seats.sort_unstable();
    seats.dedup();
    for places in &part.areas {
        let quantity = places.quantity as usize;
        let free_to_name = cart.seats.iter().map(|taken| taken.seat).filter(|seat| {
            event.chart.area_of(*seat) == Some(places.area) && !seats.contains(seat)
        });
        let found: Vec<SeatId> = free_to_name.take(quantity).collect();
        if found.len() < quantity {
            return Err(NotThere::Places);
        }
        seats.extend(found);
    }
    Ok(seats)
}

/// How many seats a hold's own list has.
pub(super) fn count(seats: &[SeatId]) -> u32 {
    u32::try_from(seats.len()).expect("a hold has at most 64 seats")
}
