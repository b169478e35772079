//! What criterion has measured: the same question, answered by other designs.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;

use super::{axis, page, plot};

/// Where criterion leaves its results, seen from where it was run.
const RESULTS: &str = "target/criterion";

/// Question, with its size -> who answered it, and the median in nanoseconds.
type Results = BTreeMap<String, Vec<(String, f64)>>;

/// A plot for each question that more than one has answered; or a sentence.
pub(super) fn section() -> String {
    let mut results = Results::new();
    read_below(Path::new(RESULTS), &mut results);
    results.retain(|_, answers| answers.len() > 1);
    if results.is_empty() {
        return page::paragraph(
            "Left out: criterion's results were not in target/criterion when this was written. `cargo bench` measures them.",
        );
    }
    let intro = page::paragraph(
        "Medians by criterion, for one element where an iteration has several: the same question, answered by Seatlock and \
         by other designs. Shorter is faster.",
    );
    results
        .into_iter()
        .fold(intro, |body, (question, answers)| {
            let bar = |(name, nanos): (String, f64)| (name, nanos, axis::nanos(nanos));
            let bars: Vec<_> = answers.into_iter().map(bar).collect();
            body + &plot::bars(&question, "median", &bars)
        })
}

/// What can't be read is not there: the report is about something else.
fn read_below(folder: &Path, results: &mut Results) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut folders: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort_unstable();
    for below in folders {
        if below.ends_with("new") {
            if let Some((question, who, nanos)) = measured(&below) {
                results.entry(question).or_default().push((who, nanos));
            }
        } else {
            read_below(&below, results);
        }
    }
}

fn measured(folder: &Path) -> Option<(String, String, f64)> {
    let json = |name| -> Option<Value> {
        serde_json::from_str(&fs::read_to_string(folder.join(name)).ok()?).ok()
    };
    let (names, estimates) = (json("benchmark.json")?, json("estimates.json")?);
    let group = names["group_id"].as_str()?;
    let question = match names["value_str"].as_str() {
        Some(size) if !size.is_empty() => format!("{group}, {size}"),
        _ => group.to_owned(),
    };
    let nanos = estimates["median"]["point_estimate"].as_f64()?;
    let elements = names["throughput"]["Elements"].as_f64().unwrap_or(1.0);
    Some((
        question,
        names["function_id"].as_str()?.to_owned(),
        nanos / elements,
    ))
}
