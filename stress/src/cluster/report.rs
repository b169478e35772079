//! The summary at the end of a run.

use std::{fmt::Write, time::Duration};

use super::{
    ClusterPlan,
    run::{Ended, Row},
    verdict::Promise,
};
use crate::{html::grouped, latency};

/// The summary.
pub(super) fn summary(plan: &ClusterPlan, ended: &Ended) -> String {
    let mut text = table(ended);
    let told: u64 = ended.rows.values().map(|row| row.told).sum();
    let unknown: u64 = ended.rows.values().map(|row| row.unknown).sum();
    let _ = writeln!(
        text,
        "\n{} changes acknowledged to {} clerks, {} of which nobody knows whether they were made; {} bookings asked for later",
        grouped(told),
        plan.clerks,
        grouped(unknown),
        grouped(ended.bookings_checked),
    );
    if let Some(bytes) = ended.etcd_bytes {
        let _ = writeln!(text, "a member of etcd keeps {} KiB", grouped(bytes >> 10));
    }
    if ended.undecided > 0 {
        let _ = writeln!(
            text,
            "{} seats had too many possibilities to decide about",
            ended.undecided
        );
    }
    let _ = writeln!(
        text,
        "\n{:<28} {:>12}  what was checked",
        "promise", "times checked"
    );
    for promise in Promise::ALL {
        let (name, how) = promise.describe();
        let _ = writeln!(text, "{name:<28} {:>12}  {how}", ended.checks.of(promise));
    }
    let _ = match &ended.broken {
        None => writeln!(text, "\nEvery promise was kept."),
        Some(broken) => writeln!(text, "\n{broken}"),
    };
    text
}

const HEAD: &str = "                    without service, s   changes                          holds, ms       confirms, ms
fault        times       p50     max        told   late  unknown      /s     p50     p99     p50     p99
";

fn table(ended: &Ended) -> String {
    let mut text = format!("\n{HEAD}");
    for (fault, row) in &ended.rows {
        let name = fault.map_or("none", |fault| fault.describe().0);
        let (median, longest) = middle_and_end(&row.outages);
        let shown = |seconds: Option<f64>| {
            seconds.map_or_else(|| "-".to_owned(), |seconds| format!("{seconds:.2}"))
        };
        let (median, longest) = (shown(median), shown(longest));
        let rate = row.told as f64 / row.elapsed.as_secs_f64().max(f64::MIN_POSITIVE);
        let _ = writeln!(
            text,
            "{name:<12} {:>5} {median:>9} {longest:>7} {:>11} {:>6} {:>8} {rate:>7.0} {} {}",
            row.times,
            grouped(row.told),
            row.told_late,
            row.unknown,
            times(row, "hold"),
            times(row, "confirm"),
        );
    }
    text
}

/// The median and the longest, in seconds.
fn middle_and_end(outages: &[Duration]) -> (Option<f64>, Option<f64>) {
    let mut sorted = outages.to_vec();
    sorted.sort_unstable();
    let seconds = |at: Option<&Duration>| at.map(Duration::as_secs_f64);
    (
        seconds(sorted.get(sorted.len() / 2)),
        seconds(sorted.last()),
    )
}

/// Median and 99th percentile of those that were done.
fn times(row: &Row, kind: &str) -> String {
    let mut entries = row.book.entries();
    let found = entries.find(|(name, ended, _)| *name == kind && *ended == latency::Ended::Done);
    let at = |percentile| {
        found.map_or(0.0, |(.., entry)| {
            entry.nanos.value_at_percentile(percentile) as f64 / 1e6
        })
    };
    format!("{:>7.2} {:>7.1}", at(50.0), at(99.0))
}
