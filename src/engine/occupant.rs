//! Who has a seat.

use std::sync::Arc;

use super::{
    Core, Engine,
    answer::{HoldView, Now, SeatView},
    event::Event,
};
use crate::{
    event,
    feed::Shown,
    ids::{Lsn, SeatId},
    seat::{Seat, SeatWord},
};

impl Engine {
    /// What a seat is, and the hold or booking that has it.
    ///
    /// Both are of one instant: where the hold has given the seat back since the word was read, the seat is read again.
    pub fn occupant(&self, event: &Arc<Event>, seat: SeatId) -> SeatView {
        let core = &*self.core;
        let now = core.now();
        let mut word = event.seats.read(seat);
        loop {
            let hold = core.holder(event, seat, word, now);
            let again = event.seats.read(seat);
            // No word ever comes back: the same word means that nobody came in between.
            if hold.is_some() || again == word {
                return SeatView {
                    shown: Event::shown_by(word, now.moment.tick()),
                    reason: withheld(word).then(|| event.reason(seat)).flatten(),
                    hold,
                };
            }
            word = again;
        }
    }
}

impl Core {
    /// The hold that this word of a seat names, if it has the seat still at `now`.
    fn holder(
        &self,
        event: &Arc<Event>,
        seat: SeatId,
        word: SeatWord,
        now: Now,
    ) -> Option<HoldView> {
        if Event::shown_by(word, now.moment.tick()) == Shown::Available {
            return None;
        }
        let taking = event::owner(word)?;
        let hold = self.holds.of(taking)?;
        let mut cart = hold.cart();
        cart.expire_if_over(now.moment);
        (cart.taking_of(seat) == Some(taking))
            .then(|| self.view(event, &hold, &cart, now, Lsn::NONE))
    }
}

fn withheld(word: SeatWord) -> bool {
    matches!(word.view(), Seat::Withheld { .. })
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::{
        clock::ManualClock,
        engine::{Asks, EngineConfig, HoldKey, Want},
        event::{Stage, User},
    };

    const TURNS: usize = 2_000;

    #[test]
    fn while_a_seat_goes_from_hand_to_hand_each_answer_is_of_one_instant() {
        let engine = Engine::start(EngineConfig::default(), ManualClock::new()).expect("threads");
        let event = Arc::clone(engine.default_event().expect("it has seats"));
        let seat = SeatId::new(3);
        thread::scope(|scope| {
            let buyer = scope.spawn(|| {
                for _ in 0..TURNS {
                    let asks = Asks {
                        seats: vec![seat],
                        ..Asks::default()
                    };
                    let want = Want {
                        user: User::new("ada"),
                        order: None,
                        asks,
                    };
                    let new = engine.hold(&event, want).expect("nobody else wants it");
                    let key = HoldKey {
                        id: new.view.id,
                        token: new.token,
                    };
                    let _released = engine.release(&key).expect("it lives");
                }
            });
            while !buyer.is_finished() {
                let SeatView { shown, hold, .. } = engine.occupant(&event, seat);
                assert_eq!(shown == Shown::Held, hold.is_some());
                let is_whole = |hold: &HoldView| hold.stage == Stage::Held && hold.seats == [seat];
                assert!(hold.as_ref().is_none_or(is_whole), "{hold:?}");
            }
        });
    }
}
