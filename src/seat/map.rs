//! The seats of one map, and the changes of a single seat.
//!
//! Each change is: load the word, decide from it ([`Step::decide`]), take an LSN, one CAS. A lost CAS means that
//! somebody else's change won, so of any number of threads one always gets on: the map is lock-free. The LSN is
//! taken after the load and given up, as a void, when the CAS is lost; that is what makes the order of the LSNs the
//! order of the changes of each seat, given that no word ever comes back ([`super::word`]).

use std::{ops::Range, sync::Arc};

use super::{
    cell::SeatCell,
    outcome::{Outcome, SeatCountError},
    slab::{Descriptors, Fate, Slab},
    step::{Decision, Step},
    trail::{Change, Trail},
    word::{Seat, SeatWord},
};
use crate::{
    ids::{Lsn, SeatId, TakingId},
    limits,
    mutation::{self, Mutation},
    tick::Tick,
};

/// All seats of a map, each one atomic word, and the descriptors for changing several at
/// once.
#[derive(Debug)]
pub struct Seats<T> {
    cells: Box<[SeatCell]>,
    pub(super) slab: Arc<Slab>,
    pub(super) trail: T,
}

impl<T: Trail> Seats<T> {
    /// A map of `count` free seats whose changes are taken down by `trail`, with descriptors of its own.
    ///
    /// # Errors
    /// For no seats and for more than [`limits::SEATS_MAX`].
    pub fn new(count: u32, trail: T) -> Result<Self, SeatCountError> {
        Self::sharing(count, trail, &Descriptors::new())
    }

    /// As [`Seats::new`], with descriptors that other maps use as well.
    ///
    /// # Errors
    /// As [`Seats::new`].
    pub fn sharing(
        count: u32,
        trail: T,
        descriptors: &Descriptors,
    ) -> Result<Self, SeatCountError> {
        if count == 0 || count > limits::SEATS_MAX {
            return Err(SeatCountError { asked: count });
        }
        let cells = (0..count).map(|_| SeatCell::new(SeatWord::FRESH)).collect();
        Ok(Self {
            cells,
            slab: Arc::clone(&descriptors.0),
            trail,
        })
    }

    /// The map of seats that were something before: of these words, each of a seat, no two of the same. Whoever makes a
    /// map of held seats marks them ([`Seats::mark_held`]).
    ///
    /// # Panics
    /// If a seat is not of this map, or its word is in change.
    #[must_use]
    pub fn restored(mut self, words: impl IntoIterator<Item = (SeatId, SeatWord)>) -> Self {
        for (seat, word) in words {
            let is_settled = !matches!(word.view(), Seat::InChange(_));
            assert!(is_settled, "no recorded word is in change");
            self.cells[seat.index()] = SeatCell::new(word);
        }
        self
    }

    /// Has the wheel look at each held seat when its deadline comes.
    pub fn mark_held(&self) {
        for seat in (0..self.count()).map(SeatId::new) {
            if let Seat::Held { until, .. } = self.read(seat).view() {
                self.trail.mark(seat, until);
            }
        }
    }

    /// How many seats there are.
    pub fn count(&self) -> u32 {
        u32::try_from(self.cells.len()).expect("bounded when the map was made")
    }

    /// The seat with this number, counted from zero, if there is one.
    pub fn seat(&self, index: u32) -> Option<SeatId> {
        (index < self.count()).then(|| SeatId::new(index))
    }

    /// The seats of a block of [`limits::BLOCK_SEATS`].
    pub fn seats_of_block(&self, block: u32) -> impl Iterator<Item = SeatId> + use<T> {
        let first = block.saturating_mul(limits::BLOCK_SEATS).min(self.count());
        let Range { start, end } = first..(first + limits::BLOCK_SEATS).min(self.count());
        (start..end).map(SeatId::new)
    }

    /// What takes the changes down.
    pub fn trail(&self) -> &T {
        &self.trail
    }

    /// What the seat is now; never in change. Whether a hold has expired is for the caller to say, who knows the
    /// time ([`SeatWord::is_expired`]).
    ///
    /// # Panics
    /// As all methods that are given a seat: if it is not of this map.
    pub fn read(&self, seat: SeatId) -> SeatWord {
        loop {
            let word = self.cell(seat).load();
            let Seat::InChange(at) = word.view() else {
                return word;
            };
            if let Fate::Settled(shown) = self.slab.shown(at) {
                return shown;
            }
        }
    }

    /// The deadline of a held seat, for a sweep that has just taken its mark, if it is one that `matters`. A seat in
    /// change has none to show: whoever ends that change marks it again if it is to be held.
    #[inline(always)]
    pub fn deadline_after_sweep(
        &self,
        seat: SeatId,
        matters: impl FnOnce(Tick) -> bool,
    ) -> Option<Tick> {
        let word = self.cell(seat).load_after_sweep();
        if word.is_held_until(matters) {
            word.held_until()
        } else {
            None
        }
    }

    /// Holds a free seat, or one whose hold has expired, until a deadline.
    ///
    /// `taking` must be fresh: used for no other hold of a seat, now or before. Of several who want the same seat at
    /// once exactly one is [`Outcome::Done`].
    #[inline]
    pub fn hold(&self, seat: SeatId, taking: TakingId, until: Tick, now: Tick) -> Outcome {
        self.change(seat, Step::Hold { taking, until }, now)
    }

    /// Books a free seat, or one whose hold has expired, without holding it first. `taking` must be fresh.
    #[inline]
    pub fn book(&self, seat: SeatId, taking: TakingId, now: Tick) -> Outcome {
        self.change(seat, Step::Book { taking }, now)
    }

    /// Books the seat that this taking holds, if its deadline has not come at `now`.
    #[inline]
    pub fn confirm(&self, seat: SeatId, taking: TakingId, now: Tick) -> Outcome {
        self.change(seat, Step::Confirm { taking }, now)
    }

    /// Frees the seat that this taking holds, if its deadline has not come at `now`.
    #[inline]
    pub fn release(&self, seat: SeatId, taking: TakingId, now: Tick) -> Outcome {
        self.change(seat, Step::Release { taking }, now)
    }

    /// Moves the deadline of the seat that this taking holds to a later tick.
    #[inline]
    pub fn extend(&self, seat: SeatId, taking: TakingId, until: Tick, now: Tick) -> Outcome {
        self.change(seat, Step::Extend { taking, until }, now)
    }

    /// Frees the seat that this taking has booked.
    #[inline]
    pub fn cancel(&self, seat: SeatId, taking: TakingId, now: Tick) -> Outcome {
        self.change(seat, Step::Cancel { taking }, now)
    }

    /// Withholds a free seat from sale.
    #[inline]
    pub fn block(&self, seat: SeatId, now: Tick) -> Outcome {
        self.change(seat, Step::Block, now)
    }

    /// Puts a withheld seat on sale.
    #[inline]
    pub fn unblock(&self, seat: SeatId, now: Tick) -> Outcome {
        self.change(seat, Step::Unblock, now)
    }

    /// Frees a seat whose hold has expired at `now`.
    #[inline]
    pub fn expire(&self, seat: SeatId, now: Tick) -> Outcome {
        self.change(seat, Step::Expire, now)
    }

    /// Changes one seat. The named methods above are this one with its step.
    #[inline(always)]
    pub fn change(&self, seat: SeatId, step: Step, now: Tick) -> Outcome {
        let mut too_early = mutation::is(Mutation::LsnBeforeLoad)
            .then(|| self.trail.take(1))
            .flatten();
        let mut saw = self.settled(seat, self.cell(seat).load());
        loop {
            let next = match step.decide(saw, now) {
                Decision::Become(next) => next,
                Decision::Already => {
                    return give_up(&self.trail, too_early, Outcome::Already { saw });
                }
                Decision::Refuse(why) => {
                    return give_up(&self.trail, too_early, Outcome::Refused { saw, why });
                }
            };
            let Some(lsn) = too_early.take().or_else(|| self.trail.take(1)) else {
                return Outcome::Busy { saw };
            };
            let after = next.word(lsn);
            // LINEARIZATION POINT of a single-seat change.
            match self.cell(seat).change(saw, after) {
                Ok(()) => {
                    self.trail.publish(
                        lsn,
                        Change {
                            seat,
                            before: saw,
                            after,
                            rest: 0,
                        },
                    );
                    self.mark_if_held(seat, after);
                    return Outcome::Done {
                        before: saw,
                        after,
                        lsn,
                    };
                }
                Err(current) => {
                    self.give_back(lsn);
                    saw = self.settled(seat, current);
                }
            }
        }
    }

    #[inline]
    pub(super) fn cell(&self, seat: SeatId) -> &SeatCell {
        &self.cells[seat.index()]
    }

    #[inline]
    pub(super) fn cells(&self) -> &[SeatCell] {
        &self.cells
    }

    /// The seat's word once no group stands in the way; `word` is what was seen of it last.
    #[inline]
    pub(super) fn settled(&self, seat: SeatId, word: SeatWord) -> SeatWord {
        if matches!(word.view(), Seat::InChange(_)) {
            self.settle(seat, word)
        } else {
            word
        }
    }

    /// Ends a group's passage through one seat with the word that its fate says, unless somebody else has.
    pub(super) fn finish(&self, seat: SeatId, in_change: SeatWord, becomes: SeatWord) {
        if self.cell(seat).finish(in_change, becomes).is_ok() {
            self.mark_if_held(seat, becomes);
        }
    }

    /// Ends an aborted group's passage through one seat: puts its word back, unless somebody else has. The wheel may
    /// have come by and taken the seat's mark meanwhile, so a Held word is marked again.
    pub(super) fn restore(&self, seat: SeatId, in_change: SeatWord, before: SeatWord) {
        if mutation::is(Mutation::AbortRestoresUnmarked) {
            // A fault on purpose: the word goes back, and nobody marks it.
            let _ = self.cell(seat).finish(in_change, before);
        } else {
            self.finish(seat, in_change, before);
        }
    }

    /// Publishes a void for a number under which nothing was changed.
    pub(super) fn give_back(&self, lsn: Lsn) {
        if !mutation::is(Mutation::VoidNotPublished) {
            self.trail.void(lsn);
        }
    }

    #[cold]
    #[inline(never)]
    fn settle(&self, seat: SeatId, mut word: SeatWord) -> SeatWord {
        while let Seat::InChange(at) = word.view() {
            if let Fate::Settled(becomes) = self.slab.settle(at) {
                self.finish(seat, word, becomes);
            }
            word = self.cell(seat).load();
        }
        word
    }

    #[inline]
    fn mark_if_held(&self, seat: SeatId, word: SeatWord) {
        if let Some(until) = word.held_until() {
            self.trail.mark(seat, until);
        }
    }
}

/// Ends a change that takes place under no number; one that was taken too early is published as a void.
#[inline]
fn give_up<T: Trail>(trail: &T, too_early: Option<Lsn>, outcome: Outcome) -> Outcome {
    if let Some(lsn) = too_early {
        trail.void(lsn);
    }
    outcome
}
