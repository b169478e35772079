//! The summary at the end of a run of crashes.

use std::fmt::Write;

use serde_json::json;

use super::{
    CrashPlan,
    run::{Ended, Figures},
    verdict::Promise,
};

/// For people.
pub fn summary(plan: &CrashPlan, ended: &Ended) -> String {
    let Figures {
        kills,
        stops,
        stillborn,
        changes,
        bookings,
        bookings_checked,
        changes_lost,
        holds_lost,
        oldest_lost_millis,
        ..
    } = &ended.figures;
    let mut text = format!(
        "\n{kills} kills and {stops} stops under load of {} clerks, {stillborn} kills of a start\n\
         {changes} changes acknowledged, {bookings} bookings among them; bookings looked at after a restart: {bookings_checked}\n",
        plan.clerks
    );
    let _ = if *changes_lost == 0 {
        writeln!(text, "no acknowledged change was lost")
    } else {
        writeln!(
            text,
            "{changes_lost} changes of holds were lost that nobody had promised to be durable, {holds_lost} holds among \
             them; the oldest was {oldest_lost_millis} ms old"
        )
    };
    let (median, longest) = starts(&ended.figures);
    let _ = writeln!(
        text,
        "from a start until it serves, ms: median {median}, longest {longest}"
    );
    let _ = writeln!(
        text,
        "followers: {} connections went on where the one before had ended, {} began anew",
        ended.figures.resumed, ended.figures.begun
    );
    let _ = writeln!(
        text,
        "\n{:<30} {:>12}  what was checked",
        "promise", "times checked"
    );
    for promise in Promise::ALL {
        let (name, how) = promise.describe();
        let _ = writeln!(text, "{name:<30} {:>12}  {how}", ended.checks.of(promise));
    }
    let _ = match &ended.broken {
        None => writeln!(text, "\nEvery promise was kept."),
        Some(broken) => writeln!(text, "\n{broken}"),
    };
    text
}

/// The same for programs.
pub fn json(plan: &CrashPlan, ended: &Ended) -> serde_json::Value {
    let figures = &ended.figures;
    let checked = Promise::ALL
        .into_iter()
        .map(|promise| (promise.to_string(), ended.checks.of(promise).into()));
    let (median, longest) = starts(figures);
    json!({
        "seed": plan.seed,
        "kills": figures.kills,
        "stops": figures.stops,
        "kills_of_starts": figures.stillborn,
        "changes": figures.changes,
        "bookings": figures.bookings,
        "bookings_checked": figures.bookings_checked,
        "changes_lost": figures.changes_lost,
        "holds_lost": figures.holds_lost,
        "oldest_lost_millis": figures.oldest_lost_millis,
        "start_millis": { "median": median, "longest": longest },
        "followers": { "resumed": figures.resumed, "begun": figures.begun },
        "checked": checked.collect::<serde_json::Map<_, _>>(),
        "violation": ended.broken.as_ref().map(ToString::to_string),
    })
}

/// The median and the longest time that a start took.
pub fn starts(figures: &Figures) -> (u64, u64) {
    let mut millis = figures.starts_millis.clone();
    millis.sort_unstable();
    let median = millis.get(millis.len() / 2).copied();
    (
        median.unwrap_or_default(),
        millis.last().copied().unwrap_or_default(),
    )
}
