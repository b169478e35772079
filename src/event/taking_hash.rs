//! Where a taking's record is in a table.
//!
//! The numbers are our own, counted upwards, so nobody can choose some that collide, and a hash with a secret is not
//! needed: it would take longer than the rest of a look-up. A table takes an entry's place from the low half of its hash
//! and tells entries and shards apart by the high bits. So the low half is the number itself: holds that begin one after
//! another, and end so, lie side by side, and the next place is in the cache when it is needed. The high half is one
//! multiplication, which spreads the number as Knuth has it (*The Art of Computer Programming*, volume 3, section 6.4).

use std::hash::{BuildHasherDefault, Hasher};

/// Hashes takings.
pub(super) type TakingHash = BuildHasherDefault<Spread>;

/// Two to the 64th, divided by the golden ratio, and odd.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The high half.
const HIGH: u64 = 0xffff_ffff_0000_0000;

/// A number, spread over the high half.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spread(u32);

impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32((*byte).into());
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = self.0.wrapping_mul(31) ^ number;
    }

    fn finish(&self) -> u64 {
        let number = u64::from(self.0);
        number.wrapping_mul(GOLDEN) & HIGH | number
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use super::*;
    use crate::ids::TakingId;

    #[test]
    fn takings_in_a_row_lie_in_a_row_and_differ_in_the_high_bits() {
        let takings = (1..=4_096).filter_map(TakingId::new);
        let hashes: Vec<u64> = takings
            .map(|taking| TakingHash::default().hash_one(taking))
            .collect();
        let places: Vec<u64> = hashes.iter().map(|hash| hash % 8_192).collect();
        assert!(
            places.iter().copied().eq(1..=4_096),
            "they lie side by side"
        );
        let mut high = [0_u32; 128];
        hashes
            .iter()
            .for_each(|hash| high[usize::try_from(hash >> 57).expect("7 bits")] += 1);
        assert!(
            high.iter().all(|count| (28..=36).contains(count)),
            "{high:?}"
        );
    }
}
