//! The fixed set of descriptors of a map, and what to make of a seat that refers to one.

use std::sync::Arc;

use crossbeam::utils::CachePadded;

use super::{
    descriptor::{Entry, Phase, StateCell},
    word::{EntryRef, SeatWord},
};
use crate::{
    limits,
    mutation::{self, Mutation},
    sync,
};

/// Descriptors, allocated once.
#[derive(Debug)]
pub(super) struct Slab {
    states: Box<[CachePadded<StateCell>]>,
    entries: Box<[Entry]>,
    entries_each: usize,
}

/// The descriptors of group changes, which several maps may share: a map of a hundred seats needs none of its own.
#[derive(Debug, Clone)]
pub struct Descriptors(pub(super) Arc<Slab>);

/// A descriptor that this thread owns until it frees it.
#[derive(Debug)]
pub(super) struct Claim<'s> {
    state: &'s StateCell,
    entries: &'s [Entry],
    slot: u16,
    generation: u64,
}

/// What a descriptor's state says about a seat that refers to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// That use of the descriptor is over, and so the seat no longer refers to it: load it again.
    Over,
    /// The seat counts as this word and is to become it.
    Settled(SeatWord),
}

impl Descriptors {
    /// As many as threads may change seats at the same time ([`limits::DESCRIPTORS_MAX`]), for the largest groups.
    pub fn new() -> Self {
        Self::with(limits::DESCRIPTORS_MAX, limits::GROUP_SEATS_MAX)
    }

    /// `slots` descriptors for groups of `group_seats` seats at most: for model checkers, which pay for each atomic
    /// that there is.
    ///
    /// # Panics
    /// Beyond the widths of the word's fields.
    pub fn with(slots: u32, group_seats: u32) -> Self {
        Self(Arc::new(Slab::new(slots, group_seats)))
    }
}

impl Default for Descriptors {
    fn default() -> Self {
        Self::new()
    }
}

impl Slab {
    /// Allocates `slots` descriptors of `entries_each` entries.
    ///
    /// # Panics
    /// Beyond the widths of the word's fields.
    pub(super) fn new(slots: u32, entries_each: u32) -> Self {
        assert!(slots <= limits::DESCRIPTORS_MAX && entries_each <= limits::GROUP_SEATS_MAX);
        Self {
            states: (0..slots)
                .map(|_| CachePadded::new(StateCell::new()))
                .collect(),
            entries: (0..slots * entries_each).map(|_| Entry::new()).collect(),
            entries_each: entries_each as usize,
        }
    }

    /// Takes a free descriptor, or `None` when all are in use. A thread finds the one that it used last first.
    pub(super) fn claim(&self) -> Option<Claim<'_>> {
        let slots = self.states.len();
        let start = sync::thread_hint() % slots;
        (start..slots).chain(0..start).find_map(|slot| {
            let generation = self.states[slot].claim()?;
            let entries = &self.entries[slot * self.entries_each..][..self.entries_each];
            let slot = u16::try_from(slot).expect("slots are bounded by the word's field");
            Some(Claim {
                state: &self.states[usize::from(slot)],
                entries,
                slot,
                generation,
            })
        })
    }

    /// What a seat counts as for a reader, who changes nothing: its word before, unless the group is committed.
    pub(super) fn shown(&self, at: EntryRef) -> Fate {
        let state = self.states[usize::from(at.slot)].load();
        if !state.is_of(at) {
            return Fate::Over;
        }
        let entry = self.entry(at);
        let word = match state.phase() {
            // All seats were finished before the descriptor was freed, so this one says by itself what it is. The
            // word before would be wrong here: the group may have been committed when the seat was loaded.
            Phase::Free if !mutation::is(Mutation::FreeShown) => return Fate::Over,
            Phase::Committed => entry.after(),
            Phase::Free | Phase::Undecided | Phase::Aborted => entry.before(),
        };
        self.if_still(at, word)
    }

    /// What a seat is to become for somebody who wants to change it. Waits a little for an undecided group, then
    /// aborts it, so that nobody waits for a thread that stands still.
    pub(super) fn settle(&self, at: EntryRef) -> Fate {
        let cell = &self.states[usize::from(at.slot)];
        let mut patience = sync::turns(limits::GROUP_PATIENCE_TURNS);
        loop {
            let state = cell.load();
            if !state.is_of(at) {
                return Fate::Over;
            }
            match state.phase() {
                Phase::Free => return Fate::Over,
                Phase::Committed => return self.if_still(at, self.entry(at).after()),
                Phase::Aborted => return self.if_still(at, self.entry(at).before()),
                Phase::Undecided if patience > 0 => {
                    patience -= 1;
                    sync::turn();
                }
                // Whether this succeeds or somebody else decided, the next turn sees a decided state.
                Phase::Undecided => _ = cell.decide(at.generation, Phase::Aborted),
            }
        }
    }

    fn entry(&self, at: EntryRef) -> &Entry {
        &self.entries[usize::from(at.slot) * self.entries_each + usize::from(at.entry)]
    }

    /// The word, if the descriptor is still in the use that it was read for.
    fn if_still(&self, at: EntryRef, word: SeatWord) -> Fate {
        if self.states[usize::from(at.slot)].load().is_of(at) {
            Fate::Settled(word)
        } else {
            Fate::Over
        }
    }
}

impl Claim<'_> {
    /// The word that a seat carries while this group passes through it.
    #[inline]
    pub(super) fn in_change(&self, entry: usize) -> SeatWord {
        let entry = u8::try_from(entry).expect("a group has at most 64 seats");
        SeatWord::in_change(EntryRef {
            slot: self.slot,
            entry,
            generation: self.generation,
        })
    }

    /// The entry of the group's seat number `entry`.
    #[inline]
    pub(super) fn entry(&self, entry: usize) -> &Entry {
        &self.entries[entry]
    }

    /// Decides for the change. False: somebody has aborted it.
    #[inline]
    pub(super) fn commit(&self) -> bool {
        self.state.decide(self.generation, Phase::Committed)
    }

    /// Decides against the change, unless somebody has done so already.
    pub(super) fn abort(&self) {
        self.state.decide(self.generation, Phase::Aborted);
    }

    /// Gives the descriptor back. No seat may refer to it any more.
    #[inline]
    pub(super) fn free(&self) {
        self.state.free(self.generation);
    }
}
