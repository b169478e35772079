//! What an import of JSON refuses, and where it says the fault is.

use super::faults;
use crate::{chart::Chart, limits};

fn json(text: &str) -> Vec<String> {
    faults(Chart::from_json(text.as_bytes()))
}

#[test]
fn all_faults_are_told_at_once_each_with_its_line() {
    let text = r##"{
  "currency": "euro",
  "focus": {"x": 0},
  "categories": [
    {"name": "gold", "colour": "yellow", "price": 95.5},
    {"name": "gold"},
    {"colour": "#000000", "size": 3}
  ],
  "sections": [
    {
      "rows": [
        {"label": "A", "seats": 0},
        {"label": "A/B", "seats": [
          "1",
          {"label": "1",
           "category": "silver",
           "x": 1e99, "y": "far"},
          {"label": "2", "x": 4,
           "accessible": "yes"},
          7,
          "",
          {"label": "3", "label": "4"}
        ], "from": 1},
        {"label": "B", "seats": []}
      ],
      "name": "Stalls"
    },
    {"name": "Stalls", "rows": {}}
  ],
  "areas": [
    {"name": "Stalls", "capacity": -1},
    {"name": "Lawn", "category": "gold", "capacity": 10}
  ],
  "colour": "red"
}"##;
    let expected = [
        "line 34: colour: there is no such field",
        "line 2: currency: must be a currency's code such as EUR",
        "line 3: focus.y: is missing",
        "line 5: categories[0].colour: must be a colour such as #d4af37",
        "line 5: categories[0].price: must be a whole number of minor units, such as cents",
        "line 6: categories[1].name: is used already",
        "line 7: categories[2].size: there is no such field",
        "line 7: categories[2].name: is missing",
        "line 12: sections[0].rows[0].category: is missing",
        "line 12: sections[0].rows[0].seats: must be a whole number above zero, with 32 bits",
        "line 13: sections[0].rows[1].label: must not contain '/'",
        "line 23: sections[0].rows[1].from: must be left out where the seats are listed",
        "line 14: sections[0].rows[1].seats[0].category: is missing",
        "line 16: sections[0].rows[1].seats[1].category: is none of the categories that the chart lists",
        "line 17: sections[0].rows[1].seats[1].x: must be finite and between -1000000 and 1000000",
        "line 17: sections[0].rows[1].seats[1].y: must be a number",
        "line 15: sections[0].rows[1].seats[1].label: is used already",
        "line 18: sections[0].rows[1].seats[2].category: is missing",
        "line 18: sections[0].rows[1].seats[2].y: is missing",
        "line 19: sections[0].rows[1].seats[2].accessible: must be true or false",
        "line 20: sections[0].rows[1].seats[3]: must be an object",
        "line 21: sections[0].rows[1].seats[4].category: is missing",
        "line 21: sections[0].rows[1].seats[4]: must not be empty",
        "line 22: sections[0].rows[1].seats[5].label: is given twice",
        "line 22: sections[0].rows[1].seats[5].category: is missing",
        "line 24: sections[0].rows[2].seats: must be a list with something in it",
        "line 28: sections[1].name: is used already",
        "line 28: sections[1].rows: must be a list",
        "line 31: areas[0].category: is missing",
        "line 31: areas[0].capacity: must be a whole number above zero, with 32 bits",
        "line 31: areas[0].name: is used already",
    ];
    assert_eq!(json(text), expected);
}

#[test]
fn what_is_no_json_has_one_fault() {
    for (text, fault) in [
        ("", "line 1: EOF while parsing a value (column 0)"),
        (
            "{\n\n \"seats\": 1,\n}",
            "line 4: key must be a string (column 1)",
        ),
        (
            "{\"seats\": 1}\n\n x",
            "line 3: trailing characters (column 2)",
        ),
        ("{\"seats\":\n NaN}", "line 2: expected value (column 2)"),
    ] {
        assert_eq!(json(text), [fault], "{text}");
    }
    let wrong = Chart::from_json(b"{\n\"\xFF\": 1}");
    assert_eq!(faults(wrong), ["line 2: this line is not UTF-8"]);
}

#[test]
fn a_chart_is_an_object_with_seats() {
    for (text, fault) in [
        ("[]", "line 1: must be an object"),
        ("{}", "line 1: the chart has no seats"),
        ("\n{\"areas\": []}", "line 1: the chart has no seats"),
        (
            "{\"seats\": 1, \"areas\": []}",
            "line 1: seats: must be alone, in a chart of plain numbers",
        ),
        (
            "{\"seats\": \"1\"}",
            "line 1: seats: must be a whole number above zero, with 32 bits",
        ),
        (
            "{\"seats\": 100000001}",
            "line 1: seats: a chart has at most 100000000 seats",
        ),
        (
            "{\"seats\": 1e2}",
            "line 1: seats: must be a whole number above zero, with 32 bits",
        ),
    ] {
        assert_eq!(json(text), [fault], "{text}");
    }
    assert_eq!(
        Chart::from_json(b"\xEF\xBB\xBF{\"seats\": 3}"),
        Ok(Chart::numbered(3))
    );
}

#[test]
fn categories_are_made_at_their_first_use_where_none_is_listed() {
    let text = br#"{"sections":[{"name":"S","category":"gold","rows":[
        {"label":"A","seats":2,"category":"silver"},{"label":"B","seats":["1",{"label":"2","category":"grey"}]}]}],
        "areas":[{"name":"Lawn","capacity":2}]}"#;
    let chart = Chart::from_json(text).expect("a chart");
    let names: Vec<_> = chart
        .categories()
        .iter()
        .map(|category| &*category.name)
        .collect();
    assert_eq!(names, ["gold", "silver", "grey", "standard"]);
    let of = |label| chart.category(chart.find(label).expect("it is there"));
    assert_eq!([of("S/A/1"), of("S/B/1"), of("S/B/2")], [1, 0, 2]);
    assert_eq!(chart.category(chart.areas()[0].first), 3);
}

#[test]
fn escapes_are_read_and_names_trimmed() {
    let text = r#"{"sections":[{"na\u006de":" S\u00e4le\t","rows":[{"label":"\"A\\","seats":["\u0031"]}]}]}"#;
    let chart = Chart::from_json(text.as_bytes()).expect("a chart");
    assert_eq!(
        chart.label(crate::ids::SeatId::new(0)).to_string(),
        "Säle/\"A\\/1"
    );
    let text = r#"{"sections":[{"name":"a\nb","rows":[{"label":"\u0007","seats":["\ud800"]}]}]}"#;
    let faults = json(text);
    assert_eq!(
        faults[0],
        r"line 1: sections[0].name: must not contain '\n'"
    );
    assert_eq!(
        faults[1],
        r"line 1: sections[0].rows[0].label: must not contain '\u{7}'"
    );
}

#[test]
fn rows_of_one_label_stand_together() {
    let rows = |labels: &[&str]| {
        let rows: Vec<_> = (0..)
            .zip(labels)
            .map(|(at, label)| format!(r#"{{"label":"{label}","seats":2,"from":{}}}"#, at * 2))
            .collect();
        json(&format!(
            r#"{{"sections":[{{"name":"S","rows":[{}]}}]}}"#,
            rows.join(",\n")
        ))
    };
    assert!(rows(&["A", "A", "B"]).is_empty());
    assert_eq!(
        rows(&["A", "B", "A"]),
        ["line 3: sections[0].rows[2].label: ended further up; its seats must stand together"]
    );
}

#[test]
fn each_limit_has_its_fault_once() {
    let long = "x".repeat(limits::NAME_BYTES_MAX + 1);
    let section = |name: &str, rows: &str| format!(r#"{{"name":"{name}","rows":[{rows}]}}"#);
    let sections = |sections: Vec<String>| format!(r#"{{"sections":[{}]}}"#, sections.join(","));
    let row = r#"{"label":"A","seats":1}"#;
    let many_rows: Vec<_> = (0..=limits::ROWS_MAX + 5)
        .map(|n| format!(r#"{{"label":"{n}","seats":1}}"#))
        .collect();
    let many =
        |one: &dyn Fn(u32) -> String, count: u32| (0..count + 5).map(one).collect::<Vec<_>>();
    for (text, what) in [
        (sections(vec![section(&long, row)]), "has more than 128 bytes"),
        (
            sections(vec![section("S", &row.replace('A', &long[..33]))]),
            "has more than 32 bytes",
        ),
        (
            sections(vec![section("S", r#"{"label":"A","seats":4000000000}"#)]),
            "at most 1000000 seats",
        ),
        (
            sections(vec![section("S", r#"{"label":"A","seats":2,"from":4294967295}"#)]),
            "fewer: labels are counted below 2^32",
        ),
        (sections(vec![section("S", &many_rows.join(","))]), "at most 100000 rows"),
        (
            sections(many(&|n| section(&format!("S{n}"), row), limits::SECTIONS_MAX)),
            "at most 1000 sections",
        ),
        (
            format!(
                r#"{{"areas":[{}]}}"#,
                many(&|n| format!(r#"{{"name":"{n}","capacity":1}}"#), limits::AREAS_MAX).join(",")
            ),
            "at most 1000 areas",
        ),
        (
            sections(many(
                &|n| section(&format!("S{n}"), &row.replace("\"A\"", &format!("\"A\",\"category\":\"{n}\""))),
                limits::CATEGORIES_MAX,
            )),
            "at most 64 categories",
        ),
        (
            r#"{"areas":[{"name":"a","capacity":999999},{"name":"b","capacity":1},{"name":"c","capacity":1}]}"#.into(),
            "at most 1000000 seats",
        ),
    ] {
        let faults = json(&text);
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].ends_with(what), "{faults:?}");
    }
}
