//! The wheel's marks: for each slot a bitmap with one bit a block of seats.

use crate::{
    mutation::{self, Mutation},
    sync::atomic::{AtomicU64, Ordering},
};

const BITS_A_WORD: u32 = u64::BITS;

/// Bitmaps of equal length, one after the other in memory.
#[derive(Debug)]
pub(super) struct Marks {
    words: Box<[AtomicU64]>,
    words_a_slot: usize,
}

impl Marks {
    /// `slots` bitmaps of `blocks` bits, all zero.
    pub(super) fn new(slots: u32, blocks: u32) -> Self {
        let words_a_slot = blocks.div_ceil(BITS_A_WORD) as usize;
        let words = (0..words_a_slot * slots as usize)
            .map(|_| AtomicU64::new(0))
            .collect();
        Self {
            words,
            words_a_slot,
        }
    }

    /// Sees to it that a block's bit is set. One that is set already is not written again: most holds of an on-sale
    /// share their tick and their block with others.
    #[inline]
    pub(super) fn set(&self, slot: usize, block: u32) {
        let word = &self.words[slot * self.words_a_slot + (block / BITS_A_WORD) as usize];
        let bit = 1 << (block % BITS_A_WORD);
        // SeqCst: the second half of the holder's side of the Dekker pair, seat CAS then mark load, against the
        // sweep's mark swap then seat load. If this sees a bit that is about to be taken, the sweep sees the seat.
        let seq_cst = mutation::ordering(Ordering::SeqCst, Mutation::NoFenceBeforeMark);
        if word.load(seq_cst) & bit == 0 {
            // SeqCst: also the first half of a second pair, mark then cursor load, against the sweep's cursor store
            // then mark swap (see `Wheel::mark`).
            word.fetch_or(bit, Ordering::SeqCst);
        }
    }

    /// Takes all marks of a slot, and calls `visit` with each block.
    #[inline]
    pub(super) fn take(&self, slot: usize, mut visit: impl FnMut(u32)) {
        let words = &self.words[slot * self.words_a_slot..][..self.words_a_slot];
        for (word, first) in words.iter().zip((0..).step_by(BITS_A_WORD as usize)) {
            // SeqCst: a mark that this load misses was set after it in the one order of all such accesses, so it
            // sees the cursor that was stored before, and is set again further on.
            if word.load(Ordering::SeqCst) == 0 {
                continue;
            }
            // SeqCst: the first half of the sweep's side of the pair in `set`.
            let mut taken = word.swap(0, Ordering::SeqCst);
            mutation::fence(Mutation::NoFenceAfterTake);
            while taken != 0 {
                visit(first + taken.trailing_zeros());
                taken &= taken - 1;
            }
        }
    }
}
