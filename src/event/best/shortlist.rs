//! The best few that a search has come upon.

use super::policy::Distance;
use crate::ids::SeatId;

/// How good a choice is: the least cost is the best.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(super) struct Cost {
    /// Those who come with somebody in an accessible seat and don't get a companion seat.
    pub(super) strangers: u32,
    pub(super) distance: Distance,
}

/// Up to two parts of a party, each side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Party {
    parts: [(SeatId, u32); 2],
}

/// The best of what has been added, up to a limit.
#[derive(Debug)]
pub(super) struct Shortlist<T> {
    limit: usize,
    /// In ascending order of costs; of equal ones the first stays first.
    found: Vec<(Cost, T)>,
}

impl Cost {
    pub(super) fn of(distance: Distance) -> Self {
        Self {
            strangers: 0,
            distance,
        }
    }

    /// Of a seat so many steps beside somebody, which is meant for who comes with them, or not.
    pub(super) fn beside(is_companion: bool, steps: u32) -> Self {
        Self {
            strangers: u32::from(!is_companion),
            distance: Distance(u8::try_from(steps).map_or(f32::MAX, f32::from)),
        }
    }
}

impl Party {
    /// A party side by side.
    pub(super) fn new(first: SeatId, size: u32) -> Self {
        Self {
            parts: [(first, size), (first, 0)],
        }
    }

    /// A party in two parts.
    pub(super) fn split(one: (SeatId, u32), other: (SeatId, u32)) -> Self {
        Self {
            parts: [one, other],
        }
    }

    pub(super) fn seats(self) -> Vec<SeatId> {
        let seats = self
            .parts
            .iter()
            .flat_map(|(first, size)| (0..*size).map(|place| SeatId::new(first.get() + place)));
        seats.collect()
    }
}

impl<T: Copy> Shortlist<T> {
    /// Room for so many.
    pub(super) fn new(limit: u32) -> Self {
        Self {
            limit: limit as usize,
            found: Vec::new(),
        }
    }

    /// Whether there are as many as are wanted, so that others have to be better than these.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.found.len() == self.limit
    }

    /// Whether nothing of this cost, or a higher one, is wanted any more.
    #[inline]
    pub(super) fn is_settled(&self, cost: Cost) -> bool {
        self.is_full() && self.found.last().is_some_and(|(worst, _)| *worst <= cost)
    }

    /// Adds a choice, unless there are enough better ones.
    #[inline]
    pub(super) fn add(&mut self, cost: Cost, choice: T) {
        if self.is_settled(cost) {
            return;
        }
        if self.is_full() {
            self.found.pop();
        }
        let at = self.found.partition_point(|(other, _)| *other <= cost);
        self.found.insert(at, (cost, choice));
    }

    /// What was added and kept, the best first.
    pub(super) fn choices(&self) -> impl Iterator<Item = T> {
        self.found.iter().map(|(_, choice)| *choice)
    }

    /// One of those that were kept: the only one, or one by chance.
    pub(super) fn pick(self, chance: &mut impl FnMut(u32) -> u32) -> Option<T> {
        if let [(_, only)] = self.found[..] {
            return Some(only);
        }
        self.sample(1, chance)?.pop()
    }

    /// So many of those that were kept, by chance if there are more; `None` if there are fewer.
    pub(super) fn sample(self, count: u32, chance: &mut impl FnMut(u32) -> u32) -> Option<Vec<T>> {
        let mut kept: Vec<T> = self.choices().collect();
        let spare = u32::try_from(kept.len()).ok()?.checked_sub(count)?;
        if spare > 0 {
            for at in 0..count {
                let left = spare + count - at;
                kept.swap(at as usize, (at + chance(left) % left) as usize);
            }
        }
        kept.truncate(count as usize);
        Some(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(distance: u8) -> Cost {
        Cost::of(Distance(f32::from(distance)))
    }

    #[test]
    fn the_best_are_kept_and_the_first_of_equals() {
        let mut list = Shortlist::new(3);
        for (choice, distance) in [(0, 9), (1, 5), (2, 7), (3, 5), (4, 7), (5, 1)] {
            list.add(cost(distance), choice);
        }
        assert_eq!(list.choices().collect::<Vec<_>>(), [5, 1, 3]);
        assert!(list.is_settled(cost(5)) && !list.is_settled(cost(4)));
        assert_eq!(list.pick(&mut |count| count - 1), Some(3));
    }

    #[test]
    fn a_sample_has_each_choice_once() {
        let list = || {
            let mut list = Shortlist::new(5);
            (0..5).for_each(|choice| list.add(cost(choice), choice));
            list
        };
        let all = list().sample(5, &mut |_| unreachable!("there is no choice"));
        assert_eq!(all, Some(vec![0, 1, 2, 3, 4]));
        let last = list().sample(3, &mut |count| count - 1);
        assert_eq!(last, Some(vec![4, 0, 1]));
        assert_eq!(list().sample(6, &mut |_| 0), None);
        assert_eq!(Shortlist::<u8>::new(1).pick(&mut |_| 0), None);
    }

    #[test]
    fn strangers_weigh_more_than_any_distance() {
        let near = Cost {
            strangers: 1,
            distance: Distance(0.0),
        };
        assert!(cost(255) < near);
    }
}
