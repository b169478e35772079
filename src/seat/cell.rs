//! One seat's word in memory, and the only ways to move it.
//!
//! All orderings on seats are in this file, each with its partner.

use super::word::SeatWord;
use crate::{
    mutation::{self, Mutation},
    sync::atomic::{AtomicU64, Ordering},
};

/// A seat. All it can do is show its word and exchange the word that was seen for another.
#[derive(Debug)]
pub(super) struct SeatCell(AtomicU64);

impl SeatCell {
    pub(super) fn new(word: SeatWord) -> Self {
        Self(AtomicU64::new(word.bits()))
    }

    /// The word now.
    #[inline]
    pub(super) fn load(&self) -> SeatWord {
        // Acquire, with the Release half of whoever wrote the word: its LSN was taken before, so ours comes out
        // greater; and for InChange, the descriptor's `expected` is there.
        SeatWord::from_bits(self.0.load(mutation::ordering(
            Ordering::Acquire,
            Mutation::SeatLoadRelaxed,
        )))
    }

    /// The word, for a sweep that has just taken the seat's mark.
    #[inline]
    pub(super) fn load_after_sweep(&self) -> SeatWord {
        // SeqCst, the second half of the sweep's side of the Dekker pair: mark swap, then this load, against seat
        // CAS, then mark load (`wheel::Wheel::mark`). Not both can miss the other's first half.
        SeatWord::from_bits(self.0.load(Ordering::SeqCst))
    }

    /// Exchanges `saw` for `after`; fails with the word that is there instead.
    #[inline]
    pub(super) fn change(&self, saw: SeatWord, after: SeatWord) -> Result<(), SeatWord> {
        // Release, with the Acquire of `load`: who sees the word takes a later LSN. Acquire adds nothing on
        // success, the word having been loaded so before; on failure it is the next attempt's load. SeqCst for the
        // words that are marked next: the first half of the holder's side of the Dekker pair.
        self.swing(saw, after, Ordering::SeqCst)
    }

    /// Puts a group's descriptor in the place of the word that the group has checked.
    #[inline]
    pub(super) fn install(&self, saw: SeatWord, in_change: SeatWord) -> Result<(), SeatWord> {
        // Release, with the Acquire of `load`: who meets the descriptor sees the `expected` that was written
        // before. No mark follows, so SeqCst has no partner here.
        self.swing(
            saw,
            in_change,
            mutation::ordering(Ordering::AcqRel, Mutation::InstallRelaxed),
        )
    }

    /// Puts what a group left behind in the place of its descriptor. Failing means that somebody else did.
    #[inline]
    pub(super) fn finish(&self, in_change: SeatWord, after: SeatWord) -> Result<(), SeatWord> {
        // Release, with the Acquire of `load`: a helper passes on what it acquired from the descriptor's state,
        // the group's LSNs among it. SeqCst as in `change`, because a Held word is marked next.
        self.swing(
            in_change,
            after,
            mutation::ordering(Ordering::SeqCst, Mutation::FinishRelaxed),
        )
    }

    #[inline]
    fn swing(&self, from: SeatWord, to: SeatWord, success: Ordering) -> Result<(), SeatWord> {
        // Acquire on failure: the word that is there instead is decided from like a loaded one.
        let failure = mutation::ordering(Ordering::Acquire, Mutation::SeatLoadRelaxed);
        match self
            .0
            .compare_exchange(from.bits(), to.bits(), success, failure)
        {
            Ok(_) => Ok(()),
            Err(current) => Err(SeatWord::from_bits(current)),
        }
    }
}
