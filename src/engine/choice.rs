//! Which seats a request gets: those that it names, the best that there are, places in areas.

use smallvec::SmallVec;

use super::{Core, answer::TakeRefusal, event::Event, request::Asks};
use crate::{
    event::{
        Orphans,
        best::{self, AreaWish, Live},
    },
    ids::SeatId,
    tick::Tick,
};

/// The seats for a request, in no order; those that it names come first.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) seats: SmallVec<[SeatId; 8]>,
    /// How many of them were named. Others can be put in the place of the rest.
    pub(super) named: usize,
}

impl Core {
    /// Chooses seats that were free a moment ago. The more attempts were lost before, the wider it looks around, so that
    /// of a herd not all go after the same seats.
    pub(super) fn choose(
        &self,
        event: &Event,
        asks: &Asks,
        now: Tick,
        attempt: u32,
    ) -> Result<Choice, TakeRefusal> {
        let mut choice = Choice {
            seats: SmallVec::from_slice(&asks.seats),
            named: asks.seats.len(),
        };
        let sight = Live::new(&event.seats, now);
        let mut chance = |below: u32| {
            let number = self.entropy.number() % u64::from(below.max(1));
            u32::try_from(number).expect("less than a number of 32 bits")
        };
        for wish in &asks.best {
            let found = best::find(
                &event.plan,
                &event.hints,
                &sight,
                wish,
                &choice.seats,
                attempt,
                &mut chance,
            );
            choice.seats.extend(found.ok_or(TakeRefusal::NotEnough)?);
        }
        for places in &asks.areas {
            let wish = AreaWish::new(places.area, places.quantity);
            let found = best::find_places(
                &event.plan,
                &event.hints,
                &sight,
                wish.map_err(|_| TakeRefusal::Nothing)?,
                &choice.seats,
                &mut chance,
            );
            choice.seats.extend(found.ok_or(TakeRefusal::NotEnough)?);
        }
        Ok(choice)
    }
}

/// Refuses seats that were chosen by hand and would leave others single, if the event's rules do.
pub(super) fn no_orphans(
    event: &Event,
    orphans: Orphans,
    named: &[SeatId],
    now: Tick,
) -> Result<(), TakeRefusal> {
    if orphans == Orphans::Allowed || named.is_empty() {
        return Ok(());
    }
    let left_single = best::orphans(&event.plan, &Live::new(&event.seats, now), named);
    if left_single.is_empty() {
        Ok(())
    } else {
        Err(TakeRefusal::Orphans(left_single))
    }
}
