//! A run in the process: the map with its tape and wheel, the workers, the reaper, and the auditor at the other end.

use std::{
    sync::Arc,
    thread::{self, Scope, ScopedJoinHandle},
    time::{Duration, Instant},
};

use seatlock::{
    ids::SeatId,
    limits::WHEEL_SLOTS,
    seat::{SeatWord, Trail},
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
    latency::{self, Book},
    pace::Pace,
    plan::{Length, Plan},
    progress::{Progress, per},
    reaping::Reaper,
    signals::Signals,
    worker::{
        KINDS, Site, Worker,
        hand::{Hand, Honest},
    },
};

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
    /// How it went over time.
    pub pace: Pace,
}

impl Ended {
    /// Operations a second.
    pub fn per_second(&self) -> f64 {
        per(self.book.count(None), 1) / self.elapsed.as_secs_f64()
    }

    /// How long holds took that were granted, by percentile, in nanoseconds.
    pub fn hold_nanos(&self, percentile: f64) -> f64 {
        let mut entries = self.book.entries();
        let hold = entries.find(|(kind, end, _)| *kind == "hold" && *end == latency::Ended::Done);
        hold.map_or(0.0, |(.., entry)| {
            per(entry.nanos.value_at_percentile(percentile), 1)
        })
    }
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
    let site =
        Site::new(plan, trail, clock, Arc::clone(&signals)).map_err(|error| error.to_string())?;
    let (mut pens, lines): (Vec<Pen>, Vec<Line>) = (0..=plan.threads)
        .map(|_| claim::line(Arc::clone(&signals)))
        .unzip();
    let reaper_pen = pens.pop().ok_or("there is a pen for each line")?;
    let progress = Progress::new(lines.iter().map(Line::tally).collect());
    let auditor = auditor(plan, shard, &site, lines, doctor)?;
    let reaper = Reaper {
        wheel: &shard.wheel,
        site: &site,
        ttl_max: plan.ttl_max,
        hurry,
    };
    thread::scope(|scope| {
        let auditor = scope.spawn(|| auditor.run());
        let reaper = scope.spawn(|| reaper.run(reaper_pen));
        let workers = Workers::begin(scope, plan, &site, pens, hands);
        let (elapsed, pace) = watch(plan, &site, &shard.tape, progress);
        let book = workers.end()?;
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
            pace,
        })
    })
}

/// The auditor at the end of the tape. The last line is the reaper's.
fn auditor<'r, T, D: FnMut(&mut [Record])>(
    plan: &Plan,
    shard: &'r Shard,
    site: &'r Site<T>,
    lines: Vec<Line>,
    doctor: D,
) -> Result<Auditor<'r, D>, String> {
    let replay = Replay::new(plan.seats, lines.len(), plan.threads as usize, &site.clock);
    let reader = shard.tape.reader().ok_or("the tape has a reader already")?;
    let input = (&shard.tape, reader, &site.clock);
    Ok(Auditor::new(
        input,
        Lines::new(lines),
        replay,
        &site.signals,
        plan.stall,
        doctor,
    ))
}

/// The workers' threads.
struct Workers<'scope>(Vec<ScopedJoinHandle<'scope, Book>>);

impl<'scope> Workers<'scope> {
    fn begin<'env, T, H>(
        scope: &'scope Scope<'scope, 'env>,
        plan: &'env Plan,
        site: &'env Site<T>,
        pens: Vec<Pen>,
        hands: Vec<H>,
    ) -> Self
    where
        T: Trail + Send + Sync + 'env,
        H: Hand + 'env,
    {
        let begin = |((pen, hand), line)| {
            let worker = Worker::new(site, plan, (line, plan.threads + 1), pen, hand);
            scope.spawn(move || worker.run(plan.length.operations_of(line, plan.threads)))
        };
        Self(pens.into_iter().zip(hands).zip(0..).map(begin).collect())
    }

    fn end(self) -> Result<Book, String> {
        let mut all = Book::new(KINDS);
        for worker in self.0 {
            all.add(&worker.join().map_err(|_| "a worker panicked")?);
        }
        Ok(all)
    }
}

/// Shows how far it is, and ends it when it is time. Answers with how long it took, and how it went.
fn watch<T: Trail>(
    plan: &Plan,
    site: &Site<T>,
    tape: &Tape,
    mut progress: Progress,
) -> (Duration, Pace) {
    let (started, signals) = (Instant::now(), &site.signals);
    let mut pace = Pace::new(plan.seats);
    while !signals.all_left() {
        thread::sleep(LOOK);
        if matches!(plan.length, Length::Time(span) if started.elapsed() >= span) {
            signals.stop();
        }
        let now = site.clock.now().tick();
        pace.look(&site.seats, now, tape.next().get() - 1, signals.audited());
        if !plan.quiet {
            progress.show(tape.next().get(), signals.audited());
        }
    }
    (started.elapsed(), pace)
}

/// All is quiet: memory and replay must agree, and nothing may be held any more.
fn compare<T: Trail>(
    findings: &mut Findings,
    site: &Site<T>,
    end: Moment,
) -> Result<(), Violation> {
    let replay = &mut findings.replay;
    let agreed = replay.compare(|seat| site.seats.read(seat));
    let verdict = agreed.and_then(|()| nothing_left(&replay.words, end));
    verdict.map_err(|violation| findings.with_history(violation))
}

fn nothing_left(words: &[SeatWord], end: Moment) -> Result<(), Violation> {
    let is_left = |word: &SeatWord| word.is_expired(end.tick());
    let Some(first) = words.iter().position(is_left) else {
        return Ok(());
    };
    let seat = u32::try_from(first).map(SeatId::new).ok();
    let count = words.iter().filter(|word| is_left(word)).count();
    let what = format!(
        "{count} expired holds were never reclaimed, the first of them that of seat {first}"
    );
    Err(Violation::new(Promise::Reclaimed, seat, what))
}
