//! Input that nobody writes who wants a chart.

use proptest::prelude::*;

use super::{faults, to_csv, to_json};
use crate::{
    chart::{Chart, GridPlan, ImportErrors, Reason},
    limits,
};

#[test]
fn deep_nesting_is_one_fault() {
    let depth = 100_000;
    let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(
        faults(Chart::from_json(nested.as_bytes())),
        ["line 1: must be an object"]
    );
    let inside = format!("{{\"sections\":[{{\"name\":\"S\",\"rows\":{nested}}}]}}");
    assert_eq!(
        faults(Chart::from_json(inside.as_bytes())),
        ["line 1: sections[0].rows[0]: must be an object"]
    );
    let open = "{\"a\":".repeat(depth);
    assert_eq!(faults(Chart::from_json(open.as_bytes())).len(), 1);
}

#[test]
fn a_file_of_faults_is_told_in_part_and_counted_in_full() {
    let seats = 5_000;
    let csv = format!("section,row,seat\n{}", "S,A,a/b\n".repeat(seats));
    let errors = Chart::from_csv(csv.as_bytes()).expect_err("no label is right");
    assert_eq!(errors.errors().len(), limits::IMPORT_ERRORS_MAX);
    assert_eq!(errors.count(), 5_000);
    assert_eq!(errors.errors()[999].line, 1_001);
    assert!(errors.to_string().ends_with("\nand 4000 more"));
}

#[test]
fn an_unknown_field_is_told_in_part() {
    let json = format!("{{\"{}\": 1}}", "x".repeat(1 << 20));
    let errors = Chart::from_json(json.as_bytes()).expect_err("there is no such field");
    assert_eq!(errors.errors()[0].field, "x".repeat(64));
}

#[test]
fn a_line_of_commas_costs_no_memory() {
    let csv = format!("section{}", ",".repeat(1 << 20));
    assert_eq!(
        faults(Chart::from_csv(csv.as_bytes())),
        ["line 1: has more than 64 fields"]
    );
}

#[test]
fn a_file_that_is_too_long_is_not_looked_at() {
    let bytes = vec![b' '; limits::CHART_BYTES_MAX + 1];
    let expected = Err(ImportErrors::one(1, Reason::TooLarge));
    assert_eq!(Chart::from_csv(&bytes), expected);
    assert_eq!(Chart::from_json(&bytes), expected);
}

#[test]
fn a_million_seats_are_taken_and_one_more_is_one_fault() {
    let full = "section,row,seat,capacity\nLawn,,,999999\nS,A,1,\n";
    let chart = Chart::from_csv(full.as_bytes()).expect("exactly as many as a chart may have");
    assert_eq!(chart.seat_count(), limits::CHART_SEATS_MAX);
    let more = format!("{full}S,A,2,\nS,A,3,\nS,B,1,\n");
    assert_eq!(
        faults(Chart::from_csv(more.as_bytes())),
        ["line 4: seat: a chart has at most 1000000 seats"]
    );
}

/// A text of the format with a few bytes changed, so that it gets past the first check.
fn damaged(text: String) -> impl Strategy<Value = Vec<u8>> {
    let change = (
        any::<prop::sample::Index>(),
        prop_oneof![any::<u8>(), prop::sample::select(&b"\"{}[],:#/\n1e-"[..])],
    );
    prop::collection::vec(change, 0..6).prop_map(move |changes| {
        let mut bytes = text.clone().into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes
    })
}

fn small() -> Chart {
    let plan = GridPlan::parse("sections=2 rows=2 seats=3 categories=a,b").expect("a plan");
    plan.chart().expect("a chart")
}

proptest! {
    #[test]
    fn no_bytes_make_an_import_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = (Chart::from_json(&bytes), Chart::from_csv(&bytes));
    }

    #[test]
    fn damaged_json_is_refused_or_comes_back(bytes in damaged(to_json(&small()))) {
        if let Ok(chart) = Chart::from_json(&bytes) {
            prop_assert_eq!(Chart::from_json(to_json(&chart).as_bytes()), Ok(chart));
        }
    }

    #[test]
    fn damaged_csv_is_refused_or_comes_back(bytes in damaged(to_csv(&small()))) {
        if let Ok(chart) = Chart::from_csv(&bytes) {
            prop_assert_eq!(Chart::from_csv(to_csv(&chart).as_bytes()), Ok(chart));
        }
    }
}
