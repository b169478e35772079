//! What a chart says of its seats.

use crate::{
    chart::{Chart, GridError, GridPlan, Position, Reason, SeatTraits},
    ids::SeatId,
    limits,
};

use super::documented;

fn grid(plan: &str) -> Chart {
    let plan = GridPlan::parse(plan).expect("a plan");
    plan.chart().expect("a chart within the limits")
}

#[test]
fn the_documented_chart_says_what_its_description_says() {
    let chart = Chart::from_json(documented("json").as_bytes()).expect("the example is right");
    assert_eq!((chart.seat_count(), chart.numbered_count()), (544, 44));
    assert_eq!(chart.sections().len(), 1);
    assert_eq!(chart.sections()[0].rows, 0..4);
    let labels: Vec<_> = chart.rows().iter().map(|row| &*row.label).collect();
    assert_eq!(labels, ["A", "B", "B", "C"]);
    let seat = chart.find("Stalls/C/3W").expect("it is there");
    assert_eq!(chart.label(seat).to_string(), "Stalls/C/3W");
    assert_eq!(chart.position(seat), Position { x: 4.5, y: 3.0 });
    assert_eq!(chart.traits(seat), SeatTraits::new(true, false, false));
    assert_eq!(chart.categories()[0].price, Some(9_500));
    assert_eq!(
        chart.traits(SeatId::new(seat.get() + 1)),
        SeatTraits::new(false, true, true)
    );
    assert_eq!(chart.focus(), Position { x: 0.0, y: -2.0 });
    let lawn = chart.find_area("Lawn").expect("it is there");
    let place = chart.areas()[lawn].first;
    assert_eq!(
        (chart.area_of(place), chart.row_of(place)),
        (Some(lawn), None)
    );
    assert_eq!(chart.category(place), 1);
    assert_eq!(chart.position(place), Position { x: 0.0, y: 40.0 });
}

#[test]
fn each_seat_is_found_by_its_label_and_nothing_else_is() {
    let counted = grid("sections=3 rows=4 seats=5");
    let written = Chart::from_csv(b"section,row,seat\nA,1,1\nA,1,2a\nA,2,1\nB,1,1\nB,1,01\n");
    let aisles = Chart::from_json(
        br#"{"sections":[{"name":"A","rows":[{"label":"1","seats":3},{"label":"1","seats":3,"from":4}]}]}"#,
    );
    let charts = [
        counted,
        written.expect("a chart"),
        aisles.expect("a chart"),
        Chart::numbered(7),
    ];
    for chart in &charts {
        for seat in (0..chart.seat_count()).map(SeatId::new) {
            let label = chart.label(seat).to_string();
            assert_eq!(chart.find(&label), Some(seat), "{label}");
            for wrong in [
                format!("/{label}"),
                format!("{label} "),
                label.replace('/', "//"),
            ] {
                if wrong != label {
                    assert_eq!(chart.find(&wrong), None, "{wrong}");
                }
            }
        }
        for wrong in [
            "", "/", "//", "//1", "0", "01", "+1", "8", "A/1", "A/1/7", "A/1/0", "C/9/1",
        ] {
            assert_eq!(chart.find(wrong), None, "{wrong}");
        }
    }
    assert_eq!(charts[2].rows().len(), 2);
    assert_eq!(charts[2].find("A/1/4"), Some(SeatId::new(3)));
}

#[test]
fn a_hundred_million_numbers_cost_nothing() {
    let chart = Chart::numbered(limits::SEATS_MAX);
    assert_eq!(chart.seat_count(), limits::SEATS_MAX);
    let last = SeatId::new(limits::SEATS_MAX - 1);
    assert_eq!(chart.find("100000000"), Some(last));
    assert_eq!(chart.find("100000001"), None);
    assert_eq!(chart.label(last).to_string(), "100000000");
    assert_eq!(chart.row_of(last), Some(0));
    assert_eq!(chart.category(last), 0);
    assert_eq!(
        Chart::numbered(u32::MAX).find("4294967295"),
        Some(SeatId::new(u32::MAX - 1))
    );
}

#[test]
fn an_empty_chart_has_answers_too() {
    let chart = Chart::numbered(0);
    assert_eq!((chart.seat_count(), chart.rows().len()), (0, 0));
    let nobody = SeatId::new(0);
    assert_eq!(
        (chart.find("1"), chart.row_of(nobody), chart.area_of(nobody)),
        (None, None, None)
    );
    assert_eq!(chart.label(nobody).to_string(), "");
    assert_eq!(
        (chart.category(nobody), chart.traits(nobody)),
        (0, SeatTraits::default())
    );
    assert_eq!(chart.position(nobody), chart.focus());
}

#[test]
fn rows_without_positions_are_centred_behind_one_another() {
    let chart = Chart::from_json(
        br#"{"sections":[{"name":"S","rows":[
            {"label":"A","seats":3},
            {"label":"B","seats":2}, {"label":"B","seats":2,"from":3},
            {"label":"C","seats":["1",{"label":"2","x":7,"y":9}]}]}]}"#,
    )
    .expect("a chart");
    let at = |label| {
        let Position { x, y } = chart.position(chart.find(label).expect("it is there"));
        (x, y)
    };
    assert_eq!([at("S/A/1"), at("S/A/3")], [(-1.0, 0.0), (1.0, 0.0)]);
    assert_eq!([at("S/B/1"), at("S/B/2")], [(-2.0, 1.0), (-1.0, 1.0)]);
    assert_eq!([at("S/B/3"), at("S/B/4")], [(1.0, 1.0), (2.0, 1.0)]);
    assert_eq!([at("S/C/1"), at("S/C/2")], [(-0.5, 2.0), (7.0, 9.0)]);
    // From -2 to 7, level with row A.
    assert_eq!(chart.focus(), Position { x: 2.5, y: 0.0 });
}

#[test]
fn a_plan_makes_equal_sections() {
    let chart = grid("seats=60  sections=28\trows=50 categories=gold,silver,grey layout=straight");
    assert_eq!(chart.seat_count(), 28 * 50 * 60);
    assert_eq!(&*chart.sections()[27].name, "AB");
    let category = |label| chart.category(chart.find(label).expect("it is there"));
    assert_eq!(
        [category("A/1/1"), category("A/18/1"), category("AB/50/60")],
        [0, 1, 2]
    );
}

#[test]
fn in_a_fan_the_middle_of_each_row_is_closest_to_the_stage() {
    let chart = grid("sections=4 rows=50 seats=60");
    let to_stage = |seat| {
        let (Position { x, y }, focus) = (chart.position(seat), chart.focus());
        (x - focus.x).hypot(y - focus.y)
    };
    for row in 0..50 {
        let distances: Vec<f32> = (0..4)
            .flat_map(|section| chart.rows()[section * 50 + row].ids())
            .map(to_stage)
            .collect();
        let (left, right) = distances.split_at(120);
        assert!(left.is_sorted_by(|a, b| a > b), "row {row}: {left:?}");
        assert!(right.is_sorted(), "row {row}: {right:?}");
    }
    for row in chart.rows() {
        let places: Vec<_> = row.ids().map(|seat| chart.position(seat)).collect();
        for pair in places.windows(2) {
            let apart = (pair[1].x - pair[0].x).hypot(pair[1].y - pair[0].y);
            assert!((0.98..2.0).contains(&apart), "{apart}");
        }
    }
}

#[test]
fn a_wrong_plan_is_refused_by_its_word() {
    for (plan, why) in [
        ("", "sections= is missing"),
        ("sections=1 rows=2", "seats= is missing"),
        ("sections=1 rows=2 rows=3 seats=1", "rows= is given twice"),
        (
            "sections=1 rows=0 seats=1",
            "rows= must be a whole number above zero, with 32 bits",
        ),
        (
            "sections=1 rows=-1 seats=1",
            "rows= must be a whole number above zero, with 32 bits",
        ),
        (
            "aisles=1",
            "'aisles=1' is none of sections=, rows=, seats=, layout= and categories=",
        ),
        (
            "sections=1 rows=1 seats=1 layout=round",
            "layout= must be curved or straight",
        ),
        (
            "sections=1 rows=1 seats=1 categories=a,,b",
            "categories= must not be empty",
        ),
    ] {
        let error = GridPlan::parse(plan).expect_err(plan);
        assert_eq!(error.to_string(), why, "{plan}");
    }
    for (plan, what, count_max) in [
        (
            "sections=4000000000 rows=1 seats=1",
            "sections",
            limits::SECTIONS_MAX,
        ),
        (
            "sections=1 rows=4000000000 seats=1",
            "rows",
            limits::ROWS_MAX,
        ),
        (
            "sections=1 rows=1 seats=4000000000",
            "seats",
            limits::CHART_SEATS_MAX,
        ),
    ] {
        let error = GridPlan::parse(plan).and_then(|plan| plan.chart());
        let expected = GridError::Refused(Reason::TooMany { what, count_max });
        assert_eq!(error, Err(expected), "{plan}");
    }
}
