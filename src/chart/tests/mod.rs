//! Charts as a whole: what they answer, and what imports accept and refuse.

mod answers;
mod csv;
mod hostile;
mod json;
mod round_trip;

use super::{Chart, ImportErrors};

fn to_json(chart: &Chart) -> String {
    let mut bytes = Vec::new();
    chart.to_json(&mut bytes).expect("a vector takes all");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

fn to_csv(chart: &Chart) -> String {
    let mut bytes = Vec::new();
    chart.to_csv(&mut bytes).expect("a vector takes all");
    String::from_utf8(bytes).expect("CSV is UTF-8")
}

/// What an import says of its faults, one a line.
fn faults(import: Result<Chart, ImportErrors>) -> Vec<String> {
    match import {
        Ok(_) => Vec::new(),
        Err(errors) => errors.to_string().lines().map(str::to_owned).collect(),
    }
}

/// The example in the documentation of the formats, fenced as this language.
fn documented(language: &str) -> String {
    let lines = include_str!("../mod.rs").lines();
    let mut lines = lines.map(|line| line.trim_start_matches("//!"));
    let fence = format!(" ```{language}");
    lines.by_ref().find(|line| *line == fence);
    let example = lines.take_while(|line| *line != " ```");
    example.map(|line| format!("{line}\n")).collect()
}
