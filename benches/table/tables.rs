//! A table for each question: a row for each who answered, a column for each size.

use std::fmt::Write as _;

use crate::{
    questions::{QUESTIONS, column_rank, ordered, row_rank},
    results::Results,
};

/// The function that ratios are to.
const FLOOR: &str = "floor";

/// All questions that were asked.
pub(crate) fn all(results: &Results) -> String {
    let tables = QUESTIONS
        .iter()
        .filter_map(|question| table(results, *question));
    tables.collect::<Vec<_>>().join("\n")
}

fn table(results: &Results, (group, heading, unit): (&str, &str, &str)) -> Option<String> {
    let of_group = || results.iter().filter(|measured| measured.group == group);
    let columns = ordered(
        of_group().map(|measured| measured.parameter.as_str()),
        column_rank,
    );
    let rows = ordered(
        of_group().map(|measured| measured.function.as_str()),
        row_rank,
    );
    if rows.is_empty() {
        return None;
    }
    let note = if rows.contains(&FLOOR) {
        "ns; in brackets: × the floor"
    } else {
        "ns"
    };
    let mut table = format!("**{heading}** ({note})\n\n|");
    for column in &columns {
        write!(table, " | {}", column_name(column, unit)).expect("a String takes all");
    }
    writeln!(table, " |\n|---|{}", "---:|".repeat(columns.len())).expect("a String takes all");
    for row in rows {
        write!(table, "| {}", row_name(row)).expect("a String takes all");
        for column in &columns {
            let nanos = results.nanos(group, row, column);
            let floor = results.nanos(group, FLOOR, column).filter(|_| row != FLOOR);
            write!(table, " | {}", cell(nanos, floor)).expect("a String takes all");
        }
        table.push_str(" |\n");
    }
    Some(table)
}

fn column_name(text: &str, unit: &str) -> String {
    match text.parse() {
        Ok(1) => format!("1 {}", unit.trim_end_matches('s')),
        Ok(number) => format!("{} {unit}", grouped(number)),
        Err(_) => text.to_owned(),
    }
}

/// Names of types in the way that the page shows code.
fn row_name(text: &str) -> String {
    if text.contains(['<', ':']) {
        format!("`{text}`")
    } else {
        text.to_owned()
    }
}

fn cell(nanos: Option<f64>, floor: Option<f64>) -> String {
    match (nanos, floor) {
        (None, _) => String::new(),
        (Some(nanos), None) => figure(nanos),
        (Some(nanos), Some(floor)) => format!("{} ({})", figure(nanos), figure(nanos / floor)),
    }
}

/// Three significant digits, with thousands set apart.
fn figure(value: f64) -> String {
    match value {
        ..9.995 => format!("{value:.2}"),
        ..99.95 => format!("{value:.1}"),
        _ => grouped_text(&format!("{value:.0}")),
    }
}

fn grouped(number: u64) -> String {
    grouped_text(&number.to_string())
}

fn grouped_text(digits: &str) -> String {
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Measured;

    fn measured(function: &str, parameter: &str, nanos: f64) -> Measured {
        let group = "one_seat/hold+confirm".to_owned();
        Measured {
            group,
            function: function.to_owned(),
            parameter: parameter.to_owned(),
            nanos,
        }
    }

    #[test]
    fn rows_are_those_who_answered_and_ratios_are_to_the_floor() {
        let results = Results::new(vec![
            measured("DashMap", "64", 30.0),
            measured("floor", "100000", 20.0),
            measured("floor", "64", 10.0),
            measured("Mutex<HashMap>", "100000", 1500.0),
            measured("seatlock, map alone", "64", 12.5),
        ]);
        let expected = "\
**Hold and confirm a seat, one thread** (ns; in brackets: × the floor)

| | 64 seats | 100,000 seats |
|---|---:|---:|
| floor | 10.0 | 20.0 |
| seatlock, map alone | 12.5 (1.25) |  |
| DashMap | 30.0 (3.00) |  |
| `Mutex<HashMap>` |  | 1,500 (75.0) |
";
        assert_eq!(all(&results), expected);
    }

    #[test]
    fn figures_have_three_digits() {
        let shown = [0.1834, 9.994, 9.996, 99.94, 99.96, 12_345_678.0].map(figure);
        assert_eq!(shown, ["0.18", "9.99", "10.0", "99.9", "100", "12,345,678"]);
    }

    #[test]
    fn columns_are_words_and_then_numbers_by_size() {
        let names = ["8", "64", "single hold", "1"];
        assert_eq!(
            ordered(names.into_iter(), column_rank),
            ["single hold", "1", "8", "64"]
        );
        assert_eq!(column_name("1", "threads"), "1 thread");
        assert_eq!(column_name("10000000", "seats"), "10,000,000 seats");
        assert_eq!(column_name("mark", ""), "mark");
    }
}
