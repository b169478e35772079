//! A thousand bots against two hundred buyers: what an event's caps leave to who doesn't mean to buy.
//!
//! Bots take what they can get and never buy. Some let their seats expire, some give them back at the last moment, some
//! extend them as long as they may, and all take the same seats again if they can. They always come before the buyers.
//! The shop tells users apart, so a bot has one name: how many of those somebody can get is the shop's affair, and the
//! rates by address at the gate slow down who makes them.
//!
//! Each has a few seats at a time, and once it has wasted so many seat-seconds it has to wait for some of them to be
//! forgotten. Without that the bots have the whole house for as long as they like, and a run here shows it.
//!
//! Time is a clock that the test moves. `SEATLOCK_SEED` repeats a run.

use std::{
    env,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng, seq::SliceRandom as _};
use seatlock::{
    chart::GridPlan,
    clock::ManualClock,
    engine::{
        Asks, CreateEvent, Engine, EngineConfig, Event, EventSpec, HoldKey, IfFree, NewHold, State,
        Told, Want,
    },
    entropy::SeededEntropy,
    event::{Name, Rules, User, best::Wish},
    feed::Shown,
    ids::SeatId,
    limits,
    tick::{Moment, Ttl},
};
use tokio::runtime::{self, Runtime};

const SEATS: u32 = 2_000;
const BOTS: usize = 1_000;
const BUYERS: usize = 200;
const PARTY: u32 = 2;

const STEP: Duration = Duration::from_secs(5);
const SALE: Duration = Duration::from_secs(40 * 60);
/// Buyers come before this, so that each has his whole patience before the sale ends.
const LAST_ARRIVAL: Duration = Duration::from_secs(30 * 60);
/// After so long without seats a buyer goes away.
const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// From having seats to having paid.
const PAYING: Duration = Duration::from_secs(30);

const TTL_SECONDS: u32 = 60;
const LONGEST_SECONDS: u32 = 120;

/// For a sale on which bots are expected.
const STRICT: Rules = Rules {
    hold_ttl: Ttl::seconds(TTL_SECONDS),
    hold_longest: Ttl::seconds(LONGEST_SECONDS),
    hold_seats_max: PARTY,
    user_seats_max: PARTY,
    user_holds_max: 1,
    user_waste_max: 120,
    cool_down_seconds: 120,
    ..Rules::DEFAULT
};

/// The same without a memory of who has wasted what.
const FORGETFUL: Rules = Rules {
    user_waste_max: u32::MAX,
    cool_down_seconds: 0,
    ..STRICT
};

/// The most that a user can waste in a sale, in seat-seconds: what he may have wasted and one hold more, and as much
/// again as is forgotten of that.
fn waste_max() -> f64 {
    let at_once = f64::from(STRICT.user_waste_max + PARTY * LONGEST_SECONDS);
    let half_lives = SALE.as_secs_f64() / limits::WASTE_HALF_LIFE.as_secs_f64();
    at_once * (1.0 + std::f64::consts::LN_2 * half_lives)
}

#[derive(Debug, Clone, Copy)]
enum Habit {
    LetExpire,
    GiveBack,
    Extend,
}

/// Somebody's hold, with the deadline that he was told.
struct Held {
    key: HoldKey,
    seats: Vec<SeatId>,
    deadline: Moment,
    longest: Moment,
}

struct Bot {
    user: User,
    habit: Habit,
    held: Option<Held>,
    favourites: Vec<SeatId>,
    seat_seconds: u64,
}

struct Buyer {
    user: User,
    comes: Duration,
    held: Option<(Held, Duration)>,
    booked: Option<HoldKey>,
}

struct Sale {
    engine: Engine,
    event: Arc<Event>,
    clock: ManualClock,
    waiting: Runtime,
    bots: Vec<Bot>,
    buyers: Vec<Buyer>,
    random: SmallRng,
    elapsed: Duration,
}

impl Sale {
    fn open(rules: Rules, bots: usize, seed: u64) -> Self {
        let clock = ManualClock::new();
        let config = EngineConfig {
            seats: 0,
            ..EngineConfig::default()
        };
        let entropy = SeededEntropy::new(seed);
        let engine = Engine::start_with(config, clock.clone(), entropy).expect("started");
        let event = event(&engine, rules);
        let mut random = SmallRng::seed_from_u64(seed);
        let latest = LAST_ARRIVAL.as_secs();
        let buyer = |number| Buyer {
            user: User::new(&format!("buyer {number}")),
            comes: Duration::from_secs(random.random_range(0..latest)),
            held: None,
            booked: None,
        };
        let buyers = (0..BUYERS).map(buyer).collect();
        let habits = [Habit::LetExpire, Habit::GiveBack, Habit::Extend];
        let bot = |number: usize| Bot {
            user: User::new(&format!("bot {number}")),
            habit: habits[number % habits.len()],
            held: None,
            favourites: Vec::new(),
            seat_seconds: 0,
        };
        Self {
            engine,
            event,
            clock,
            waiting: runtime::Builder::new_current_thread()
                .build()
                .expect("a runtime"),
            bots: (0..bots).map(bot).collect(),
            buyers,
            random,
            elapsed: Duration::ZERO,
        }
    }

    /// Goes on until the end; says how many buyers got their seats.
    fn run(&mut self) -> usize {
        while self.elapsed < SALE {
            self.settle();
            self.bots.shuffle(&mut self.random);
            for bot in &mut self.bots {
                bot.act(&self.engine, &self.event);
            }
            let held = self.bots_seats();
            for buyer in &mut self.buyers {
                buyer.act(&self.engine, &self.event, self.elapsed);
            }
            assert!(held <= PARTY as usize * self.bots.len());
            self.clock.advance(STEP);
            self.elapsed += STEP;
        }
        let booked = self.buyers.iter().filter(|buyer| buyer.booked.is_some());
        booked.count()
    }

    /// Seats that bots have, by what they were told.
    fn bots_seats(&self) -> usize {
        let held = self.bots.iter().filter_map(|bot| bot.held.as_ref());
        held.map(|held| held.seats.len()).sum()
    }

    /// Forgets the holds that are over by their deadlines, and waits until the engine has: what it counts is compared
    /// with what its users were told.
    fn settle(&mut self) {
        let now = self.engine.now().moment;
        let bots = self.bots.iter_mut().map(|bot| &mut bot.held);
        for held in bots {
            held.take_if(|held| held.deadline <= now);
        }
        for buyer in &mut self.buyers {
            buyer.held.take_if(|(held, _)| held.deadline <= now);
        }
        let buyers = self.buyers.iter().filter_map(|buyer| buyer.held.as_ref());
        let buyers = buyers.map(|(held, _)| held.seats.len()).sum::<usize>();
        let expected = buyers + self.bots_seats();
        eventually("each expired seat is free", || {
            self.waiting.block_on(self.engine.caught_up());
            self.event.counts().of(Shown::Held) as usize == expected
        });
        self.waiting.block_on(self.engine.caught_up());
    }

    /// Gives everything back, and waits until it is forgotten.
    fn end(mut self) {
        for buyer in &mut self.buyers {
            if let Some(booked) = buyer.booked.take() {
                self.engine.cancel(booked.id, None).expect("a booking");
            }
        }
        // The last holds first: what they have wasted is forgotten from their end on.
        self.clock.advance(STRICT.hold_longest.span());
        self.settle();
        self.clock.advance(limits::WASTE_KEPT_MAX);
        eventually("nothing is counted any more", || {
            let counts = self.event.counts();
            counts.of(Shown::Available) == SEATS
                && self.engine.taking_count() == 0
                && self.engine.user_count() == 0
        });
    }
}

impl Bot {
    fn act(&mut self, engine: &Engine, event: &Arc<Event>) {
        if let Some(held) = &mut self.held {
            self.seat_seconds += held.seats.len() as u64 * STEP.as_secs();
            let ends = held.deadline <= engine.now().moment.plus(STEP);
            match self.habit {
                Habit::Extend if ends && held.deadline < held.longest => {
                    let view = engine.extend(&held.key).expect("a live hold");
                    held.deadline = view.deadline;
                }
                Habit::GiveBack if ends => {
                    drop(engine.release(&held.key).expect("a live hold"));
                    self.held = None;
                }
                _ => {}
            }
        }
        // Whether there is room for another is the engine's to say.
        let again = Asks {
            seats: self.favourites.clone(),
            ..Asks::default()
        };
        let taken = take(engine, event, &self.user, again)
            .or_else(|| take(engine, event, &self.user, party()));
        if let Some(held) = taken {
            assert!(self.held.is_none(), "more holds than one");
            assert!(held.seats.len() <= PARTY as usize, "more seats than two");
            self.favourites.clone_from(&held.seats);
            self.held = Some(held);
        }
    }
}

impl Buyer {
    fn act(&mut self, engine: &Engine, event: &Arc<Event>, elapsed: Duration) {
        if let Some((held, since)) = &self.held {
            if elapsed >= *since + PAYING {
                let confirmed = engine.confirm(&held.key, IfFree::Leave, None);
                drop(confirmed.expect("paid in time"));
                self.booked = Some(held.key);
                self.held = None;
            }
            return;
        }
        let is_here = (self.comes..self.comes + PATIENCE).contains(&elapsed);
        if is_here && self.booked.is_none() {
            let held = take(engine, event, &self.user, party());
            self.held = held.map(|held| (held, elapsed));
        }
    }
}

fn event(engine: &Engine, rules: Rules) -> Arc<Event> {
    let plan = GridPlan::parse("sections=2 rows=20 seats=50").expect("a plan");
    let name = Name::new("finale").expect("a name");
    let chart = plan.chart().expect("a chart");
    assert_eq!(chart.seat_count(), SEATS);
    let _put = engine.put_chart(name.clone(), chart);
    let spec = EventSpec {
        chart: name.clone(),
        name,
        told: Told {
            title: "Finale".into(),
            rules,
        },
        state: State::Open,
    };
    match engine.create_event(spec) {
        CreateEvent::Created(event) => event,
        other => panic!("{other:?}"),
    }
}

fn party() -> Asks {
    Asks {
        best: vec![Wish::new(PARTY).expect("two")],
        ..Asks::default()
    }
}

fn take(engine: &Engine, event: &Arc<Event>, user: &User, asks: Asks) -> Option<Held> {
    let user = user.clone();
    let want = Want {
        user,
        order: None,
        asks,
    };
    let NewHold { view, token } = engine.hold(event, want).ok()?;
    Some(Held {
        key: HoldKey { id: view.id, token },
        seats: view.seats,
        deadline: view.deadline,
        longest: view.longest,
    })
}

/// Waits for what the engine's threads do in their own time.
fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    let hung = Instant::now() + Duration::from_secs(60);
    while !done() {
        assert!(Instant::now() < hung, "not within a minute: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

fn seed() -> u64 {
    let given = env::var("SEATLOCK_SEED").ok();
    let seed = given.map_or_else(rand::random, |text| text.parse().expect("a number"));
    println!("SEATLOCK_SEED={seed}");
    seed
}

#[test]
fn bots_get_no_more_than_the_caps_allow_and_buyers_get_their_seats() {
    let seed = seed();
    let mut quiet = Sale::open(STRICT, 0, seed);
    let alone = quiet.run();
    quiet.end();
    let mut sale = Sale::open(STRICT, BOTS, seed);
    let among_bots = sale.run();
    println!("{among_bots} buyers got seats among bots, {alone} without");
    let wasted: Vec<u64> = sale.bots.iter().map(|bot| bot.seat_seconds).collect();
    let most = wasted.iter().max().copied().unwrap_or_default();
    println!(
        "bots had {} seat-seconds, the worst {most}",
        wasted.iter().sum::<u64>()
    );
    assert!(
        wasted
            .iter()
            .all(|seconds| (*seconds as f64) <= waste_max())
    );
    assert!(among_bots * 100 >= alone * 95, "{among_bots} of {alone}");
    sale.end();
}

#[test]
fn without_a_budget_of_waste_bots_keep_the_house_from_everybody() {
    let mut sale = Sale::open(FORGETFUL, BOTS, seed());
    let among_bots = sale.run();
    assert!(
        among_bots * 2 < BUYERS,
        "{among_bots} of {BUYERS} bought all the same"
    );
}
