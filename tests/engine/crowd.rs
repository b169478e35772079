//! Many threads that do everything at once with one event. Each answer carries its LSN, and in the order of these the
//! answers must make sense to somebody who has one list of seats and one list of holds: the LSN is the witness. What an
//! observer saw of all seats must be what the list was at the position that he was told.
//!
//! `SEATLOCK_SEED=7` runs it from a seed. How the threads interleave is the machine's to say.

mod witness;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use seatlock::{
    clock::ManualClock,
    engine::{Asks, Engine, Event, HoldKey, HoldView, IfFree, Part, Places, Want},
    event::{
        Rules, Stage, User,
        best::{Adjacent, Wish},
    },
    feed::{Shown, Snapshot},
    ids::{Lsn, SeatId},
    limits,
    tick::Moment,
};

use crate::house::{self, TICK, catch_up, eventually, key, open_event, ttl};
use witness::{Deed, Entry};

const THREADS: u64 = 8;
const DEEDS: usize = 6_000;

/// What everybody shares.
struct Crowd {
    engine: Engine,
    clock: ManualClock,
    event: Arc<Event>,
    holds: Mutex<Vec<HoldKey>>,
}

/// One thread, with its own record of what it was told.
struct Member<'c> {
    crowd: &'c Crowd,
    chance: StdRng,
    told: Vec<Entry>,
}

#[test]
fn a_crowd_does_nothing_that_one_after_the_other_could_not() {
    let seed = std::env::var("SEATLOCK_SEED")
        .map_or_else(|_| rand::random(), |seed| seed.parse().expect("a number"));
    println!("SEATLOCK_SEED={seed}");
    let crowd = crowd(seed);
    let is_over = AtomicBool::new(false);
    let (mut told, seen) = std::thread::scope(|scope| {
        let observer = scope.spawn(|| observe(&crowd, &is_over));
        let members: Vec<_> = (0..THREADS)
            .map(|number| Member {
                crowd: &crowd,
                chance: StdRng::seed_from_u64(seed.wrapping_add(number)),
                told: Vec::new(),
            })
            .map(|member| scope.spawn(|| member.act()))
            .collect();
        let told: Vec<Entry> = members
            .into_iter()
            .flat_map(|member| member.join().expect("no panic"))
            .collect();
        is_over.store(true, Ordering::Release);
        (told, observer.join().expect("no panic"))
    });
    told.extend(give_everything_back(&crowd));
    told.sort_unstable_by_key(|entry| entry.lsn);
    let counts = witness::replay(&crowd.event, &told, &seen);
    println!("{counts:?}");
    assert!(
        counts.iter().all(|(_, count)| *count > 0),
        "something never happened: {counts:?}"
    );
    nothing_is_left(&crowd);
}

fn crowd(seed: u64) -> Crowd {
    let (engine, clock) = house::engine(seed);
    let _ = engine.put_chart(house::name("house"), house::chart());
    let rules = Rules {
        hold_ttl: ttl(20),
        hold_longest: ttl(60),
        paying: ttl(10),
        user_seats_max: 14,
        user_holds_max: 5,
        user_waste_max: u32::MAX,
        ..Rules::DEFAULT
    };
    let event = open_event(&engine, "hamlet", "house", rules);
    Crowd {
        engine,
        clock,
        event,
        holds: Mutex::default(),
    }
}

/// Takes snapshots until all is over.
fn observe(crowd: &Crowd, is_over: &AtomicBool) -> Vec<Snapshot> {
    let mut seen: Vec<Snapshot> = Vec::new();
    while !is_over.load(Ordering::Acquire) {
        let snapshot = crowd.event.feed().snapshot();
        if seen
            .last()
            .is_none_or(|last| last.position() != snapshot.position())
        {
            seen.push(snapshot);
        }
        std::thread::yield_now();
    }
    seen
}

impl Member<'_> {
    fn act(mut self) -> Vec<Entry> {
        for _ in 0..DEEDS {
            match self.chance.random_range(0..20) {
                0..6 => self.hold(),
                6 => self.add(),
                7 => self.give_back(),
                8 => self.on_hold(Deed::Extend, |engine, key| engine.extend(&key).ok()),
                9 => self.on_hold(Deed::Extend, |engine, key| engine.pay(&key).ok()),
                10..13 => self.confirm(),
                13 => self.on_hold(Deed::Leave, |engine, key| engine.release(&key).ok()),
                14 => self.on_hold(Deed::Cancel, |engine, key| engine.cancel(key.id, None).ok()),
                15..18 => self.shift(),
                18 => self.withhold(),
                _ => self
                    .crowd
                    .clock
                    .advance(TICK * self.chance.random_range(0..4)),
            }
        }
        self.told
    }

    fn asks(&mut self) -> Asks {
        let mut asks = Asks::default();
        match self.chance.random_range(0..4) {
            0 => asks
                .seats
                .extend((0..self.chance.random_range(1..4)).map(|_| self.seat())),
            1 => asks.best.push(self.wish()),
            2 => asks.areas.push(Places {
                area: self.chance.random_range(0..2),
                quantity: 2,
            }),
            _ => {
                asks.seats.push(self.seat());
                asks.best.push(self.wish());
            }
        }
        asks
    }

    fn wish(&mut self) -> Wish {
        let adjacent = [Adjacent::Required, Adjacent::Preferred, Adjacent::Any]
            [self.chance.random_range(0..3)];
        Wish::new(self.chance.random_range(1..4))
            .expect("a right quantity")
            .with_adjacent(adjacent)
    }

    fn seat(&mut self) -> SeatId {
        SeatId::new(
            self.chance
                .random_range(0..self.crowd.event.chart().seat_count()),
        )
    }

    fn hold(&mut self) {
        let user = User::new(["ada", "bob", "eve"][self.chance.random_range(0..3)]);
        let want = Want {
            user,
            order: None,
            asks: self.asks(),
        };
        if let Ok(new) = self.crowd.engine.hold(&self.crowd.event, want) {
            self.holds().push(key(&new));
            self.tell(Deed::Take, new.view);
        }
    }

    fn add(&mut self) {
        let asks = self.asks();
        self.on_hold(Deed::Take, |engine, key| engine.add(&key, &asks).ok());
    }

    fn give_back(&mut self) {
        let pick = self.chance.random::<u32>() as usize;
        self.on_hold(Deed::Leave, |engine, key| {
            let seats = engine.look(&key).ok()?.seats;
            let seats = vec![*seats.get(pick % seats.len().max(1))?];
            engine
                .give_back(
                    &key,
                    &Part {
                        seats,
                        ..Part::default()
                    },
                )
                .ok()
        });
    }

    fn confirm(&mut self) {
        let if_free = [IfFree::Leave, IfFree::Retake][self.chance.random_range(0..2)];
        self.on_hold(Deed::Confirm, |engine, key| {
            engine.confirm(&key, if_free, None).ok()
        });
    }

    /// Moves a seat of a booking to another one.
    fn shift(&mut self) {
        let to = self.seat();
        self.on_hold(Deed::Move, |engine, key| {
            let seats = vec![*engine.look(&key).ok()?.seats.first()?];
            engine
                .move_seats(
                    key.id,
                    &Part {
                        seats,
                        ..Part::default()
                    },
                    &[to],
                )
                .ok()
        });
    }

    fn withhold(&mut self) {
        let (engine, event) = (&self.crowd.engine, &self.crowd.event);
        let seats = [withheld(event)[self.chance.random_range(0..3)]];
        let (deed, lsn) = if self.chance.random() {
            (Deed::Block, engine.block(event, &seats, None))
        } else {
            (Deed::Unblock, engine.unblock(event, &seats))
        };
        if let Some(lsn) = lsn.ok().filter(|lsn| *lsn != Lsn::NONE) {
            self.told.push(Entry::of_seats(
                deed,
                lsn,
                seats.to_vec(),
                engine.now().moment,
            ));
        }
    }

    /// Does something with one of the last holds, whosever it is.
    fn on_hold(&mut self, deed: Deed, act: impl FnOnce(&Engine, HoldKey) -> Option<HoldView>) {
        let pick = self.chance.random::<u32>() as usize;
        let key = {
            let holds = self.holds();
            let last = &holds[holds.len().saturating_sub(24)..];
            last.get(pick % last.len().max(1)).copied()
        };
        if let Some(view) = key.and_then(|key| act(&self.crowd.engine, key)) {
            self.tell(deed, view);
        }
    }

    fn holds(&self) -> std::sync::MutexGuard<'_, Vec<HoldKey>> {
        self.crowd.holds.lock().expect("nobody panics with it")
    }

    fn tell(&mut self, deed: Deed, view: HoldView) {
        if view.lsn != Lsn::NONE {
            let after = self.crowd.engine.now().moment;
            self.told.push(Entry::of_hold(deed, view, after));
        }
    }
}

/// Cancels and releases all that is left, and puts withheld seats on sale.
fn give_everything_back(crowd: &Crowd) -> Vec<Entry> {
    let engine = &crowd.engine;
    let now = || engine.now().moment;
    let mut told = Vec::new();
    let mut tell = |deed, view: Option<HoldView>, after: Moment| {
        if let Some(view) = view.filter(|view| view.lsn != Lsn::NONE) {
            told.push(Entry::of_hold(deed, view, after));
        }
    };
    for key in crowd.holds.lock().expect("nobody panics with it").iter() {
        tell(Deed::Leave, engine.release(key).ok(), now());
        tell(Deed::Cancel, engine.cancel(key.id, None).ok(), now());
        if let Ok(view) = engine.look(key) {
            assert!(matches!(view.stage, Stage::Ended(_)), "{view:?}");
        }
    }
    for seat in withheld(&crowd.event) {
        if let Ok(lsn) = engine.unblock(&crowd.event, &[seat]) {
            told.push(Entry::of_seats(Deed::Unblock, lsn, vec![seat], now()));
        }
    }
    told
}

/// Some places, which are withheld at times.
fn withheld(event: &Event) -> [SeatId; 3] {
    let last = event.chart().seat_count() - 1;
    [0, 1, 2].map(|place| SeatId::new(last - place))
}

/// Nothing is held, nobody is remembered, and the feed shows an empty house.
fn nothing_is_left(crowd: &Crowd) {
    crowd.clock.advance(limits::WASTE_KEPT_MAX);
    eventually("the end of all takings", || {
        crowd.engine.taking_count() == 0
    });
    eventually("the end of all users", || crowd.engine.user_count() == 0);
    catch_up(&crowd.engine);
    let free = crowd.event.counts().of(Shown::Available);
    assert_eq!(free, crowd.event.chart().seat_count());
}
