//! The oracle: what must be true after every play, whoever won.
//!
//! It replays the tape in the order of the LSNs and knows nothing of how the core does what it does; the rules of
//! the steps are written down here a second time. LSNs *inside* words are not checked on purpose: what matters is
//! whether leaving them out has consequences.

use std::{collections::BTreeMap, ops::Range};

use seatlock::{
    ids::{Lsn, SeatId},
    seat::{Change, GroupOutcome, Outcome, Seat, SeatWord, Seats, Status, Step},
    shard::Shard,
    tape::{Entry, Record},
    tick::{Moment, Tick},
};

use crate::play::{Log, THE_END};

/// Judges a play that is over.
///
/// - The tape is complete: each number once, in order, as a change or as a void.
/// - Each change on it goes on from the word that the last one left (P1), and at the end the seats are as it says.
/// - Whoever was told that a change was done finds it under its number, and there is no change that nobody asked for.
/// - Each change was allowed by the words and the time (P1, P3), and each refusal by a word that the seat had.
/// - A group's changes stand together (P2).
/// - No expired hold is left: the wheel has lost no mark (P3).
///
/// # Panics
/// If any of this does not hold.
pub fn audit(seats: &Seats<Shard>, logs: &[Log]) {
    let records: Vec<Record> = logs.iter().flat_map(|log| &log.records).copied().collect();
    let next = seats.trail().tape.next();
    let numbers: Vec<u64> = records.iter().map(|record| record.lsn.get()).collect();
    assert!(
        numbers.iter().copied().eq(1..next.get()),
        "the tape is not complete: {numbers:?} of the numbers before {next}"
    );
    whole_groups(&records);
    let histories = replay(seats, &records);
    let mut asked = Asked::of(logs);
    for (lsn, change) in changes(&records) {
        asked.allowed(lsn, change);
    }
    asked.all_found();
    refusals_are_true(logs, &histories);
}

/// A batch from the tape never ends within a group.
///
/// # Panics
/// If one does, or if the records of a group do not stand together.
pub fn whole_groups(records: &[Record]) {
    let mut rest_expected = None;
    for record in records {
        let change = match record.entry {
            Entry::Change(change) => change,
            Entry::Void => {
                assert_eq!(
                    rest_expected, None,
                    "{} is a void within a group",
                    record.lsn
                );
                continue;
            }
        };
        if let Some(rest) = rest_expected {
            assert_eq!(change.rest, rest, "{} breaks a group apart", record.lsn);
        }
        rest_expected = change.rest.checked_sub(1);
    }
    assert_eq!(rest_expected, None, "half a group was read from the tape");
}

fn changes(records: &[Record]) -> impl Iterator<Item = (Lsn, Change)> {
    records
        .iter()
        .filter_map(|record| record.change().map(|change| (record.lsn, change)))
}

/// All words that each seat had, in order.
fn replay(seats: &Seats<Shard>, records: &[Record]) -> BTreeMap<SeatId, Vec<SeatWord>> {
    let mut histories: BTreeMap<SeatId, Vec<SeatWord>> = (0..seats.count())
        .map(|seat| (SeatId::new(seat), vec![SeatWord::FRESH]))
        .collect();
    for (lsn, change) in changes(records) {
        let history = histories.get_mut(&change.seat).expect("a seat of the map");
        assert_eq!(
            history.last(),
            Some(&change.before),
            "{lsn} on {} does not go on from the word that the tape has",
            change.seat
        );
        history.push(change.after);
    }
    for (&seat, history) in &histories {
        let word = seats.read(seat);
        assert_eq!(
            history.last(),
            Some(&word),
            "{seat} is not what the tape says"
        );
        let expired = word.is_expired(Moment::from_ticks(THE_END).tick());
        assert!(!expired, "the wheel has lost {seat}, which is {word:?}");
    }
    histories
}

/// A change that was answered 'done'.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct AskedStep {
    seat: SeatId,
    step: Step,
    now: Tick,
    /// How many more of its group follow.
    rest: u8,
}

/// What was answered 'done', by LSN, and the sweeps that may have freed seats.
struct Asked {
    steps: BTreeMap<Lsn, AskedStep>,
    sweeps: Vec<(Moment, Range<Lsn>)>,
}

impl Asked {
    fn of(logs: &[Log]) -> Self {
        let mut steps = BTreeMap::new();
        let mut done = |lsn, asked| {
            let twice = steps.insert(lsn, asked);
            assert_eq!(twice, None, "{lsn} was given to two changes");
        };
        for log in logs {
            for &(seat, step, now, outcome) in &log.singles {
                if let Outcome::Done { lsn, .. } = outcome {
                    done(
                        lsn,
                        AskedStep {
                            seat,
                            step,
                            now,
                            rest: 0,
                        },
                    );
                }
            }
            for (group, now, outcome) in &log.groups {
                if let GroupOutcome::Done { first } = outcome {
                    let rests = (0..u8::try_from(group.len()).expect("groups are small")).rev();
                    for ((&(seat, step), place), rest) in group.iter().zip(0..).zip(rests) {
                        done(
                            first.plus(place),
                            AskedStep {
                                seat,
                                step,
                                now: *now,
                                rest,
                            },
                        );
                    }
                }
            }
        }
        let sweeps = logs.iter().flat_map(|log| &log.sweeps).cloned().collect();
        Self { steps, sweeps }
    }

    /// Finds who asked for this change, and whether it was theirs to ask.
    fn allowed(&mut self, lsn: Lsn, change: Change) {
        let ok = match self.steps.remove(&lsn) {
            Some(asked) => {
                (asked.seat, asked.rest) == (change.seat, change.rest)
                    && allows(asked.step, asked.now, change)
            }
            None => self.sweeps.iter().any(|(now, numbers)| {
                numbers.contains(&lsn) && allows(Step::Expire, now.tick(), change)
            }),
        };
        assert!(ok, "{lsn} was not allowed or not asked for: {change:?}");
    }

    fn all_found(&self) {
        assert!(
            self.steps.is_empty(),
            "answered 'done', but not on the tape: {:?}",
            self.steps
        );
    }
}

/// Whether a step leads from the one word to the other: the rules once more, for whoever wrote them wrong.
fn allows(step: Step, now: Tick, Change { before, after, .. }: Change) -> bool {
    let expired = before.is_expired(now);
    let free = before.status() == Status::Available || expired;
    let held_by =
        |by| matches!(before.view(), Seat::Held { taking, .. } if taking == by) && !expired;
    match (step, after.view()) {
        (Step::Hold { taking, until }, _) => free && after == SeatWord::held(taking, until),
        (Step::Book { taking }, Seat::Booked { taking: by, .. }) => free && by == taking,
        (Step::Confirm { taking }, Seat::Booked { taking: by, .. }) => {
            held_by(taking) && by == taking
        }
        (Step::Release { taking }, Seat::Available { .. }) => held_by(taking),
        (Step::Extend { taking, until }, _) => {
            held_by(taking)
                && after == SeatWord::held(taking, until)
                && before.held_until().is_some_and(|old| until.since(old) > 0)
        }
        (Step::Cancel { taking }, Seat::Available { .. }) => {
            matches!(before.view(), Seat::Booked { taking: by, .. } if by == taking)
        }
        (Step::Block, Seat::Withheld { .. }) => free,
        (Step::Unblock, Seat::Available { .. }) => matches!(before.view(), Seat::Withheld { .. }),
        (Step::Expire, Seat::Available { .. }) => expired,
        _ => false,
    }
}

/// Whoever was refused was shown a word that the seat has had.
fn refusals_are_true(logs: &[Log], histories: &BTreeMap<SeatId, Vec<SeatWord>>) {
    let had = |seat: SeatId, word: SeatWord| {
        assert!(
            histories[&seat].contains(&word),
            "{seat} has never been {word:?}"
        );
    };
    for log in logs {
        for &(seat, _, _, outcome) in &log.singles {
            match outcome {
                Outcome::Refused { saw, .. } | Outcome::Already { saw } | Outcome::Busy { saw } => {
                    had(seat, saw);
                }
                Outcome::Done { .. } => {}
            }
        }
        for (_, _, outcome) in &log.groups {
            if let GroupOutcome::Refused { in_the_way } = outcome {
                assert!(!in_the_way.is_empty(), "refused without a reason");
                in_the_way.iter().for_each(|seat| had(seat.seat, seat.saw));
            }
        }
    }
}
