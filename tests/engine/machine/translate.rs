//! What a script's numbers mean to the engine and to the model.

use std::{sync::Arc, time::Duration};

use seatlock::{
    chart::Chart,
    clock::ManualClock,
    engine::{Asks, Places},
    event::{
        OnSale, Orphans, Rules,
        best::{Categories, Wish},
    },
    ids::SeatId,
};

use super::{script::Wanted, side_by_side::EVENTS};
use crate::{
    house::ttl,
    model::{Best, Order},
};

/// The small API refuses with one word, so its event has none of the finer rules.
pub(super) fn rules_of(event: &str, rules: usize) -> Rules {
    let lenient = Rules::lenient(ttl(20));
    let counted = Rules {
        hold_ttl: ttl(50),
        hold_longest: ttl(120),
        paying: ttl(30),
        hold_seats_max: 6,
        user_seats_max: 8,
        user_holds_max: 3,
        user_waste_max: u32::MAX,
        ..Rules::DEFAULT
    };
    let strict = Rules {
        hold_ttl: ttl(10),
        hold_longest: ttl(25),
        paying: ttl(10),
        cool_down_seconds: 1,
        orphans: Orphans::Refused,
        ..lenient
    };
    let [opens, closes] =
        [1, 4].map(|seconds| Some(ManualClock::EPOCH.plus(Duration::from_secs(seconds))));
    let dated = Rules {
        on_sale: OnSale { opens, closes },
        ..lenient
    };
    let all = [lenient, counted, strict, dated];
    let choice = if event == EVENTS[0] { &all[..2] } else { &all };
    choice[rules % choice.len()]
}

pub(super) fn order_of(chart: &Chart, wanted: &Wanted) -> Order {
    let best = wanted.best.as_ref().map(|best| Best {
        quantity: best.quantity as usize,
        accessible: best.accessible as usize,
        categories: best
            .category
            .checked_sub(1)
            .map_or(Categories::ALL, |one| Categories::NONE.with(one)),
        section: best.section.checked_sub(1),
        adjacent: best.adjacent,
    });
    let wish = best.iter().zip(&wanted.best).map(|(best, wanted)| {
        let party = Wish::new(wanted.quantity).expect("a right quantity");
        let party = party
            .with_accessible(wanted.accessible)
            .expect("not more than the party");
        party
            .with_categories(best.categories)
            .with_sections(best.sections())
            .with_adjacent(best.adjacent)
    });
    let asks = Asks {
        seats: named(chart, &wanted.seats),
        best: wish.collect(),
        areas: wanted
            .places
            .iter()
            .flat_map(|some| places(chart, Some(*some)))
            .filter(|some| some.quantity > 0)
            .collect(),
    };
    Order { asks, best }
}

pub(super) fn places(chart: &Chart, some: Option<(usize, u32)>) -> Vec<Places> {
    let area = |area: usize| area.checked_rem(chart.areas().len());
    let some = some.and_then(|(number, quantity)| {
        Some(Places {
            area: area(number)?,
            quantity,
        })
    });
    some.into_iter().collect()
}

pub(super) fn named(chart: &Chart, seats: &[u32]) -> Vec<SeatId> {
    seats
        .iter()
        .map(|seat| SeatId::new(seat % chart.seat_count()))
        .collect()
}

pub(super) fn text(number: Option<u8>) -> Option<Arc<str>> {
    number.map(|number| number.to_string().into())
}
