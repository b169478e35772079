//! Budgets against a plain model, from several threads, and with more users than there is room for.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use proptest::prelude::*;

use super::*;

const CAPS: Caps = Caps {
    seats_max: 8,
    holds_max: 3,
    wasted_seat_seconds_max: 1_000,
    half_life: Duration::from_secs(600),
};

fn at(seconds: u64) -> Moment {
    Moment::from_nanos(seconds * 1_000_000_000)
}

fn released(seats: u32, wasted_seat_seconds: u32) -> Leaving {
    Leaving {
        seats,
        holds: 1,
        wasted_seat_seconds,
    }
}

fn which(answer: Result<(), Over>) -> Option<Which> {
    answer.err().map(|over| over.which)
}

#[test]
fn each_cap_is_reached_and_left() {
    let budgets = Budgets::new(10_000);
    assert_eq!(budgets.admit(&"ada", 5, true, &CAPS, at(0)), Ok(()));
    let over = budgets.admit(&"ada", 4, true, &CAPS, at(0));
    assert_eq!(
        over,
        Err(Over {
            which: Which::Seats,
            retry_after: None
        })
    );
    assert_eq!(budgets.admit(&"ada", 3, false, &CAPS, at(0)), Ok(()));
    assert_eq!(
        budgets.admit(&"bob", 8, true, &CAPS, at(0)),
        Ok(()),
        "another's seats"
    );
    budgets.leave(&"ada", released(8, 0), CAPS.half_life, at(1));
    for _ in 0..3 {
        assert_eq!(budgets.admit(&"ada", 1, true, &CAPS, at(1)), Ok(()));
    }
    assert_eq!(
        which(budgets.admit(&"ada", 1, true, &CAPS, at(1))),
        Some(Which::Holds)
    );
    let confirmed = Leaving {
        holds: 1,
        ..Leaving::default()
    };
    budgets.leave(&"ada", confirmed, CAPS.half_life, at(1));
    assert_eq!(budgets.admit(&"ada", 1, true, &CAPS, at(1)), Ok(()));
    assert_eq!(
        budgets.tally(&"ada"),
        Tally {
            seats: 4,
            holds: 3,
            ..Tally::NONE
        }
    );
}

#[test]
fn a_user_of_whom_nothing_is_left_is_forgotten() {
    let budgets = Budgets::new(10_000);
    for user in ["ada", "bob", "eve"] {
        assert_eq!(budgets.admit(&user, 2, true, &CAPS, at(0)), Ok(()));
    }
    budgets.leave(&"ada", released(2, 0), CAPS.half_life, at(1));
    assert_eq!(budgets.count(), 2);
    budgets.leave(&"bob", released(2, 64), CAPS.half_life, at(1));
    budgets.cool(&"eve", &[SeatId::new(1)], at(900), at(1));
    budgets.leave(&"eve", released(2, 0), CAPS.half_life, at(1));
    budgets.sweep(at(899));
    assert_eq!(
        budgets.count(),
        2,
        "one has wasted something, one has seats that cool down"
    );
    budgets.sweep(at(900));
    assert_eq!(budgets.count(), 1);
    budgets.sweep(at(1 + 6 * 600));
    assert_eq!(budgets.count(), 0);
}

#[test]
fn seats_that_were_let_expire_are_not_the_same_users_again_for_a_while() {
    let (budgets, seat) = (Budgets::new(10_000), SeatId::new(7));
    assert_eq!(budgets.admit(&"ada", 1, true, &CAPS, at(0)), Ok(()));
    budgets.cool(&"ada", &[seat], at(60), at(0));
    budgets.leave(&"ada", released(1, 10), CAPS.half_life, at(0));
    assert_eq!(
        budgets.cooling(&"ada", seat, at(20)),
        Some(Duration::from_secs(40))
    );
    assert_eq!(budgets.cooling(&"ada", SeatId::new(8), at(20)), None);
    assert_eq!(budgets.cooling(&"bob", seat, at(20)), None);
    assert_eq!(budgets.cooling(&"ada", seat, at(60)), None);
}

#[test]
fn a_full_table_forgets_the_harmless_and_refuses_the_rest() {
    let budgets = Budgets::new(limits::TABLE_SHARDS * 4);
    let full = limits::TABLE_SHARDS * 4;
    for user in 0..100_000_u32 {
        if budgets.admit(&user, 1, true, &CAPS, at(0)).is_ok() {
            // Every fourth keeps his seat, every fourth wastes a lot.
            match user % 4 {
                0 => {}
                1 => budgets.leave(&user, released(1, 5_000), CAPS.half_life, at(0)),
                _ => budgets.leave(&user, released(1, 2), CAPS.half_life, at(0)),
            }
        }
        assert!(user % 1_000 != 0 || budgets.count() <= full);
    }
    assert_eq!(budgets.count(), full);
    let newcomer = 1_000_000;
    let over = budgets.admit(&newcomer, 1, true, &CAPS, at(0));
    assert_eq!(which(over), Some(Which::Table));
    let heavy = |(_, tally): &(u32, Tally)| tally.seats > 0 || !tally.is_harmless(&CAPS, at(0));
    let kept_before = budgets.tallies().filter(heavy).count();
    // After the pause the harmless make room; nobody else does.
    let late = at(0).plus(limits::SWEEP_PAUSE);
    let came_in =
        (1_000_000..1_100_000).filter(|user| budgets.admit(user, 1, true, &CAPS, late).is_ok());
    let came_in = came_in.count();
    assert_eq!(came_in + kept_before, full);
    assert!(kept_before > 0 && came_in > 0);
    assert!(budgets.count() <= full);
}

#[test]
fn racing_holds_never_exceed_a_cap_and_all_returns_to_zero() {
    let (budgets, held) = (Budgets::new(10_000), AtomicU32::new(0));
    thread::scope(|scope| {
        for thread in 0..8_u32 {
            let (budgets, held) = (&budgets, &held);
            scope.spawn(move || {
                for round in 0..2_000 {
                    let seats = 1 + (thread + round) % 4;
                    if budgets.admit(&"ada", seats, true, &CAPS, at(0)).is_ok() {
                        let before = held.fetch_add(seats, Ordering::SeqCst);
                        assert!(before + seats <= CAPS.seats_max);
                        held.fetch_sub(seats, Ordering::SeqCst);
                        budgets.leave(&"ada", released(seats, 0), CAPS.half_life, at(0));
                    }
                }
            });
        }
    });
    assert_eq!(budgets.tally(&"ada"), Tally::NONE);
    assert_eq!(budgets.count(), 0);
}

#[test]
fn what_was_recorded_is_restored() {
    let (old, new) = (Budgets::new(10_000), Budgets::new(10_000));
    for user in 0..50_u32 {
        assert_eq!(old.admit(&user, 1 + user % 8, true, &CAPS, at(3)), Ok(()));
        let part = Leaving {
            wasted_seat_seconds: user * 100,
            ..Leaving::default()
        };
        old.leave(&user, part, CAPS.half_life, at(4));
    }
    old.tallies()
        .for_each(|(user, tally)| new.restore(user, tally));
    for user in 0..50 {
        assert_eq!(new.tally(&user), old.tally(&user));
    }
}

/// One user as one would write him down: every waste with its time, nothing forgotten in between.
#[derive(Default)]
struct Model {
    holds: Vec<u32>,
    booked: u32,
    wasted: Vec<(u32, u64)>,
}

impl Model {
    fn wasted_now(&self, now: u64) -> f64 {
        let left = |&(wasted, then): &(u32, u64)| {
            let age = Duration::from_secs(now - then).as_secs_f64();
            f64::from(wasted) * (-age / CAPS.half_life.as_secs_f64()).exp2()
        };
        self.wasted.iter().map(left).sum()
    }

    fn admit(&self, seats: u32, now: u64) -> Result<(), Which> {
        let held: u32 = self.holds.iter().sum();
        if self.booked + held + seats > CAPS.seats_max {
            Err(Which::Seats)
        } else if self.holds.len() == 3 {
            Err(Which::Holds)
        } else if self.wasted_now(now) > f64::from(CAPS.wasted_seat_seconds_max) {
            Err(Which::Wasted)
        } else {
            Ok(())
        }
    }
}

proptest! {
    #[test]
    fn budgets_agree_with_a_model(
        steps in prop::collection::vec((0_u8..5, 0_u8..3, 1_u32..6, 0_u64..400), 1..120)
    ) {
        let (budgets, mut models) = (Budgets::new(10_000), BTreeMap::<u8, Model>::new());
        let mut now = 1;
        for (step, user, number, pause) in steps {
            now += pause;
            let model = models.entry(user).or_default();
            match step {
                0..=2 => {
                    let wasted = model.wasted_now(now);
                    // Where rounding decides there is nothing to compare.
                    prop_assume!((wasted - 1_000.0).abs() > 2.0);
                    let admitted = budgets.admit(&user, number, true, &CAPS, at(now));
                    prop_assert_eq!(admitted.map_err(|over| over.which), model.admit(number, now));
                    if admitted.is_ok() {
                        model.holds.push(number);
                    }
                }
                3 => if let Some(seats) = model.holds.pop() {
                    let wasted = seats * number * 60;
                    model.wasted.push((wasted, now));
                    budgets.leave(&user, released(seats, wasted), CAPS.half_life, at(now));
                },
                _ => if let Some(seats) = model.holds.pop() {
                    model.booked += seats;
                    let confirmed = Leaving { holds: 1, ..Leaving::default() };
                    budgets.leave(&user, confirmed, CAPS.half_life, at(now));
                },
            }
            let tally = budgets.tally(&user);
            let held: u32 = model.holds.iter().sum();
            prop_assert_eq!(tally.seats, held + model.booked);
            prop_assert_eq!(tally.holds, u32::try_from(model.holds.len()).expect("few"));
            let wasted = tally.wasted_seat_seconds(CAPS.half_life, at(now));
            prop_assert!((wasted - model.wasted_now(now)).abs() <= 2.0, "{} {}", wasted, model.wasted_now(now));
        }
    }
}
