//! Where a note is in a table.
//!
//! Most notes are of holds, whose ids end in numbers that are counted upwards, and which are written, and forgotten, more
//! or less in that order. So keys that follow each other lie beside each other, and a start that reads ten million notes
//! finds most of them in the processor's cache. The ids are our own or hashes: nobody can choose some that collide.
//!
//! A table takes the place from the low bits and seven bits for a quick comparison from the high ones, which are spread as
//! Knuth has it (*The Art of Computer Programming*, volume 3, section 6.4).

use std::hash::{BuildHasherDefault, Hasher};

use hashbrown::HashMap;

use super::Key;

/// Something for each of some keys.
pub(super) type ByKey<V> = HashMap<Key, V, BuildHasherDefault<InOrder>>;

/// Two to the 64th, divided by the golden ratio, and odd.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Bits of a hash that say where in a table.
const PLACE_BITS: u32 = 57;

/// A key, of which the low bits keep their order.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct InOrder(u64);

impl Hasher for InOrder {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u8(*byte));
    }

    /// The kind: those of one kind lie far from those of another.
    fn write_u8(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(GOLDEN);
    }

    fn write_u128(&mut self, id: u128) {
        let [low, high] = halves(id);
        self.0 = self.0.wrapping_add(low) ^ high.wrapping_mul(GOLDEN);
    }

    fn finish(&self) -> u64 {
        let spread = self.0.wrapping_mul(GOLDEN) >> PLACE_BITS << PLACE_BITS;
        self.0 << (u64::BITS - PLACE_BITS) >> (u64::BITS - PLACE_BITS) | spread
    }
}

/// The low 64 bits, and the high ones.
fn halves(id: u128) -> [u64; 2] {
    let bytes = id.to_le_bytes();
    let halves = bytes.as_chunks().0;
    [u64::from_le_bytes(halves[0]), u64::from_le_bytes(halves[1])]
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, hash::BuildHasher};

    use super::*;

    fn hash(kind: u8, id: u128) -> u64 {
        BuildHasherDefault::<InOrder>::default().hash_one(Key { kind, id })
    }

    #[test]
    fn keys_in_a_row_lie_in_a_row_and_differ_in_the_high_bits() {
        let low = |hash: u64| hash % (1 << 30);
        for id in 0..1_000_u64 {
            // The upper bits of a hold's id are chance.
            let id = id | (id.wrapping_mul(GOLDEN) >> 30 << 30);
            let next = ((id + 1) % (1 << 30)) | (id >> 30 << 30);
            assert_eq!(low(hash(5, id.into()) + 1), low(hash(5, next.into())));
        }
        let high: HashSet<u64> = (0..1_000).map(|id| hash(5, id) >> PLACE_BITS).collect();
        assert_eq!(high.len(), 128);
    }

    #[test]
    fn kinds_lie_far_apart() {
        let places: HashSet<u64> = (0..=u8::MAX)
            .map(|kind| (hash(kind, 0) % (1 << 20)) >> 8)
            .collect();
        assert!(places.len() > 200, "{}", places.len());
    }
}
