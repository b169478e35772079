//! An on-sale: its seats as the owner has them in memory and as etcd has them, and who comes when.

use super::time::whole;
use crate::simulate::{arrivals, chance::Chance, scenario::Scenario};

/// An on-sale.
#[derive(Debug)]
pub struct Sale {
    /// What people are like.
    pub scenario: usize,
    /// Its shard.
    pub shard: u16,
    /// When people come.
    pub arrivals: Vec<u64>,
    /// How many have come.
    pub came: u32,
    /// How many of them are there.
    pub present: u32,
    /// Those who have bought, had seats for a while, or never had any.
    pub left: Left,
    /// Seats in memory.
    pub now: Seats,
    /// Each seat's hold in etcd; 0: it is free.
    pub kept: Vec<u32>,
    /// Seats that were taken at least once.
    touched: Vec<bool>,
}

/// How people left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Left {
    /// They bought.
    pub bought: u64,
    /// They had held seats.
    pub held_only: u64,
    /// They never had any.
    pub empty_handed: u64,
}

/// Seats, each with the number of its hold.
#[derive(Debug, Default)]
pub struct Seats {
    /// The hold of each; 0: it is free.
    pub holds: Vec<u32>,
    /// The free ones, in no order.
    free: Vec<u32>,
    /// Where among them each is.
    places: Vec<u32>,
}

/// Where the people of a scenario come from.
pub fn scenario(is_great: bool) -> Scenario {
    let name = if is_great { "stadium" } else { "club" };
    Scenario::find(name).expect("it ships")
}

impl Sale {
    /// A sale of so many seats, which begins at a time.
    pub fn new(scenario: &Scenario, kind: usize, seats: u32, begins: u64, seed: u64) -> Self {
        let mut arrivals = arrivals::times(scenario, seed);
        arrivals.iter_mut().for_each(|at| *at += begins);
        Self {
            scenario: kind,
            shard: 0,
            arrivals,
            came: 0,
            present: 0,
            left: Left::default(),
            now: Seats::of((0..seats).map(|_| 0)),
            kept: vec![0; seats as usize],
            touched: vec![false; seats as usize],
        }
    }

    /// Marks a seat as taken once. Whether it never was before.
    pub fn touch(&mut self, seat: u32) -> bool {
        !std::mem::replace(&mut self.touched[seat as usize], true)
    }

    /// Has what is in memory be what etcd has.
    pub fn restore(&mut self) {
        self.now = Seats::of(self.kept.iter().copied());
    }
}

impl Seats {
    fn of(holds: impl Iterator<Item = u32>) -> Self {
        let mut seats = Self {
            holds: holds.collect(),
            ..Self::default()
        };
        seats.places = vec![u32::MAX; seats.holds.len()];
        for seat in (0..).take(seats.holds.len()) {
            if seats.holds[seat as usize] == 0 {
                seats.enter(seat);
            }
        }
        seats
    }

    /// How many are free.
    pub fn free(&self) -> usize {
        self.free.len()
    }

    /// Whether all of these are.
    pub fn are_free(&self, seats: &[u32]) -> bool {
        seats.iter().all(|seat| self.holds[*seat as usize] == 0)
    }

    /// Different free seats, as a party may find them beside one another: a stretch of the list of free ones.
    pub fn find(&self, into: &mut [u32], chance: &mut Chance) -> bool {
        if self.free.len() < into.len() || into.is_empty() {
            return false;
        }
        let last = self.free.len() - into.len();
        let from = whole((chance.share() * (last + 1) as f64).floor());
        let from = usize::try_from(from).unwrap_or(last);
        into.copy_from_slice(&self.free[from.min(last)..][..into.len()]);
        true
    }

    /// They are a hold's.
    pub fn take(&mut self, seats: &[u32], hold: u32) {
        for seat in seats {
            self.holds[*seat as usize] = hold;
            let place = std::mem::replace(&mut self.places[*seat as usize], u32::MAX);
            if place != u32::MAX {
                self.free.swap_remove(place as usize);
                if let Some(moved) = self.free.get(place as usize) {
                    self.places[*moved as usize] = place;
                }
            }
        }
    }

    /// They are nobody's.
    pub fn give_back(&mut self, seats: &[u32]) {
        for seat in seats {
            self.holds[*seat as usize] = 0;
            self.enter(*seat);
        }
    }

    fn enter(&mut self, seat: u32) {
        self.places[seat as usize] = u32::try_from(self.free.len()).unwrap_or(u32::MAX);
        self.free.push(seat);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_free_or_somebodys() {
        let mut seats = Seats::of([0, 0, 7, 0, 0].into_iter());
        let mut chance = Chance::of(1, 1);
        let mut found = [0; 3];
        assert!(seats.find(&mut found, &mut chance) && seats.are_free(&found));
        seats.take(&found, 9);
        assert_eq!((seats.free(), seats.are_free(&found)), (1, false));
        assert!(!seats.find(&mut [0; 2], &mut chance));
        seats.give_back(&found[..1]);
        let mut two = [0; 2];
        assert!(seats.find(&mut two, &mut chance) && two[0] != two[1]);
        let held = seats.holds.iter().filter(|hold| **hold > 0).count();
        assert_eq!((held, seats.free()), (3, 2));
    }
}
