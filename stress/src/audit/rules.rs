//! The sequential model of a seat, written down a second time.
//!
//! The engine decides with [`Step::decide`]; an auditor that asked the same function would share its mistakes.

use seatlock::{
    ids::{Lsn, TakingId},
    seat::{Seat, SeatWord, Step},
    tick::Tick,
};

use super::verdict::Promise;

/// Why a step that was done may not have been: the promise that is broken, and how.
type Wrong = (Promise, &'static str);

/// The word that a step leaves, or why it may not have been done.
pub fn after(step: Step, before: SeatWord, now: Tick, lsn: Lsn) -> Result<SeatWord, Wrong> {
    let seat = before.view();
    let held = |taking: TakingId| own_live_hold(seat, taking, now);
    Ok(match step {
        Step::Hold { taking, until } => {
            free_to_take(seat, now)?;
            SeatWord::held(taking, until)
        }
        Step::Book { taking } => {
            free_to_take(seat, now)?;
            SeatWord::booked(taking, lsn)
        }
        Step::Block => {
            free_to_take(seat, now)?;
            SeatWord::withheld(lsn)
        }
        Step::Confirm { taking } => {
            held(taking)?;
            SeatWord::booked(taking, lsn)
        }
        Step::Extend { taking, until } => {
            if until.since(held(taking)?) <= 0 {
                return Err((
                    Promise::LegalSteps,
                    "a hold was 'extended' to no later deadline",
                ));
            }
            SeatWord::held(taking, until)
        }
        Step::Release { taking } => {
            held(taking)?;
            SeatWord::available(lsn)
        }
        Step::Cancel { .. } | Step::Unblock | Step::Expire => {
            to_be_freed(step, seat, now)?;
            SeatWord::available(lsn)
        }
    })
}

fn to_be_freed(step: Step, seat: Seat, now: Tick) -> Result<(), Wrong> {
    let illegal = |how| Err((Promise::LegalSteps, how));
    match (step, seat) {
        (Step::Cancel { taking }, Seat::Booked { taking: by, .. }) if by == taking => Ok(()),
        (Step::Cancel { .. }, Seat::Booked { .. }) => illegal("another's booking was cancelled"),
        (Step::Cancel { .. }, _) => illegal("a seat was cancelled that was not sold"),
        (Step::Unblock, Seat::Withheld { .. }) => Ok(()),
        (Step::Unblock, _) => illegal("a seat was put on sale that was not withheld"),
        (_, Seat::Held { until, .. }) if until.reached_at(now) => Ok(()),
        (_, Seat::Held { .. }) => Err((
            Promise::NeverEarly,
            "a hold was reclaimed before its deadline",
        )),
        _ => illegal("a seat expired that was not held"),
    }
}

fn free_to_take(seat: Seat, now: Tick) -> Result<(), Wrong> {
    match seat {
        Seat::Available { .. } => Ok(()),
        Seat::Held { until, .. } if until.reached_at(now) => Ok(()),
        Seat::Held { .. } => Err((Promise::OneHolder, "a seat was taken whose hold was alive")),
        Seat::Booked { .. } => Err((Promise::SoldOnce, "a seat was taken that was sold")),
        Seat::Withheld { .. } => Err((
            Promise::LegalSteps,
            "a seat was taken that was withheld from sale",
        )),
        Seat::InChange(_) => Err((Promise::TapeTrue, "a record begins with a word in change")),
    }
}

fn own_live_hold(seat: Seat, taking: TakingId, now: Tick) -> Result<Tick, Wrong> {
    match seat {
        Seat::Held { taking: by, .. } if by != taking => {
            Err((Promise::OneHolder, "a step succeeded on another's hold"))
        }
        Seat::Held { until, .. } if until.reached_at(now) => Err((
            Promise::NeverLate,
            "a step succeeded on a hold whose deadline had come",
        )),
        Seat::Held { until, .. } => Ok(until),
        Seat::Booked { .. } => Err((
            Promise::SoldOnce,
            "a step that needs a hold succeeded on a seat that was sold",
        )),
        _ => Err((
            Promise::LegalSteps,
            "a step that needs a hold succeeded on a seat that nobody held",
        )),
    }
}

#[cfg(test)]
mod tests {
    use seatlock::seat::{Decision, Next};

    use super::*;

    /// Two implementations, by two hands: wherever they differ, one is wrong.
    #[test]
    fn the_model_and_the_engine_agree_on_every_step_in_every_state() {
        let (mine, other) = (TakingId::FIRST, TakingId::FIRST.next());
        let (lsn, now) = (Lsn::new(9), Tick::new(100));
        let held = [mine, other]
            .into_iter()
            .flat_map(|by| [99, 100, 101, 150].map(|at| SeatWord::held(by, Tick::new(at))));
        let rest = [
            SeatWord::FRESH,
            SeatWord::available(lsn),
            SeatWord::booked(mine, lsn),
            SeatWord::booked(other, lsn),
        ];
        let words: Vec<_> = held.chain(rest).chain([SeatWord::withheld(lsn)]).collect();
        let until = Tick::new(120);
        let steps = [
            Step::Hold {
                taking: mine,
                until,
            },
            Step::Book { taking: mine },
            Step::Confirm { taking: mine },
            Step::Release { taking: mine },
            Step::Extend {
                taking: mine,
                until,
            },
            Step::Cancel { taking: mine },
            Step::Block,
            Step::Unblock,
            Step::Expire,
        ];
        for (step, word) in steps
            .into_iter()
            .flat_map(|step| words.iter().map(move |word| (step, *word)))
        {
            let engine = match step.decide(word, now) {
                Decision::Become(next) => Some(Next::word(next, lsn)),
                Decision::Already | Decision::Refuse(_) => None,
            };
            assert_eq!(
                after(step, word, now, lsn).ok(),
                engine,
                "{step:?} of {word:?}"
            );
        }
    }
}
