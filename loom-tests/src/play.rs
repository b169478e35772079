//! The stage on which a model plays, and the players.
//!
//! A player does what a thread of the engine would do, and keeps a log of what it was answered. The logs and the
//! tape are what [`crate::audit`] judges by.

use std::{ops::Range, sync::Arc};

use seatlock::{
    ids::{Lsn, SeatId, TakingId},
    reaper::{self, Swept},
    seat::{Descriptors, Group, GroupOutcome, Outcome, SeatWord, Seats, Step},
    shard::Shard,
    tape::{Record, Tape},
    tick::{Moment, Tick},
    wheel::Wheel,
};

use crate::{audit, runner};

/// The first seat.
pub const A: SeatId = SeatId::new(0);
/// The second seat.
pub const B: SeatId = SeatId::new(1);
/// The third seat.
pub const C: SeatId = SeatId::new(2);
/// The fourth seat.
pub const D: SeatId = SeatId::new(3);

/// How large everything is: as small as the model allows, because a checker pays for each atomic.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Seats in the map.
    pub seats: u32,
    /// Descriptors for groups.
    pub descriptors: u32,
    /// Cells of the tape.
    pub tape_cells: u32,
    /// Cells that the tape keeps back.
    pub tape_margin: u32,
    /// Slots of the wheel. With 16, more than any model has ticks, a mark that is found a rotation late counts as
    /// lost.
    pub wheel_slots: u32,
}

/// The tick by which every hold of every model has been over for two ticks: the wheel must have freed it.
pub const THE_END: u64 = 12;

/// The longest deadline that a model may give.
pub const UNTIL_MAX: u32 = 10;

const GROUP_SEATS_MAX: u32 = 3;

/// A map with its tape and its wheel, and all that was done to it.
#[derive(Debug)]
pub struct Play {
    stage: Arc<Seats<Shard>>,
    logs: Vec<Log>,
}

/// The steps of a group.
pub type Steps = Vec<(SeatId, Step)>;

/// What a player did, in its order.
#[derive(Debug, Default)]
pub struct Log {
    /// Changes of one seat.
    pub singles: Vec<(SeatId, Step, Tick, Outcome)>,
    /// Changes of several.
    pub groups: Vec<(Steps, Tick, GroupOutcome)>,
    /// The moments of the sweeps, and the numbers among which those of their changes are.
    pub sweeps: Vec<(Moment, Range<Lsn>)>,
    /// What was read from the tape.
    pub records: Vec<Record>,
}

/// A thread of a model.
#[derive(Debug)]
pub struct Player {
    stage: Arc<Seats<Shard>>,
    log: Log,
}

impl Size {
    /// `seats` seats, one descriptor, and a tape that has room for what a few threads do.
    pub const fn of(seats: u32) -> Self {
        Self {
            seats,
            descriptors: 1,
            tape_cells: 16,
            tape_margin: 0,
            wheel_slots: 16,
        }
    }

    /// The same with another number of descriptors.
    #[must_use]
    pub const fn descriptors(self, descriptors: u32) -> Self {
        Self {
            descriptors,
            ..self
        }
    }

    /// The same with another wheel.
    #[must_use]
    pub const fn wheel(self, wheel_slots: u32) -> Self {
        Self {
            wheel_slots,
            ..self
        }
    }

    /// The same with another tape.
    #[must_use]
    pub const fn tape(self, tape_cells: u32, tape_margin: u32) -> Self {
        Self {
            tape_cells,
            tape_margin,
            ..self
        }
    }
}

impl Play {
    /// An empty house at tick 0.
    pub fn new(size: Size) -> Self {
        let shard = Shard {
            tape: Tape::with_cells(size.tape_cells, size.tape_margin),
            wheel: Wheel::with_slots(size.seats, size.wheel_slots, Moment::from_ticks(0)),
        };
        let descriptors = Descriptors::with(size.descriptors, GROUP_SEATS_MAX.min(size.seats));
        let seats = Seats::sharing(size.seats, shard, &descriptors).expect("models have seats");
        Self {
            stage: Arc::new(seats),
            logs: Vec::new(),
        }
    }

    /// What happens before or after the race, by one player alone.
    pub fn alone<R>(&mut self, act: impl FnOnce(&mut Player) -> R) -> R {
        let mut player = self.player();
        let result = act(&mut player);
        self.logs.push(player.log);
        result
    }

    /// The race: each actor on a thread of its own, all at once. Answers with what each made of it.
    pub fn race<R: Send + 'static, const N: usize>(
        &mut self,
        actors: [fn(&mut Player) -> R; N],
    ) -> [R; N] {
        let cast = actors.map(|act| {
            let mut player = self.player();
            move || {
                let result = act(&mut player);
                (result, player.log)
            }
        });
        runner::together(cast).map(|(result, log)| {
            self.logs.push(log);
            result
        })
    }

    /// The race of a number of equal players that is known at run time; each is told which one it is.
    pub fn crowd(&mut self, players: u64, act: fn(&mut Player, u64)) {
        let cast: Vec<_> = (0..players)
            .map(|number| {
                let mut player = self.player();
                move || {
                    act(&mut player, number);
                    player.log
                }
            })
            .collect();
        self.logs.extend(runner::all_together(cast));
    }

    /// Ends the play: the wheel comes by at [`THE_END`], and then everything is checked that is true of every play.
    pub fn audit(mut self) {
        self.alone(|last| {
            // A tape that is full makes the reaper wait for the next tick.
            for tick in THE_END..THE_END + u64::from(GROUP_SEATS_MAX) {
                last.read_tape();
                if last.sweep(tick).busy == 0 {
                    break;
                }
            }
            last.read_tape();
        });
        audit::audit(&self.stage, &self.logs);
    }

    fn player(&self) -> Player {
        Player {
            stage: Arc::clone(&self.stage),
            log: Log::default(),
        }
    }
}

impl Player {
    /// Changes one seat.
    pub fn change(&mut self, seat: SeatId, step: Step, now: u32) -> Outcome {
        let now = Tick::new(now);
        let outcome = self.stage.change(seat, step, now);
        self.log.singles.push((seat, step, now, outcome));
        outcome
    }

    /// Whether a change of one seat succeeded.
    pub fn does(&mut self, seat: SeatId, step: Step, now: u32) -> bool {
        matches!(self.change(seat, step, now), Outcome::Done { .. })
    }

    /// Changes several seats at one instant.
    pub fn change_all(&mut self, steps: &[(SeatId, Step)], now: u32) -> GroupOutcome {
        let now = Tick::new(now);
        let group = Group::new(steps).expect("models name seats in order");
        let outcome = self.stage.change_all(&group, now);
        self.log.groups.push((steps.to_vec(), now, outcome.clone()));
        outcome
    }

    /// Whether a change of several seats succeeded.
    pub fn does_all(&mut self, steps: &[(SeatId, Step)], now: u32) -> bool {
        matches!(self.change_all(steps, now), GroupOutcome::Done { .. })
    }

    /// What a seat is.
    pub fn read(&self, seat: SeatId) -> SeatWord {
        self.stage.read(seat)
    }

    /// Sends the reaper around, up to this tick. One player at a time.
    pub fn sweep(&mut self, now: u64) -> Swept {
        let now = Moment::from_ticks(now);
        let Shard { tape, wheel } = self.stage.trail();
        let first = tape.next();
        let swept = reaper::sweep(wheel, &self.stage, now);
        self.log.sweeps.push((now, first..tape.next()));
        swept
    }

    /// Reads what is on the tape. One player at a time. Answers with how many records there were.
    pub fn read_tape(&mut self) -> usize {
        let mut reader = self
            .stage
            .trail()
            .tape
            .reader()
            .expect("one reader at a time");
        let count = reader.read(&mut self.log.records, usize::MAX);
        audit::whole_groups(&self.log.records);
        count
    }
}

/// The taking with this number.
pub fn taking(number: u32) -> TakingId {
    TakingId::new(number).expect("models count takings from one")
}

/// To hold a seat until a tick.
pub fn hold(number: u32, until: u32) -> Step {
    assert!(
        until <= UNTIL_MAX,
        "the audit looks for lost marks two ticks later"
    );
    Step::Hold {
        taking: taking(number),
        until: Tick::new(until),
    }
}

/// Book a seat that is free.
pub fn book(number: u32) -> Step {
    Step::Book {
        taking: taking(number),
    }
}

/// To book a seat that is held.
pub fn confirm(number: u32) -> Step {
    Step::Confirm {
        taking: taking(number),
    }
}

/// To give back a seat that is held.
pub fn release(number: u32) -> Step {
    Step::Release {
        taking: taking(number),
    }
}

/// To hold a seat for longer.
pub fn extend(number: u32, until: u32) -> Step {
    assert!(
        until <= UNTIL_MAX,
        "the audit looks for lost marks two ticks later"
    );
    Step::Extend {
        taking: taking(number),
        until: Tick::new(until),
    }
}

/// To free a seat that is booked.
pub fn cancel(number: u32) -> Step {
    Step::Cancel {
        taking: taking(number),
    }
}
