//! A server that was killed under load, again and again.

use super::{
    axis::grouped,
    element::{self, Figure, figures},
    promises,
};
use crate::crash::{CrashPlan, Ended, Promise, starts};

/// How it went.
pub(super) fn section(plan: &CrashPlan, ended: &Ended) -> String {
    let intro = format!(
        "A server in a process of its own, with its data on this machine's disk, served {} clients over HTTP. It was killed without a word \
         (SIGKILL) while they were at it, now and then asked to stop, or killed again while it started; and each time it was \
         started again on the same folder and asked for everything that it had ever acknowledged.",
        plan.clerks
    );
    element::paragraph(&intro) + &in_short(ended)
}

fn in_short(ended: &Ended) -> String {
    let crashed = &ended.figures;
    let (median, longest) = starts(crashed);
    figures(&[
        (
            grouped((crashed.kills + crashed.stops + crashed.stillborn).into()),
            "ends of a server",
            format!(
                "{} kills, {} stops, {} kills of a start",
                crashed.kills, crashed.stops, crashed.stillborn
            ),
        ),
        (
            grouped(crashed.changes),
            "changes acknowledged",
            format!("{} bookings among them", grouped(crashed.bookings)),
        ),
        lost(ended),
        (
            format!("{median} ms"),
            "until it served again",
            format!("the median; the longest: {longest} ms"),
        ),
    ])
}

/// What was lost of what may be lost: a hold is acknowledged before it is durable, unless the server is told otherwise.
fn lost(ended: &Ended) -> Figure {
    let crashed = &ended.figures;
    let note = match &ended.broken {
        Some(broken) => broken.promise.to_string(),
        None if crashed.changes_lost == 0 => "and no booking".to_owned(),
        None => format!(
            "all of the last {} ms before a kill, as is allowed; and no booking",
            grouped(crashed.oldest_lost_millis)
        ),
    };
    (grouped(crashed.changes_lost), "changes of holds lost", note)
}

/// Each promise over a crash.
pub(super) fn promised(ended: &Ended) -> String {
    let rows = Promise::ALL.into_iter().map(|promise| {
        let (name, how) = promise.describe();
        (name.to_owned(), how.to_owned(), ended.checks.of(promise))
    });
    promises::table("Over crashes", rows)
}

/// How often anything was checked.
pub(super) fn checks(ended: &Ended) -> u64 {
    let promises = Promise::ALL.into_iter();
    promises.map(|promise| ended.checks.of(promise)).sum()
}
