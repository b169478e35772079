//! A group's descriptor: what each of its seats was, what each is to become, and whether that is decided.
//!
//! ```text
//!   63 62 | 61 ... 46 | 45 .......... 0
//!   phase |   zero    |  generation
//! ```
//!
//! | phase | meaning | its seats are |
//! |---|---|---|
//! | 0 Free | nobody uses it | elsewhere: no seat refers to this generation |
//! | 1 Undecided | its owner installs it in its seats | as they were |
//! | 2 Committed | decided | as `after` says |
//! | 3 Aborted | decided against, by its owner or by who met it | as they were |
//!
//! A descriptor goes Free -> Undecided -> Committed or Aborted -> Free. The generation grows by one at each claim,
//! so a phase is never mistaken for that of an earlier use. Descriptors are never deallocated while the map lives
//! (type-stable memory, as in Harris, Fraser and Pratt, "A Practical Multi-Word Compare-and-Swap Operation", 2002).

use super::word::{EntryRef, SeatWord};
use crate::{
    mutation::{self, Mutation},
    sync::atomic::{AtomicU64, Ordering},
};

const PHASE_SHIFT: u32 = 62;

/// How far a descriptor's present use has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    Free = 0,
    Undecided = 1,
    Committed = 2,
    Aborted = 3,
}

/// A phase and the generation that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State(u64);

impl State {
    pub(super) const fn new(phase: Phase, generation: u64) -> Self {
        Self((phase as u64) << PHASE_SHIFT | EntryRef::generation(generation))
    }

    pub(super) const fn phase(self) -> Phase {
        match self.0 >> PHASE_SHIFT {
            0 => Phase::Free,
            1 => Phase::Undecided,
            2 => Phase::Committed,
            _ => Phase::Aborted,
        }
    }

    pub(super) const fn generation(self) -> u64 {
        EntryRef::generation(self.0)
    }

    /// Whether this is the use of the descriptor that a seat's word refers to.
    pub(super) fn is_of(self, at: EntryRef) -> bool {
        self.generation() == at.generation || mutation::is(Mutation::NoGeneration)
    }
}

/// A descriptor's state in memory.
#[derive(Debug)]
pub(super) struct StateCell(AtomicU64);

impl StateCell {
    pub(super) fn new() -> Self {
        Self(AtomicU64::new(State::new(Phase::Free, 0).0))
    }

    pub(super) fn load(&self) -> State {
        // Acquire, with the Release of `decide`: who sees Committed sees the entries' `after`.
        State(self.0.load(Ordering::Acquire))
    }

    /// Takes a free descriptor and answers with its new generation.
    pub(super) fn claim(&self) -> Option<u64> {
        let free = self.load();
        if free.phase() != Phase::Free {
            return None;
        }
        let next = free.generation() + u64::from(!mutation::is(Mutation::GenerationStandsStill));
        let undecided = State::new(Phase::Undecided, next);
        // Acquire, with the Release of `free`: the last use is over before this one writes its entries. Nothing is
        // passed on yet: the entries are, each by its own Release.
        let claimed =
            self.0
                .compare_exchange(free.0, undecided.0, Ordering::Acquire, Ordering::Relaxed);
        claimed.is_ok().then(|| undecided.generation())
    }

    /// Decides an undecided use, once. Whether this call did it.
    pub(super) fn decide(&self, generation: u64, verdict: Phase) -> bool {
        let undecided = State::new(Phase::Undecided, generation);
        // Release, with the Acquire of `load`: `after` of each entry, and the LSNs that were taken before, reach
        // whoever finishes a seat. On failure nothing is read that this load would have to make visible: the
        // entries that the owner then restores are its own.
        let order = mutation::ordering(Ordering::AcqRel, Mutation::DecideRelaxed);
        self.0
            .compare_exchange(
                undecided.0,
                State::new(verdict, generation).0,
                order,
                Ordering::Relaxed,
            )
            .is_ok()
    }

    /// Gives the descriptor back. Only its owner calls this, when no seat refers to it any more.
    pub(super) fn free(&self, generation: u64) {
        // Release, with the Acquire of `claim`.
        self.0
            .store(State::new(Phase::Free, generation).0, Ordering::Release);
    }
}

/// One seat of a group: its word before, and the word that it is to become.
#[derive(Debug)]
pub(super) struct Entry {
    before: AtomicU64,
    after: AtomicU64,
}

impl Entry {
    pub(super) fn new() -> Self {
        Self {
            before: AtomicU64::new(0),
            after: AtomicU64::new(0),
        }
    }

    pub(super) fn before(&self) -> SeatWord {
        Self::load(&self.before)
    }

    pub(super) fn after(&self) -> SeatWord {
        Self::load(&self.after)
    }

    pub(super) fn set_before(&self, word: SeatWord) {
        Self::store(&self.before, word);
    }

    pub(super) fn set_after(&self, word: SeatWord) {
        Self::store(&self.after, word);
    }

    fn load(word: &AtomicU64) -> SeatWord {
        // Acquire, with the Release of `store`: a reader that is given a later use's word sees, when it looks at
        // the state again, that the generation has changed.
        let acquire = mutation::ordering(Ordering::Acquire, Mutation::EntryRelaxed);
        SeatWord::from_bits(word.load(acquire))
    }

    fn store(into: &AtomicU64, word: SeatWord) {
        // Release, with the Acquire of `load`: the claim comes first for whoever reads this.
        let release = mutation::ordering(Ordering::Release, Mutation::EntryRelaxed);
        into.store(word.bits(), release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_keeps_its_phase_and_generation() {
        for phase in [
            Phase::Free,
            Phase::Undecided,
            Phase::Committed,
            Phase::Aborted,
        ] {
            for generation in [0, 1, (1 << 46) - 1] {
                let state = State::new(phase, generation);
                assert_eq!((state.phase(), state.generation()), (phase, generation));
            }
        }
    }

    #[test]
    fn generations_wrap_without_touching_the_phase() {
        let state = State::new(Phase::Undecided, (1 << 46) - 1);
        let next = State::new(Phase::Undecided, state.generation() + 1);
        assert_eq!((next.phase(), next.generation()), (Phase::Undecided, 0));
    }

    #[test]
    fn a_use_is_decided_once_and_only_by_its_own_generation() {
        let cell = StateCell::new();
        let generation = cell.claim().expect("free");
        assert_eq!(cell.claim(), None, "in use");
        assert!(!cell.decide(generation + 1, Phase::Aborted));
        assert!(cell.decide(generation, Phase::Committed));
        assert!(!cell.decide(generation, Phase::Aborted));
        cell.free(generation);
        assert_eq!(cell.claim(), Some(generation + 1));
    }
}
