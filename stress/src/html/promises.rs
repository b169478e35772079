//! Promises with how they were checked and how often; deliberate faults with how each was found.

use super::{axis::grouped, element};
use crate::sabotage::Found;

/// Promise, how it was checked, how often.
pub(super) fn table(title: &str, rows: impl IntoIterator<Item = (String, String, u64)>) -> String {
    let row = |(promise, how, times): (String, String, u64)| vec![promise, how, grouped(times)];
    let checked = rows.into_iter().filter(|(.., times)| *times > 0);
    let rows: Vec<Vec<String>> = checked.map(row).collect();
    element::table(
        title,
        &["Promise", "How it was checked", "Times"],
        &rows,
        true,
    )
}

/// The deliberate faults of one kind of run.
pub(super) fn faults(title: &str, found: &[Found]) -> String {
    let dash = || "–".to_owned();
    let row = |found: &Found| {
        let sign = if found.is_caught { "✓" } else { "✗" };
        [
            found.name.clone(),
            found.what.clone(),
            format!("{sign} {}", found.found_as),
            found.after.clone().unwrap_or_else(dash),
            found.committed.map_or_else(dash, grouped),
        ]
    };
    let head = ["Fault", "What was done", "Found as", "Found after", "Times"];
    // What was not counted in this kind of run needs no column.
    let columns = if found.iter().any(|found| found.committed.is_some()) {
        5
    } else if found.iter().any(|found| found.after.is_some()) {
        4
    } else {
        3
    };
    let rows: Vec<Vec<String>> = found
        .iter()
        .map(|found| row(found)[..columns].to_vec())
        .collect();
    element::table(title, &head[..columns], &rows, true)
}

/// What deliberate faults are for, and how many of these ended as they had to.
pub(super) fn about_faults(found: &[&Found]) -> String {
    let caught = found.iter().filter(|found| found.is_caught).count();
    element::paragraph(&format!(
        "A checker that cannot fail proves nothing. So each of these faults was committed on purpose, in a run of its own, and \
         the same checks had to find it: {caught} of {} ended as they had to. The first of each table is the control, without \
         a fault, in which nothing may be found.",
        found.len()
    ))
}
