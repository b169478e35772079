//! Bits, of which the next that is set is found in a few steps.

/// Two levels of 64: enough for a million at a glance.
#[derive(Debug)]
pub(super) struct Bits {
    words: Vec<u64>,
    /// Which words have any.
    summary: Vec<u64>,
    count: u32,
}

impl Bits {
    /// So many, all of them set.
    pub(super) fn all(count: u32) -> Self {
        let words = (count as usize).div_ceil(64);
        let mut bits = Self {
            words: vec![0; words],
            summary: vec![0; words.div_ceil(64)],
            count,
        };
        (0..count).for_each(|place| bits.set(place, true));
        bits
    }

    /// Sets one, or not.
    pub(super) fn set(&mut self, place: u32, on: bool) {
        let word = place as usize / 64;
        put(&mut self.words[word], place % 64, on);
        let (any, place) = (self.words[word] != 0, word % 64);
        put(
            &mut self.summary[word / 64],
            u32::try_from(place).unwrap_or(0),
            any,
        );
    }

    /// The first from here on that is set, going on at the beginning after the end.
    pub(super) fn next_from(&self, place: u32) -> Option<u32> {
        let place = if place < self.count { place } else { 0 };
        let word = place as usize / 64;
        let here = self.words[word] & u64::MAX << (place % 64);
        if here != 0 {
            return Some(at(word, here));
        }
        let word = self.next_word(word + 1).or_else(|| self.next_word(0))?;
        Some(at(word, self.words[word]))
    }

    fn next_word(&self, from: usize) -> Option<usize> {
        let first = from / 64;
        let masked = |index: usize| {
            let all = self.summary.get(index).copied().unwrap_or(0);
            if index == first {
                all & u64::MAX << (from % 64)
            } else {
                all
            }
        };
        let found = (first..self.summary.len()).find(|index| masked(*index) != 0)?;
        Some(found * 64 + masked(found).trailing_zeros() as usize)
    }
}

fn put(word: &mut u64, place: u32, on: bool) {
    *word = *word & !(1 << place) | u64::from(on) << place;
}

fn at(word: usize, bits: u64) -> u32 {
    u32::try_from(word * 64).unwrap_or(u32::MAX) + bits.trailing_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_is_the_next() {
        for count in [1, 63, 64, 65, 5_000, 70_000] {
            let mut bits = Bits::all(count);
            assert_eq!(bits.next_from(count - 1), Some(count - 1));
            (0..count).for_each(|place| bits.set(place, false));
            assert_eq!(bits.next_from(0), None);
            bits.set(count / 2, true);
            for from in [0, count / 2, count - 1, count] {
                assert_eq!(bits.next_from(from), Some(count / 2), "{from} of {count}");
            }
        }
    }
}
