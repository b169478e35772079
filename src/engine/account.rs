//! What is counted for a user, and counted off again: seats, holds, what he lets go to waste.
//!
//! An event whose rules let everybody have everything counts nobody. Rules change while holds are alive, so each hold
//! remembers whether it was counted ([`Cart::is_counted`]): what was is counted off when it ends, and nothing else.

use std::time::Duration;

use super::{Core, event::Event};
use crate::{
    access::budget::{Caps, Leaving, Over},
    event::{Cart, Hold, Left, Rules, User},
    limits,
    tick::Moment,
};

impl Core {
    /// Counts a new hold of so many seats, if the rules have anybody counted. Whether they have.
    pub(super) fn count_hold(
        &self,
        event: &Event,
        user: &User,
        seats: u32,
        rules: &Rules,
        now: Moment,
    ) -> Result<bool, Over> {
        let counts = is_anybody_counted(rules);
        if counts {
            let key = (event.id, user.clone());
            self.budgets.admit(&key, seats, true, &caps(rules), now)?;
        }
        Ok(counts)
    }

    /// Counts further seats of a hold. One that was made when nobody was counted is counted whole by now, if the rules
    /// have it so.
    pub(super) fn count_seats(
        &self,
        event: &Event,
        hold: &Hold,
        cart: &mut Cart,
        seats: u32,
        rules: &Rules,
        now: Moment,
    ) -> Result<(), Over> {
        if !cart.is_counted {
            let has = u32::try_from(cart.seats.len()).unwrap_or(u32::MAX);
            cart.is_counted = self.count_hold(event, hold.user(), has, rules, now)?;
        }
        if cart.is_counted {
            let key = (event.id, hold.user().clone());
            self.budgets.admit(&key, seats, false, &caps(rules), now)?;
        }
        Ok(())
    }

    /// Counts seats that are to be booked for a user without being held, if the rules have anybody counted.
    pub(super) fn count_booking(
        &self,
        event: &Event,
        hold: &Hold,
        cart: &mut Cart,
        seats: u32,
        rules: &Rules,
        now: Moment,
    ) -> Result<(), Over> {
        cart.is_counted = is_anybody_counted(rules);
        if cart.is_counted {
            let key = (event.id, hold.user().clone());
            self.budgets.admit(&key, seats, false, &caps(rules), now)?;
        }
        Ok(())
    }

    /// Counts off what a hold no longer has, if it was counted.
    pub(super) fn count_off(
        &self,
        event: &Event,
        hold: &Hold,
        cart: &Cart,
        leaving: Leaving,
        now: Moment,
    ) {
        if cart.is_counted {
            let key = (event.id, hold.user().clone());
            self.budgets
                .leave(&key, leaving, limits::WASTE_HALF_LIFE, now);
        }
    }

    /// Counts off what a hold has lost to its deadline, and keeps its user from the seat for a while.
    pub(super) fn count_lapse(&self, event: &Event, hold: &Hold, left: &Left, now: Moment) {
        let key = (event.id, hold.user().clone());
        let cool_down = u64::from(event.rules().cool_down_seconds);
        if cool_down > 0 {
            let until = now.plus(Duration::from_secs(cool_down));
            self.budgets.cool(&key, &[left.seat], until, now);
        }
        if left.is_counted {
            let leaving = Leaving {
                seats: 1,
                holds: u32::from(left.ends_hold),
                wasted_seat_seconds: u32::try_from(left.kept.as_secs()).unwrap_or(u32::MAX),
            };
            self.budgets
                .leave(&key, leaving, limits::WASTE_HALF_LIFE, now);
        }
    }
}

/// A hold that has gone, with its seats, and has wasted nothing.
pub(super) fn of_hold(seats: u32) -> Leaving {
    Leaving {
        seats,
        holds: 1,
        wasted_seat_seconds: 0,
    }
}

/// Seats alone, that have wasted nothing.
pub(super) fn of_seats(seats: u32) -> Leaving {
    Leaving {
        seats,
        ..Leaving::default()
    }
}

/// What a user loses with seats that were held for nothing, and with so many holds.
pub(super) fn wasted(seats: u32, holds: u32, cart: &Cart, now: Moment) -> Leaving {
    let seconds = u32::try_from(cart.began.until(now).as_secs()).unwrap_or(u32::MAX);
    Leaving {
        seats,
        holds,
        wasted_seat_seconds: seats.saturating_mul(seconds),
    }
}

/// What one user may have by an event's rules.
fn caps(rules: &Rules) -> Caps {
    Caps {
        seats_max: rules.user_seats_max,
        holds_max: rules.user_holds_max,
        wasted_seat_seconds_max: rules.user_waste_max,
        half_life: limits::WASTE_HALF_LIFE,
    }
}

/// Whether the rules keep anything from anybody. If not, nobody need be remembered.
fn is_anybody_counted(rules: &Rules) -> bool {
    let Rules {
        user_seats_max,
        user_holds_max,
        user_waste_max,
        cool_down_seconds,
        ..
    } = *rules;
    [user_seats_max, user_holds_max, user_waste_max] != [u32::MAX; 3] || cool_down_seconds > 0
}
