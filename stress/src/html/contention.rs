//! How unequally seats were wanted.

use super::{
    axis::{grouped, short},
    bars::bars,
    element,
};
use crate::contention::{Contention, Layer};

/// Layers of seats with their share of wishes and of refusals, and the most wanted seats by name.
pub(super) fn section(contention: &Contention) -> String {
    let share = |share: fn(&Layer) -> f64| -> Vec<(String, f64, String)> {
        let layers = contention.layers.iter();
        layers
            .map(|layer| {
                let share = share(layer);
                (name(layer), share, format!("{} %", short(100.0 * share)))
            })
            .collect()
    };
    let rows: Vec<Vec<String>> = contention
        .hottest
        .iter()
        .map(|hot| vec![hot.seat.clone(), grouped(hot.wishes), grouped(hot.refusals)])
        .collect();
    let hottest = element::table(
        "The most wanted seats",
        &["Seat", "wishes", "of these, refused"],
        &rows,
        false,
    );
    bars(
        "Where the wishes went",
        "share of all wishes, by how much a seat was wanted",
        &share(|layer| layer.wishes),
    ) + &bars(
        "Where somebody was refused",
        "share of all such refusals, by the same seats",
        &share(|layer| layer.refusals),
    ) + &element::closer("The most wanted seats, by name", &hottest)
}

fn name(layer: &Layer) -> String {
    match layer.percent {
        [0, to] => format!("the {to} % most wanted"),
        [from, 100] => format!("the other {} %", 100 - from),
        [from, to] => format!("the next {} %", to - from),
    }
}
