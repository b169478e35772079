//! Chance: each agent draws from a source of his own.
//!
//! So one buyer's character does not depend on what the others do, and the same people come to the same on-sale under
//! other rules: what differs between two runs of a seed is what the rules have made of them.

use std::{convert::Infallible, time::Duration};

use rand::{RngExt, TryRng};
use rand_distr::{Distribution, StandardNormal};

/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014): eight bytes a source.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The source with this number that belongs to a seed.
    pub fn of(seed: u64, number: u64) -> Self {
        let mut mixed = Self(seed ^ number.wrapping_mul(0xd134_2543_de82_ef95));
        let start = mixed.next();
        Self(start)
    }

    /// From 0 to 1, without 1.
    pub fn share(&mut self) -> f64 {
        self.random()
    }

    /// True for such a share of the draws.
    pub fn is(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// Log-normally distributed around a median: people's times have a long tail. With a spread of 0.6 one of 20 takes
    /// more than 2.7 times as long.
    pub fn around(&mut self, median: Duration, spread: f64) -> Duration {
        let normal: f64 = StandardNormal.sample(self);
        median.mul_f64((normal * spread).exp().min(1_000.0))
    }

    /// The index of one of these weights.
    pub fn pick(&mut self, weights: &[f64]) -> usize {
        let mut left = self.share() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.len().saturating_sub(1)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}

impl TryRng for Chance {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::try_from(self.next() >> 32).unwrap_or_default())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let drawn = self.next().to_le_bytes();
            chunk.copy_from_slice(&drawn[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_gives_the_same_again_and_others_give_others() {
        let draw = |seed, number| Chance::of(seed, number).next();
        assert_eq!(draw(1, 2), draw(1, 2));
        assert!(draw(1, 2) != draw(1, 3) && draw(1, 2) != draw(2, 2));
    }

    #[test]
    fn picks_follow_their_weights_and_times_their_median() {
        let mut chance = Chance::of(7, 7);
        let mut counts = [0_u32; 3];
        (0..10_000).for_each(|_| counts[chance.pick(&[1.0, 0.0, 3.0])] += 1);
        assert!(counts[1] == 0 && (2_200..2_800).contains(&counts[0]));
        let median = Duration::from_secs(10);
        let below = (0..10_000)
            .filter(|_| chance.around(median, 0.6) < median)
            .count();
        assert!((4_700..5_300).contains(&below), "{below}");
    }
}
