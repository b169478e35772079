//! What the seats of all events share: one tape, the descriptors of group changes, and wheels.
//!
//! Each event stands on a [`Plot`] of the venue. Within an event seats are numbered from zero; on the tape and the
//! wheels they are numbered over all events of the venue, and the plot, which is the [`Trail`] of its event's seats,
//! translates. Plots are made of whole blocks of [`limits::BLOCK_SEATS`], so that a mark never reminds of two events.
//!
//! Blocks lie in fields, each with a wheel of its own: small events share a field of [`limits::FIELD_SEATS`], a large
//! one has a field to itself. A field is allocated when an event needs it and freed with the last event on it, so
//! that an event costs what it needs and gives back what it had.

mod ground;
mod ranges;

use std::{
    fmt,
    ops::Range,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use crate::{
    ids::{Lsn, SeatId},
    limits::{self, BLOCK_SEATS},
    seat::{Change, Descriptors, Trail},
    tape::Tape,
    tick::{Moment, Tick},
    wheel::Wheel,
};
pub use ground::Lot;
use ground::{Field, Ground};

/// The tape, the descriptors and the wheels of one shard of events.
#[derive(Debug)]
pub struct Venue {
    tape: Tape,
    descriptors: Descriptors,
    ground: RwLock<Ground>,
}

/// An event's part of a venue. Dropping it gives its blocks back, so it must outlive every change of its seats that
/// is still on the tape.
#[derive(Debug)]
pub struct Plot {
    venue: Arc<Venue>,
    field: Arc<Field>,
    /// Numbered over the venue.
    blocks: Range<u32>,
}

/// There is no room for that many seats: all events together would have more than [`limits::SEATS_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRoom;

impl Venue {
    /// A venue without events.
    pub fn new() -> Self {
        Self::with_tape(Tape::new())
    }

    /// A venue whose changes are taken down by another tape than the usual one.
    pub fn with_tape(tape: Tape) -> Self {
        Self {
            tape,
            descriptors: Descriptors::new(),
            ground: RwLock::new(Ground::new()),
        }
    }

    /// A venue without events yet, whose changes follow those up to `last`.
    pub fn after(last: Lsn) -> Self {
        Self::with_tape(Tape::after(last, limits::TAPE_CELLS, limits::TAPE_MARGIN))
    }

    /// As [`Venue::after`], for one of many in a process.
    pub fn of_shard(last: Lsn) -> Self {
        let (cells, margin) = (limits::SHARD_TAPE_CELLS, limits::SHARD_TAPE_MARGIN);
        Self::with_tape(Tape::after(last, cells, margin))
    }

    /// The order of all changes.
    pub fn tape(&self) -> &Tape {
        &self.tape
    }

    /// The group changes under way.
    pub fn descriptors(&self) -> &Descriptors {
        &self.descriptors
    }

    /// A plot for `seats`, at least one. Deadlines that pass from `now` on are its wheel's to remind of.
    ///
    /// # Errors
    /// [`NoRoom`].
    pub fn plot(self: &Arc<Self>, seats: u32, now: Moment) -> Result<Plot, NoRoom> {
        let count = seats.div_ceil(BLOCK_SEATS);
        let (field, blocks) = self.ground_mut().take(count, now).ok_or(NoRoom)?;
        Ok(Plot {
            venue: Arc::clone(self),
            field,
            blocks,
        })
    }

    /// The plot that lay here before, so that its seats have the same numbers again.
    ///
    /// # Errors
    /// [`NoRoom`]: another plot lies there, or no plot ever did.
    pub fn plot_at(self: &Arc<Self>, ground: Lot, now: Moment) -> Result<Plot, NoRoom> {
        let (field, blocks) = self.ground_mut().take_at(ground, now).ok_or(NoRoom)?;
        Ok(Plot {
            venue: Arc::clone(self),
            field,
            blocks,
        })
    }

    /// Goes through the marks of all wheels up to `now`, as [`Wheel::sweep`] does, and calls `visit` with the tick of
    /// the slot and the first seat of each marked block, numbered over the venue.
    pub fn sweep(&self, now: Moment, mut visit: impl FnMut(u64, SeatId)) {
        // Fields may come and go meanwhile: one that comes has nothing to sweep, one that goes nobody needs.
        let fields: Vec<Arc<Field>> = self.ground().fields().collect();
        for field in fields {
            field.wheel.sweep(now, |tick, block| {
                visit(
                    tick,
                    SeatId::new((field.blocks.start + block) * BLOCK_SEATS),
                );
            });
        }
    }

    /// How many ticks the slowest wheel is behind `now`.
    pub fn wheel_lag_ticks(&self, now: Moment) -> u64 {
        let behind = |field: Arc<Field>| now.ticks().saturating_sub(field.wheel.cursor());
        self.ground().fields().map(behind).max().unwrap_or(0)
    }

    fn ground(&self) -> RwLockReadGuard<'_, Ground> {
        // Nothing that is done under this lock panics half way.
        self.ground.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn ground_mut(&self) -> RwLockWriteGuard<'_, Ground> {
        self.ground.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Venue {
    fn default() -> Self {
        Self::new()
    }
}

impl Plot {
    /// The first seat's number on the tape.
    pub fn first(&self) -> SeatId {
        SeatId::new(self.blocks.start * BLOCK_SEATS)
    }

    /// Where it lies.
    pub fn lot(&self) -> Lot {
        let range = |blocks: &Range<u32>| (blocks.start, blocks.end - blocks.start);
        Lot {
            field: range(&self.field.blocks),
            blocks: range(&self.blocks),
        }
    }

    /// The venue that it is a part of.
    pub fn venue(&self) -> &Arc<Venue> {
        &self.venue
    }

    /// The wheel that reminds of its seats' deadlines.
    pub fn wheel(&self) -> &Wheel {
        &self.field.wheel
    }
}

impl Drop for Plot {
    fn drop(&mut self) {
        self.venue.ground_mut().give_back(&self.field, &self.blocks);
    }
}

impl Trail for Plot {
    #[inline]
    fn take(&self, count: u32) -> Option<Lsn> {
        self.venue.tape.take(count)
    }

    #[inline]
    fn publish(&self, lsn: Lsn, change: Change) {
        let seat = SeatId::new(self.blocks.start * BLOCK_SEATS + change.seat.get());
        self.venue.tape.publish(lsn, Change { seat, ..change });
    }

    #[inline]
    fn void(&self, lsn: Lsn) {
        self.venue.tape.void(lsn);
    }

    #[inline]
    fn mark(&self, seat: SeatId, until: Tick) {
        let first = (self.blocks.start - self.field.blocks.start) * BLOCK_SEATS;
        self.field
            .wheel
            .mark(SeatId::new(first + seat.get()), until);
    }
}

impl fmt::Display for NoRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "all events together have at most {} seats",
            limits::SEATS_MAX
        )
    }
}

impl std::error::Error for NoRoom {}

#[cfg(test)]
mod tests;
