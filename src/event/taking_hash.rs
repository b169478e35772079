//! Where a taking's record is in a table.
//!
//! The numbers are our own, counted upwards, so nobody can choose some that collide, and a hash with a secret is not
//! needed: it would take longer than the rest of a look-up. One multiplication spreads them over all bits, as Knuth
//! has it (*The Art of Computer Programming*, volume 3, section 6.4); numbers in a row have different low bits.

use std::hash::{BuildHasherDefault, Hasher};

/// Hashes takings.
pub(super) type TakingHash = BuildHasherDefault<Spread>;

/// Two to the 64th, divided by the golden ratio, and odd.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A number, spread over 64 bits.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spread(u64);

impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32((*byte).into());
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(GOLDEN);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, hash::BuildHasher};

    use super::*;
    use crate::ids::TakingId;

    #[test]
    fn takings_in_a_row_are_spread_over_the_low_bits_and_over_the_high_ones() {
        let takings = (1..=4_096).filter_map(TakingId::new);
        let hashes: Vec<u64> = takings
            .map(|taking| TakingHash::default().hash_one(taking))
            .collect();
        let low: HashSet<u64> = hashes.iter().map(|hash| hash % 4_096).collect();
        assert_eq!(low.len(), 4_096);
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
