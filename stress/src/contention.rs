//! How unequally seats are wanted: a few by everybody, most by hardly anybody.

use serde::{Deserialize, Serialize};

use crate::progress::per;

/// Where the seats are cut, most wanted first, in percent of them.
const CUTS: [u64; 5] = [0, 1, 10, 50, 100];

/// Of the most wanted seats, so many are named.
const HOTTEST: usize = 8;

/// Who wanted which seats, and who was refused.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Contention {
    /// From the most wanted seats to the least.
    pub layers: Vec<Layer>,
    /// The most wanted seats.
    pub hottest: Vec<Hot>,
}

/// Seats that are about as much wanted as one another.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Layer {
    /// From and to so many percent of the seats, the most wanted first.
    pub percent: [u64; 2],
    /// Their share of all wishes, from 0 to 1.
    pub wishes: f64,
    /// Their share of all refusals.
    pub refusals: f64,
}

/// A seat that many wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Hot {
    /// What it is called.
    pub seat: String,
    /// How often it was wanted.
    pub wishes: u64,
    /// How often somebody was refused on its account.
    pub refusals: u64,
}

impl Contention {
    /// Of so many wishes and refusals by seat. A refusal is a wish, too.
    pub fn of(wishes: &[u32], refusals: &[u32], name: impl Fn(usize) -> String) -> Self {
        let mut seats: Vec<(u64, u64, usize)> = wishes
            .iter()
            .zip(refusals)
            .enumerate()
            .map(|(seat, (wishes, refusals))| ((*wishes).into(), (*refusals).into(), seat))
            .collect();
        seats.sort_unstable_by_key(|(wishes, refusals, seat)| {
            (std::cmp::Reverse((*wishes, *refusals)), *seat)
        });
        let all = sums(&seats);
        let layer = |two: &[u64]| {
            let place = |percent: u64| (seats.len() as u64 * percent).div_ceil(100);
            let [from, to] = [two[0], two[1]].map(|percent| usize::try_from(place(percent)));
            let some = sums(&seats[from.unwrap_or(0)..to.unwrap_or(0)]);
            Layer {
                percent: [two[0], two[1]],
                wishes: per(some.0, all.0),
                refusals: per(some.1, all.1),
            }
        };
        let hottest = seats
            .iter()
            .take(HOTTEST)
            .filter(|(wishes, ..)| *wishes > 0);
        let hot = |(wishes, refusals, seat): &(u64, u64, usize)| Hot {
            seat: name(*seat),
            wishes: *wishes,
            refusals: *refusals,
        };
        Self {
            layers: CUTS.windows(2).map(layer).collect(),
            hottest: hottest.map(hot).collect(),
        }
    }
}

fn sums(seats: &[(u64, u64, usize)]) -> (u64, u64) {
    let add = |sum: (u64, u64), seat: &(u64, u64, usize)| (sum.0 + seat.0, sum.1 + seat.1);
    seats.iter().fold((0, 0), add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seat_is_in_one_layer_and_the_most_wanted_come_first() {
        let mut wishes = vec![1; 199];
        wishes.push(801);
        let mut refusals = vec![0; 199];
        refusals.push(10);
        let contention = Contention::of(&wishes, &refusals, |seat| format!("seat {seat}"));
        let sum = |of: fn(&Layer) -> f64| contention.layers.iter().map(of).sum::<f64>();
        assert!((sum(|layer| layer.wishes) - 1.0).abs() < 1e-9);
        let first = contention.layers[0];
        assert_eq!(first.percent, [0, 1]);
        assert!((first.wishes - 0.802).abs() < 1e-9 && (first.refusals - 1.0).abs() < 1e-9);
        assert_eq!(contention.hottest[0].seat, "seat 199");
    }

    #[test]
    fn nobody_wants_anything() {
        let contention = Contention::of(&[0; 3], &[0; 3], |seat| seat.to_string());
        assert!(contention.hottest.is_empty());
        assert!(contention.layers.iter().all(|layer| layer.wishes == 0.0));
    }
}
