//! Holds whose seats the engine chooses, and bookings that move.

use rand::RngExt;
use seatlock::{
    event::best::{self, Adjacent, AreaWish, Live},
    ids::SeatId,
    seat::{Outcome, Step, Trail},
};

use super::{
    Wish, Worker,
    basket::{Party, Taking},
    hand::Hand,
};
use crate::latency::Ended;

/// How often a worker chooses again after others were faster.
const ATTEMPTS: u32 = 8;

impl<T: Trail, H: Hand> Worker<'_, T, H> {
    /// Holds the best seats for a party, or places of the area. Chooses again when others were faster.
    pub(super) fn hold_chosen(&mut self, user: usize, of_area: bool) -> Ended {
        let count = self.rng.random_range(self.plan.group.clone());
        let mut ended = Ended::Refused;
        for attempt in 0..ATTEMPTS {
            let Some(seats) = self.choose(count, of_area, attempt) else {
                // Nothing was asked of the map, but the operation returns.
                let _ = self.span();
                return Ended::Refused;
            };
            ended = self.hold_party(user, party(seats));
            if ended != Ended::Refused {
                break;
            }
        }
        ended
    }

    fn choose(&mut self, count: u32, of_area: bool, attempt: u32) -> Option<Vec<SeatId>> {
        let hall = &self.site.hall;
        let sight = Live::new(&self.site.seats, self.site.clock.now().tick());
        let rng = &mut self.rng;
        let adjacent = [Adjacent::Required, Adjacent::Preferred][rng.random_range(0..2)];
        let mut chance = |below: u32| rng.random_range(0..below.max(1));
        if of_area {
            let wish = AreaWish::new(0, count).ok()?;
            best::find_places(&hall.plan, &hall.hints, &sight, wish, &[], &mut chance)
        } else {
            let wish = best::Wish::new(count).ok()?.with_adjacent(adjacent);
            best::find(
                &hall.plan,
                &hall.hints,
                &sight,
                &wish,
                &[],
                attempt,
                &mut chance,
            )
        }
    }

    /// Moves a booking to other seats: frees its own and books as many others, in one step.
    pub(super) fn rebook(&mut self, user: usize) -> Option<Ended> {
        let old = self.users[user].take_booked()?;
        let from = old.seats.seats();
        let mut to = Vec::new();
        let count = u32::try_from(from.len()).ok()?;
        self.draw.party(&mut self.rng, count, &mut to);
        let is_possible =
            to.len() == from.len() && to.len() <= 32 && !to.iter().any(|seat| from.contains(seat));
        if !is_possible {
            self.users[user].book(old);
            return None;
        }
        let fresh = self.takings.fresh();
        let id = self.hand.taking(fresh);
        let leaves = from
            .iter()
            .map(|seat| (*seat, Step::Cancel { taking: old.id }));
        let comes = to.iter().map(|seat| (*seat, Step::Book { taking: id }));
        let mut steps: Vec<_> = leaves.chain(comes).collect();
        let moment = self.site.clock.now();
        let mut wish = Wish {
            steps: &mut steps,
            moment,
            lasts_nanos: 0,
            promised: None,
        };
        let ended = if self.hand.tears() {
            self.ask_torn(&mut wish)
        } else {
            self.ask(&mut wish)
        };
        let kept = if ended == Ended::Done {
            Taking {
                id,
                until: old.until,
                seats: party(to),
            }
        } else {
            old
        };
        self.users[user].book(kept);
        Some(ended)
    }

    /// A fault: frees first and takes afterwards, and says that it was one step.
    fn ask_torn(&mut self, wish: &mut Wish<'_>) -> Ended {
        let now = wish.moment.tick();
        let rests = (0..u8::try_from(wish.steps.len()).unwrap_or(u8::MAX)).rev();
        for (&(seat, step), rest) in wish.steps.iter().zip(rests) {
            if let Outcome::Done { lsn, .. } = self.site.seats.change(seat, step, now) {
                let span = self.span();
                self.claim(lsn, seat, step, rest, wish, span);
            }
        }
        Ended::Done
    }
}

fn party(mut seats: Vec<SeatId>) -> Party {
    seats.sort_unstable();
    match *seats {
        [seat] => Party::One(seat),
        _ => Party::Many(seats.into()),
    }
}
