//! The sequential model of a seat, written down a second time.
//!
//! The engine decides with [`Step::decide`]; an auditor that asked the same function would share its mistakes.

use seatlock::{
    ids::Lsn,
    seat::{Seat, SeatWord, Step},
    tick::Tick,
};

use super::verdict::Promise;

/// The word that a step leaves, or the promise that is broken if it was done at all.
pub fn after(
    step: Step,
    before: SeatWord,
    now: Tick,
    lsn: Lsn,
) -> Result<SeatWord, (Promise, &'static str)> {
    let seat = before.view();
    match step {
        Step::Hold { taking, until } => {
            free_to_take(seat, now).map(|()| SeatWord::held(taking, until))
        }
        Step::Block => free_to_take(seat, now).map(|()| SeatWord::withheld(lsn)),
        Step::Confirm { taking } => {
            own_live_hold(seat, taking.get(), now).map(|_| SeatWord::booked(taking, lsn))
        }
        Step::Release { taking } => {
            own_live_hold(seat, taking.get(), now).map(|_| SeatWord::available(lsn))
        }
        Step::Extend { taking, until } => match own_live_hold(seat, taking.get(), now)? {
            old if until.since(old) > 0 => Ok(SeatWord::held(taking, until)),
            _ => Err((
                Promise::LegalSteps,
                "a hold was 'extended' to no later deadline",
            )),
        },
        Step::Cancel { taking } => match seat {
            Seat::Booked { taking: by, .. } if by == taking => Ok(SeatWord::available(lsn)),
            Seat::Booked { .. } => Err((Promise::LegalSteps, "another's booking was cancelled")),
            _ => Err((
                Promise::LegalSteps,
                "a seat was cancelled that was not sold",
            )),
        },
        Step::Unblock => match seat {
            Seat::Withheld { .. } => Ok(SeatWord::available(lsn)),
            _ => Err((
                Promise::LegalSteps,
                "a seat was put on sale that was not withheld",
            )),
        },
        Step::Expire => match seat {
            Seat::Held { until, .. } if until.reached_at(now) => Ok(SeatWord::available(lsn)),
            Seat::Held { .. } => Err((
                Promise::NeverEarly,
                "a hold was reclaimed before its deadline",
            )),
            _ => Err((Promise::LegalSteps, "a seat expired that was not held")),
        },
    }
}

fn free_to_take(seat: Seat, now: Tick) -> Result<(), (Promise, &'static str)> {
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

fn own_live_hold(seat: Seat, taking: u32, now: Tick) -> Result<Tick, (Promise, &'static str)> {
    match seat {
        Seat::Held { taking: by, .. } if by.get() != taking => {
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
    use seatlock::{
        ids::TakingId,
        seat::{Decision, Next},
    };

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
