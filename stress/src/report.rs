//! The summary at the end of a run.

use std::{fmt::Write, time::Duration};

use serde_json::json;

use crate::{
    audit::{
        deadlines::Deadlines,
        verdict::{Checks, Promise},
    },
    latency::{Book, Ended, Entry},
    progress::per,
    run,
};

/// The summary of a run in the process.
pub fn run(ended: &run::Ended) -> String {
    let findings = &ended.findings;
    let mut text = throughput(&ended.book, ended.elapsed);
    let voids = 100.0 * per(findings.voids, ended.taken);
    let _ = writeln!(
        text,
        "{} LSNs taken, of which {} ({voids:.2} %) were given up after a lost race",
        ended.taken, findings.voids
    );
    text += &latencies(&ended.book, "in the process, of one operation in eight");
    text += &lateness(&findings.replay.deadlines);
    text += &promises(&findings.replay.checks);
    if findings.unjudged > 0 {
        let _ = writeln!(
            text,
            "{} words that were shown could not be judged: too much had happened since",
            findings.unjudged
        );
    }
    text
}

/// The same for programs. Times are in nanoseconds.
pub fn json(ended: &run::Ended, seed: u64) -> serde_json::Value {
    let (findings, book) = (&ended.findings, &ended.book);
    let operation = |(kind, end, entry): (&str, Ended, &Entry)| {
        let at = |percentile| entry.nanos.value_at_percentile(percentile);
        json!({
            "operation": kind, "ended": end.name(), "count": entry.count,
            "p50": at(50.0), "p90": at(90.0), "p99": at(99.0), "p999": at(99.9), "max": entry.nanos.max(),
        })
    };
    let checks = &findings.replay.checks;
    let promises = Promise::ALL.into_iter();
    let checked = promises.map(|promise| (promise.to_string(), checks.of(promise).into()));
    json!({
        "seed": seed,
        "seconds": ended.elapsed.as_secs_f64(),
        "operations": book.count(None),
        "busy": book.count(Some(Ended::Busy)),
        "refused": book.count(Some(Ended::Refused)),
        "lsns": ended.taken,
        "voids": findings.voids,
        "unjudged": findings.unjudged,
        "latencies": book.entries().map(operation).collect::<Vec<_>>(),
        "checked": checked.collect::<serde_json::Map<_, _>>(),
        "violation": findings.violation.as_ref().map(ToString::to_string),
    })
}

/// How late the reaper was.
fn lateness(deadlines: &Deadlines) -> String {
    let ticks = &deadlines.lateness;
    if ticks.is_empty() {
        return String::new();
    }
    let [p50, p99, most] = [50.0, 99.0, 100.0].map(|percent| ticks.value_at_percentile(percent));
    format!(
        "\nreclaimed by the reaper: {}; ticks after the deadline: p50 {p50}, p99 {p99}, most {most}; {:.3} % within two\n\
         passed over by a sweep that began more than two ticks after the deadline: {}\n",
        ticks.len(),
        100.0 * per(ticks.count_between(0, 2), ticks.len()),
        deadlines.passed_over,
    )
}

/// How much was done.
pub fn throughput(book: &Book, elapsed: Duration) -> String {
    let all = book.count(None);
    let share = |ended| 100.0 * per(book.count(Some(ended)), all);
    format!(
        "\n{all} operations in {:.2} s: {:.3} million a second; {:.2} % refused, {:.4} % busy\n",
        elapsed.as_secs_f64(),
        per(all, 1_000_000) / elapsed.as_secs_f64(),
        share(Ended::Refused),
        share(Ended::Busy),
    )
}

/// Latency by operation and end.
pub fn latencies(book: &Book, what: &str) -> String {
    let mut text = format!(
        "\nlatency {what}, in microseconds\n{:<10} {:<10} {:>12} {:>9} {:>9} {:>9} {:>9} {:>10}\n",
        "operation", "ended", "count", "p50", "p90", "p99", "p99.9", "max"
    );
    for (kind, ended, entry) in book.entries() {
        let _ = write!(text, "{kind:<10} {:<10} {:>12}", ended.name(), entry.count);
        for percentile in [50.0, 90.0, 99.0, 99.9] {
            let _ = write!(
                text,
                " {:>9.2}",
                per(entry.nanos.value_at_percentile(percentile), 1_000)
            );
        }
        let _ = writeln!(text, " {:>10.2}", per(entry.nanos.max(), 1_000));
    }
    text
}

/// Each promise and how often it was checked.
pub fn promises(checks: &Checks) -> String {
    let mut text = format!("\n{:<32} {:>14}\n", "promise", "times checked");
    for promise in Promise::ALL
        .into_iter()
        .filter(|promise| checks.of(*promise) > 0)
    {
        let _ = writeln!(text, "{promise:<32} {:>14}", checks.of(promise));
    }
    text
}
