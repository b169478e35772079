//! Real charts, and rows that are longer than a stretch.

use super::drawn::Drawn;
use crate::{
    chart::Chart,
    event::{
        best::{Adjacent, Categories, House, Live, Plan, Wish, find, orphans},
        hints::Hints,
    },
    ids::{SeatId, TakingId},
    seat::{NoTrail, Seats},
    tick::Tick,
};

const NOW: Tick = Tick::new(0);

fn ids(seats: impl IntoIterator<Item = u32>) -> Vec<SeatId> {
    seats.into_iter().map(SeatId::new).collect()
}

fn pair() -> Wish {
    Wish::new(2).expect("a pair")
}

#[test]
fn a_chart_is_searched_with_its_categories_traits_aisles_and_areas() {
    let chart = Chart::from_json(
        br#"{"sections": [
            {"name": "Stalls", "category": "gold", "rows": [
                {"label": "A", "seats": 2}, {"label": "A", "seats": 2, "from": 3},
                {"label": "B", "seats": 2}, {"label": "B", "seats": 2, "from": 3}]},
            {"name": "Circle", "category": "silver", "rows": [
                {"label": "A", "seats": ["1", {"label": "2W", "accessible": true}, {"label": "2C", "companion": true}]}]}],
            "areas": [{"name": "Lawn", "capacity": 70, "category": "silver"}]}"#,
    )
    .expect("a chart without faults");
    let rows: Vec<(usize, u32)> = House::rows(&chart)
        .map(|row| (row.section, row.depth))
        .collect();
    assert_eq!(rows, [(0, 0), (0, 0), (0, 1), (0, 1), (1, 0)]);
    assert!(chart.kind(SeatId::new(9)).is_accessible);

    let plan = Plan::new(&chart);
    let hints = Hints::new(plan.cells());
    let seats = Seats::new(chart.seat_count(), NoTrail).expect("a small house");
    let best = |wish: &Wish| {
        let sight = Live::new(&seats, NOW);
        find(&plan, &hints, &sight, wish, &[], 0, &mut |_| 0)
    };
    let both_sides_of_the_aisle = ids([1, 2]);
    assert_ne!(best(&pair()), Some(both_sides_of_the_aisle));
    let silver = chart.find_category("silver").expect("it is there");
    let silver = Categories::NONE.with(u8::try_from(silver).expect("below 64"));
    let wish = pair().with_categories(silver);
    let with_wheelchair = wish.clone().with_accessible(1).expect("one of two");
    assert_eq!(best(&with_wheelchair), Some(ids([9, 10])));
    let apart = ids([8, 10]);
    assert_eq!(best(&wish), Some(apart));
}

#[test]
fn a_pair_is_found_anywhere_in_a_row_of_a_thousand() {
    let house = Chart::numbered(1_000);
    let plan = Plan::new(&house);
    let hints = Hints::new(plan.cells());
    let seats = Seats::new(1_000, NoTrail).expect("a small house");
    let until = Tick::new(100);
    for seat in 0..1_000 {
        _ = seats.hold(SeatId::new(seat), TakingId::FIRST, until, NOW);
    }
    let best = |size: u32| {
        let wish = Wish::new(size).expect("from 1 to 64");
        let wish = wish.with_adjacent(Adjacent::Required);
        find(
            &plan,
            &hints,
            &Live::new(&seats, NOW),
            &wish,
            &[],
            0,
            &mut |_| 0,
        )
    };
    for first in 0..=(1_000 - 64) {
        let (pair, rest) = (ids([first, first + 1]), ids(first + 2..first + 64));
        assert_eq!(best(2), None);
        let free = |freed: &[SeatId]| {
            let _freeing = hints.freeing(plan.cells_of(freed));
            for seat in freed {
                _ = seats.release(*seat, TakingId::FIRST, NOW);
            }
        };
        free(&pair);
        assert_eq!(best(2).as_ref(), Some(&pair), "from {first}");
        free(&rest);
        assert_eq!(best(64), Some(ids(first..first + 64)), "from {first}");
        for seat in pair.iter().chain(&rest) {
            _ = seats.hold(*seat, TakingId::FIRST, until, NOW);
        }
        hints.raise(plan.cells_of(&pair).chain(plan.cells_of(&rest)));
    }
}

#[test]
fn an_orphan_in_a_long_row_is_seen_once() {
    let house = Drawn::new(&[&".".repeat(400)]);
    let plan = Plan::new(&house);
    for single in 1..399 {
        let chosen = ids([single - 1, single + 1]);
        let left = orphans(&plan, &house, &chosen);
        let mut expected: Vec<SeatId> = ids([single]);
        if single == 2 {
            expected.insert(0, SeatId::new(0));
        }
        if single == 397 {
            expected.push(SeatId::new(399));
        }
        assert_eq!(left, expected);
    }
}
