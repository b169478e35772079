//! What holds cost in a simulated on-sale, and what became of requests and payments; several outcomes side by side.

use super::{
    axis::{grouped, short},
    element,
    simulated::share,
};
use crate::simulate::{clock_of, outcome::Outcome};

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
    element::paragraph(
        "What ran out is what the TTL costs: hours that seats stood still, and nobody could buy them.",
    ) + &element::table("Holds", &["", "holds", "seat-hours"], &rows, false)
        + &element::table("Payments", &["", "payments"], &paid, false)
        + &element::table("Requests", &["", "requests"], &asked, false)
}

pub(super) fn ttls(outcomes: &[Outcome]) -> String {
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
    element::paragraph(
        "The same people came to the same house, and only the time for which seats are held was another. A shorter \
        one brings idle seats back sooner, until people don't manage to pay. Everything below is about the first.",
    ) + &element::table("The same on-sale under several TTLs", &head, &rows, false)
}
