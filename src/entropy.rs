//! Where chance comes from: tokens that nobody can guess, and the scattering of a herd.

use std::sync::{Mutex, PoisonError};

use rand::{RngExt, SeedableRng, rngs::StdRng};

/// A source of random bits.
pub trait Entropy: Send + Sync + 'static {
    /// 64 bits.
    fn number(&self) -> u64;

    /// 128 bits, for a secret.
    fn secret(&self) -> [u8; 16];
}

/// The operating system's randomness, by way of a ChaCha generator in each thread that is seeded, and again and again
/// seeded anew, from it: a system call for each token would cost more than the hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn number(&self) -> u64 {
        rand::rng().random()
    }

    fn secret(&self) -> [u8; 16] {
        // As one number: an array is drawn byte by byte, each of 32 bits.
        rand::rng().random::<u128>().to_ne_bytes()
    }
}

/// The same bits for the same seed, for tests and simulations. Its secrets are none.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<StdRng>);

impl SeededEntropy {
    /// The source that belongs to a seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn number(&self) -> u64 {
        // Nothing panics while this is locked.
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .random()
    }

    fn secret(&self) -> [u8; 16] {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .random()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_its_bits_again() {
        let [one, other] = [7, 7].map(SeededEntropy::new);
        assert_eq!(one.secret(), other.secret());
        assert_ne!(one.secret(), one.secret());
    }

    #[test]
    fn the_systems_secrets_differ() {
        let mut secrets: Vec<_> = (0..1_000_000).map(|_| SystemEntropy.secret()).collect();
        secrets.sort_unstable();
        secrets.dedup();
        assert_eq!(secrets.len(), 1_000_000);
    }
}
