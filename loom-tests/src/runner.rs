//! How a model is run: the one place that knows which checker it is built for.

use std::sync::atomic::{AtomicU64, Ordering};

/// A model: a body that panics when something is wrong, and how far loom is to take it.
#[derive(Debug, Clone, Copy)]
pub struct Model {
    /// What it is called on the command line.
    pub name: &'static str,
    /// Plays once.
    body: fn(),
    /// The preemptions in one execution under loom; `None` for all that there can be.
    pub preemptions: Option<usize>,
    /// The executions that loom needs at least. With fewer the model no longer looks at what it did. `None`: there
    /// are too many threads for loom.
    pub executions_min: Option<u64>,
}

impl Model {
    /// A model of which loom goes through every interleaving.
    pub(crate) const fn every(name: &'static str, body: fn(), executions_min: u64) -> Self {
        Self {
            name,
            body,
            preemptions: None,
            executions_min: Some(executions_min),
        }
    }

    /// A model of which loom goes through the interleavings with so many preemptions; with one more in a long run.
    pub(crate) const fn bounded(
        preemptions: usize,
        name: &'static str,
        body: fn(),
        executions_min: u64,
    ) -> Self {
        Self {
            name,
            body,
            preemptions: Some(preemptions),
            executions_min: Some(executions_min),
        }
    }

    /// A model that only shuttle and real threads can play, with random choices.
    pub(crate) const fn of_a_crowd(name: &'static str, body: fn()) -> Self {
        Self {
            name,
            body,
            preemptions: None,
            executions_min: None,
        }
    }

    /// Whether loom can play it.
    pub fn is_for_loom(&self) -> bool {
        self.executions_min.is_some()
    }
}

/// Set for a long run: loom gets one more preemption, shuttle a hundred times the schedules.
pub const LONG: &str = "SEATLOCK_LONG";

/// The number that random choices come from, to run the same ones again.
pub const SEED: &str = "SEATLOCK_SEED";

/// What shuttle printed when a model failed, to see that one schedule again.
pub const SCHEDULE: &str = "SEATLOCK_SCHEDULE";

static EXECUTIONS: AtomicU64 = AtomicU64::new(0);

/// How many executions there were since the process began.
pub fn executions() -> u64 {
    EXECUTIONS.load(Ordering::Relaxed)
}

/// Runs a model under the checker that this is built for, and answers with the number of executions.
///
/// # Panics
/// If the model fails in one of them, or if there were fewer than there should be.
pub fn run(model: &Model) -> u64 {
    let before = executions();
    let body = model.body;
    let executions_min = checker::run(model, move || {
        EXECUTIONS.fetch_add(1, Ordering::Relaxed);
        body();
    });
    let ran = executions() - before;
    println!("{}: {ran} executions", model.name);
    assert!(
        ran >= executions_min,
        "{}: {ran} executions are fewer than the {executions_min} that there should be",
        model.name
    );
    ran
}

/// Runs all of a fixed cast at once, one on this thread, and waits for them.
pub(crate) fn together<R: Send + 'static, const N: usize>(
    cast: [impl FnOnce() -> R + Send + 'static; N],
) -> [R; N] {
    let results = all_together(cast.into_iter().collect());
    results
        .try_into()
        .unwrap_or_else(|_| unreachable!("as many results as actors"))
}

/// Runs all of a cast at once, one on this thread, and waits for them.
pub(crate) fn all_together<R: Send + 'static>(
    cast: Vec<impl FnOnce() -> R + Send + 'static>,
) -> Vec<R> {
    let mut cast = checker::at_the_same_time(cast);
    let last = cast.pop();
    let others: Vec<_> = cast.into_iter().map(checker::spawn).collect();
    let last = last.map(|act| act());
    // Whoever panicked has said so already; the model ends with it.
    let mut results: Vec<R> = others
        .into_iter()
        .map(|other| {
            other
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
        .collect();
    results.extend(last);
    results
}

/// A number for random choices within a model. Under shuttle it belongs to the schedule and is replayed with it.
pub(crate) fn random() -> u64 {
    checker::random()
}

#[cfg(not(loom))]
fn seed() -> u64 {
    let given = std::env::var(SEED).ok().map(|text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{SEED}={text} is not a number"))
    });
    let seed = given.unwrap_or_else(|| {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(1, |since| {
                since.as_secs() ^ u64::from(since.subsec_nanos()) << 20
            })
    });
    println!("{SEED}={seed}");
    seed
}

#[cfg(loom)]
mod checker {
    pub(super) use loom::thread::spawn;

    use super::{LONG, Model};

    pub(super) fn run(model: &Model, body: impl Fn() + Send + Sync + 'static) -> u64 {
        let executions_min = model
            .executions_min
            .unwrap_or_else(|| panic!("{} has too many threads for loom", model.name));
        let long = usize::from(std::env::var_os(LONG).is_some());
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = model.preemptions.map(|usual| usual + long);
        // More than any model needs: one that needs more goes round in circles.
        builder.max_branches = 20_000;
        builder.check(body);
        executions_min
    }

    pub(super) fn at_the_same_time<F>(cast: Vec<F>) -> Vec<F> {
        cast
    }

    pub(super) fn random() -> u64 {
        unreachable!("loom wants the same execution each time: no random model runs under it")
    }
}

#[cfg(shuttle)]
mod checker {
    pub(super) use shuttle::thread::spawn;

    use std::sync::Arc;

    use shuttle::{
        Config, Runner,
        rand::{RngCore, thread_rng},
        scheduler::{PctScheduler, RandomScheduler},
    };

    use super::{LONG, Model, SCHEDULE, seed};

    const PCT_DEPTH: usize = 3;

    pub(super) fn run(model: &Model, body: impl Fn() + Send + Sync + 'static) -> u64 {
        if let Ok(schedule) = std::env::var(SCHEDULE) {
            shuttle::replay(body, &schedule);
            return 1;
        }
        // Most for the crowd, which loom does not see.
        let usual = if model.is_for_loom() { 10_000 } else { 100_000 };
        let long = std::env::var_os(LONG).is_some();
        let schedules = usual * if long { 100 } else { 1 };
        let (seed, body) = (seed(), Arc::new(body));
        for strategy in [Strategy::Random, Strategy::Pct] {
            let body = Arc::clone(&body);
            strategy.run(seed, schedules, move || body());
        }
        2 * u64::try_from(schedules).expect("usize has 64 bits")
    }

    enum Strategy {
        Random,
        Pct,
    }

    impl Strategy {
        fn run(self, seed: u64, schedules: usize, body: impl Fn() + Send + Sync + 'static) {
            let config = Config::new();
            match self {
                Self::Random => {
                    let scheduler = RandomScheduler::new_from_seed(seed, schedules);
                    Runner::new(scheduler, config).run(body);
                }
                Self::Pct => {
                    let scheduler = PctScheduler::new_from_seed(seed, PCT_DEPTH, schedules);
                    Runner::new(scheduler, config).run(body);
                }
            }
        }
    }

    pub(super) fn at_the_same_time<F>(cast: Vec<F>) -> Vec<F> {
        cast
    }

    pub(super) fn random() -> u64 {
        thread_rng().next_u64()
    }
}

#[cfg(not(any(loom, shuttle)))]
mod checker {
    pub(super) use std::thread::spawn;

    use std::{
        hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
        sync::{
            Arc, OnceLock,
            atomic::{AtomicUsize, Ordering},
        },
    };

    use super::{Model, executions, seed};

    const REPETITIONS: u64 = 2_000;

    static RUN_SEED: OnceLock<u64> = OnceLock::new();

    pub(super) fn run(_: &Model, body: impl Fn()) -> u64 {
        (0..REPETITIONS).for_each(|_| body());
        REPETITIONS
    }

    /// Holds everybody at the start until all are there. Spinning, because waking sleepers takes longer than most
    /// models do; giving the core away, because there may be fewer cores than actors.
    pub(super) fn at_the_same_time<R>(cast: Vec<impl FnOnce() -> R>) -> Vec<impl FnOnce() -> R> {
        let missing = Arc::new(AtomicUsize::new(cast.len()));
        cast.into_iter()
            .map(|act| {
                let missing = Arc::clone(&missing);
                move || {
                    missing.fetch_sub(1, Ordering::AcqRel);
                    while missing.load(Ordering::Acquire) > 0 {
                        std::thread::yield_now();
                    }
                    act()
                }
            })
            .collect()
    }

    pub(super) fn random() -> u64 {
        let seed = *RUN_SEED.get_or_init(seed);
        BuildHasherDefault::<DefaultHasher>::default().hash_one((seed, executions()))
    }
}
