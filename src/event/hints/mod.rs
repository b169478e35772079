//! Where it is worth looking for free seats.
//!
//! The seats of an event are cut into stretches (by `event::best::Plan`). For each there is a [`Hint`]: an upper
//! bound on what a look at its seats would find. Whoever looks may lower it to what was found; whoever changes a
//! seat raises it again. A search skips the stretches whose hints say that there is no room.
//!
//! # A hint never hides a free seat
//! A seat becomes free in one of two ways.
//! - **A hold expires**, at a tick and without anybody's doing. The look that lowered the hint saw the hold and its
//!   deadline, and the hint is good only until the next deadline of its stretch. A later hold of a seat that was
//!   free at the look expires without harm: the seat was counted.
//! - **Somebody frees it.** [`Hints::freeing`] opens the hint before the seat's CAS and closes it afterwards. While it is
//!   open it is trusted by nobody and lowered by nobody; closing changes the version. So of a freeing and a look
//!   that misses it, either the look read the hint before it was closed, and then its CAS fails or the closing
//!   raises what it wrote; or it read it afterwards, and then it saw the seat free. It does not matter where the one
//!   who frees is stopped, nor for how long: meanwhile everybody looks.
//!
//! Who takes seats calls [`Hints::raise`] afterwards. That hides nothing and shows nothing that is not there. It is
//! for the quality of the choice: a run of three with one seat taken has room for a pair that leaves no orphan, and
//! before it had not.
//!
//! What is true of seats and their hint is true of the hints of several stretches and the hint that sums them up
//! ([`Hints::sum_up`]): who frees a seat opens both before and closes both afterwards, so who sums up misses the
//! freeing only if the sum's own CAS fails or what it writes is raised.
//!
//! # What is taken around the nearest seat
//! In a house that fills from the focal point outwards there is room in nearly every row, and in nearly every row it
//! is too far out to be the best. So beside its hint a cell can say within how many steps of the stretch's nearest
//! seat all are taken ([`Hints::ring`]). That is good for as long as the hint stays what it was, to the bit; the two
//! are not changed at one instant, and need not be, because the ring has the hint in it that it belongs to. Only which
//! of several seats are given depends on it, never whether there are any.
//!
//! # And if one did
//! The version has 12 bits, the tick 32; a caller may free a seat and not say so. Safety rests on the seats' words
//! alone, and so that nobody is refused for ever by a hint that is wrong, [`Hints::doubt`] lets a refusal be checked
//! against all seats now and then.

mod hint;

use hint::Ring;
pub use hint::{Hint, Room};

use crate::{
    limits::TTL_TICKS_MAX,
    sync::atomic::{AtomicU64, Ordering},
    tick::Tick,
};

/// Hints whose seats can be looked at in about a hundredth of a tick, 100 µs.
const HINTS_A_TICK: usize = 1_024;

/// The hints of an event, sixteen bytes for each cell of its plan.
#[derive(Debug)]
pub struct Hints {
    cells: Box<[AtomicU64]>,
    rings: Box<[AtomicU64]>,
    /// The tick of the last doubt, plus one; 0 before the first.
    doubted: AtomicU64,
}

/// Seats are about to be freed: their hints are open until this is dropped.
#[must_use = "the hints are open only as long as this lives"]
#[derive(Debug)]
pub struct Freeing<'h> {
    hints: &'h Hints,
    cells: Vec<u32>,
}

impl Hints {
    /// Hints for so many cells, of which nothing is known.
    pub fn new(cells: u32) -> Self {
        let all = |bits| (0..cells).map(move |_| AtomicU64::new(bits)).collect();
        Self {
            cells: all(Hint::UNKNOWN.bits()),
            rings: all(Ring::new(Hint::UNKNOWN, 0).bits()),
            doubted: AtomicU64::new(0),
        }
    }

    /// What is known of a cell.
    #[inline]
    pub fn read(&self, cell: u32) -> Hint {
        // Acquire, with the Release of `swing`: a look that begins after this sees the seats that were freed before
        // the hint was closed.
        Hint::from_bits(self.cell(cell).load(Ordering::Acquire))
    }

    /// Writes down what a look found that began after `saw` was read, unless anything happened since. `ticks_left` is
    /// how long the taken seats stay so if nobody frees them. Answers with the hint that it has written.
    pub fn lower(
        &self,
        cell: u32,
        saw: Hint,
        room: Room,
        now: Tick,
        ticks_left: Option<u32>,
    ) -> Option<Hint> {
        if saw.room(now) == room {
            return None;
        }
        let good = ticks_left.unwrap_or(TTL_TICKS_MAX).min(TTL_TICKS_MAX);
        let after = saw.lowered(room, now.plus(good))?;
        // Relaxed: nobody reads anything on the strength of a lowered hint, they leave it. The loads of the seats are
        // Acquire, so this stays behind them. A lost CAS means that somebody else knows better.
        let written = self.cell(cell).compare_exchange(
            saw.bits(),
            after.bits(),
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
        written.is_ok().then_some(after)
    }

    /// Within how many steps of a stretch's nearest seat all are known to be taken, for as long as this hint is good.
    #[inline]
    pub fn ring(&self, cell: u32, hint: Hint) -> u32 {
        // Relaxed, and so below: a ring says itself which hint it belongs to.
        let ring = self.rings[cell as usize].load(Ordering::Relaxed);
        Ring::from_bits(ring).steps(hint)
    }

    /// Writes down the ring that was seen by the look that wrote this hint.
    pub fn note_ring(&self, cell: u32, hint: Hint, steps: u32) {
        self.rings[cell as usize].store(Ring::new(hint, steps).bits(), Ordering::Relaxed);
    }

    /// Writes down what other cells say together, unless one of them knows nothing or anything happened since `saw`
    /// was read. Whoever changes a seat of theirs has to tell this cell too.
    pub fn sum_up(&self, cell: u32, saw: Hint, of: impl IntoIterator<Item = u32>, now: Tick) {
        let (mut sum, mut ticks_left) = (Room::NONE, TTL_TICKS_MAX);
        for part in of {
            let hint = self.read(part);
            sum = sum.or(hint.room(now));
            if sum == Room::ANY {
                return;
            }
            ticks_left = ticks_left.min(hint.ticks_left(now));
        }
        self.lower(cell, saw, sum, now, Some(ticks_left));
    }

    /// Says that seats of these cells are about to be freed. Free them, then drop what this returns.
    pub fn freeing(&self, cells: impl IntoIterator<Item = u32>) -> Freeing<'_> {
        let mut cells: Vec<u32> = cells.into_iter().collect();
        cells.sort_unstable();
        cells.dedup();
        for &cell in &cells {
            self.swing(cell, Hint::opened);
        }
        Freeing { hints: self, cells }
    }

    /// Says that seats of these cells have been taken.
    pub fn raise(&self, cells: impl IntoIterator<Item = u32>) {
        // Not in a loop: what joins several sources goes through each of them faster from within.
        cells
            .into_iter()
            .for_each(|cell| self.swing(cell, Hint::raised));
    }

    /// Whether a search that is about to refuse should look at every seat first, whatever the hints say. True for
    /// the first who asks, and then so seldom that the looks take about a hundredth of one thread.
    pub fn doubt(&self, now: Tick) -> bool {
        let pause = u32::try_from(1 + self.cells.len() / HINTS_A_TICK).unwrap_or(TTL_TICKS_MAX);
        // Relaxed, and so below: nothing is read on the strength of it.
        let doubted = self.doubted.load(Ordering::Relaxed);
        let is_recent = |last| now.since(Tick::of(last)).unsigned_abs() < pause;
        if doubted.checked_sub(1).is_some_and(is_recent) {
            return false;
        }
        // One of those who ask at once is enough.
        let mark = u64::from(now.get()) + 1;
        self.doubted
            .compare_exchange(doubted, mark, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }

    #[inline]
    fn swing(&self, cell: u32, change: impl Fn(Hint) -> Hint) {
        // Relaxed: only a starting value for the CAS, which fails if it is an old one.
        let mut saw = self.cell(cell).load(Ordering::Relaxed);
        // Release, with the Acquire of `read`: who reads a closed hint sees the seats that were freed before. That
        // the opening stands before the freeing is the seat's CAS's doing, which is a Release itself: who sees the
        // seat free finds the hint open.
        while let Err(current) = self.cell(cell).compare_exchange(
            saw,
            change(Hint::from_bits(saw)).bits(),
            Ordering::Release,
            Ordering::Relaxed,
        ) {
            saw = current;
        }
    }

    #[inline]
    fn cell(&self, cell: u32) -> &AtomicU64 {
        &self.cells[cell as usize]
    }
}

impl Drop for Freeing<'_> {
    fn drop(&mut self) {
        for &cell in &self.cells {
            self.hints.swing(cell, Hint::closed);
        }
    }
}
