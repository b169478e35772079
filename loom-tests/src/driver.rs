//! The driver: builds the worker, runs it once for each model, two at a time or as many as there are cores, and prints
//! what came of it.

use std::{
    ffi::OsString,
    path::PathBuf,
    process::{Command, ExitCode, Output},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use clap::{Parser, ValueEnum};
use loom_tests::{
    faults::{CATCHES, Checker},
    models,
    runner::LONG,
};

/// Runs the models of Seatlock's lock-free core.
///
/// Each model runs in a process of its own. With SEATLOCK_SEED=number shuttle makes the same choices again; with
/// SEATLOCK_SCHEDULE=text, and the model's name, it replays the one schedule that it printed.
#[derive(Debug, Parser)]
#[command(name = "cargo loom")]
struct Args {
    /// What to run.
    #[arg(value_enum, default_value_t = What::Models)]
    what: What,
    /// Only models whose names contain one of these; with `mutations`, faults.
    names: Vec<String>,
    /// One more preemption under loom, a hundred times the schedules under shuttle: hours.
    #[arg(long)]
    long: bool,
    /// How many models run at the same time [default: one a core].
    #[arg(long)]
    jobs: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Every model under loom: all interleavings, within a bound.
    Models,
    /// Every model under shuttle: random schedules, and those of PCT(3).
    Shuttle,
    /// Each fault of the core with the model that must notice it.
    Mutations,
}

/// One run of the worker and what is expected of it.
struct Job {
    checker: Checker,
    model: &'static str,
    fault: Option<String>,
}

struct Finished {
    as_expected: bool,
    line: String,
    /// What the worker said, if it was not as expected.
    said: String,
}

pub(crate) fn main() -> ExitCode {
    let args = Args::parse();
    let jobs = jobs(&args);
    let with_faults = args.what == What::Mutations;
    let Some(workers) = Workers::build(&jobs, with_faults) else {
        return ExitCode::FAILURE;
    };
    println!("{}", heading(args.what));
    let start = Instant::now();
    let failed = run_all(&jobs, &workers, &args);
    println!(
        "{} runs, {failed} not as they should be, {:.0} s",
        jobs.len(),
        start.elapsed().as_secs_f64()
    );
    if failed == 0 && !jobs.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn jobs(args: &Args) -> Vec<Job> {
    let wanted = |name: &str| {
        args.names.is_empty() || args.names.iter().any(|part| name.contains(part.as_str()))
    };
    let without_fault = |checker, model| Job {
        checker,
        model,
        fault: None,
    };
    match args.what {
        What::Models => models::all()
            .filter(|model| model.is_for_loom() && wanted(model.name))
            .map(|model| without_fault(Checker::Loom, model.name))
            .collect(),
        What::Shuttle => models::all()
            .filter(|model| wanted(model.name))
            .map(|model| without_fault(Checker::Shuttle, model.name))
            .collect(),
        What::Mutations => {
            let catches = CATCHES
                .iter()
                .filter(|catch| wanted(&format!("{:?}", catch.fault)));
            let mut jobs: Vec<Job> = Vec::new();
            for catch in catches {
                // The same model without the fault, once: a model that fails anyway notices nothing.
                if !jobs
                    .iter()
                    .any(|job| (job.checker, job.model) == (catch.checker, catch.model))
                {
                    jobs.push(without_fault(catch.checker, catch.model));
                }
                jobs.push(Job {
                    checker: catch.checker,
                    model: catch.model,
                    fault: Some(format!("{:?}", catch.fault)),
                });
            }
            jobs
        }
    }
}

fn heading(what: What) -> String {
    match what {
        What::Models | What::Shuttle => format!("{:<46} {:>10} {:>7}", "model", "executions", "s"),
        What::Mutations => format!("{:<24} {:<40} {:<8} result", "fault", "model", "checker"),
    }
}

/// Runs all jobs, as many at a time as was asked for, and answers with how many did not end as they should.
fn run_all(jobs: &[Job], workers: &Workers, args: &Args) -> usize {
    let at_once = args
        .jobs
        .or_else(|| thread::available_parallelism().ok().map(Into::into))
        .unwrap_or(1);
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let output = Mutex::new(());
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let finished = workers.run(job, args);
                    let _one_at_a_time = output.lock();
                    println!("{}", finished.line);
                    if !finished.as_expected {
                        failed.fetch_add(1, Ordering::Relaxed);
                        println!("{}", finished.said);
                    }
                }
            });
        }
    });
    failed.into_inner()
}

/// The built workers, by checker.
struct Workers(Vec<(Checker, PathBuf)>);

impl Workers {
    fn build(jobs: &[Job], with_faults: bool) -> Option<Self> {
        let needed = [Checker::Loom, Checker::Shuttle]
            .into_iter()
            .filter(|checker| jobs.iter().any(|job| job.checker == *checker));
        needed
            .map(|checker| Some((checker, build(checker, with_faults)?)))
            .collect::<Option<_>>()
            .map(Self)
    }

    fn run(&self, job: &Job, args: &Args) -> Finished {
        let (_, worker) = self
            .0
            .iter()
            .find(|(checker, _)| *checker == job.checker)
            .expect("built for each checker that is needed");
        let mut command = Command::new(worker);
        command.arg(job.model).args(&job.fault);
        if args.long {
            command.env(LONG, "1");
        }
        let start = Instant::now();
        match command.output() {
            Ok(output) => judge(job, args.what, &output, start.elapsed()),
            Err(error) => Finished {
                as_expected: false,
                line: format!("{}: {error}", worker.display()),
                said: String::new(),
            },
        }
    }
}

/// Builds the worker for a checker into a folder of its own, so that its flags don't rebuild everything else.
fn build(checker: Checker, with_faults: bool) -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let target = target.join(name(checker));
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command
        .current_dir(&root)
        .args([
            "build",
            "--quiet",
            "--package",
            "loom-tests",
            "--profile",
            "model",
            "--target-dir",
        ])
        .arg(&target)
        .env("RUSTFLAGS", format!("{flags} --cfg {}", name(checker)));
    if with_faults {
        command.args(["--features", "mutations"]);
    }
    match command.status() {
        Ok(status) if status.success() => Some(target.join("model").join("loom-tests")),
        Ok(_) => None,
        Err(error) => {
            eprintln!("cannot start cargo: {error}");
            None
        }
    }
}

/// A run without a fault must succeed, one with a fault must fail.
fn judge(job: &Job, what: What, output: &Output, took: Duration) -> Finished {
    let said = String::from_utf8_lossy(&output.stdout);
    let as_expected = output.status.success() == job.fault.is_none() && said.contains("execution");
    let count = |word: &str| {
        said.lines()
            .find_map(|line| {
                line.strip_prefix(job.model)?
                    .strip_prefix(word)?
                    .split(' ')
                    .next()
            })
            .unwrap_or("?")
            .to_owned()
    };
    let result = match (&job.fault, as_expected) {
        (None, true) => format!("holds in {} executions", count(": ")),
        (None, false) => "FAILS WITHOUT A FAULT".to_owned(),
        (Some(_), true) => format!(
            "caught in execution {}: {}",
            count(": fails in execution "),
            symptom(&said)
        ),
        (Some(_), false) => "SURVIVES".to_owned(),
    };
    let line = match what {
        What::Mutations => format!(
            "{:<24} {:<40} {:<8} {result}",
            job.fault.as_deref().unwrap_or("(none)"),
            job.model,
            name(job.checker)
        ),
        What::Models | What::Shuttle if as_expected => {
            format!(
                "{:<46} {:>10} {:>7.1}",
                job.model,
                count(": "),
                took.as_secs_f64()
            )
        }
        What::Models | What::Shuttle => format!("{:<46} FAILS", job.model),
    };
    let said = format!("{said}{}", String::from_utf8_lossy(&output.stderr));
    Finished {
        as_expected,
        line,
        said,
    }
}

/// What the model complained of, in one line.
fn symptom(said: &str) -> String {
    let complaint = said
        .lines()
        .skip_while(|line| !line.starts_with("panicked at"))
        .nth(1);
    let complaint = complaint.unwrap_or("it was aborted");
    let complaint = complaint
        .strip_prefix("assertion `left == right` failed: ")
        .unwrap_or(complaint);
    complaint.chars().take(80).collect()
}

fn name(checker: Checker) -> &'static str {
    match checker {
        Checker::Loom => "loom",
        Checker::Shuttle => "shuttle",
    }
}
