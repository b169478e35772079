//! A run in the process: the map with its tape and wheel, the workers, the reaper, and the auditor at the other end.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crossbeam::queue::ArrayQueue;
use seatlock::{
    ids::SeatId,
    limits::WHEEL_SLOTS,
    seat::{Seat, Seats, Trail},
    shard::Shard,
    tape::{Record, Tape},
    tick::Moment,
    wheel::Wheel,
};

use crate::{
    audit::{
        Auditor, Findings,
        lines::Lines,
        replay::Replay,
        verdict::{Promise, Violation},
    },
    claim::{self, Line, Pen},
    clock::RunClock,
    latency::Book,
    plan::{Length, Plan},
    progress::Progress,
    reaping::{Reaper, Told},
    signals::Signals,
    worker::{
        KINDS, Site, Worker,
        hand::{Hand, Honest},
    },
};

/// Takings that wait for a second user.
const DOUBLES_WAITING: usize = 64;

/// How often the main thread looks up.
const LOOK: Duration = Duration::from_millis(10);

/// What may be put in the place of an honest part.
pub struct Parts<T, H, D> {
    /// Stands between the map and the shard.
    pub trail: T,
    /// The workers' hands, by number.
    pub hands: Vec<H>,
    /// Falsifies the auditor's input.
    pub doctor: D,
    /// How far the reaper runs ahead of its time.
    pub hurry: Duration,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// What the auditor found; with it the comparison of replay and memory.
    pub findings: Findings,
    /// What the workers counted.
    pub book: Book,
    /// How long they worked.
    pub elapsed: Duration,
    /// LSNs that were taken.
    pub taken: u64,
}

/// Runs a plan honestly.
pub fn run(plan: &Plan) -> Result<Ended, String> {
    let clock = RunClock::starting_now(plan.speed);
    let shard = Arc::new(shard(plan, &clock));
    let hands = vec![Honest; plan.threads as usize];
    let parts = Parts {
        trail: Arc::clone(&shard),
        hands,
        doctor: |_: &mut [Record]| {},
        hurry: Duration::ZERO,
    };
    run_with(plan, &shard, clock, parts)
}

/// A shard whose wheel begins at the clock's time.
pub fn shard(plan: &Plan, clock: &RunClock) -> Shard {
    Shard {
        tape: Tape::new(),
        wheel: Wheel::with_slots(plan.seats, WHEEL_SLOTS, clock.now()),
    }
}

/// Runs a plan with these parts.
pub fn run_with<T, H, D>(
    plan: &Plan,
    shard: &Shard,
    clock: RunClock,
    parts: Parts<T, H, D>,
) -> Result<Ended, String>
where
    T: Trail + Send + Sync,
    H: Hand,
    D: FnMut(&mut [Record]) + Send,
{
    let Parts {
        trail,
        hands,
        doctor,
        hurry,
    } = parts;
    let signals = Arc::new(Signals::new(plan.threads));
    let seats =
        Seats::new(plan.seats, Told::new(trail, plan.dawdle)).map_err(|error| error.to_string())?;
    let site = Site {
        seats,
        clock,
        signals: Arc::clone(&signals),
        doubles: ArrayQueue::new(DOUBLES_WAITING),
    };
    let (mut pens, lines): (Vec<Pen>, Vec<Line>) = (0..=plan.threads)
        .map(|_| claim::line(Arc::clone(&signals)))
        .unzip();
    let tallies = lines.iter().map(Line::tally).collect();
    let replay = Replay::new(plan.seats, lines.len(), plan.threads as usize, &site.clock);
    let reader = shard.tape.reader().ok_or("the tape has a reader already")?;
    let input = (&shard.tape, reader);
    let auditor = Auditor::new(
        input,
        Lines::new(lines),
        replay,
        &signals,
        plan.stall,
        doctor,
    );
    let reaper = Reaper {
        wheel: &shard.wheel,
        seats: &site.seats,
        clock: &site.clock,
        signals: &signals,
        ttl_max: plan.ttl_max,
        hurry,
    };
    let reaper_pen = pens.pop().ok_or("there is a pen for each line")?;
    let started = Instant::now();
    thread::scope(|scope| {
        let auditor = scope.spawn(|| auditor.run());
        let reaper = scope.spawn(|| reaper.run(reaper_pen));
        let workers: Vec<_> = pens
            .into_iter()
            .zip(hands)
            .zip(0..)
            .map(|((pen, hand), line)| {
                let worker = Worker::new(&site, plan, (line, plan.threads + 1), pen, hand);
                scope.spawn(move || worker.run(plan.length.operations_of(line, plan.threads)))
            })
            .collect();
        watch(plan, &signals, &shard.tape, Progress::new(tallies), started);
        let elapsed = started.elapsed();
        let mut book = Book::new(KINDS);
        for worker in workers {
            book.add(&worker.join().map_err(|_| "a worker panicked")?);
        }
        let end = reaper.join().map_err(|_| "the reaper panicked")?;
        let mut findings = auditor.join().map_err(|_| "the auditor panicked")?;
        if findings.violation.is_none() {
            findings.violation = compare(&mut findings, &site, end).err();
        }
        let taken = shard.tape.next().get().saturating_sub(1);
        Ok(Ended {
            findings,
            book,
            elapsed,
            taken,
        })
    })
}

/// Shows how far it is, and ends it when it is time.
fn watch(plan: &Plan, signals: &Signals, tape: &Tape, mut progress: Progress, started: Instant) {
    while !signals.all_left() {
        thread::sleep(LOOK);
        if matches!(plan.length, Length::Time(span) if started.elapsed() >= span) {
            signals.stop();
        }
        if !plan.quiet {
            progress.show(tape.next().get(), signals.audited());
        }
    }
}

/// All is quiet: memory and replay must agree, and nothing may be held any more.
fn compare<T: Trail>(
    findings: &mut Findings,
    site: &Site<T>,
    end: Moment,
) -> Result<(), Violation> {
    let Findings { replay, .. } = findings;
    replay
        .compare(|seat| site.seats.read(seat))
        .and_then(|()| {
            let left = |(index, word): (u32, _)| match seatlock::seat::SeatWord::view(word) {
                Seat::Held { until, .. } if until.reached_at(end.tick()) => {
                    Some(SeatId::new(index))
                }
                _ => None,
            };
            let left: Vec<SeatId> = (0..)
                .zip(replay.words.iter().copied())
                .filter_map(left)
                .collect();
            match left.first() {
                None => Ok(()),
                Some(seat) => {
                    let what = format!(
                        "{} expired holds were never reclaimed, among them that of {seat}",
                        left.len()
                    );
                    Err(Violation::new(Promise::Reclaimed, *seat, what))
                }
            }
        })
        .map_err(|violation| findings.with_history(violation))
}
