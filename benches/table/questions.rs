//! What the benchmarks ask, and in which order the answers are shown; README's tables and the report of a full run have it
//! from here.

/// The questions in the order of the page: criterion's group, the heading, and what a column is.
pub(crate) const QUESTIONS: [(&str, &str, &str); 11] = [
    (
        "one_seat/hold+confirm",
        "Hold and confirm a seat, one thread",
        "seats",
    ),
    (
        "one_seat/hold+release",
        "Hold and release a seat, one thread",
        "seats",
    ),
    (
        "contention/hot seat",
        "An attempt at one hot seat",
        "threads",
    ),
    (
        "contention/64 seats",
        "An attempt at one of 64 seats",
        "threads",
    ),
    (
        "contention/100 thousand seats",
        "An attempt at one of 100 thousand seats",
        "threads",
    ),
    (
        "contention/Zipf",
        "An attempt at 100 thousand seats of unequal charm (Zipf)",
        "threads",
    ),
    (
        "groups/scattered",
        "Hold several scattered seats at one instant",
        "seats",
    ),
    (
        "groups/neighbours",
        "Hold several neighbouring seats at one instant",
        "seats",
    ),
    ("expiry", "A deadline, for each of 1 million holds", ""),
    (
        "snapshot",
        "The status of a seat, in a snapshot of all",
        "seats",
    ),
    ("tape", "A record of the tape", ""),
];

/// The order of the rows; whoever is not among them follows.
pub(crate) const ROWS: [&str; 4] = ["harness", "floor", "seatlock", "parking_lot"];

/// Words before numbers, numbers by size.
pub(crate) fn column_rank(text: &str) -> Option<u64> {
    text.parse().ok()
}

pub(crate) fn row_rank(text: &str) -> usize {
    ROWS.iter()
        .position(|first| text.starts_with(first))
        .unwrap_or(ROWS.len())
}

/// Each once, in order of rank.
pub(crate) fn ordered<'r, R: Ord>(
    all: impl Iterator<Item = &'r str>,
    rank: impl Fn(&'r str) -> R,
) -> Vec<&'r str> {
    let mut ordered: Vec<_> = all.collect();
    ordered.sort_by_key(|text| (rank(text), *text));
    ordered.dedup();
    ordered
}
