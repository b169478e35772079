//! The report of a simulated on-sale.

use super::{
    axis::{grouped, short},
    bars::bars,
    contention, costs,
    element::{self, Figure, figures},
    page::Page,
    plot::{self, Below, Line, Manner},
    promises,
};
use crate::simulate::{clock_of, outcome::Outcome};

/// A part of a whole.
#[expect(clippy::cast_precision_loss, reason = "it is shown to people")]
pub(super) fn share(part: u64, whole: u64) -> String {
    format!("{} %", short(100.0 * part as f64 / whole.max(1) as f64))
}

#[expect(clippy::cast_precision_loss, reason = "they are drawn")]
fn floats(values: &[u64]) -> Vec<f64> {
    values.iter().map(|value| *value as f64).collect()
}

/// The file. Of several outcomes, which differ in one thing, the first is told in full.
pub fn page(outcomes: &[Outcome]) -> String {
    let Some(outcome) = outcomes.first() else {
        return Page::new("A simulated on-sale", "Nothing was played.").render();
    };
    let mut page = Page::new(&outcome.scenario.title, &lead(outcome));
    page.verdict(
        outcome.broken.as_deref(),
        &format!(
            "Every promise was kept, by {} checks.",
            grouped(checks(outcome))
        ),
    );
    page.section("In short", in_short(outcome));
    if outcomes.len() > 1 {
        let (title, body) = costs::compared(outcomes);
        page.section(title, body);
    }
    sections(&mut page, outcome);
    page.section("Promises", promised(outcome));
    page.section("The scenario", scenario(outcome));
    page.render()
}

/// What it was, in two sentences.
pub(super) fn lead(outcome: &Outcome) -> String {
    format!(
        "A simulated on-sale, played in virtual time against Seatlock's own engine: {} seats on sale, {} people, {} bots; \
         seats held for {}. Seed {}: the same seed gives the same day again, to the bit.",
        grouped((outcome.seats - outcome.withheld).into()),
        grouped(outcome.people.came),
        grouped(outcome.bots.count),
        outcome.scenario.rules.hold_ttl,
        outcome.seed,
    )
}

/// How it went.
pub(super) fn sections(page: &mut Page, outcome: &Outcome) {
    let what = "Each dot is a seat, seen from above; the stage is where the cross is. Press Play, or move the slider.";
    let house = serde_json::to_value(&outcome.house).unwrap_or_default();
    let map = page.map(what, "how often each seat was wanted", &house);
    page.section("How the house filled", map + &filled(outcome));
    page.section("What happened when", happened(outcome));
    page.section("People", people(outcome));
    page.section("Who wanted the same seats", contended(outcome));
    page.section("Holds, and the time they cost", costs::holds(outcome));
}

/// How often anything was checked.
pub(super) fn checks(outcome: &Outcome) -> u64 {
    outcome.checks.iter().map(|check| check.times).sum()
}

fn contended(outcome: &Outcome) -> String {
    element::paragraph(
        "A wish is a seat that somebody chose on the map, or was given when he left the choice to the server. The map shows what \
         is free, but a few seconds old, and the best seats are in everybody's eyes.",
    ) + &contention::section(&outcome.contention)
}

pub(super) fn in_short(outcome: &Outcome) -> String {
    figures(&[sold(outcome), bought(outcome), vain(outcome)].concat())
}

fn sold(outcome: &Outcome) -> Vec<Figure> {
    let sold = &outcome.sold;
    let when = |at: Option<f64>| at.map_or_else(|| "never".to_owned(), clock_of);
    vec![
        (
            when(sold.nothing_free),
            "until nothing was free",
            "for the first time; later some came back".into(),
        ),
        (
            when(sold.nine_tenths),
            "until 90 % were sold",
            format!(
                "half: {}, 99 %: {}, all: {}",
                when(sold.half),
                when(sold.ninety_nine),
                when(sold.all)
            ),
        ),
    ]
}

fn bought(outcome: &Outcome) -> Vec<Figure> {
    let people = &outcome.people;
    vec![
        (
            share(people.bought, people.came),
            "of all people bought seats",
            format!("{} of {}", grouped(people.bought), grouped(people.came)),
        ),
        (
            share(people.adjacent, people.parties),
            "of parties sit side by side",
            format!("{} parties of two or more", grouped(people.parties)),
        ),
        (
            short(people.refusals_mean),
            "refusals a person",
            format!("{} holds granted", grouped(outcome.requests.held)),
        ),
    ]
}

fn vain(outcome: &Outcome) -> Vec<Figure> {
    let holds = &outcome.holds;
    let vain = holds.released_seat_seconds + holds.expired_seat_seconds;
    vec![
        (
            short(vain / 3_600.0),
            "seat-hours in vain",
            "in holds that ended without a booking".into(),
        ),
        (
            grouped(outcome.payments.lost),
            "payments came too late",
            format!(
                "and {} late, but the seats were still free",
                grouped(outcome.payments.retaken)
            ),
        ),
        (
            grouped(outcome.bots.seats_most),
            "seats kept by bots at most",
            format!("{} bought by them", grouped(outcome.bots.seats_bought)),
        ),
    ]
}

/// The ends of the intervals.
fn times(outcome: &Outcome) -> Below {
    let series = &outcome.series;
    let time = |number: usize| {
        let end = series.interval * f64::from(u32::try_from(number + 1).unwrap_or(u32::MAX));
        end.min(outcome.ended_at)
    };
    Below::Time((0..series.available.len()).map(time).collect())
}

fn filled(outcome: &Outcome) -> String {
    let series = &outcome.series;
    let below = times(outcome);
    let active: Vec<u64> = series
        .held
        .iter()
        .zip(&series.idle)
        .map(|(held, idle)| held.saturating_sub(*idle))
        .collect();
    let stack = [
        Line::new("sold", "sold", floats(&series.booked)),
        Line::new("held, and somebody is at it", "held", floats(&active)),
        Line::new(
            "held idle: their owner has gone, or is a bot",
            "idle",
            floats(&series.idle),
        ),
        Line::new("free", "free", floats(&series.available)),
    ];
    plot::lines("Seats by state", "seats", &below, &stack, Manner::Stacked)
}

fn happened(outcome: &Outcome) -> String {
    let series = &outcome.series;
    let below = times(outcome);
    let rate = |values: &[u64]| -> Vec<f64> {
        floats(values)
            .iter()
            .map(|count| count / series.interval)
            .collect()
    };
    let down = "requests without an answer: the server was down";
    let coming = [
        Line::new("people who came", "c1", rate(&series.arrivals)),
        Line::new("refusals", "c2", rate(&series.refusals)),
        Line::new("refused as too many", "c4", rate(&series.limited)),
        Line::new(down, "c3", rate(&series.unanswered)),
    ];
    let buying = [
        Line::new("holds", "held", rate(&series.holds)),
        Line::new("bookings", "sold", rate(&series.confirms)),
        Line::new("holds that ran out", "c2", rate(&series.expired)),
    ];
    let there = [Line::new(
        "people in the shop",
        "c1",
        floats(&series.present),
    )];
    let plot = |title, unit, lines: &[Line]| plot::lines(title, unit, &below, lines, Manner::Lines);
    plot("Coming and being refused", "a second", &coming)
        + &plot("Holding and buying", "a second", &buying)
        + &plot("In the shop at a time", "people", &there)
}

fn people(outcome: &Outcome) -> String {
    let people = &outcome.people;
    let [p50, p90, p99] = people.waited.map(clock_of);
    let fates = [
        ("bought seats", people.bought),
        ("held seats, but bought none", people.held_only),
        ("never had any", people.empty_handed),
    ];
    let fates = fates.map(|(name, count)| bar(name.to_owned(), count, people.came));
    let last = people.refusals.len().saturating_sub(1);
    let any = people.refusals.iter().rposition(|count| *count > 0);
    let refused: Vec<_> = people.refusals[..any.map_or(0, |any| any + 1)]
        .iter()
        .enumerate()
        .map(|(times, count)| {
            let more = if times == last { " or more" } else { "" };
            bar(format!("{times}{more}"), *count, people.came)
        })
        .collect();
    let waited = format!(
        "From coming to the booking it took half of the buyers up to {p50}, 90 % up to {p90}, and 99 % up to {p99}."
    );
    bars("What became of all people", "", &fates)
        + &bars("How often a person was refused", "people", &refused)
        + &element::paragraph(&waited)
        + &element::paragraph(
            "Most who come to a sold-out house are not refused: the map shows it, and they ask for nothing.",
        )
}

#[expect(clippy::cast_precision_loss, reason = "it is drawn")]
fn bar(name: String, count: u64, of: u64) -> (String, f64, String) {
    (
        name,
        count as f64,
        format!("{} ({})", grouped(count), share(count, of)),
    )
}

pub(super) fn promised(outcome: &Outcome) -> String {
    let intro = "The simulation keeps a house of its own by the answers alone, a second opinion. Whatever contradicts it ends \
        the run. The same checks find a server that says yes to two, one that says yes too late, and one that forgets \
        (`--sabotage told-held`, `told-booked`, `lost-booking`).";
    let rows = outcome
        .checks
        .iter()
        .map(|check| (check.promise.clone(), check.how.clone(), check.times));
    element::paragraph(intro) + &promises::table("In the on-sale", rows)
}

pub(super) fn scenario(outcome: &Outcome) -> String {
    let text = toml::to_string(&outcome.scenario).unwrap_or_default();
    element::paragraph("Saved as a file, this can be played again with --scenario FILE.")
        + &format!("<pre tabindex=\"0\">{}</pre>\n", element::text_of(&text))
}
