//! The report of everything: load, crashes, an on-sale, deliberate faults, other designs.

use super::{
    axis::{grouped, nanos, short},
    crashed,
    element::{self, Figure, figures},
    loaded,
    page::Page,
    promises, rivals, simulated,
};
use crate::{
    audit::verdict::Promise,
    full::{FullPlan, FullRun},
    sabotage::Found,
    simulate::clock_of,
};

/// Words that a reader may not have met.
const WORDS: [(&str, &str); 7] = [
    (
        "Hold",
        "Seats that are kept for one buyer while he pays. It ends at its deadline, to the hundredth of a second, and then \
         anybody can have them.",
    ),
    ("Confirm", "The hold is paid for: its seats are sold."),
    (
        "Refused",
        "The answer to who wanted a seat that another has. It is no fault: it is what the whole thing is for.",
    ),
    (
        "TTL",
        "How long a hold lasts. Too short, and people don't manage to pay; too long, and seats stand still.",
    ),
    (
        "Tape",
        "The record of all changes in one order. Whoever replays it comes to the same seats, and the auditor does.",
    ),
    (
        "Durable",
        "Written to the disk before it is acknowledged, so that a crash does not undo it.",
    ),
    (
        "p50, p99",
        "Of a hundred operations 50, or 99, took no longer than this.",
    ),
];

/// The file.
pub fn page(plan: &FullPlan, run: &FullRun) -> String {
    let lead = "Seatlock keeps seats for buyers while they pay, and must never sell one twice, however many want it. This file shows \
         one run of everything that is there to prove that, on one machine. A program wrote it from what it had measured and \
         checked; nobody has chosen among the figures.";
    let mut page = Page::new("Seatlock, put to the test", lead);
    page.verdict(run.broken().as_deref(), &kept(run));
    page.section("In short", in_short(run));
    page.section("How to read it", how_to_read());
    page.part("A day as it will be", &simulated::lead(&run.on_sale));
    page.section(
        &run.on_sale.scenario.title,
        simulated::in_short(&run.on_sale),
    );
    simulated::sections(&mut page, &run.on_sale);
    page.part("Under load", &loaded::lead(&plan.load));
    page.section("What it reached", loaded::in_short(&run.load));
    loaded::sections(&mut page, &run.load);
    if let Some(crashes) = &run.crashes {
        page.part(
            "Killed, and started again",
            "What was sold has to stay sold, whatever happens to the server.",
        );
        page.section("Crashes", crashed::section(&plan.crashes, crashes));
    }
    page.part(
        "The proofs",
        "What was promised, how each promise was checked, and whether the checks are awake.",
    );
    page.section("Promises", promised(run));
    page.section("Deliberate faults", faults(run));
    page.part("Compared", "What the same work costs in other designs.");
    page.section("Against other designs", rivals::section(&plan.benchmarks));
    page.part("What was run", "So that it can be run again.");
    page.section("The load", loaded::what_was_run(&plan.load));
    page.section("The scenario", simulated::scenario(&run.on_sale));
    page.render()
}

fn kept(run: &FullRun) -> String {
    let faults = run.faults();
    format!(
        "Every promise was kept, by {} checks; and each of {} deliberate faults was found by them.",
        grouped(checks(run)),
        faults.iter().filter(|found| found.name != "none").count()
    )
}

fn checks(run: &FullRun) -> u64 {
    let crashes = run.crashes.as_ref().map_or(0, crashed::checks);
    loaded::checks(&run.load) + simulated::checks(&run.on_sale) + crashes
}

fn in_short(run: &FullRun) -> String {
    let on_sale = &run.on_sale;
    let replayed = run.load.findings.replay.checks.of(Promise::TapeInOrder);
    let ninety = on_sale.sold.nine_tenths.map(clock_of);
    let mut all = vec![
        sold_twice(run),
        faults_found(run),
        (
            short(run.load.per_second()),
            "operations a second",
            format!(
                "by threads that want the same seats; 99 of 100 holds within {}",
                nanos(run.load.hold_nanos(99.0))
            ),
        ),
        (
            grouped(replayed),
            "changes replayed, one by one",
            "and at the end compared with the memory, seat by seat".into(),
        ),
        (
            grouped(on_sale.people.came),
            "people at a simulated on-sale",
            format!(
                "for {} seats; nine of ten sold after {}",
                grouped((on_sale.seats - on_sale.withheld).into()),
                ninety.unwrap_or_else(|| "the end".to_owned())
            ),
        ),
    ];
    all.extend(run.crashes.as_ref().map(|crashes| {
        let killed = crashes.figures.kills + crashes.figures.stillborn;
        (
            grouped(crashes.figures.bookings_checked),
            "bookings looked for after a crash",
            format!("of a server that was killed {killed} times"),
        )
    }));
    figures(&all)
}

/// Whether it happened, by what the checks say.
fn sold_twice(run: &FullRun) -> Figure {
    let is_kept = run.load.findings.violation.is_none() && run.on_sale.broken.is_none();
    let value = if is_kept { "no" } else { "see above" };
    let checks = format!("{} checks of all promises", grouped(checks(run)));
    (value.to_owned(), "seat sold twice", checks)
}

fn faults_found(run: &FullRun) -> Figure {
    let faults = run.faults();
    let real = || faults.iter().filter(|found| found.name != "none");
    (
        format!(
            "{} of {}",
            real().filter(|found| found.is_caught).count(),
            real().count()
        ),
        "deliberate faults found",
        "each built in on purpose, to see whether the checks are awake".into(),
    )
}

fn how_to_read() -> String {
    element::paragraph(
        "A whole on-sale was played in virtual time, with people as they are. Threads of this machine fought for the seats of one house, as \
         fast as they could. A server was killed again and again under load, and asked what it still knew. Each of these was watched by a \
         checker that knows the rules by itself; what it checked, how, and how often is listed under 'Promises'. And to see that the \
         checkers are awake, the same was run with faults that were built in on purpose.",
    ) + &element::closer("The words that are used here", &element::glossary(&WORDS))
}

fn promised(run: &FullRun) -> String {
    let mut body = loaded::promised(&run.load);
    if let Some(crashes) = &run.crashes {
        body += &crashed::promised(crashes);
    }
    body + &simulated::promised(&run.on_sale)
}

fn faults(run: &FullRun) -> String {
    let kinds = [
        ("Under load: a part that is not honest", &run.load_faults),
        (
            "Over crashes: a ledger that is not honest",
            &run.crash_faults,
        ),
        (
            "In the on-sale: a server that is not honest",
            &run.on_sale_faults,
        ),
    ];
    let all: Vec<&Found> = run.faults();
    let tables = kinds.iter().filter(|(_, found)| !found.is_empty());
    tables.fold(promises::about_faults(&all), |body, (title, found)| {
        body + &promises::faults(title, found)
    })
}
