//! What criterion has measured: the same question, answered by other designs.

use std::{collections::BTreeMap, fs, path::Path, time::SystemTime};

use serde_json::Value;

use super::{
    axis::grouped,
    bars::{Row, dots},
    criterion::{self, Results},
    element,
    questions::{QUESTIONS, column_rank, ordered, row_rank},
};

/// Where criterion leaves its results, seen from where it was run.
pub(super) const RESULTS: &str = "target/criterion";

/// Who answers, by the beginning of the name, and what that is. Who is not among them is somebody else's work.
const DESIGNS: [(&str, &str); 12] = [
    (
        "harness",
        "The empty loop: it chooses its seats and touches none. What the measuring itself costs.",
    ),
    (
        "floor",
        "One load and one compare-and-swap on a bare word for each change, and no question asked. Nothing that changes seats \
         can be faster, and nothing that sells them could be so blind.",
    ),
    (
        "seatlock, map alone",
        "Seatlock's seats with holder, state and deadline; no record of what happened.",
    ),
    (
        "seatlock, tape and wheel",
        "The same with what a server needs: every change numbered and written down in one order, every deadline marked.",
    ),
    (
        "seatlock, with its reader",
        "The same while another thread reads that record, as in a server at work.",
    ),
    (
        "seatlock, wheel alone",
        "The marks of deadlines, without seats.",
    ),
    (
        "parking_lot::Mutex per seat",
        "A lock for each seat, in an array: the best that locks can do. No record, and no several seats at one instant.",
    ),
    ("DashMap", "A hash map in many parts, each with a lock."),
    (
        "Mutex<HashMap>",
        "A hash map behind one lock: what one would write first.",
    ),
    (
        "RwLock<HashMap>",
        "The same with a lock that lets many read at a time.",
    ),
    (
        "actor",
        "One thread owns all seats, and everybody else sends it requests and waits for the answer.",
    ),
    (
        "tokio task that sleeps",
        "For deadlines: a small task for each hold that sleeps until then. BinaryHeap and DelayQueue are queues by deadline.",
    ),
];

/// The table that comes first: a question with a size, and what that is called.
const HEADLINES: [(&str, &str, &str); 5] = [
    (
        "one_seat/hold+confirm",
        "100000",
        "hold and confirm, one thread, 100 thousand seats",
    ),
    (
        "contention/100 thousand seats",
        "2",
        "2 threads, 100 thousand seats",
    ),
    ("contention/64 seats", "8", "8 threads, 64 seats"),
    ("contention/hot seat", "8", "8 threads, one seat"),
    ("contention/Zipf", "8", "8 threads, seats of unequal charm"),
];

/// A plot and a table for each question that others have answered, too; or a sentence.
pub(super) fn section(folder: &Path) -> String {
    let results = match criterion::read(folder) {
        Ok(results) => results,
        Err(_) => {
            return element::paragraph(&format!(
                "Left out: there were no results of criterion in {} when this was written. `cargo bench --bench seats` makes them.",
                folder.display()
            ));
        }
    };
    let intro = "The same question, asked of Seatlock and of other designs, each written once as somebody would who had chosen it. \
        All figures are medians for one attempt or one seat, with nothing subtracted: fewer is faster. Compare them only with \
        each other, and only within a plot.";
    let mut body = element::paragraph(intro) + &made_on(folder) + &headlines(&results);
    body += &element::closer("Who is who", &element::glossary(&known(&results)));
    for question in QUESTIONS {
        body += &asked(&results, question).unwrap_or_default();
    }
    body
}

/// When and on what.
fn made_on(folder: &Path) -> String {
    let mut times = Vec::new();
    times_below(folder, &mut times);
    times.sort_unstable();
    let date = |time: &SystemTime| {
        let date = jiff::Timestamp::try_from(*time).unwrap_or_default();
        date.strftime("%-d %B %Y, %H:%M UTC").to_string()
    };
    let (from, to) = (times.first().map(date), times.last().map(date));
    let note = fs::read_to_string(folder.join("machine.json")).ok();
    let note: Option<Value> = note.and_then(|text| serde_json::from_str(&text).ok());
    let machine = note.map_or_else(
        || "on a machine that was not noted down".to_owned(),
        |note| {
            let text = |name: &str| note[name].as_str().unwrap_or("unknown").to_owned();
            format!(
                "on {} of {}, {}",
                note["processors"],
                text("processor"),
                text("system")
            )
        },
    );
    element::paragraph(&format!(
        "Measured by criterion between {} and {}, {machine}; the files are in {}.",
        from.unwrap_or_default(),
        to.unwrap_or_default(),
        folder.display()
    ))
}

/// When each result was written. What can't be read has none.
fn times_below(folder: &Path, times: &mut Vec<SystemTime>) {
    for path in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = path.path();
        if path.ends_with("new") {
            let about = fs::metadata(path.join("estimates.json"));
            times.extend(about.and_then(|about| about.modified()).ok());
        } else if path.is_dir() {
            times_below(&path, times);
        }
    }
}

fn known(results: &Results) -> Vec<(&'static str, &'static str)> {
    let is_there = |name: &str| results.iter().any(|measured| measured.function == name);
    let there = DESIGNS.into_iter().filter(|(name, _)| is_there(name));
    there.collect()
}

fn headlines(results: &Results) -> String {
    let mut rows: BTreeMap<(usize, &str), Vec<String>> = BTreeMap::new();
    let asked: Vec<_> = HEADLINES
        .into_iter()
        .filter(|(group, size, _)| {
            let is_it = |one: &criterion::Measured| one.group == *group && one.parameter == *size;
            results.iter().any(is_it)
        })
        .collect();
    let designs = results
        .iter()
        .filter(|measured| measured.function != "harness");
    for design in designs.map(|measured| measured.function.as_str()) {
        let nanos = asked
            .iter()
            .map(|(group, size, _)| results.nanos(group, design, size));
        let nanos: Vec<_> = nanos.collect();
        if nanos.iter().any(Option::is_some) {
            let cells = nanos
                .into_iter()
                .map(|nanos| nanos.map_or_else(String::new, figure));
            rows.insert((row_rank(design), design), cells.collect());
        }
    }
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|((_, design), cells)| [vec![design.to_owned()], cells].concat())
        .collect();
    let head: Vec<&str> = ["nanoseconds"]
        .into_iter()
        .chain(asked.iter().map(|(.., what)| *what))
        .collect();
    element::table("In short", &head, &rows, false)
}

fn asked(results: &Results, (group, heading, unit): (&str, &str, &str)) -> Option<String> {
    let of_group = || results.iter().filter(|measured| measured.group == group);
    let designs = ordered(
        of_group().map(|measured| measured.function.as_str()),
        row_rank,
    );
    let is_rival = |design: &&str| row_rank(design) >= row_rank("parking_lot");
    designs.iter().find(|design| is_rival(design))?;
    let sizes = ordered(
        of_group().map(|measured| measured.parameter.as_str()),
        column_rank,
    );
    let columns: Vec<String> = sizes.iter().map(|size| column(size, unit)).collect();
    let row = |design: &&str| Row {
        name: (*design).to_owned(),
        is_ours: design.starts_with("seatlock"),
        nanos: sizes
            .iter()
            .map(|size| results.nanos(group, design, size))
            .collect(),
    };
    let rows: Vec<Row> = designs.iter().map(row).collect();
    let numbers = numbers(heading, &columns, &rows);
    let unit = "median, over powers of ten; further left is faster";
    Some(dots(heading, unit, &columns, &rows) + &element::closer("The numbers", &numbers))
}

fn numbers(heading: &str, columns: &[String], rows: &[Row]) -> String {
    let cells = |row: &Row| {
        let figures = row.nanos.iter();
        let figures = figures.map(|nanos| nanos.map_or_else(String::new, figure));
        [row.name.clone()].into_iter().chain(figures).collect()
    };
    let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
    let head: Vec<&str> = ["nanoseconds"]
        .into_iter()
        .chain(columns.iter().map(String::as_str))
        .collect();
    element::table(heading, &head, &rows, false)
}

/// What a size is called, or a number of threads.
fn column(size: &str, unit: &str) -> String {
    match size.parse() {
        Ok(1) => format!("1 {}", unit.trim_end_matches('s')),
        Ok(number) => format!("{} {unit}", grouped(number)),
        Err(_) => size.to_owned(),
    }
}

/// Three digits, in nanoseconds.
fn figure(nanos: f64) -> String {
    match nanos {
        ..9.995 => format!("{nanos:.2}"),
        ..99.95 => format!("{nanos:.1}"),
        _ => grouped(u64::from(crate::simulate::house::whole(nanos + 0.5))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_drawn_as_criterion_leaves_them() {
        let folder = std::env::temp_dir().join(format!("seatlock-rivals-{}", std::process::id()));
        let question = "contention/64 seats";
        for (who, median) in [("seatlock, map alone", 3_000.0), ("actor", 9_000.0)] {
            let new = folder.join("contention").join(who).join("8").join("new");
            fs::create_dir_all(&new).expect("a folder for temporary things");
            let names = serde_json::json!({
                "group_id": question, "function_id": who, "value_str": "8", "throughput": { "Elements": 10 },
            });
            let estimates = serde_json::json!({ "median": { "point_estimate": median } });
            for (name, text) in [("benchmark.json", names), ("estimates.json", estimates)] {
                fs::write(new.join(name), text.to_string()).expect("it is ours");
            }
        }
        let text = section(&folder);
        fs::remove_dir_all(&folder).expect("it is ours");
        assert!(
            text.contains("<th scope=\"row\">seatlock, map alone</th><td>300</td>"),
            "{text}"
        );
        assert!(text.contains("title=\"8 threads: 900 ns\""), "{text}");
        assert!(text.contains("8 threads, 64 seats") && text.contains("not noted down"));
    }

    #[test]
    fn without_results_it_says_how_to_make_them() {
        assert!(section(Path::new("/nowhere")).contains("cargo bench"));
    }
}
