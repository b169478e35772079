//! The report of a run under load.

use std::path::Path;

use serde_json::json;

use super::{
    axis::{self, grouped, short},
    contention,
    element::{self, figures},
    page::Page,
    plot::{self, Below, Line, Manner},
    promises, rivals,
};
use crate::{
    audit::verdict::Promise,
    contention::Contention,
    latency::{Ended as Ending, Entry},
    packed::base64,
    plan::{Length, Plan},
    progress::per,
    run::Ended,
    sabotage::Found,
};

/// Percentiles that are drawn, and what they are called.
const PERCENTILES: [(f64, &str); 8] = [
    (10.0, "p10"),
    (25.0, "p25"),
    (50.0, "p50"),
    (75.0, "p75"),
    (90.0, "p90"),
    (99.0, "p99"),
    (99.9, "p99.9"),
    (99.99, "p99.99"),
];

/// Lines of a plot that can be told apart.
const CLASSES: [&str; 6] = ["c1", "c2", "c3", "c4", "c5", "c6"];

/// Frames of the moving map, at most.
const FRAMES_MAX: usize = 120;

/// The file. Without faults it says that none were committed.
pub fn page(plan: &Plan, ended: &Ended, faults: &[Found]) -> String {
    let mut page = Page::new("Seats under load", &lead(plan));
    let violation = ended.findings.violation.as_ref().map(ToString::to_string);
    page.verdict(
        violation.as_deref(),
        &format!(
            "Every promise was kept, by {} checks.",
            grouped(checks(ended))
        ),
    );
    page.section("In short", in_short(ended));
    sections(&mut page, ended);
    page.section("Promises", promised(ended));
    page.section("Deliberate faults", faulty(faults));
    page.section(
        "Against other designs",
        rivals::section(Path::new(rivals::RESULTS)),
    );
    page.section("What was run", what_was_run(plan));
    page.render()
}

/// What it was, in two sentences.
pub(super) fn lead(plan: &Plan) -> String {
    format!(
        "{} threads changed {} seats at once, as fast as they could, while an auditor replayed every change and checked it. \
         All choices came from seed {}; threads race as they like, so another run of it differs in its races.",
        plan.threads,
        grouped(plan.seats.into()),
        plan.seed,
    )
}

/// How it went.
pub(super) fn sections(page: &mut Page, ended: &Ended) {
    page.section("Throughput over time", throughput(ended));
    page.section("Latency", latency(ended));
    let house = house(page, ended);
    page.section("The house under load", house);
    page.section("Contention by seat", contended(ended));
}

/// How often anything was checked.
pub(super) fn checks(ended: &Ended) -> u64 {
    let checks = &ended.findings.replay.checks;
    let promises = Promise::ALL.into_iter();
    promises.map(|promise| checks.of(promise)).sum()
}

pub(super) fn in_short(ended: &Ended) -> String {
    let (book, seconds) = (&ended.book, ended.elapsed.as_secs_f64());
    let all = book.count(None);
    let share = |part: u64, of: u64| format!("{} %", short(100.0 * per(part, of)));
    let late = &ended.findings.replay.deadlines.lateness;
    figures(&[
        (
            short(per(all, 1) / seconds),
            "operations a second",
            format!("{} in {} s", grouped(all), short(seconds)),
        ),
        (
            short(per(ended.taken, 1) / seconds),
            "changes a second",
            format!("{} on the tape", grouped(ended.taken)),
        ),
        (
            share(book.count(Some(Ending::Refused)), all),
            "refused",
            "a seat was not as it had to be".into(),
        ),
        (
            share(book.count(Some(Ending::Busy)), all),
            "answered 'busy'",
            "no room, or too many lost races".into(),
        ),
        (
            share(ended.findings.voids, ended.taken),
            "of changes given up",
            "after a lost race".into(),
        ),
        (
            share(late.count_between(0, 2), late.len()),
            "reclaimed within two ticks",
            format!("of {} holds that ran out", grouped(late.len())),
        ),
    ])
}

fn throughput(ended: &Ended) -> String {
    let seen = &ended.pace.seen;
    let rate = |of: fn(&crate::pace::Seen) -> u64| -> Vec<f64> {
        seen.windows(2)
            .map(|two| {
                per(of(&two[1]) - of(&two[0]).min(of(&two[1])), 1)
                    / (two[1].at - two[0].at).max(1e-9)
            })
            .collect()
    };
    let below = Below::Time(seen.iter().skip(1).map(|seen| seen.at).collect());
    let made = Line::new("changes made", "c1", rate(|seen| seen.taken));
    let audited = Line::new("changes audited", "c2", rate(|seen| seen.audited));
    element::paragraph(
        "The auditor has a thread of its own and no more rights than anybody. Where it falls behind it catches up.",
    ) + &plot::lines(
        "Changes of seats",
        "a second",
        &below,
        &[made, audited],
        Manner::Lines,
    )
}

fn latency(ended: &Ended) -> String {
    let mut entries: Vec<Timed> = ended
        .book
        .entries()
        .filter(|(.., entry)| !entry.nanos.is_empty())
        .collect();
    entries.sort_by_key(|(.., entry)| std::cmp::Reverse(entry.count));
    let granted = entries
        .iter()
        .filter(|(_, ending, _)| *ending == Ending::Done);
    let line = |((kind, _, entry), class): (&Timed, &'static str)| {
        let at = |(percentile, _): (f64, &str)| per(entry.nanos.value_at_percentile(percentile), 1);
        Line::new(kind, class, PERCENTILES.map(at))
    };
    let lines: Vec<Line> = granted.zip(CLASSES).map(line).collect();
    let below = Below::Names(PERCENTILES.map(|(_, name)| name.to_owned()).into());
    element::paragraph(
        "In the process, of one operation in eight. The long tail is a thread that the system stops: there are more threads than cores.",
    ) + &plot::lines(
        "The six most frequent operations, when granted",
        "by percentile, over powers of ten",
        &below,
        &lines,
        Manner::LogNanos,
    ) + &element::closer(
        "All operations, those refused as well",
        &latencies(&entries),
    )
}

/// Operations of one kind that ended in one way.
type Timed<'e> = (&'static str, Ending, &'e Entry);

fn latencies(entries: &[Timed]) -> String {
    let row = |(kind, ending, entry): &Timed| {
        let at = |percentile| axis::nanos(per(entry.nanos.value_at_percentile(percentile), 1));
        let mut row = vec![format!("{kind}, {}", ending.name()), grouped(entry.count)];
        row.extend([50.0, 90.0, 99.0, 99.9].map(at));
        row.push(axis::nanos(per(entry.nanos.max(), 1)));
        row
    };
    let rows: Vec<Vec<String>> = entries.iter().map(row).collect();
    let head = ["Operation", "count", "p50", "p90", "p99", "p99.9", "most"];
    element::table("All operations", &head, &rows, false)
}

fn house(page: &mut Page, ended: &Ended) -> String {
    let seen = &ended.pace.seen;
    if seen.iter().all(|seen| seen.states.is_empty()) {
        return element::paragraph(
            "Left out: a house of so many seats is not looked at while it is measured.",
        );
    }
    let below = Below::Time(seen.iter().map(|seen| seen.at).collect());
    let count = |state: usize| {
        seen.iter()
            .map(move |seen| per(seen.counts[state], 1))
            .collect::<Vec<_>>()
    };
    let stack = [
        Line::new("sold, or kept from sale", "sold", count(2)),
        Line::new("held", "held", count(1)),
        Line::new("free", "free", count(0)),
    ];
    page.map(
        "Each dot is a seat. Bookings are cancelled as well, so the house fills and empties all the time. Some seats are wanted \
         by many, as in a real house: choose 'how often each seat was changed' to see which.",
        "how often each seat was changed",
        &data(ended),
    ) + &plot::lines("Seats by state", "seats", &below, &stack, Manner::Stacked)
}

/// The changes of a seat are the wishes that were granted.
fn contended(ended: &Ended) -> String {
    let replay = &ended.findings.replay;
    let both = replay.changes.iter().zip(&replay.refusals);
    let wishes: Vec<u32> = both
        .map(|(one, other)| one.saturating_add(*other))
        .collect();
    let name = |seat: usize| format!("seat {seat}");
    let contention = Contention::of(&wishes, &replay.refusals, name);
    element::paragraph(
        "A wish is a step on a seat that was carried out, or refused because somebody else was faster. Threads that want the \
         same seat at the same instant don't wait for one another: one gets it, and the others are told at once.",
    ) + &contention::section(&contention)
}

pub(super) fn promised(ended: &Ended) -> String {
    let checks = &ended.findings.replay.checks;
    let checked = Promise::ALL
        .into_iter()
        .filter(|promise| checks.of(*promise) > 0);
    let rows = checked.map(|promise| {
        (
            promise.name().to_owned(),
            promise.how().to_owned(),
            checks.of(promise),
        )
    });
    promises::table("Under load", rows)
}

fn faulty(faults: &[Found]) -> String {
    if faults.is_empty() {
        return element::paragraph(
            "None were committed in this run. With --sabotage all each is, in a run of its own, and the same checks have to find it.",
        );
    }
    let all: Vec<&Found> = faults.iter().collect();
    promises::about_faults(&all) + &promises::faults("Deliberate faults", faults)
}

pub(super) fn what_was_run(plan: &Plan) -> String {
    let length = match plan.length {
        Length::Time(span) => format!("{} s", short(span.as_secs_f64())),
        Length::Operations(count) => format!("{} operations", grouped(count)),
    };
    let millis = |ttl: seatlock::tick::Ttl| format!("{} ms", ttl.span().as_millis());
    let rows = [
        ("Seed", plan.seed.to_string()),
        ("Threads", plan.threads.to_string()),
        ("Seats", grouped(plan.seats.into())),
        ("Users", grouped(plan.users.into())),
        ("Length", length),
        (
            "Operations, as weights",
            plan.mix.to_string().replace(',', ", "),
        ),
        (
            "Seats of a group",
            format!("{} to {}", plan.group.start(), plan.group.end()),
        ),
        ("Which seats", plan.skew.to_string()),
        (
            "Holds last",
            format!("{} to {}", millis(plan.ttl_min), millis(plan.ttl_max)),
        ),
        ("Time runs", format!("{} times as fast as real", plan.speed)),
    ];
    let rows = rows.map(|(name, value)| vec![name.to_owned(), value]);
    element::table("The run", &["", ""], &rows, true)
}

/// Seats in rows, the first in front.
fn data(ended: &Ended) -> serde_json::Value {
    let changes = &ended.findings.replay.changes;
    let seats = u32::try_from(changes.len()).unwrap_or(u32::MAX);
    let columns = (f64::from(seats) * 1.8).sqrt().ceil().max(1.0);
    let columns = crate::simulate::house::whole(columns);
    let step = u32::from(u16::MAX) / columns.max(seats.div_ceil(columns)).max(2);
    let place = |number: u32| {
        [number % columns, number / columns].map(|at| u16::try_from(at * step).unwrap_or(u16::MAX))
    };
    let places: Vec<u8> = (0..seats)
        .flat_map(place)
        .flat_map(u16::to_le_bytes)
        .collect();
    let most = changes.iter().copied().max().unwrap_or(0);
    let shade = |count: &u32| {
        let share = 255.0 * f64::from(*count).ln_1p() / f64::from(most).ln_1p().max(1.0);
        u8::try_from(crate::simulate::house::whole(share)).unwrap_or(u8::MAX)
    };
    let shades: Vec<u8> = changes.iter().map(shade).collect();
    let seen: Vec<_> = ended
        .pace
        .seen
        .iter()
        .filter(|seen| !seen.states.is_empty())
        .collect();
    let thin = seen.len().div_ceil(FRAMES_MAX).max(1);
    let frames = seen
        .iter()
        .step_by(thin)
        .map(|seen| json!({ "at": seen.at, "states": base64(&seen.states) }));
    json!({
        "places": base64(&places),
        "focus": null,
        "wanted": base64(&shades),
        "wanted_most": most,
        "frames": frames.collect::<Vec<_>>(),
    })
}
