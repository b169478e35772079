//! Promises with how they were checked and how often; deliberate faults with how each was found.

use super::{axis::grouped, page};
use crate::sabotage::Found;

/// Promise, how it was checked, how often.
pub(super) fn table(rows: impl IntoIterator<Item = (String, String, u64)>) -> String {
    let row = |(promise, how, times): (String, String, u64)| vec![promise, how, grouped(times)];
    let checked = rows.into_iter().filter(|(.., times)| *times > 0);
    let rows: Vec<Vec<String>> = checked.map(row).collect();
    page::table(
        "Each promise, how it was checked, and how often",
        &["Promise", "How it was checked", "Times"],
        &rows,
        true,
    )
}

/// The deliberate faults.
pub(super) fn faults(found: &[Found]) -> String {
    let row = |found: &Found| {
        vec![
            found.name.to_owned(),
            found.what.to_owned(),
            grouped(found.committed),
            found.changes_later.map_or_else(|| "–".to_owned(), grouped),
            found.found_as.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = found.iter().map(row).collect();
    let caught = found.iter().filter(|found| found.is_caught).count();
    let intro = format!(
        "A checker that cannot fail proves nothing. So each of these faults was committed on purpose, in a run of its own, \
         and the same checks had to find it: {caught} of {} ended as they had to. The first is the control, without a fault.",
        found.len()
    );
    page::paragraph(&intro)
        + &page::table(
            "Deliberate faults",
            &[
                "Fault",
                "What was done",
                "Times",
                "Changes until it was found",
                "Found as",
            ],
            &rows,
            true,
        )
}
