//! The server: a real engine on the simulation's clock, without threads of its own, that can be stopped and started.

use std::{sync::Arc, time::Duration};

use seatlock::{
    chart::Chart,
    clock::{Clock, ManualClock},
    engine::{
        Archive, Asks, ConfirmRefusal, CreateEvent, Engine, EngineConfig, Event, EventSpec,
        HoldKey, IfFree, State, TakeRefusal, Told, Want,
    },
    entropy::SeededEntropy,
    event::{
        Name, Rules, Stage, User,
        best::{Adjacent, Wish},
    },
    feed::{Shown, Snapshot},
    ids::{HoldId, SeatId},
    ledger::TwinLedger,
    limits::{GROUP_SEATS_MAX, TICK_NANOS},
};

use super::{
    remote::{Against, Remote},
    scenario::Scenario,
};

/// What the event is called.
const EVENT: &str = "on-sale";

/// An engine, its clock, and what outlives it.
pub struct Server {
    clock: ManualClock,
    seed: u64,
    starts: u64,
    /// Only if it is to crash: what is durable costs time.
    ledger: Option<TwinLedger>,
    up: Option<(Engine, Arc<Event>)>,
    /// Another server, which is asked instead.
    remote: Option<Remote>,
}

/// How it was answered that a hold is being paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paying {
    /// Until then, in nanoseconds.
    Until(u64),
    /// The hold is over.
    Over,
    /// Nobody answers.
    NoAnswer,
}

/// How a request for seats was answered.
#[derive(Debug)]
pub enum Asked {
    /// They are held.
    Held(Granted),
    /// They are not.
    Refused(Refusal),
    /// The server is down.
    NoAnswer,
}

/// A hold, as its owner knows it.
#[derive(Debug)]
pub struct Granted {
    /// How to use it.
    pub key: HoldKey,
    /// Its seats.
    pub seats: Vec<SeatId>,
    /// Its deadline, in nanoseconds.
    pub deadline: u64,
}

/// Why seats were not held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody was faster.
    InTheWay,
    /// Too few are free.
    NotEnough,
    /// The user has or has wasted too much; time helps after so long.
    Over(Option<Duration>),
    /// He has just let one of them expire.
    Cooling,
    /// One would be left single.
    Orphans,
    /// Anything else.
    Other,
}

/// How a confirm was answered.
#[derive(Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// Booked: these seats.
    Booked(Vec<SeatId>),
    /// The hold is over, and its seats are not to be had: 410 or 409.
    TooLate,
    /// The server is down.
    NoAnswer,
}

impl Server {
    /// A server with one event, whose first seats are these, kept from sale.
    ///
    /// # Errors
    /// Why there is none.
    pub fn open(
        chart: Chart,
        rules: Rules,
        withheld: &[SeatId],
        seed: u64,
        crashes: bool,
    ) -> Result<Self, String> {
        let mut server = Self {
            clock: ManualClock::new(),
            seed,
            starts: 0,
            ledger: crashes.then(TwinLedger::new),
            up: None,
            remote: None,
        };
        let engine = server.start(Duration::ZERO)?;
        let [house, event] = ["house", EVENT].map(Name::new);
        let [house, event] = [
            house.map_err(|e| e.to_string())?,
            event.map_err(|e| e.to_string())?,
        ];
        let _put = engine.put_chart(house.clone(), chart);
        let told = Told {
            title: "On sale".into(),
            rules,
        };
        let spec = EventSpec {
            name: event,
            chart: house,
            told,
            state: State::Open,
        };
        let CreateEvent::Created(event) = engine.create_event(spec) else {
            return Err("the event could not be made".into());
        };
        for some in withheld.chunks(GROUP_SEATS_MAX as usize) {
            let blocked = engine.block(&event, some, None);
            blocked.map_err(|refusal| format!("seats could not be withheld: {refusal:?}"))?;
        }
        engine.turn();
        server.up = Some((engine, event));
        Ok(server)
    }

    /// The time, in nanoseconds.
    pub fn now(&self) -> u64 {
        self.clock.now().nanos()
    }

    /// A running server, where a new event is made.
    ///
    /// # Errors
    /// Why it can't be.
    pub fn against(
        against: &Against,
        scenario: &Scenario,
        chart: Chart,
        withheld: &[SeatId],
    ) -> Result<Self, String> {
        Ok(Self {
            clock: ManualClock::new(),
            seed: 0,
            starts: 0,
            ledger: None,
            up: None,
            remote: Some(Remote::open(against, scenario, chart, withheld)?),
        })
    }

    /// Whether it is a running server, in real time.
    pub fn is_remote(&self) -> bool {
        self.remote.is_some()
    }

    /// Moves the time on, and at each new tick has the engine do what its threads would have done. In real time, waits. When
    /// it is then.
    pub fn advance(&self, to: u64) -> u64 {
        if let Some(remote) = &self.remote {
            return remote.wait_until(to);
        }
        let now = self.now();
        if to > now {
            self.clock.advance(Duration::from_nanos(to - now));
            if to / TICK_NANOS > now / TICK_NANOS {
                self.turn();
            }
        }
        to
    }

    /// What the engine's threads would have done by now.
    pub fn turn(&self) {
        if let Some((engine, _)) = &self.up {
            engine.turn();
        }
    }

    /// Whether it serves.
    pub fn is_up(&self) -> bool {
        self.up.is_some() || self.is_remote()
    }

    /// Stops without a word. What has been acknowledged is in its ledger.
    pub fn crash(&mut self) {
        self.turn();
        self.up = None;
    }

    /// Starts again from the ledger.
    ///
    /// # Errors
    /// Why it does not.
    pub fn restart(&mut self, grace: Duration) -> Result<(), String> {
        let engine = self.start(grace)?;
        let event = engine.event(EVENT).ok_or("the event is gone")?;
        self.up = Some((engine, event));
        Ok(())
    }

    fn start(&mut self, grace: Duration) -> Result<Engine, String> {
        self.starts += 1;
        let mut archive = match &self.ledger {
            Some(ledger) => Archive::new(Box::new(ledger.clone()), ledger.state()),
            None => Archive::none(),
        };
        archive.restart_grace = grace;
        let config = EngineConfig {
            seats: 0,
            ..EngineConfig::default()
        };
        let entropy = SeededEntropy::new(self.seed.wrapping_add(self.starts));
        Engine::start_by_hand(config, self.clock.clone(), entropy, archive)
            .map_err(|error| error.to_string())
    }

    /// Asks for seats by name, or for the best for a party.
    pub fn hold(&self, user: &User, seats: &[SeatId], party: u32, adjacent: Adjacent) -> Asked {
        if let Some(remote) = &self.remote {
            return remote.hold(user, seats, party, adjacent == Adjacent::Required);
        }
        let wish = Wish::new(party).map(|wish| wish.with_adjacent(adjacent));
        let asks = Asks {
            seats: seats.to_vec(),
            best: wish.into_iter().filter(|_| seats.is_empty()).collect(),
            ..Asks::default()
        };
        let Some((engine, event)) = &self.up else {
            return Asked::NoAnswer;
        };
        let want = Want {
            user: user.clone(),
            order: None,
            asks,
        };
        match engine.hold(event, want) {
            Ok(hold) => Asked::Held(Granted {
                key: HoldKey {
                    id: hold.view.id,
                    token: hold.token,
                },
                seats: hold.view.seats,
                deadline: hold.view.deadline.nanos(),
            }),
            Err(refusal) => Asked::Refused(Refusal::of(&refusal)),
        }
    }

    /// Says that a hold is being paid for.
    pub fn pay(&self, key: &HoldKey) -> Paying {
        match (&self.remote, &self.up) {
            (Some(remote), _) => remote.pay(key),
            (None, None) => Paying::NoAnswer,
            (None, Some((engine, _))) => match engine.pay(key) {
                Ok(view) => Paying::Until(view.deadline.nanos()),
                Err(_) => Paying::Over,
            },
        }
    }

    /// Books.
    pub fn confirm(&self, key: &HoldKey, retake: bool) -> Confirmed {
        if let Some(remote) = &self.remote {
            return remote.confirm(key, retake);
        }
        let Some((engine, _)) = &self.up else {
            return Confirmed::NoAnswer;
        };
        let if_free = if retake {
            IfFree::Retake
        } else {
            IfFree::Leave
        };
        match engine.confirm(key, if_free, None) {
            Ok(view) => Confirmed::Booked(view.seats),
            Err(
                ConfirmRefusal::Unusable(_)
                | ConfirmRefusal::Gone(_)
                | ConfirmRefusal::Take(_)
                | ConfirmRefusal::Busy,
            ) => Confirmed::TooLate,
        }
    }

    /// Gives a hold's seats back; whether that was granted. None: nobody answers.
    pub fn release(&self, key: &HoldKey) -> Option<bool> {
        if let Some(remote) = &self.remote {
            return remote.release(key);
        }
        let engine = self.up.as_ref().map(|(engine, _)| engine);
        engine.map(|engine| engine.release(key).is_ok())
    }

    /// A hold's deadline, if it lives.
    pub fn look(&self, key: &HoldKey) -> Option<u64> {
        let (engine, _) = self.up.as_ref()?;
        let view = engine.look(key).ok()?;
        matches!(view.stage, Stage::Held | Stage::Paying).then(|| view.deadline.nanos())
    }

    /// Cancels a booking behind everybody's back: a deliberate fault.
    pub fn lose(&self, id: HoldId) {
        if let Some((engine, _)) = &self.up {
            let _lost = engine.cancel(id, None);
        }
    }

    /// All seats as the world is shown them; none while it is down.
    pub fn snapshot(&self) -> Option<Snapshot> {
        self.turn();
        self.up.as_ref().map(|(_, event)| event.feed().snapshot())
    }

    /// How many seats are sold by a running server's own count; none: it is the engine here, or does not answer.
    pub fn booked_count(&self) -> Option<u64> {
        self.remote.as_ref()?.booked()
    }

    /// The seats of all bookings of the engine here.
    pub fn booked_seats(&self) -> Vec<SeatId> {
        let bookings = self
            .up
            .iter()
            .flat_map(|(engine, event)| engine.bookings(event));
        bookings.flat_map(|booking| booking.seats).collect()
    }
}

impl Refusal {
    fn of(refusal: &TakeRefusal) -> Self {
        match refusal {
            TakeRefusal::InTheWay(_) => Self::InTheWay,
            TakeRefusal::NotEnough => Self::NotEnough,
            TakeRefusal::Over(over) => Self::Over(over.retry_after),
            TakeRefusal::Cooling(..) => Self::Cooling,
            TakeRefusal::Orphans(_) => Self::Orphans,
            _ => Self::Other,
        }
    }
}

/// How seats are written in a picture.
pub fn number_of(shown: Shown) -> u8 {
    shown as u8
}
