//! What came of it, in words and numbers.

use std::fmt::Write;

use super::{
    outcome::Outcome,
    percent,
    tally::{number, seconds},
    world::World,
};

/// How wide a chart of signs is.
const COLUMNS: usize = 60;

/// One line while it goes on.
pub(super) fn progress(world: &World<'_>) -> String {
    use seatlock::feed::Shown;
    let count = |shown| world.house.count(shown);
    format!(
        "  {:>7} | {} free, {} held, {} sold | {} came, {} are there",
        clock(seconds(world.now)),
        count(Shown::Available),
        count(Shown::Held),
        count(Shown::Booked),
        world.tally.people.came,
        world.present,
    )
}

/// Everything, for people.
pub fn summary(outcome: &Outcome) -> String {
    let mut text = String::new();
    let on_sale = outcome.seats - outcome.withheld;
    let _ = writeln!(
        text,
        "{}: {} seats on sale, {} people, {} bots, seats held for {}\n",
        outcome.scenario.title,
        on_sale,
        outcome.people.came,
        outcome.bots.count,
        outcome.scenario.rules.hold_ttl,
    );
    text += &over_time(outcome);
    text += &selling(outcome);
    text += &people(outcome);
    text += &costs(outcome);
    text += &payments_and_bots(outcome);
    text += &limited(outcome);
    text += &requests(outcome);
    text += &checks(outcome);
    text
}

/// The house over time: sold, held, free.
fn over_time(outcome: &Outcome) -> String {
    let series = &outcome.series;
    let all = number(u64::from(outcome.seats - outcome.withheld)).max(1.0);
    let row = |name: &str, values: &[u64]| {
        let signs = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
        let sign = |column: usize| {
            let value = values
                .get(column * values.len() / COLUMNS)
                .copied()
                .unwrap_or(0);
            let height = super::house::whole(number(value) / all * 8.0 + 0.5) as usize;
            signs[if value > 0 { height.clamp(1, 8) } else { 0 }]
        };
        let line: String = (0..COLUMNS).map(sign).collect();
        format!("{name:<20} {line}\n")
    };
    let mut text = row("sold", &series.booked);
    text += &row("held", &series.held);
    text += &row("  of these, idle", &series.idle);
    text += &row("free", &series.available);
    let end = clock(outcome.ended_at);
    let _ = writeln!(text, "{:<20} 0:00{end:>width$}\n", "", width = COLUMNS - 4);
    text
}

fn selling(outcome: &Outcome) -> String {
    let sold = &outcome.sold;
    format!(
        "nothing free for the first time   {}\nsold: half {}, 90 % {}, 99 % {}, all {}\n\n",
        when(sold.nothing_free),
        when(sold.half),
        when(sold.nine_tenths),
        when(sold.ninety_nine),
        when(sold.all),
    )
}

fn people(outcome: &Outcome) -> String {
    let people = &outcome.people;
    let share = |part| percent(part, people.came);
    let [p50, p90, p99] = people.waited.map(clock);
    let mut text = format!(
        "of all people, {:.1} % bought; {:.1} % held seats and did not buy; {:.1} % never had any\n\
         of those who bought for more than one, {:.1} % sit side by side\n\
         from coming to the booking: half within {p50}, 90 % within {p90}, 99 % within {p99}\n\
         refusals a person: {:.2} on average\n",
        share(people.bought),
        share(people.held_only),
        share(people.empty_handed),
        percent(people.adjacent, people.parties),
        people.refusals_mean,
    );
    let last = people.refusals.len().saturating_sub(1);
    for (refusals, count) in people.refusals.iter().enumerate() {
        if *count > 0 {
            let more = if refusals == last { "+" } else { "" };
            let _ = writeln!(
                text,
                "  {:>4}{more:1} {:>6.2} % {count:>9}",
                refusals,
                share(*count)
            );
        }
    }
    text.push('\n');
    text
}

fn costs(outcome: &Outcome) -> String {
    let holds = &outcome.holds;
    let all = holds.paid_seat_seconds + holds.released_seat_seconds + holds.expired_seat_seconds;
    let line = |name, count, seat_seconds: f64| {
        let share = 100.0 * seat_seconds / all.max(1.0);
        line(name, count, hours(seat_seconds), share)
    };
    let mut text = format!(
        "holds, and the hours for which they kept seats from others\n{:<14} {:>9} {:>12} {:>7}\n",
        "", "holds", "seat-hours", "share"
    );
    text += &line("paid", holds.paid, holds.paid_seat_seconds);
    text += &line("given back", holds.released, holds.released_seat_seconds);
    text += &line("ran out", holds.expired, holds.expired_seat_seconds);
    let _ = writeln!(
        text,
        "  of these, after their owner had gone, or a bot's: {:.1} seat-hours\n",
        hours(holds.abandoned_seat_seconds)
    );
    text
}

fn payments_and_bots(outcome: &Outcome) -> String {
    let (payments, bots) = (&outcome.payments, &outcome.bots);
    format!(
        "payments: {} sent, {} declined, {} in time, {} late and booked nevertheless, {} late and lost\n\
         bots: {} holds, {} refusals, {} seats bought, {:.1} seat-hours, at most {} seats at once\n\n",
        payments.sent,
        payments.declined,
        payments.in_time,
        payments.retaken,
        payments.lost,
        bots.holds,
        bots.refused,
        bots.seats_bought,
        hours(bots.seat_seconds),
        bots.seats_most,
    )
}

/// What the rates have done, if there were any.
fn limited(outcome: &Outcome) -> String {
    let limited = &outcome.limited;
    if limited.people_requests + limited.bots_requests == 0 {
        return String::new();
    }
    format!(
        "rates: {:.2} % of people's {} requests refused, {:.2} % of bots' {}\n\
         people slowed down by them: {} ({:.2} % of all), of whom {} had no seats in the end; {} payments delayed\n\n",
        percent(limited.people_refused, limited.people_requests),
        limited.people_requests,
        percent(limited.bots_refused, limited.bots_requests),
        limited.bots_requests,
        limited.people,
        percent(limited.people, outcome.people.came),
        limited.people_empty_handed,
        limited.payments_delayed,
    )
}

fn hours(seat_seconds: f64) -> f64 {
    seat_seconds / 3_600.0
}

fn line(name: &str, holds: u64, hours: f64, share: f64) -> String {
    format!("{name:<14} {holds:>9} {hours:>12.1} {share:>5.1} %\n")
}

fn requests(outcome: &Outcome) -> String {
    let requests = &outcome.requests;
    format!(
        "holds granted {}; refused: {} somebody was faster, {} too few free, {} over a limit, {} cooling down, {} would \
         leave a single seat\nconfirms granted {}, too late {}; {} requests without an answer; {} looks that saw too few \
         free seats\n\n",
        requests.held,
        requests.in_the_way,
        requests.not_enough,
        requests.over,
        requests.cooling,
        requests.orphans,
        requests.confirmed,
        requests.too_late,
        requests.unanswered,
        requests.saw_nothing,
    )
}

fn checks(outcome: &Outcome) -> String {
    let mut text = format!("{:<36} {:>14}\n", "promise", "times checked");
    for check in outcome.checks.iter().filter(|check| check.times > 0) {
        let _ = writeln!(text, "{:<36} {:>14}", check.promise, check.times);
    }
    match &outcome.broken {
        None => text += "\nEvery promise was kept.\n",
        Some(what) => {
            let _ = writeln!(text, "\nBROKEN with --seed {}: {what}", outcome.seed);
        }
    }
    text
}

/// When something was reached, if it was.
pub(super) fn when(at: Option<f64>) -> String {
    at.map_or_else(|| "never".to_owned(), clock)
}

/// Minutes and seconds, or hours as well.
pub fn clock(seconds: f64) -> String {
    let whole = super::house::whole(seconds + 0.5);
    let (hours, minutes, seconds) = (whole / 3_600, whole / 60 % 60, whole % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}
