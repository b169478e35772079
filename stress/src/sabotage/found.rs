//! A fault that was committed, and what became of it.

use std::fmt;

use crate::html::grouped;

/// A deliberate fault, and how it was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its name on the command line.
    pub name: String,
    /// What was done.
    pub what: String,
    /// How often, if that was counted.
    pub committed: Option<u64>,
    /// How much later than the first time it was found, in words.
    pub after: Option<String>,
    /// As what it was found.
    pub found_as: String,
    /// Whether it ended as it had to.
    pub is_caught: bool,
}

impl Found {
    /// The names of the columns of a line.
    pub const HEAD: &str = "fault                      committed          after  found as";
}

impl fmt::Display for Found {
    /// As a line of a table.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let committed = self
            .committed
            .map_or_else(|| "-".to_owned(), |count| count.to_string());
        let after = self.after.as_deref().unwrap_or("-");
        write!(
            f,
            "{:<25} {committed:>10} {after:>14}  {}",
            self.name, self.found_as
        )
    }
}

/// So many of a thing.
pub(crate) fn several(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", grouped(count))
}

/// Says whether each fault ended as it had to, and answers it.
pub fn say_whether_all(found: &[Found]) -> bool {
    let all = found.iter().all(|found| found.is_caught);
    println!(
        "\n{}",
        if all {
            "Every fault was found."
        } else {
            "A fault was NOT FOUND: the proof is worth nothing."
        }
    );
    all
}
