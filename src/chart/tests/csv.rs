//! What an import of CSV refuses, and where it says the fault is.

use super::{documented, faults};
use crate::{
    chart::{Chart, Position},
    ids::SeatId,
};

fn csv(text: &str) -> Vec<String> {
    faults(Chart::from_csv(text.as_bytes()))
}

#[test]
fn the_documented_chart_says_what_its_description_says() {
    let chart = Chart::from_csv(documented("csv").as_bytes()).expect("the example is right");
    assert_eq!((chart.seat_count(), chart.numbered_count()), (503, 3));
    let rows: Vec<_> = chart
        .rows()
        .iter()
        .map(|row| (&*row.label, row.seats))
        .collect();
    assert_eq!(rows, [("B", 1), ("B", 1), ("C", 1)]);
    assert_eq!(chart.categories()[0].price, Some(9_500));
    assert_eq!(chart.focus(), Position { x: 0.0, y: -2.0 });
    assert_eq!(chart.areas()[0].first, SeatId::new(3));
}

#[test]
fn all_faults_are_told_at_once_each_with_its_line() {
    let text = "\
# currency=EURO

section,row,seat,category,x,y,accessible,aisle,capacity,colour,price
,,,gold,,,,,,#d4af3,95.50
,,,gold,,,,,,,
,,,silver,1,,,,,,
,A,,gold,,,,,,,
Stalls,A,1,gold,1,2,TRUE,,,,
Stalls,A,1,gold,1,,yes,,,,
Stalls,A,2,bronze,NaN,inf,,,,,
Stalls,A
Stalls,,3,gold,,,,,,,5
\"Stalls,A,3,gold,,,,,,,

Stalls,B,1,gold,,,,true,,,
Stalls,A,4,gold,,,,,,,
Lawn,,7,gold,,,,,many,,
# focus=1
# colour=red
Balcony,A,a\tb,,,,,,,,
Stalls,C,1,gold,,,,,,,
";
    let expected = [
        "line 1: currency: must be a currency's code such as EUR",
        "line 4: colour: must be a colour such as #d4af37",
        "line 4: price: must be a whole number of minor units, such as cents",
        "line 5: category: is used already",
        "line 6: x: must be empty on a line that lists a category",
        "line 7: section: is missing",
        "line 9: y: is missing",
        "line 9: accessible: must be true, false or empty",
        "line 9: seat: is used already",
        "line 10: category: is none of the categories that the chart lists",
        "line 10: x: must be finite and between -1000000 and 1000000",
        "line 10: y: must be finite and between -1000000 and 1000000",
        "line 11: has 2 fields where the first line has 11",
        "line 12: price: must be given once, on a line that lists a category",
        "line 12: row: is missing",
        "line 13: a quote is never closed",
        "line 15: aisle: must be empty at the first seat of a row",
        "line 16: row: ended further up; its seats must stand together",
        "line 17: seat: must be empty on the line of an area",
        "line 17: capacity: must be a whole number above zero, with 32 bits",
        "line 18: focus: must be a number",
        "line 19: #: must be # currency=EUR, # focus=0 0 or # seats=1000",
        "line 20: category: is missing",
        r"line 20: seat: must not contain '\t'",
        "line 21: section: is used already",
    ];
    assert_eq!(csv(text), expected);
}

#[test]
fn the_first_line_names_the_columns() {
    for (text, expected) in [
        ("", vec!["line 1: the chart has no seats"]),
        ("section,row,seat\n", vec!["line 1: the chart has no seats"]),
        (
            "row,seat\nA,1\n",
            vec!["line 1: section: is missing", "line 2: section: is missing"],
        ),
        (
            "section,row,seat,size,row\n",
            vec![
                "line 1: column 4: there is no such field",
                "line 1: row: is given twice",
            ],
        ),
        (
            "section;row;seat\n",
            vec![
                "line 1: column 1: there is no such field",
                "line 1: section: is missing",
                "line 1: row: is missing",
                "line 1: seat: is missing",
            ],
        ),
    ] {
        assert_eq!(csv(text), expected, "{text}");
    }
    let reordered = Chart::from_csv(b"Seat, ROW ,section\n1,A,S\n2,A,S").expect("a chart");
    assert_eq!(reordered.find("S/A/2"), Some(SeatId::new(1)));
}

#[test]
fn what_a_spreadsheet_adds_does_no_harm() {
    let text = "\u{FEFF}# focus=1 2,,,,\r\nsection,row,seat,accessible,aisle\r\nS,A,1,TRUE,\r\n,,,,\r\nS,A, 2 ,FALSE,\r\n";
    let chart = Chart::from_csv(text.as_bytes()).expect("a chart");
    assert_eq!(chart.seat_count(), 2);
    assert_eq!(chart.focus(), Position { x: 1.0, y: 2.0 });
    assert!(chart.traits(SeatId::new(0)).is_accessible());
    assert!(chart.find("S/A/2").is_some());
}

#[test]
fn a_chart_of_plain_numbers_is_one_line() {
    assert_eq!(Chart::from_csv(b"# seats=12"), Ok(Chart::numbered(12)));
    assert_eq!(
        csv("# seats=12\nsection,row,seat\nS,A,1\n"),
        ["line 3: seats: must be alone, in a chart of plain numbers"]
    );
    assert_eq!(
        csv("# currency=EUR\n# seats=12"),
        ["line 2: seats: must be alone, in a chart of plain numbers"]
    );
    assert_eq!(
        csv("# seats=12\n# seats=12"),
        ["line 2: seats: is given twice"]
    );
    assert_eq!(
        csv("# seats=100000001"),
        ["line 1: seats: a chart has at most 100000000 seats"]
    );
}

#[test]
fn a_category_is_listed_before_its_seats() {
    assert_eq!(
        csv("section,row,seat,category\nS,A,1,gold\n,,,silver\n"),
        ["line 3: category: must be listed before the first seat"]
    );
}
