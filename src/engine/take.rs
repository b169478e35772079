//! Taking seats: for a new hold, for one that is alive, and for one that was confirmed too late.

use std::{sync::Arc, time::Duration};

use smallvec::SmallVec;

use super::{
    Core, Engine,
    account::{of_hold, of_seats},
    answer::{AddRefusal, HoldView, NewHold, Now, Obstacle, TakeRefusal, Unusable},
    choice,
    event::{Event, State},
    request::{Asks, HoldKey, Want},
};
use crate::{
    event::{Begins, Cart, Hold, Rules, Season, Stage, Token, TokenHash, User},
    feed::Shown,
    ids::{Lsn, SeatId, TakingId},
    limits,
    seat::{Group, GroupOutcome, InTheWay, Step},
    tick::Moment,
};

impl Engine {
    /// Holds all the seats that are wanted, or none. Of several who want the same seat at once exactly one gets it; one
    /// who asks for the best instead gets others, as long as there are enough.
    ///
    /// # Errors
    /// [`TakeRefusal`]; nothing has changed.
    pub fn hold(&self, event: &Arc<Event>, want: Want) -> Result<NewHold, TakeRefusal> {
        self.hold_at(event, want, self.now())
    }

    /// As [`Engine::hold`], for whoever has read the engine's clock ([`Engine::now`]) just now.
    ///
    /// # Errors
    /// As [`Engine::hold`].
    pub fn hold_at(
        &self,
        event: &Arc<Event>,
        want: Want,
        now: Now,
    ) -> Result<NewHold, TakeRefusal> {
        let core = &*self.core;
        let token = Token::new(core.entropy.secret());
        let view = core.hold(event, want, Some(token.hash()), now)?;
        Ok(NewHold { view, token })
    }

    /// Adds seats to a hold that is alive: all that are asked for, or none. They share its deadline.
    ///
    /// # Errors
    /// [`AddRefusal`]; nothing has changed.
    pub fn add(&self, key: &HoldKey, asks: &Asks) -> Result<HoldView, AddRefusal> {
        let core = &*self.core;
        let (hold, event) = core.open(key).map_err(AddRefusal::Unusable)?;
        let now = core.now();
        let mut cart = hold.cart();
        core.alive(&event, &hold, &mut cart, now)
            .map_err(AddRefusal::Unusable)?;
        let lsn = core
            .grow(&event, &hold, &mut cart, asks, now)
            .map_err(AddRefusal::Take)?;
        Ok(core.view(&event, &hold, &cart, now, lsn))
    }
}

impl Core {
    /// Makes a hold. Without a token it can be used by the small API alone.
    pub(super) fn hold(
        &self,
        event: &Arc<Event>,
        want: Want,
        token: Option<TokenHash>,
        now: Now,
    ) -> Result<HoldView, TakeRefusal> {
        let rules = event.rules();
        self.may_take(event, &rules, &want.asks, &want.user, 0, now)?;
        let seats = want.asks.seat_count();
        let is_counted = self
            .count_hold(event, &want.user, seats, &rules, now.moment)
            .map_err(TakeRefusal::Over)?;
        let begins = Begins {
            event: event.id,
            user: want.user,
            token,
            order: want.order,
            now: now.moment,
            deadline: now.moment.deadline_moment(rules.hold_ttl),
            is_counted,
        };
        let (hold, taking) = self.holds.begin(begins, self.entropy.number());
        let mut cart = hold.cart();
        let (asks, manner) = (&want.asks, Manner::Hold);
        match self.take(event, &mut cart, taking, asks, manner, now.moment) {
            Ok(lsn) => Ok(self.view_by(&rules, event, &hold, &cart, now, lsn)),
            Err(refusal) => {
                self.holds.dismiss(taking, &mut cart);
                self.count_off(event, &hold, &cart, of_hold(seats), now.moment);
                Err(refusal)
            }
        }
    }

    fn grow(
        &self,
        event: &Event,
        hold: &Arc<Hold>,
        cart: &mut Cart,
        asks: &Asks,
        now: Now,
    ) -> Result<Lsn, TakeRefusal> {
        let rules = event.rules();
        let has = u32::try_from(cart.seats.len()).unwrap_or(u32::MAX);
        let again: Vec<SeatId> = cart.seats.iter().map(|taken| taken.seat).collect();
        let twice: Vec<SeatId> = asks
            .seats
            .iter()
            .copied()
            .filter(|seat| again.contains(seat))
            .collect();
        if !twice.is_empty() {
            return Err(TakeRefusal::NamedTwice(twice));
        }
        self.may_take(event, &rules, asks, hold.user(), has, now)?;
        let seats = asks.seat_count();
        self.count_seats(event, hold, cart, seats, &rules, now.moment)
            .map_err(TakeRefusal::Over)?;
        let taking = self.holds.admit(hold, cart);
        self.take(event, cart, taking, asks, Manner::Hold, now.moment)
            .inspect_err(|_refusal| {
                self.holds.dismiss(taking, cart);
                self.count_off(event, hold, cart, of_seats(seats), now.moment);
            })
    }

    /// Takes the seats in one step. Those that were not named are chosen anew when others were faster.
    pub(super) fn take(
        &self,
        event: &Event,
        cart: &mut Cart,
        taking: TakingId,
        asks: &Asks,
        manner: Manner,
        now: Moment,
    ) -> Result<Lsn, TakeRefusal> {
        let until = cart.deadline.tick();
        let step = match manner {
            Manner::Hold => Step::Hold { taking, until },
            Manner::Book => Step::Book { taking },
        };
        for attempt in 0..limits::BEST_ATTEMPTS_MAX {
            let choice = self.choose(event, asks, now.tick(), attempt)?;
            let mut steps: Steps = choice.seats.iter().map(|seat| (*seat, step)).collect();
            let group = match Group::sort(&mut steps) {
                Ok(group) => group,
                Err(_) => return Err(TakeRefusal::NamedTwice(doubles(&choice.seats))),
            };
            // The scribe may read of the seats as soon as they are taken.
            cart.expect(choice.seats.iter().copied(), taking);
            match event.seats.change_all(&group, now.tick()) {
                GroupOutcome::Done { first } => {
                    event.hints.raise(event.plan.cells_of(&choice.seats));
                    return Ok(first.plus(group.seat_count() - 1));
                }
                GroupOutcome::Refused { in_the_way } => {
                    cart.unexpect(taking);
                    let named = &choice.seats[..choice.named];
                    let obstacles = obstacles(&in_the_way, named);
                    if !obstacles.is_empty() {
                        return Err(TakeRefusal::InTheWay(obstacles));
                    }
                }
                GroupOutcome::Busy | GroupOutcome::Already => {
                    cart.unexpect(taking);
                    return Err(TakeRefusal::Busy);
                }
            }
        }
        Err(TakeRefusal::Busy)
    }

    /// Whether this user may take these seats of this event now, as far as can be said before they are taken. `has` is
    /// how many the hold has already.
    pub(super) fn may_take(
        &self,
        event: &Event,
        rules: &Rules,
        asks: &Asks,
        user: &User,
        has: u32,
        now: Now,
    ) -> Result<(), TakeRefusal> {
        on_sale(event, rules, now)?;
        let seats = asks.seat_count();
        if seats == 0 {
            return Err(TakeRefusal::Nothing);
        }
        if has.saturating_add(seats) > rules.hold_seats_max.min(limits::GROUP_SEATS_MAX) {
            return Err(TakeRefusal::TooMany {
                seats_max: rules.hold_seats_max,
            });
        }
        let doubles = doubles(&asks.seats);
        if !doubles.is_empty() {
            return Err(TakeRefusal::NamedTwice(doubles));
        }
        // Most requests of an on-sale come too late: they are told so before anything is written down for them.
        let obstacles = event.obstacles(&asks.seats, now.moment.tick());
        if !obstacles.is_empty() {
            return Err(TakeRefusal::InTheWay(obstacles));
        }
        self.not_cooling(event, rules, asks, user, now.moment)?;
        choice::no_orphans(event, rules.orphans, &asks.seats, now.moment.tick())
    }

    fn not_cooling(
        &self,
        event: &Event,
        rules: &Rules,
        asks: &Asks,
        user: &User,
        now: Moment,
    ) -> Result<(), TakeRefusal> {
        if rules.cool_down_seconds == 0 {
            return Ok(());
        }
        let key = (event.id, user.clone());
        let cooling = |&seat: &SeatId| Some((seat, self.budgets.cooling(&key, seat, now)?));
        let cooling: Vec<(SeatId, Duration)> = asks.seats.iter().filter_map(cooling).collect();
        match cooling.iter().map(|(_, left)| *left).max() {
            None => Ok(()),
            Some(longest) => {
                let seats = cooling.into_iter().map(|(seat, _)| seat).collect();
                Err(TakeRefusal::Cooling(seats, longest))
            }
        }
    }

    /// The hold and its event, for whoever has the token.
    pub(super) fn open(&self, key: &HoldKey) -> Result<(Arc<Hold>, Arc<Event>), Unusable> {
        let hold = self.holds.find(key.id).ok_or(Unusable::Unknown)?;
        if !hold.opens_with(&key.token) {
            return Err(Unusable::WrongToken);
        }
        let event = self.registry.by_id(hold.event()).ok_or(Unusable::Unknown)?;
        Ok((hold, event))
    }

    /// Refuses a hold that is not alive at `now`.
    pub(super) fn alive(
        &self,
        event: &Arc<Event>,
        hold: &Hold,
        cart: &mut Cart,
        now: Now,
    ) -> Result<(), Unusable> {
        cart.expire_if_over(now.moment);
        match cart.stage {
            Stage::Held | Stage::Paying => Ok(()),
            Stage::Booked { .. } => Err(Unusable::IsBooked),
            Stage::Ended(_) => Err(self.ended(event, hold, cart, now)),
        }
    }
}

/// What is done with each seat; few are taken at a time.
type Steps = SmallVec<[(SeatId, Step); 4]>;

/// How seats are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Until the hold's deadline.
    Hold,
    /// For good, without being held first.
    Book,
}

/// Those of the named seats that were in the way. A steal in progress shows as held.
pub(super) fn obstacles(in_the_way: &[InTheWay], named: &[SeatId]) -> Vec<Obstacle> {
    in_the_way
        .iter()
        .filter(|obstacle| named.contains(&obstacle.seat))
        .map(|obstacle| Obstacle {
            seat: obstacle.seat,
            shown: Shown::of(obstacle.saw.view()),
        })
        .collect()
}

/// The seats that are named more than once, each once.
pub(super) fn doubles(seats: &[SeatId]) -> Vec<SeatId> {
    // There are none, as a rule, and of few seats it takes less to see that than to sort them.
    let is_double = |nth: usize| seats[..nth].contains(&seats[nth]);
    if !(1..seats.len()).any(is_double) {
        return Vec::new();
    }
    let mut sorted = seats.to_vec();
    sorted.sort_unstable();
    let mut doubles: Vec<SeatId> = sorted
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .map(|pair| pair[0])
        .collect();
    doubles.dedup();
    doubles
}

/// Refuses unless seats can be taken at all.
pub(super) fn on_sale(event: &Event, rules: &Rules, now: Now) -> Result<(), TakeRefusal> {
    match event.state() {
        State::Open => match rules.on_sale.at(now.date) {
            Season::On => Ok(()),
            Season::Before(opens) => Err(TakeRefusal::NotYetOnSale(opens)),
            Season::After(closed) => Err(TakeRefusal::NoLongerOnSale(closed)),
        },
        State::Paused => Err(TakeRefusal::Paused),
        State::Closed => Err(TakeRefusal::Closed),
    }
}
