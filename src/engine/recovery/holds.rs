//! Holds go on with the seats that were found to be theirs.

use std::sync::Arc;

use hashbrown::HashMap;

use super::{super::Core, parts::each_part};
use crate::{
    access::budget::Tally,
    event::{Found, Hold, Stage, User},
    ids::{EventId, TakingId},
    limits,
    tick::Moment,
};

/// What comes of a part of the holds beside those that live.
#[derive(Default)]
struct Part {
    ended: Vec<Arc<Hold>>,
    tallies: HashMap<(EventId, User), Tally>,
}

impl Core {
    /// Each hold becomes what its seats' words say that it is. `found` is in the order of the holds.
    pub(super) fn rebuild_holds(&self, holds: &[Arc<Hold>], found: &[(usize, Found)], now: Moment) {
        let parts = each_part(holds, |place, part| {
            self.rebuild_part(place, part, found, now)
        });
        let mut all = Part::default();
        for part in parts {
            all.ended.extend(part.ended);
            for (user, tally) in part.tallies {
                let sum = all.tallies.entry(user).or_insert(Tally::NONE);
                sum.seats += tally.seats;
                sum.holds += tally.holds;
            }
        }
        all.ended.sort_by_key(|hold| match hold.cart().stage {
            Stage::Ended(end) => (end.at, hold.id()),
            _ => (now, hold.id()),
        });
        for hold in &all.ended {
            let _restored = self.holds.restore(hold);
        }
        for (user, tally) in all.tallies {
            self.budgets.restore(user, tally);
        }
    }

    fn rebuild_part(
        &self,
        place: usize,
        holds: &[Arc<Hold>],
        found: &[(usize, Found)],
        now: Moment,
    ) -> Part {
        let first = found.partition_point(|(hold, _)| *hold < place);
        let mut found = found[first..].iter().peekable();
        let (mut part, mut seats) = (Part::default(), Vec::new());
        for (place, hold) in (place..).zip(holds) {
            seats.clear();
            while let Some((_, seat)) = found.next_if(|(hold, _)| *hold == place) {
                seats.push(*seat);
            }
            if settle(hold, &seats, now) {
                count(&mut part.tallies, hold);
                let _restored = self.holds.restore(hold);
            } else {
                part.ended.push(Arc::clone(hold));
            }
        }
        part
    }
}

/// Whether the hold has seats.
fn settle(hold: &Arc<Hold>, seats: &[Found], now: Moment) -> bool {
    // Each id was made of a first taking.
    let first = hold.id().first().unwrap_or(TakingId::FIRST);
    hold.cart().settle(first, seats, now)
}

fn count(tallies: &mut HashMap<(EventId, User), Tally>, hold: &Hold) {
    let cart = hold.cart();
    if cart.is_counted {
        let user = (hold.event(), hold.user().clone());
        let tally = tallies.entry(user).or_insert(Tally::NONE);
        tally.seats += u32::try_from(cart.seats.len()).unwrap_or(limits::GROUP_SEATS_MAX);
        tally.holds += u32::from(matches!(cart.stage, Stage::Held | Stage::Paying));
    }
}
