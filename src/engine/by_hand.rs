//! An engine without threads, for simulations: what the threads do in their own time is done when it is asked for.
//!
//! Whatever happens then depends on the clock, the entropy and the order of the calls alone, so that a simulation on a
//! [`crate::clock::ManualClock`] and a [`crate::entropy::SeededEntropy`] ends the same each time, to the bit.

use std::{
    fmt,
    sync::{Mutex, PoisonError, atomic::AtomicBool},
};

use super::{Core, Engine, StartError, archive::Archive, desk::Desk, threads::Threads};
use crate::{
    clock::Clock, engine::EngineConfig, entropy::Entropy, ledger::Ledger, limits, tape::Record,
};

/// What the scribe has with it between two turns.
pub(super) struct ByHand(Mutex<Clerk>);

struct Clerk {
    ledger: Box<dyn Ledger>,
    desk: Desk,
    batch: Vec<Record>,
}

impl Engine {
    /// As [`Engine::start_on`], but without threads: nothing expired is reclaimed, nothing becomes durable and no feed moves
    /// on but in [`Engine::turn`]. What waits for that, such as [`Engine::caught_up`], waits for the next turn.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start_by_hand(
        config: EngineConfig,
        clock: impl Clock,
        entropy: impl Entropy,
        archive: Archive,
    ) -> Result<Self, StartError> {
        let (built, ledger, _on_failure) = Self::build(config, clock, entropy, archive)?;
        let clerk = Clerk {
            ledger,
            desk: Desk::default(),
            batch: Vec::new(),
        };
        Ok(built.with(Threads::none(), Some(ByHand(Mutex::new(clerk)))))
    }

    /// Does what the threads would have done by now: reclaims what has expired, reads the tape to its end, has the ledger
    /// take it down, and moves the feeds on. An engine with threads of its own does nothing.
    ///
    /// # Panics
    /// If the ledger fails, or the tape is out of order.
    pub fn turn(&self) {
        if let Some(by_hand) = &self.by_hand {
            by_hand.turn(&self.core);
        }
    }
}

impl ByHand {
    fn turn(&self, core: &Core) {
        let mut clerk = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        core.reclaim();
        if clerk.write_down(core) {
            core.flush_feeds();
        }
    }
}

impl Clerk {
    /// Whether there was anything.
    fn write_down(&mut self, core: &Core) -> bool {
        let mut reader = core.venue.tape().reader().expect("an engine has one clerk");
        let mut anything = false;
        loop {
            self.batch.clear();
            reader.read(&mut self.batch, limits::BATCH_CHANGES_MAX as usize);
            let never = AtomicBool::new(false);
            let ledger = self.ledger.as_mut();
            let done = self.desk.work_through(core, &self.batch, ledger, &never);
            if let Err(broken) = done {
                panic!("the tape or the ledger has failed: {broken:?}");
            }
            if self.batch.is_empty() {
                return anything;
            }
            anything = true;
        }
    }
}

impl fmt::Debug for ByHand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByHand")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        chart::GridPlan,
        clock::ManualClock,
        engine::{Asks, CreateEvent, EventSpec, State, Told, Want},
        entropy::SeededEntropy,
        event::{Name, Rules, User, best::Wish},
        feed::Shown,
    };

    #[test]
    fn nothing_moves_between_two_turns_and_everything_in_one() {
        let clock = ManualClock::new();
        let config = EngineConfig {
            seats: 0,
            ..EngineConfig::default()
        };
        let engine = Engine::start_by_hand(
            config,
            clock.clone(),
            SeededEntropy::new(1),
            Archive::none(),
        )
        .expect("nothing is in its way");
        let [house, play] = ["house", "play"].map(|text| Name::new(text).expect("a name"));
        let plan = GridPlan::parse("sections=1 rows=2 seats=10").expect("a plan");
        let _put = engine.put_chart(house.clone(), plan.chart().expect("small"));
        let told = Told {
            title: "A play".into(),
            rules: Rules::default(),
        };
        let spec = EventSpec {
            name: play,
            chart: house,
            told,
            state: State::Open,
        };
        let CreateEvent::Created(event) = engine.create_event(spec) else {
            panic!("it is the first");
        };
        let want = Want {
            user: User::new("ada"),
            order: None,
            asks: Asks {
                best: vec![Wish::new(2).expect("a few")],
                ..Asks::default()
            },
        };
        let held = engine.hold(&event, want).expect("the house is empty");
        assert_eq!(
            (event.counts().of(Shown::Held), engine.tape_depth()),
            (0, 2)
        );
        engine.turn();
        assert_eq!(
            (event.counts().of(Shown::Held), engine.tape_depth()),
            (2, 0)
        );
        clock.advance(held.view.now.until(held.view.deadline));
        assert_eq!(event.counts().of(Shown::Held), 2, "nobody has swept");
        engine.turn();
        assert_eq!(event.counts().of(Shown::Held), 0);
        clock.advance(Duration::from_secs(3_600));
        engine.turn();
    }
}
