//! The report of a simulated on-sale.

use super::{
    axis::{grouped, short},
    page::{self, Page, figures},
    plot::{self, Below, Line, Manner},
    promises, rivals,
};
use crate::simulate::{clock_of, outcome::Outcome};

/// A part of a whole.
#[expect(clippy::cast_precision_loss, reason = "it is shown to people")]
fn share(part: u64, whole: u64) -> String {
    format!("{} %", short(100.0 * part as f64 / whole.max(1) as f64))
}

#[expect(clippy::cast_precision_loss, reason = "they are drawn")]
fn floats(values: &[u64]) -> Vec<f64> {
    values.iter().map(|value| *value as f64).collect()
}

/// The file. Of several outcomes, which differ in their TTL, the first is told in full.
pub fn page(outcomes: &[Outcome]) -> String {
    let Some(outcome) = outcomes.first() else {
        return Page::new("A simulated on-sale", "Nothing was played.").render();
    };
    let lead = format!(
        "A simulated on-sale, played in virtual time against Seatlock's own engine: {} seats on sale, {} people, {} bots; \
         seats held for {}. Seed {}: the same seed gives the same day again, to the bit.",
        grouped((outcome.seats - outcome.withheld).into()),
        grouped(outcome.people.came),
        grouped(outcome.bots.count),
        outcome.scenario.rules.hold_ttl,
        outcome.seed,
    );
    let mut page = Page::new(&outcome.scenario.title, &lead);
    let checks: u64 = outcome.checks.iter().map(|check| check.times).sum();
    page.verdict(
        outcome.broken.as_deref(),
        &format!("Every promise was kept, by {} checks.", grouped(checks)),
    );
    page.section("In short", short_of(outcome));
    if outcomes.len() > 1 {
        page.section("What the TTL costs", ttls(outcomes));
    }
    let what = "Each dot is a seat, seen from above; the stage is where the cross is. Press Play, or move the slider.";
    page.section(
        "How the house filled",
        page::map(what, "how often each seat was wanted") + &filled(outcome),
    );
    page.section("What happened when", happened(outcome));
    page.section("People", people(outcome));
    page.section("Holds, and the time they cost", holds(outcome));
    page.section("Promises", promised(outcome));
    page.section("Against other designs", rivals::section());
    page.section("The scenario", scenario(outcome));
    page.data(&serde_json::to_value(&outcome.house).unwrap_or_default());
    page.render()
}

fn short_of(outcome: &Outcome) -> String {
    let (people, sold) = (&outcome.people, &outcome.sold);
    let when = |at: Option<f64>| at.map_or_else(|| "never".to_owned(), clock_of);
    let holds = &outcome.holds;
    let vain = holds.released_seat_seconds + holds.expired_seat_seconds;
    figures(&[
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
    ])
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
    let first = [
        Line::new("people who came", "c1", rate(&series.arrivals)),
        Line::new("refusals", "c2", rate(&series.refusals)),
        Line::new(
            "requests without an answer: the server was down",
            "c3",
            rate(&series.unanswered),
        ),
    ];
    let second = [
        Line::new("holds", "held", rate(&series.holds)),
        Line::new("bookings", "sold", rate(&series.confirms)),
        Line::new("holds that ran out", "c2", rate(&series.expired)),
    ];
    let third = [Line::new(
        "people in the shop",
        "c1",
        floats(&series.present),
    )];
    plot::lines(
        "Coming and being refused",
        "a second",
        &below,
        &first,
        Manner::Lines,
    ) + &plot::lines(
        "Holding and buying",
        "a second",
        &below,
        &second,
        Manner::Lines,
    ) + &plot::lines(
        "In the shop at a time",
        "people",
        &below,
        &third,
        Manner::Lines,
    )
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
    plot::bars("What became of all people", "", &fates)
        + &plot::bars("How often a person was refused", "people", &refused)
        + &page::paragraph(&waited)
        + &page::paragraph(
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

fn holds(outcome: &Outcome) -> String {
    let holds = &outcome.holds;
    let hours = |seconds: f64| short(seconds / 3_600.0);
    let row =
        |name: &str, count: String, seconds: f64| vec![name.to_owned(), count, hours(seconds)];
    let rows = [
        row("paid for", grouped(holds.paid), holds.paid_seat_seconds),
        row(
            "given back",
            grouped(holds.released),
            holds.released_seat_seconds,
        ),
        row(
            "ran out",
            grouped(holds.expired),
            holds.expired_seat_seconds,
        ),
        row(
            "of these, while nobody was at it",
            "–".into(),
            holds.abandoned_seat_seconds,
        ),
    ];
    let (payments, requests) = (&outcome.payments, &outcome.requests);
    let counts = |rows: &[(&str, u64)]| -> Vec<Vec<String>> {
        rows.iter()
            .map(|(name, count)| vec![(*name).to_owned(), grouped(*count)])
            .collect()
    };
    let paid = counts(&[
        ("sent to the provider", payments.sent),
        ("declined", payments.declined),
        ("went through in time", payments.in_time),
        (
            "too late, but the seats were still free: booked",
            payments.retaken,
        ),
        ("too late, and the seats were gone: refunded", payments.lost),
    ]);
    let asked = counts(&[
        ("holds granted", requests.held),
        ("refused: somebody was faster", requests.in_the_way),
        ("refused: too few free", requests.not_enough),
        ("refused: over a user's limit", requests.over),
        ("refused: cooling down", requests.cooling),
        ("refused: would leave a single seat", requests.orphans),
        ("bookings", requests.confirmed),
        ("confirms too late", requests.too_late),
        ("given back", requests.released),
        ("no answer: the server was down", requests.unanswered),
        (
            "looks that saw too few free seats, so that nothing was asked",
            requests.saw_nothing,
        ),
    ]);
    page::paragraph(
        "What ran out is what the TTL costs: hours that seats stood still, and nobody could buy them.",
    ) + &page::table("Holds", &["", "holds", "seat-hours"], &rows, false)
        + &page::table("Payments", &["", "payments"], &paid, false)
        + &page::table("Requests", &["", "requests"], &asked, false)
}

fn ttls(outcomes: &[Outcome]) -> String {
    let row = |outcome: &Outcome| {
        let (holds, people) = (&outcome.holds, &outcome.people);
        let when = |at: Option<f64>| at.map_or_else(|| "never".to_owned(), clock_of);
        vec![
            outcome.scenario.rules.hold_ttl.to_string(),
            when(outcome.sold.nine_tenths),
            when(outcome.sold.ninety_nine),
            share(people.bought, people.came),
            short(people.refusals_mean),
            short((holds.released_seat_seconds + holds.expired_seat_seconds) / 3_600.0),
            share(holds.expired, holds.paid + holds.released + holds.expired),
            grouped(outcome.payments.retaken),
            grouped(outcome.payments.lost),
        ]
    };
    let rows: Vec<_> = outcomes.iter().map(row).collect();
    let head = [
        "TTL",
        "90 % sold",
        "99 % sold",
        "bought",
        "refusals a person",
        "seat-hours in vain",
        "holds that ran out",
        "late, but booked",
        "late, and lost",
    ];
    page::paragraph(
        "The same people came to the same house, and only the time for which seats are held was another. A shorter \
        one brings idle seats back sooner, until people don't manage to pay. Everything below is about the first.",
    ) + &page::table("The same on-sale under several TTLs", &head, &rows, false)
}

fn promised(outcome: &Outcome) -> String {
    let intro = "The simulation keeps a house of its own by the answers alone, a second opinion. Whatever contradicts it ends \
        the run. The same checks find a server that says yes to two, one that says yes too late, and one that forgets \
        (`--sabotage told-held`, `told-booked`, `lost-booking`).";
    let rows = outcome
        .checks
        .iter()
        .map(|check| (check.promise.clone(), check.how.clone(), check.times));
    page::paragraph(intro) + &promises::table(rows)
}

fn scenario(outcome: &Outcome) -> String {
    let text = toml::to_string(&outcome.scenario).unwrap_or_default();
    page::paragraph("Saved as a file, this can be played again with --scenario FILE.")
        + &format!("<pre tabindex=\"0\">{}</pre>\n", page::text_of(&text))
}
