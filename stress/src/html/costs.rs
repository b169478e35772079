//! What holds cost in a simulated on-sale, and what became of requests and payments; several outcomes side by side.

use super::{
    axis::{grouped, short},
    element,
    simulated::share,
};
use crate::simulate::{outcome::Outcome, sweep::Sweep};

pub(super) fn holds(outcome: &Outcome) -> String {
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
    element::paragraph(
        "What ran out is what the TTL costs: hours that seats stood still, and nobody could buy them.",
    ) + &element::table("Holds", &["", "holds", "seat-hours"], &rows, false)
        + &payments(outcome)
        + &requests(outcome)
        + &limited(outcome)
}

fn payments(outcome: &Outcome) -> String {
    let payments = &outcome.payments;
    let rows = counts(&[
        ("sent to the provider", payments.sent),
        ("declined", payments.declined),
        ("went through in time", payments.in_time),
        (
            "too late, but the seats were still free: booked",
            payments.retaken,
        ),
        ("too late, and the seats were gone: refunded", payments.lost),
    ]);
    element::table("Payments", &["", "payments"], &rows, false)
}

fn requests(outcome: &Outcome) -> String {
    let requests = &outcome.requests;
    let rows = counts(&[
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
    element::table("Requests", &["", "requests"], &rows, false)
}

/// What the server's rates have done, if it has any.
fn limited(outcome: &Outcome) -> String {
    let limited = &outcome.limited;
    if limited.people_requests + limited.bots_requests == 0 {
        return String::new();
    }
    let requests = |refused, all| {
        format!(
            "{} of {}, {}",
            grouped(refused),
            grouped(all),
            share(refused, all)
        )
    };
    let rows = [
        (
            "people's requests refused as too many",
            requests(limited.people_refused, limited.people_requests),
        ),
        (
            "bots' requests refused as too many",
            requests(limited.bots_refused, limited.bots_requests),
        ),
        (
            "people who were slowed down",
            requests(limited.people, outcome.people.came),
        ),
        (
            "of these, without seats in the end",
            requests(limited.people_empty_handed, limited.people),
        ),
        ("payments delayed", grouped(limited.payments_delayed)),
    ];
    let rows = rows.map(|(name, value)| vec![name.to_owned(), value]);
    element::table("What the rates have done", &["", ""], &rows, false)
}

fn counts(rows: &[(&str, u64)]) -> Vec<Vec<String>> {
    let row = |(name, count): &(&str, u64)| vec![(*name).to_owned(), grouped(*count)];
    rows.iter().map(row).collect()
}

/// The same people under several rules.
pub(super) fn compared(outcomes: &[Outcome]) -> (&'static str, String) {
    let sweep = Sweep::of(outcomes);
    let (title, intro) = match sweep {
        Sweep::Ttl => (
            "What the TTL costs",
            "The same people came to the same house, and only the time for which seats are held was another. A shorter one brings idle \
             seats back sooner, until people don't manage to pay. Everything below is about the first.",
        ),
        Sweep::RatePerClient => (
            "Whom a rate stops",
            "The same people came to the same house, and only how often one address may ask was another: so many requests a second, and so \
             many at once after a pause. A good rate stops bots, and people hardly notice. Everything below is about the first.",
        ),
    };
    let rows: Vec<_> = outcomes.iter().map(|outcome| sweep.row(outcome)).collect();
    let body = element::paragraph(intro)
        + &element::table(
            "The same on-sale, each time with one thing changed",
            sweep.head(),
            &rows,
            false,
        );
    (title, body)
}
