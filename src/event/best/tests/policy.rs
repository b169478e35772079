//! The policy, drawn.

use super::drawn::Drawn;
use crate::{
    event::best::{Adjacent, Categories, Plan, Sections, Wish, WishError, orphans},
    ids::SeatId,
};

fn party(size: u32) -> Wish {
    Wish::new(size).expect("from 1 to 64")
}

fn required(size: u32) -> Wish {
    party(size).with_adjacent(Adjacent::Required)
}

fn needing(size: u32, accessible: u32) -> Wish {
    party(size)
        .with_accessible(accessible)
        .expect("no more than the party")
}

/// Asserts that the best seats for a wish are those drawn as `o`.
#[track_caller]
fn gives(wish: &Wish, house: &[&str], found: &[&str]) {
    let drawn = Drawn::new(house).find(wish);
    assert_eq!(drawn.as_deref(), Some(found.map_to_strings().as_slice()));
}

#[track_caller]
fn refuses(wish: &Wish, house: &[&str]) {
    assert_eq!(Drawn::new(house).find(wish), None);
}

trait MapToStrings {
    fn map_to_strings(&self) -> Vec<String>;
}

impl MapToStrings for [&str] {
    fn map_to_strings(&self) -> Vec<String> {
        self.iter().map(|line| (*line).to_owned()).collect()
    }
}

#[test]
fn the_middle_of_the_front_row_is_the_best() {
    gives(
        &party(2),
        &["........", "........"],
        &["...oo...", "........"],
    );
    gives(&party(1), &[".....", "....."], &["..o..", "....."]);
    gives(&party(3), &["...X...", "......."], &["...X...", "..ooo.."]);
}

#[test]
fn the_middle_of_the_second_row_is_better_than_the_end_of_the_first() {
    let house = ["..XXXXXX..", "....XX...."];
    gives(&party(2), &house, &["..XXXXXX..", "..ooXX...."]);
}

#[test]
fn no_orphan_is_left_while_that_can_be_helped() {
    gives(&party(2), &["..X...X", "...XXXX"], &["ooX...X", "...XXXX"]);
    gives(&party(1), &["X..XX.X"], &["X..XXoX"]);
    gives(&party(3), &["X.....X"], &["Xooo..X"]);
    gives(&party(2), &["X...X"], &["Xoo.X"]);
}

#[test]
fn the_seat_that_was_single_before_is_nobodys_fault() {
    gives(&party(2), &[".X..X."], &[".XooX."]);
}

#[test]
fn leaving_an_orphan_is_better_than_being_split() {
    let house = ["X...XX.X", "XX.XX.XX"];
    gives(&party(3), &house, &["XoooXX.X", "XX.XX.XX"]);
    gives(&party(2), &house, &["X.ooXX.X", "XX.XX.XX"]);
}

#[test]
fn who_cannot_sit_in_one_row_sits_in_two_neighbouring_ones() {
    gives(&party(4), &["XX..XX", "X...XX"], &["XXooXX", "X.ooXX"]);
}

#[test]
fn a_split_party_is_as_even_as_there_is_room_for() {
    gives(&party(4), &["..X..", "X...X"], &["ooX..", "Xoo.X"]);
    gives(&party(5), &["X..XX", "X...X"], &["XooXX", "XoooX"]);
    gives(&party(4), &["XX.XX", "X...X"], &["XXoXX", "XoooX"]);
}

#[test]
fn two_parts_sit_near_one_another_rather_than_in_the_best_rows() {
    let house = ["..XXXXXXXXXXXX", "XXXXXXXXXXXX..", "XXXXXXXXXXXX.."];
    let found = ["..XXXXXXXXXXXX", "XXXXXXXXXXXXoo", "XXXXXXXXXXXXoo"];
    gives(&party(4), &house, &found);
}

#[test]
fn nobody_sits_side_by_side_across_an_aisle() {
    gives(
        &required(2),
        &["..X.|.X..", "XXXX|XXXX"],
        &["ooX.|.X..", "XXXX|XXXX"],
    );
    refuses(&required(2), &["X.|.X"]);
    gives(
        &party(2),
        &["X.|.X", "XX|.X", "X.|XX"],
        &["X.|oX", "XX|oX", "X.|XX"],
    );
}

#[test]
fn rows_of_different_sections_are_no_neighbours() {
    gives(
        &party(2),
        &["X.XX", "", "X.XX", "XX.X"],
        &["X.XX", "", "XoXX", "XXoX"],
    );
}

#[test]
fn when_all_else_fails_the_nearest_seats_are_given() {
    gives(
        &party(3),
        &["X.X.X", "XXXXX", ".X.X."],
        &["XoXoX", "XXXXX", ".XoX."],
    );
}

#[test]
fn side_by_side_or_not_at_all() {
    refuses(&required(2), &[".X.X.", "X.X.X"]);
    gives(&required(2), &[".X.X.", "X...X"], &[".X.X.", "Xoo.X"]);
    refuses(&required(6), &[".....", "....."]);
}

#[test]
fn who_does_not_mind_sits_as_near_as_can_be() {
    let wish = party(2).with_adjacent(Adjacent::Any);
    gives(&wish, &["..X.X", "....."], &[".oXoX", "....."]);
}

#[test]
fn nobody_is_refused_while_there_are_seats() {
    let house = ["X.XX.X", "", "XXXXXX", ".XXXXX"];
    gives(&party(3), &house, &["XoXXoX", "", "XXXXXX", "oXXXXX"]);
    refuses(&party(4), &house);
}

#[test]
fn only_the_categories_that_are_wished_for_are_given() {
    let silver = party(2).with_categories(Categories::NONE.with(1));
    gives(&silver, &["......", "::..::"], &["......", "oo..::"]);
    refuses(&silver, &[".....:", "......"]);
    gives(&party(2), &["X.:X"], &["XooX"]);
}

#[test]
fn a_free_seat_of_another_category_is_a_neighbour_too() {
    let silver = party(2).with_categories(Categories::NONE.with(1));
    // The third silver seat is not alone: there is a golden one beside it.
    gives(&silver, &["X:::.X"], &["Xoo:.X"]);
    // But the golden one would be.
    gives(&silver, &["X.:::X", "XXXXXX"], &["X.:ooX", "XXXXXX"]);
}

#[test]
fn only_the_sections_that_are_wished_for_are_given() {
    let house = ["......", "", "......", "", "......"];
    let wish = party(2).with_sections(Sections::only([2, 1]));
    gives(&wish, &house, &["......", "", "..oo..", "", "......"]);
    let nowhere = party(1).with_sections(Sections::only([]));
    refuses(&nowhere, &house);
}

#[test]
fn accessible_seats_are_for_those_who_ask() {
    gives(&party(2), &["aaaa", "X..X"], &["aaaa", "XooX"]);
    refuses(&party(1), &["aaaa"]);
    gives(&needing(1, 1), &["....", "X.aX"], &["....", "X.oX"]);
    refuses(&needing(2, 2), &["....", "..a."]);
}

#[test]
fn who_comes_along_gets_a_companion_seat() {
    gives(&needing(2, 1), &[".a..ac", "..ac.."], &[".a..ac", "..oo.."]);
    gives(&needing(3, 1), &["..cac.."], &["..ooo.."]);
    gives(&needing(2, 1), &["..a..", "XcXXX"], &[".oo..", "XcXXX"]);
}

#[test]
fn just_as_many_accessible_seats_are_given_as_are_needed() {
    gives(&needing(2, 1), &["Xaa.X"], &["XaooX"]);
    gives(&needing(2, 2), &["a.aa."], &["a.oo."]);
}

#[test]
fn a_party_with_an_accessible_seat_is_kept_in_its_row_and_never_refused() {
    gives(&needing(3, 1), &["aXc.X.", "......"], &["oXooX.", "......"]);
    gives(&needing(3, 1), &["aXXXXX", "X.XX.X"], &["oXXXXX", "XoXXoX"]);
}

#[test]
fn companion_seats_are_given_to_others_last() {
    gives(&party(2), &["X.cc.X", "XXXXXX"], &["XoccoX", "XXXXXX"]);
    gives(&required(2), &["X.cc.X", "X.XX.X"], &["Xooc.X", "X.XX.X"]);
    gives(&party(1), &["Xcc", "AXX"], &["Xoc", "AXX"]);
}

#[test]
fn an_orphan_is_who_had_a_neighbour_and_has_none() {
    let leaves = |row: &str, chosen: &[u32], single: &[u32]| {
        let house = Drawn::new(&[row]);
        let chosen: Vec<SeatId> = chosen.iter().copied().map(SeatId::new).collect();
        let left = orphans(&Plan::new(&house), &house, &chosen);
        let left: Vec<u32> = left.into_iter().map(SeatId::get).collect();
        assert_eq!(left, single, "{row} without {chosen:?}");
    };
    leaves("......", &[1], &[0]);
    leaves("......", &[1, 3], &[0, 2]);
    leaves("......", &[0, 1], &[]);
    leaves(".X....", &[2], &[]);
    leaves(".X....", &[3], &[2]);
    leaves("..a...", &[0], &[1]);
    leaves("a.a...", &[1, 4], &[3, 5]);
    leaves(&".".repeat(300), &[1, 65, 67, 127, 298], &[0, 66, 299]);
}

#[test]
fn there_is_no_wish_for_nobody_nor_for_a_crowd() {
    assert_eq!(Wish::new(0), Err(WishError::Quantity(0)));
    assert_eq!(Wish::new(65), Err(WishError::Quantity(65)));
    let error = WishError::Accessible {
        accessible: 3,
        quantity: 2,
    };
    assert_eq!(party(2).with_accessible(3), Err(error));
}
