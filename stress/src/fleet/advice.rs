//! Where it ends, and what an operator does then, in words.

use std::fmt::Write;

use super::{
    Played,
    ends::{End, P99_NANOS},
    share::Shares,
    tally::Sample,
    text::millis,
    time::{SECOND, seconds, whole},
    weight::Weights,
};
use crate::simulate::clock_of;

const GIB: f64 = 1_073_741_824.0;
const MIB: f64 = 1_048_576.0;

/// Of its quota, what an operator lets an etcd be full of.
const FULL: f64 = 0.8;

/// Where it ends.
pub(super) fn table(found: &[End]) -> String {
    if found.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "where it ends: durable changes a second until etcd works always (busy), and until one of a hundred waits over 100 ms (slow)\n\
         {:>8} {:>8} | {:>10} {:>10} {:>9} | {:>10} {:>10} {:>8} {:>7} {:>9}\n",
        "shards",
        "etcds",
        "busy at",
        "appends/s",
        "p99",
        "slow at",
        "appends/s",
        "MiB/s",
        "busy",
        "p99"
    );
    for end in found {
        let (busy, slow) = (&end.busy, &end.slow);
        let _ = writeln!(
            text,
            "{:>8} {:>8} | {:>10.0} {:>10.0} {:>9} | {:>10.0} {:>10.0} {:>8.1} {:>5.0} % {:>9}",
            end.shards,
            end.clusters,
            busy.changes,
            busy.appends,
            millis(busy.latency.p99),
            slow.changes,
            slow.appends,
            slow.bytes / MIB,
            100.0 * slow.utilisation,
            millis(slow.latency.p99),
        );
    }
    text.push('\n');
    text
}

/// What is to be learnt of what was played, and of where it ends.
pub(super) fn advice(played: &[Played], ends: &[End], weights: &Weights) -> String {
    let mut text = String::from("what an operator does\n");
    for played in played {
        let several = match played.plan.etcd_clusters {
            1 => "one cluster".to_owned(),
            clusters => format!("{clusters} clusters"),
        };
        let _ = writeln!(text, "with {several} of etcd:");
        for line in [
            space(played),
            rush(played),
            snapshots(played, weights),
            trouble(played),
        ] {
            let _ = writeln!(text, "  - {line}");
        }
    }
    text + &gains(ends)
}

/// How many clusters there must be for its bytes.
fn space(played: &Played) -> String {
    let (plan, most) = (&played.plan, played.outcome.file[1]);
    let (quota, clusters) = (plan.quota as f64, f64::from(plan.etcd_clusters));
    let needed = whole((most * clusters / (quota * FULL)).ceil()).max(1);
    let shown = format!(
        "space: the fullest file comes to {:.1} GiB of {:.0}",
        most / GIB,
        quota / GIB
    );
    if most <= quota * FULL {
        return format!("{shown}, and that is well");
    }
    format!(
        "{shown}: it takes {needed} clusters, each with a range of the shards, to have none of them fuller than {:.0} %; or fewer \
         kept answers and ended holds, events that are closed sooner, and compactions more often",
        100.0 * FULL
    )
}

/// When one of a hundred waits too long, and what for.
fn rush(played: &Played) -> String {
    let samples = &played.outcome.samples;
    let is_slow = |sample: &&Sample| sample.all.p99 > P99_NANOS;
    let slow = samples.iter().filter(is_slow).count() as f64 * played.outcome.interval();
    let busy = played.outcome.peak(|sample| sample.utilisation);
    let Some(worst) = samples
        .iter()
        .filter(|sample| sample.utilisation > 0.9)
        .max_by_key(|sample| sample.all.p99)
    else {
        return format!(
            "speed: the busiest etcd works {:.0} % of its busiest seconds, and that is well",
            100.0 * busy
        );
    };
    format!(
        "speed: one of a hundred waits longer than 100 ms for {slow:.0} s in all; at {} it is {:.0} ms, with {:.0} appends a second and etcd \
         {:.0} % busy. More clusters divide that; so do sales that don't all begin at the same instant (--small-over 10m), and \
         fewer shards, whose batches are larger",
        clock_of(seconds(worst.at)),
        worst.all.p99 as f64 / 1e6,
        worst.asked.appends as f64 / played.outcome.interval(),
        100.0 * busy,
    )
}

/// How much is written again and again for snapshots.
fn snapshots(played: &Played, weights: &Weights) -> String {
    let (plan, asked) = (&played.plan, &played.outcome.asked);
    let again = asked.piece_bytes as f64 / (asked.append_bytes as f64).max(1.0);
    let state = played.outcome.great_state as f64;
    let answers = Shares::of_small().asked_for() * plan.kept_answers * weights.answer as f64;
    format!(
        "snapshots: {again:.1} bytes for each byte of logs. The great sale's state came to {:.0} MiB; it is written anew when its log has \
         grown by as much as the last snapshot, and by {:.0} MiB at least. Of a hold's bytes in the state {answers:.0} are kept answers",
        state / MIB,
        plan.log_budget as f64 / MIB,
    )
}

/// What a death costs.
fn trouble(played: &Played) -> String {
    let trouble = &played.outcome.trouble;
    match trouble.without_service[0] {
        Some(without) => format!(
            "a dead node: {without:.1} s without service for the great sale, {:.1} of them until the lease has ended (--lease), the rest to \
             read its state",
            trouble.detection.unwrap_or(0.0)
        ),
        None => format!(
            "no node died within {}",
            clock_of(seconds(whole(played.outcome.lasted) * SECOND))
        ),
    }
}

/// What more clusters bring.
fn gains(found: &[End]) -> String {
    let mut text = String::new();
    let Some(first) = found.first() else {
        return text;
    };
    for end in found.iter().filter(|end| end.clusters != first.clusters) {
        let same = |other: &&End| other.shards == end.shards && other.clusters == first.clusters;
        if let Some(one) = found.iter().find(same) {
            let _ = writeln!(
                text,
                "with {} shards, {} clusters of etcd instead of {} carry {:.1} times as many durable changes",
                end.shards,
                end.clusters,
                first.clusters,
                end.slow.changes / one.slow.changes.max(1.0)
            );
        }
    }
    text
}
