//! Which rows a search comes by.

use super::drawn::Drawn;
use crate::{
    event::{
        best::{Adjacent, Categories, Plan, Sections, Wish, find},
        hints::{Hints, Room},
    },
    ids::SeatId,
    tick::Tick,
};

const NOW: Tick = Tick::new(0);

fn pair() -> Wish {
    Wish::new(2).expect("a pair")
}

/// Categories 0 and 1.
fn category(number: u8) -> Categories {
    Categories::NONE.with(number)
}

#[test]
fn a_wish_takes_the_shortest_way_on_which_it_misses_nothing() {
    let house = Drawn::new(&["..", "..", "::", "", "::", ".:", ":.", "::"]);
    let plan = Plan::new(&house);
    let way = |wish: Wish| {
        let route = plan.ways.of(&wish);
        let mut rows: Vec<u32> = route
            .way
            .stops
            .iter()
            .map(|stop| plan.stretches[stop.stretch as usize].first / 2)
            .collect();
        rows.sort_unstable();
        (rows, route.is_sifted)
    };
    let all: Vec<u32> = (0..7).collect();
    assert_eq!(way(pair()), (all.clone(), true));
    let both = category(0).with(1).with(9);
    assert_eq!(way(pair().with_categories(both)), (all.clone(), true));
    let gold = pair().with_categories(category(0));
    assert_eq!(way(gold.clone()), (vec![0, 1, 4, 5], true));
    let back = pair().with_sections(Sections::only([1]));
    assert_eq!(way(back), (vec![3, 4, 5, 6], true));
    let front = Sections::only([0]);
    let gold_in_front = gold.with_sections(front.clone());
    assert_eq!(way(gold_in_front), (vec![0, 1, 2], false));
    let sections = pair().with_sections(Sections::only([0, 1]));
    assert_eq!(way(sections), (all, false));
    for nowhere in [Sections::only([]), Sections::only([7])] {
        assert_eq!(way(pair().with_sections(nowhere)).0, [0_u32; 0]);
    }
    let nothing = pair().with_categories(category(9));
    assert_eq!(way(nothing.with_sections(front)).0, [0_u32; 0]);
}

#[test]
fn a_house_of_one_category_has_one_way() {
    let plan = Plan::new(&Drawn::new(&["..", "..", ".."]));
    assert_eq!(plan.cells(), 3 + 1);
    let gold = pair().with_categories(category(0));
    assert!(plan.ways.of(&gold).is_sifted);
    let mixed = Plan::new(&Drawn::new(&["..", "::", ":."]));
    assert_eq!(mixed.cells(), 3 + 2 + 3);
}

/// Forty rows are three legs. In each row in turn a pair is freed, found and taken again, while all other rows, and so the
/// legs, are known to be full.
#[test]
fn a_pair_is_found_wherever_it_is_freed_on_a_long_way() {
    let mut house = Drawn::new(&["XYYX"; 40]);
    let plan = Plan::new(&house);
    let hints = Hints::new(plan.cells());
    let required = pair().with_adjacent(Adjacent::Required);
    let silver = required.clone().with_categories(category(1));
    for first in (0..40).map(|row| 4 * row + 1).rev() {
        let both = [first, first + 1].map(SeatId::new);
        for wish in [&required, &silver] {
            let best = |house: &Drawn| find(&plan, &hints, house, wish, &[], 0, &mut |_| 0);
            assert_eq!(best(&house), None);
            assert_eq!(best(&house), None);
            let legs = plan.ways.of(wish).way.legs.expect("a way with legs");
            assert!((legs..legs + 3).all(|leg| hints.read(leg).room(NOW) == Room::NONE));
            let freeing = hints.freeing(plan.cells_of(&both));
            both.iter().for_each(|seat| house.free[seat.index()] = true);
            drop(freeing);
            assert_eq!(best(&house).as_deref(), Some(&both[..]));
            both.iter()
                .for_each(|seat| house.free[seat.index()] = false);
            hints.raise(plan.cells_of(&both));
        }
    }
}

#[test]
fn a_sum_is_not_written_down_over_a_change_nor_beside_an_unknown() {
    let hints = Hints::new(3);
    let sum_up = |saw| hints.sum_up(2, saw, 0..2, NOW);
    let room = |cell| hints.read(cell).room(NOW);
    hints.lower(0, hints.read(0), Room::new(3, true, false), NOW, Some(9));
    sum_up(hints.read(2));
    assert_eq!(room(2), Room::ANY, "nothing is known of cell 1");
    hints.lower(1, hints.read(1), Room::new(2, true, true), NOW, Some(5));
    let before = hints.read(2);
    drop(hints.freeing([1, 2]));
    sum_up(before);
    assert_eq!(room(2), Room::ANY, "a seat was freed meanwhile");
    hints.lower(1, hints.read(1), Room::new(2, true, true), NOW, Some(5));
    sum_up(hints.read(2));
    assert_eq!(room(2), Room::new(3, true, true));
    let later = |ticks| hints.read(2).room(NOW.plus(ticks));
    assert_eq!((later(4), later(5)), (room(2), Room::ANY));
    let freeing = hints.freeing([0, 2]);
    sum_up(hints.read(2));
    assert_eq!(room(2), Room::ANY);
    drop(freeing);
}
