//! Which blocks are free.

use std::{collections::BTreeMap, ops::Range};

/// Free ranges of whole numbers: first fit, and neighbours grow together again when they are given back.
#[derive(Debug, Clone, Default)]
pub(super) struct Ranges {
    /// First number -> one past the last. No two touch.
    free: BTreeMap<u32, u32>,
    count: u32,
}

impl Ranges {
    /// All numbers of a range are free.
    pub(super) fn new(all: Range<u32>) -> Self {
        let mut ranges = Self::default();
        if !all.is_empty() {
            ranges.give_back(all);
        }
        ranges
    }

    /// How many numbers are free.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// Takes the first `count` consecutive numbers that are free, if there are any.
    pub(super) fn take(&mut self, count: u32) -> Option<Range<u32>> {
        let (&start, &end) = self
            .free
            .iter()
            .find(|(start, end)| **end - **start >= count)?;
        self.free.remove(&start);
        let taken = start..start + count;
        if taken.end < end {
            self.free.insert(taken.end, end);
        }
        self.count -= count;
        Some(taken)
    }

    /// Takes these numbers, if all of them are free.
    pub(super) fn take_all(&mut self, range: &Range<u32>) -> bool {
        let around = self.free.range(..=range.start).next_back();
        let Some((&start, &end)) = around.filter(|(_, end)| **end >= range.end) else {
            return false;
        };
        self.free.remove(&start);
        if start < range.start {
            self.free.insert(start, range.start);
        }
        if range.end < end {
            self.free.insert(range.end, end);
        }
        self.count -= range.end - range.start;
        true
    }

    /// Frees what was taken.
    ///
    /// # Panics
    /// If any of it is free.
    pub(super) fn give_back(&mut self, range: Range<u32>) {
        self.count += range.end - range.start;
        let mut joined = range.clone();
        if let Some((&start, &end)) = self.free.range(..=range.start).next_back() {
            assert!(end <= range.start, "given back twice");
            if end == range.start {
                joined.start = start;
            }
        }
        if let Some((&start, &end)) = self.free.range(range.start..).next() {
            assert!(start >= range.end, "given back twice");
            if start == range.end {
                self.free.remove(&start);
                joined.end = end;
            }
        }
        self.free.insert(joined.start, joined.end);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against a set of single numbers.
        #[test]
        fn what_is_taken_is_free_once(asks in prop::collection::vec((1_u32..9, any::<bool>()), 1..200)) {
            let mut ranges = Ranges::new(0..40);
            let mut free: BTreeSet<u32> = (0..40).collect();
            let mut taken: Vec<Range<u32>> = Vec::new();
            for (count, give_back) in asks {
                if give_back && !taken.is_empty() {
                    let range = taken.swap_remove(count as usize % taken.len());
                    free.extend(range.clone());
                    ranges.give_back(range);
                } else if let Some(range) = ranges.take(count) {
                    prop_assert_eq!(range.end - range.start, count);
                    for number in range.clone() {
                        prop_assert!(free.remove(&number));
                    }
                    taken.push(range);
                } else {
                    let fits = |start: u32| (start..start + count).all(|number| free.contains(&number));
                    prop_assert!(!free.iter().any(|start| fits(*start)), "it would have fit");
                }
                prop_assert_eq!(ranges.count() as usize, free.len());
            }
            taken.into_iter().for_each(|range| ranges.give_back(range));
            prop_assert_eq!(ranges.take(40), Some(0..40));
        }
    }
}
