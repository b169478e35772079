//! What came of it, in words and numbers.

use std::fmt::Write;

use seatlock::limits;

use super::{
    Played,
    change::Kind,
    check::PROMISES,
    ends,
    ground::{Ground, Parts},
    outcome::Outcome,
    paper::{self, Figure},
    plan::Plan,
    tally::{Asked, Latency, Sample},
    time::seconds,
    weight::Weights,
    world::World,
};
use crate::{html::grouped, simulate::clock_of};

/// Rows of the table over time, at most.
const ROWS: usize = 18;

const MIB: f64 = 1_048_576.0;
const GIB: f64 = 1_073_741_824.0;

/// One line while it goes on.
pub(super) fn progress(world: &World<'_>) -> String {
    let sample = world.tally.samples.last();
    let [at, busy] = sample.map_or([0.0; 2], |sample| [seconds(sample.at), sample.utilisation]);
    let came: u64 = world.sales.iter().map(|sale| u64::from(sale.came)).sum();
    format!(
        "  {:>6} | {} people came, {} holds, etcd busy {:.0} %",
        clock_of(at),
        grouped(came),
        grouped(world.holds.len() as u64 - 1),
        100.0 * busy
    )
}

/// Everything, for people.
pub(super) fn summary(played: &Played, weights: &Weights, ground: &Ground) -> String {
    let (plan, outcome) = (&played.plan, &played.outcome);
    let mut text = format!(
        "{} nodes, {} shards, {} events, {} of etcd; {} people for {} seats, and {} smaller sales\n\n",
        plan.nodes,
        plan.shards,
        grouped(plan.events.into()),
        clusters(plan.etcd_clusters),
        grouped(plan.buyers.into()),
        grouped(plan.seats.into()),
        grouped(plan.small_sales.into()),
    );
    text += &weighed(weights);
    text += &asked(outcome);
    text += &over_time(outcome);
    text += &latencies(plan, weights, outcome);
    text += &space(plan, weights, ground, outcome);
    text += &troubles(plan, outcome);
    text += &people(outcome);
    text += &on_paper(&played.figures);
    text += &checks(plan, outcome);
    text
}

fn clusters(count: u16) -> String {
    match count {
        1 => "1 cluster".into(),
        many => format!("{many} clusters"),
    }
}

fn weighed(weights: &Weights) -> String {
    let of = |kind: Kind| weights.change[kind as usize][1];
    format!(
        "bytes, as they were weighed: a batch {}, an append's keys {}; of two seats: hold {}, pay {}, confirm {}, release {}, \
         expiry {}; a kept answer {}; what stays: event {}, hold {}, seat {}\n\n",
        weights.batch,
        weights.envelope,
        of(Kind::Hold),
        of(Kind::Pay),
        of(Kind::Confirm),
        of(Kind::Release),
        of(Kind::Expire),
        weights.answer,
        weights.event,
        weights.hold[1],
        weights.word,
    )
}

/// What etcd was asked for, on average and at most.
fn asked(outcome: &Outcome) -> String {
    let mut text = format!(
        "{:<34} {:>12} {:>12} {:>12}\n",
        "asked of etcd", "a second", "at most", "in all"
    );
    let interval = outcome.interval();
    let mut row = |name: &str, of: &dyn Fn(&Asked) -> f64| {
        let all = of(&outcome.asked);
        let most = outcome.peak(|sample| of(&sample.asked)) / interval;
        let mean = all / outcome.lasted.max(1e-9);
        let _ = writeln!(text, "{name:<34} {mean:>12.2} {most:>12.2} {all:>12.0}");
    };
    row("requests", &|asked| asked.requests() as f64);
    row("  appends", &|asked| asked.appends as f64);
    row("  pieces of snapshots", &|asked| asked.pieces as f64);
    row("  snapshots turned, logs trimmed", &|asked| {
        asked.turns as f64
    });
    row("  renewals of leases", &|asked| asked.renewals as f64);
    row("  owners and nodes written", &|asked| asked.takes as f64);
    row("  reads of new owners", &|asked| asked.reads as f64);
    row("  compactions", &|asked| asked.compactions as f64);
    row("watchers told of a change", &|asked| asked.told as f64);
    row("MiB", &|asked| asked.bytes() as f64 / MIB);
    row("  of appends", &|asked| asked.append_bytes as f64 / MIB);
    row("  of snapshots", &|asked| asked.piece_bytes as f64 / MIB);
    row("rounds, each with one sync", &|asked| asked.rounds as f64);
    let each = outcome.all_changes() as f64 / (outcome.asked.appends as f64).max(1.0);
    let _ = writeln!(
        text,
        "{each:.1} changes an append; busy on average: {}; at most {} requests waited\n",
        shares(&outcome.utilisation),
        grouped(outcome.waiting_most as u64)
    );
    text
}

fn shares(of: &[f64]) -> String {
    let each: Vec<String> = of
        .iter()
        .map(|share| format!("{:.1} %", 100.0 * share))
        .collect();
    each.join(", ")
}

fn over_time(outcome: &Outcome) -> String {
    let mut text = format!(
        "{:<9} {:>9} {:>9} {:>8} {:>7} {:>9} {:>9} {:>9} {:>9} {:>8} {:>10}\n",
        "over time",
        "changes/s",
        "appends/s",
        "MiB/s",
        "busy",
        "p50",
        "p99",
        "most",
        "great p99",
        "file GiB",
        "no answer"
    );
    let interval = outcome.interval();
    for sample in shown(&outcome.samples) {
        let _ = writeln!(
            text,
            "{:<9} {:>9.0} {:>9.0} {:>8.2} {:>5.1} % {:>9} {:>9} {:>9} {:>9} {:>8.2} {:>10}",
            clock_of(seconds(sample.at)),
            sample.changes as f64 / interval,
            sample.asked.appends as f64 / interval,
            sample.asked.bytes() as f64 / interval / MIB,
            100.0 * sample.utilisation,
            millis(sample.all.p50),
            millis(sample.all.p99),
            millis(sample.all.max),
            millis(sample.great.p99),
            sample.file / GIB,
            sample.unanswered,
        );
    }
    text.push('\n');
    text
}

/// The busiest intervals, and some of the others.
fn shown(samples: &[Sample]) -> Vec<&Sample> {
    let every = samples.len().div_ceil(ROWS / 2).max(1);
    let mut busiest: Vec<u64> = samples.iter().map(|sample| sample.all.max).collect();
    busiest.sort_unstable_by(|one, other| other.cmp(one));
    let least = busiest.get(ROWS / 2).copied().unwrap_or(0);
    let is_shown = |(place, sample): &(usize, &Sample)| {
        sample.all.max > least || place % every == 0 || place + 1 == samples.len()
    };
    let numbered = samples.iter().enumerate();
    numbered
        .filter(is_shown)
        .map(|(_, sample)| sample)
        .collect()
}

pub(super) fn millis(nanos: u64) -> String {
    format!("{:.1} ms", nanos as f64 / 1e6)
}

fn latencies(plan: &Plan, weights: &Weights, outcome: &Outcome) -> String {
    let line = |latency: &Latency| {
        format!(
            "p50 {}, p99 {}, most {}",
            millis(latency.p50),
            millis(latency.p99),
            millis(latency.max)
        )
    };
    let slow = outcome.samples.iter();
    let slow = slow
        .filter(|sample| sample.all.p99 > ends::P99_NANOS)
        .count();
    let [round, hold] = paper::rush(plan, weights);
    format!(
        "a durable change: {}\n  of the great sale: {}\n  p99 over 100 ms in {:.0} of {:.0} s\n  on paper, if all smaller sales \
         begin at once: a round of {:.0} ms, one of a hundred waits {:.0} ms\n\n",
        line(&outcome.all),
        line(&outcome.great),
        slow as f64 * outcome.interval(),
        outcome.lasted,
        round / 1e6,
        hold / 1e6,
    )
}

fn space(plan: &Plan, weights: &Weights, ground: &Ground, outcome: &Outcome) -> String {
    let [before, most] = outcome.file.map(|bytes| bytes / GIB);
    let quota = plan.quota as f64 / GIB;
    let growth = (most - before) * GIB / outcome.lasted.max(1.0) / MIB;
    let state: u64 = ground.state.iter().sum();
    let logs: u64 = ground.state.iter().map(|state| plan.log_most(*state)).sum();
    let clusters = f64::from(plan.etcd_clusters);
    let shards = f64::from(plan.shards);
    let mean = Parts::of(plan, weights, plan.events / u32::from(plan.shards));
    let [events, sold, ended, answers] = mean.bytes().map(|bytes| bytes * shards / GIB);
    let mut text = format!(
        "space: {:.2} GiB of state, {:.1} MiB a shard: {events:.2} of events with their charts, {sold:.2} of what they have sold, \
         {ended:.2} of ended holds, {answers:.2} of a day's kept answers\n  beside it {:.2} GiB of logs; the fullest etcd's file has \
         {before:.2} GiB at first and {most:.2} in the end, of {quota:.0}\n",
        state as f64 / GIB,
        state as f64 / shards / MIB,
        logs as f64 / 2.0 / GIB,
    );
    let answer = plan.costs.file_bytes(0.0, weights.answer as f64);
    let answers = plan.quota as f64 * clusters / answer / 86_400.0;
    let sold = weights.word as f64 + weights.hold[1] as f64 / 2.0;
    let seats = plan.quota as f64 * clusters / plan.costs.file_bytes(0.0, sold);
    let _ = writeln!(
        text,
        "  nothing else in it, {} of etcd would keep a day of {answers:.0} answers a second, or {:.0} million sold seats",
        self::clusters(plan.etcd_clusters),
        seats / 1e6
    );
    let _ = writeln!(
        text,
        "  it has grown by {growth:.2} MiB a second; {}",
        match outcome.full_at {
            Some(at) => format!(
                "FULL at {}: from then on etcd would take nothing",
                clock_of(at)
            ),
            None => "it was never full".into(),
        }
    );
    let _ = writeln!(
        text,
        "  the great sale's state has {:.1} MiB in the end: a snapshot of it is {:.0} pieces for as much log, and for {:.0} MiB at least",
        outcome.great_state as f64 / MIB,
        outcome.great_state as f64 / limits::SLOT_BYTES_MAX as f64,
        plan.log_budget as f64 / MIB,
    );
    let _ = writeln!(
        text,
        "  events of the fullest shard: {} of the {} that an engine takes\n",
        grouped(ground.events_most.into()),
        grouped(limits::EVENTS_MAX as u64)
    );
    text
}

fn troubles(plan: &Plan, outcome: &Outcome) -> String {
    let trouble = &outcome.trouble;
    let mut text = String::new();
    let shown = |seconds: Option<f64>| seconds.map_or("never".into(), |s| format!("{s:.2} s"));
    if let Some(died) = trouble.died {
        let _ = writeln!(
            text,
            "{}: the great sale's owner dies, an append of its under way, with {} shards; known after {} (on paper {:.2} s), \
             read and served after {} more\n  without service: the great sale {}, the last of its shards {} ({} of {} are served \
             again); {} late append refused for its term",
            clock_of(died),
            trouble.orphans,
            shown(trouble.detection),
            paper::detection(plan),
            shown(trouble.great_read),
            shown(trouble.without_service[0]),
            shown(trouble.without_service[1]),
            trouble.served,
            trouble.orphans,
            outcome.fenced,
        );
    }
    if let [Some(at), lasted] = trouble.leader {
        let _ = writeln!(
            text,
            "{}: etcd loses its leader, and takes nothing for {}",
            clock_of(at),
            shown(lasted)
        );
    }
    let _ = writeln!(
        text,
        "{} requests of buyers were not answered, and were made again\n",
        grouped(outcome.unanswered)
    );
    text
}

fn people(outcome: &Outcome) -> String {
    let mut text = String::new();
    for (place, name) in ["great sale", "smaller sales"].into_iter().enumerate() {
        let left = &outcome.left[place];
        let _ = writeln!(
            text,
            "{name}: {} came, {} bought {} seats, {} held seats and did not buy, {} never had any, {} are there",
            grouped(outcome.came[place]),
            grouped(left.bought),
            grouped(outcome.sold[place]),
            grouped(left.held_only),
            grouped(left.empty_handed),
            grouped(outcome.present[place]),
        );
    }
    let [hold, pay, confirm, release, expire, retake] = outcome.changes.map(grouped);
    let _ = writeln!(
        text,
        "changes: {hold} holds, {pay} pays, {confirm} confirms, {release} releases, {expire} expiries, {retake} retakes\n"
    );
    text
}

fn on_paper(figures: &[Figure]) -> String {
    let mut text = format!(
        "{:<46} {:>15} {:>15} {:>8}\n",
        "on paper, and simulated", "paper", "simulated", "off"
    );
    for figure in figures {
        let _ = writeln!(
            text,
            "{:<46} {:>15} {:>15} {:>6.1} %\n    {}",
            figure.name,
            short(figure.paper),
            short(figure.simulated),
            100.0 * figure.off(),
            figure.how
        );
    }
    text.push('\n');
    text
}

fn short(value: f64) -> String {
    if value < 1_000.0 {
        format!("{value:.2}")
    } else {
        grouped(super::time::whole(value))
    }
}

fn checks(plan: &Plan, outcome: &Outcome) -> String {
    let mut text = format!("{:<50} {:>14}\n", "promise", "times checked");
    for ((promise, _), times) in PROMISES.iter().zip(outcome.checks) {
        let _ = writeln!(text, "{promise:<50} {times:>14}");
    }
    match &outcome.broken {
        None => text += "\nEvery promise was kept.\n\n",
        Some(what) => {
            let _ = writeln!(text, "\nBROKEN with --seed {}: {what}\n", plan.seed);
        }
    }
    text
}
