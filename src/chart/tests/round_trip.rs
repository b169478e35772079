//! What is exported and imported again is what it was.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::{documented, to_csv, to_json};
use crate::chart::{Chart, GridPlan};

/// Names with everything in them that either format has to escape.
fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z#\"é,\\\\\u{1F600}]([ a-z#\",'\\\\;é]{0,6}[a-z\"\\\\#,])?"
}

#[derive(Debug, Clone)]
struct Seat {
    label: String,
    category: usize,
    position: Option<(f32, f32)>,
    traits: [bool; 3],
}

fn coordinate() -> impl Strategy<Value = f32> {
    prop_oneof![
        (-40_i16..40).prop_map(f32::from),
        any::<f32>().prop_filter("in range", |x| x.abs() <= 1e6),
        Just(0.1),
        Just(-0.0),
        Just(f32::MIN_POSITIVE / 8.0),
        Just(999_999.94),
    ]
}

fn seat() -> impl Strategy<Value = Seat> {
    let label = prop_oneof![
        (0..30_u32).prop_map(|n| n.to_string()),
        name(),
        Just("07".to_owned()),
        (u32::MAX - 2..=u32::MAX).prop_map(|n| n.to_string()),
    ];
    let position = prop::option::weighted(0.3, (coordinate(), coordinate()));
    let traits = prop_oneof![3 => Just([false; 3]), 1 => any::<[bool; 3]>()];
    (label, 0..3_usize, position, traits).prop_map(|(label, category, position, traits)| Seat {
        label,
        category,
        position,
        traits,
    })
}

/// A row of seats that differ, or of plain ones that are counted; cut in two by an aisle or not.
fn row() -> impl Strategy<Value = (Vec<Seat>, bool)> {
    let counted = (0..200_u32, 1..9_u32, 0..3_usize).prop_map(|(from, seats, category)| {
        let plain = |number: u32| Seat {
            label: number.to_string(),
            category,
            position: None,
            traits: [false; 3],
        };
        (from..from + seats).map(plain).collect()
    });
    let seats = prop_oneof![prop::collection::vec(seat(), 1..9), counted];
    let distinct = seats.prop_map(|mut seats: Vec<Seat>| {
        let mut seen = std::collections::HashSet::new();
        seats.retain(|seat| seen.insert(seat.label.clone()));
        seats
    });
    (distinct, any::<bool>())
}

/// A chart, by way of a JSON text that is written here and not by the code under test.
fn chart() -> impl Strategy<Value = Chart> {
    let categories = prop::collection::hash_map(
        name(),
        (any::<Option<[u8; 3]>>(), any::<Option<u64>>()),
        3..6,
    );
    let section = prop::collection::vec(row(), 1..4);
    let sections = prop::collection::vec(section, 0..3);
    let areas = prop::collection::vec((1..500_u32, 0..3_usize, any::<bool>()), 0..3);
    let names = prop::collection::hash_set(name(), 6);
    let heading = (
        any::<bool>(),
        prop::option::of((coordinate(), coordinate())),
    );
    (categories, sections, areas, names, heading)
        .prop_filter("a chart has seats", |(_, sections, areas, ..)| {
            !sections.is_empty() || !areas.is_empty()
        })
        .prop_map(|(categories, sections, areas, names, (currency, focus))| {
            let category_names: Vec<_> = categories.keys().cloned().collect();
            let mut names = names.into_iter();
            let mut name = || names.next().expect("as many names as sections and areas");
            let mut value = serde_json::json!({});
            value["categories"] = categories
                .iter()
                .map(|(name, (colour, price))| {
                    let colour = colour.map(|[r, g, b]| format!("#{r:02x}{g:02X}{b:02x}"));
                    serde_json::json!({"name": name, "colour": colour, "price": price})
                })
                .collect();
            value["sections"] = sections
                .iter()
                .map(|rows| {
                    let rows = (1..).zip(rows).flat_map(|(number, row)| rows_json(number, row, &category_names));
                    serde_json::json!({"name": name(), "rows": rows.collect::<Vec<_>>()})
                })
                .collect();
            value["areas"] = areas
                .iter()
                .map(|(capacity, category, placed)| {
                    let x = placed.then_some(1.5);
                    serde_json::json!({"name": name(), "capacity": capacity, "category": category_names[*category],
                        "x": x, "y": x})
                })
                .collect();
            value["currency"] = currency.then_some("EUR").into();
            value["focus"] = focus.map_or(serde_json::Value::Null, |(x, y)| serde_json::json!({"x": x, "y": y}));
            let text = value.to_string();
            Chart::from_json(text.as_bytes()).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
        })
}

fn rows_json(
    number: u32,
    (seats, aisle): &(Vec<Seat>, bool),
    categories: &[String],
) -> Vec<serde_json::Value> {
    let parts = match seats.split_at(seats.len() / 2) {
        (left, right) if *aisle && !left.is_empty() => vec![left, right],
        _ => vec![&seats[..]],
    };
    let row = |seats: &[Seat]| {
        let seats: Vec<_> = seats
            .iter()
            .map(|seat| {
                let (x, y) = seat.position.unzip();
                let [accessible, companion, restricted_view] = seat.traits;
                serde_json::json!({"label": seat.label, "category": categories[seat.category], "x": x, "y": y,
                    "accessible": accessible, "companion": companion, "restricted_view": restricted_view})
            })
            .collect();
        serde_json::json!({"label": format!("{number}\""), "seats": seats})
    };
    parts.into_iter().map(row).collect()
}

fn assert_comes_back(chart: &Chart) {
    let (json, csv) = (to_json(chart), to_csv(chart));
    let from_json =
        Chart::from_json(json.as_bytes()).unwrap_or_else(|errors| panic!("{errors}\n{json}"));
    assert_eq!(&from_json, chart, "{json}");
    let from_csv =
        Chart::from_csv(csv.as_bytes()).unwrap_or_else(|errors| panic!("{errors}\n{csv}"));
    assert_eq!(&from_csv, chart, "{csv}");
    let from_crlf = Chart::from_csv(format!("\u{FEFF}{}", csv.replace('\n', "\r\n")).as_bytes());
    assert_eq!(from_crlf.as_ref(), Ok(chart), "{csv}");
    assert_eq!(to_json(&from_csv), json);
    assert_eq!(to_csv(&from_json), csv);
}

proptest! {
    #[test]
    fn any_chart_comes_back_from_either_format(chart in chart()) {
        assert_comes_back(&chart);
    }

    #[test]
    fn any_coordinate_comes_back(x in coordinate(), y in coordinate()) {
        let mut csv = "section,row,seat,x,y\n".to_owned();
        writeln!(csv, "A,1,1,{x:e},{y}").expect("a String takes any text");
        let chart = Chart::from_csv(csv.as_bytes()).expect("a chart");
        let position = chart.position(crate::ids::SeatId::new(0));
        prop_assert_eq!((position.x, position.y), (x, y));
        assert_comes_back(&chart);
    }
}

#[test]
fn charts_of_every_origin_come_back() {
    assert_comes_back(&Chart::numbered(1_000));
    for plan in [
        "sections=4 rows=5 seats=6",
        "sections=27 rows=2 seats=1 layout=straight categories=gold,silver",
    ] {
        let plan = GridPlan::parse(plan).expect("a plan");
        assert_comes_back(&plan.chart().expect("a chart"));
    }
    let last_number = Chart::from_csv(b"section,row,seat\nS,A,4294967294\nS,A,4294967295\n");
    assert_comes_back(&last_number.expect("a chart"));
    assert_comes_back(&Chart::from_json(documented("json").as_bytes()).expect("a chart"));
    assert_comes_back(&Chart::from_csv(documented("csv").as_bytes()).expect("a chart"));
}

#[test]
fn an_export_is_laid_out_as_people_would() {
    let chart = Chart::from_json(documented("json").as_bytes()).expect("a chart");
    let rows = [
        r#"{"label": "A", "category": "gold", "seats": 20},"#,
        r#"{"label": "B", "category": "gold", "seats": 10, "from": 111},"#,
        r#"{"label": "C", "category": "gold", "seats": ["#,
        r#"  "1","#,
        r#"  {"label": "3W", "x": 4.5, "y": 3, "accessible": true},"#,
    ];
    let json = to_json(&chart);
    for row in rows {
        assert!(
            json.contains(&format!("\n      {row}\n")),
            "{row} in\n{json}"
        );
    }
}
