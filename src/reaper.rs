//! The reaper: frees the seats whose holds have expired, where the wheel reminds it of them.

use crate::{
    ids::SeatId,
    seat::{Outcome, Seats, Trail},
    tick::{Moment, Tick},
    wheel::Wheel,
};

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Seats that were freed.
    pub expired: u64,
    /// Seats that expire in the same slot a rotation or more later.
    pub marked_again: u64,
    /// Seats that have expired and that there was no room on the tape for: looked at again at the next tick.
    pub busy: u64,
}

/// Frees every seat that a mark up to `now` reminds of and whose hold has expired at `now`. One thread at a time.
///
/// Races: a seat that is confirmed, extended, released or stolen meanwhile stays as its new owner has it, because
/// its word is no longer the one that was seen. A seat in a group change is left alone; whoever ends that marks it
/// again if it is to be held.
pub fn sweep<T: Trail>(wheel: &Wheel, seats: &Seats<T>, now: Moment) -> Swept {
    let mut swept = Swept::default();
    wheel.sweep(now, |tick, block| {
        sweep_block(wheel, tick, seats, block, now.tick(), &mut swept);
    });
    swept
}

/// Looks at the seats of one block, of which the slot of `slot_tick` reminded. What [`sweep`] does for each mark, for
/// a wheel that serves several maps: `block` is counted within the map.
#[inline]
pub fn sweep_block<T: Trail>(
    wheel: &Wheel,
    slot_tick: u64,
    seats: &Seats<T>,
    block: u32,
    now: Tick,
    swept: &mut Swept,
) {
    for seat in seats.seats_of_block(block) {
        look_at(seat, slot_tick, wheel, seats, now, swept);
    }
}

#[inline]
fn look_at<T: Trail>(
    seat: SeatId,
    slot_tick: u64,
    wheel: &Wheel,
    seats: &Seats<T>,
    now: Tick,
    swept: &mut Swept,
) {
    let Some(until) = seats.deadline_after_sweep(seat, |until| {
        until.reached_at(now) | wheel.falls_into_slot(slot_tick, until)
    }) else {
        return;
    };
    if until.reached_at(now) {
        match seats.expire(seat, now) {
            Outcome::Done { .. } => swept.expired += 1,
            Outcome::Busy { .. } => {
                swept.busy += 1;
                seats.trail().mark(seat, until);
            }
            Outcome::Already { .. } | Outcome::Refused { .. } => {}
        }
    } else if wheel.comes_around(slot_tick, until) {
        swept.marked_again += 1;
        seats.trail().mark(seat, until);
    }
}
