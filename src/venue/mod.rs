//! What the seats of all events share: one tape, the descriptors of group changes, and wheels.
//!
//! Each event stands on a [`Plot`] of the venue. Within an event seats are numbered from zero; on the tape and the
//! wheels they are numbered over all events of the venue, and the plot, which is the [`Trail`] of its event's seats,
//! translates. Plots are made of whole blocks of [`limits::BLOCK_SEATS`], so that a mark never reminds of two events.
//!
//! Blocks lie in fields, each with a wheel of its own: small events share a field of [`limits::FIELD_SEATS`], a large
//! one has a field to itself. A field is allocated when an event needs it and freed with the last event on it, so
//! that an event costs what it needs and gives back what it had.

mod ranges;

use std::{
    collections::BTreeMap,
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
use ranges::Ranges;

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

/// Where a plot lies: its field and its own blocks, each by the first block and how many there are. A plain value, so that
/// it can be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lot {
    /// The blocks that share its wheel.
    pub field: (u32, u32),
    /// Its own, which lie within.
    pub blocks: (u32, u32),
}

/// There is no room for that many seats: all events together would have more than [`limits::SEATS_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRoom;

#[derive(Debug)]
struct Ground {
    /// Blocks that are in no field.
    wild: Ranges,
    /// First block -> the field that begins with it.
    fields: BTreeMap<u32, Cultivated>,
}

#[derive(Debug)]
struct Cultivated {
    field: Arc<Field>,
    free: Ranges,
}

/// Blocks that share a wheel.
#[derive(Debug)]
struct Field {
    blocks: Range<u32>,
    wheel: Wheel,
}

impl Venue {
    /// A venue without events.
    pub fn new() -> Self {
        Self::with_tape(Tape::new())
    }

    /// A venue whose changes are taken down by another tape than the usual one.
    pub fn with_tape(tape: Tape) -> Self {
        let ground = Ground {
            wild: Ranges::new(0..limits::SEATS_MAX.div_ceil(BLOCK_SEATS)),
            fields: BTreeMap::new(),
        };
        Self {
            tape,
            descriptors: Descriptors::new(),
            ground: RwLock::new(ground),
        }
    }

    /// A venue without events yet, whose changes follow those up to `last`.
    pub fn after(last: Lsn) -> Self {
        Self::with_tape(Tape::after(last, limits::TAPE_CELLS, limits::TAPE_MARGIN))
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

impl Ground {
    fn fields(&self) -> impl Iterator<Item = Arc<Field>> {
        self.fields.values().map(|used| Arc::clone(&used.field))
    }

    fn take(&mut self, count: u32, now: Moment) -> Option<(Arc<Field>, Range<u32>)> {
        let shared = limits::FIELD_SEATS / BLOCK_SEATS;
        if count <= shared / limits::FIELD_EVENTS_MIN
            && let Some(place) = self.fields.values_mut().find_map(|used| used.take(count))
        {
            return Some(place);
        }
        let size = if count <= shared / limits::FIELD_EVENTS_MIN {
            shared.min(self.wild.count()).max(count)
        } else {
            count
        };
        let blocks = self.wild.take(size)?;
        let mut used = Cultivated::new(&blocks, now);
        let place = used.take(count);
        self.fields.insert(blocks.start, used);
        place
    }

    fn take_at(&mut self, lot: Lot, now: Moment) -> Option<(Arc<Field>, Range<u32>)> {
        let (field, blocks) = (lot.field()?, lot.blocks()?);
        if !self.fields.contains_key(&field.start) {
            if !self.wild.take_all(&field) {
                return None;
            }
            self.fields
                .insert(field.start, Cultivated::new(&field, now));
        }
        let used = self.fields.get_mut(&field.start)?;
        let fits = used.field.blocks == field && used.free.take_all(&blocks);
        fits.then(|| (Arc::clone(&used.field), blocks))
    }

    fn give_back(&mut self, field: &Arc<Field>, blocks: &Range<u32>) {
        let Some(used) = self.fields.get_mut(&field.blocks.start) else {
            unreachable!("a field stays as long as there is a plot on it");
        };
        used.free.give_back(blocks.clone());
        if used.free.count() == field.blocks.end - field.blocks.start {
            self.fields.remove(&field.blocks.start);
            self.wild.give_back(field.blocks.clone());
        }
    }
}

impl Lot {
    /// None: no block has such a number.
    fn field(self) -> Option<Range<u32>> {
        let (start, count) = self.field;
        let end = start.checked_add(count)?;
        (count > 0 && end <= limits::SEATS_MAX.div_ceil(BLOCK_SEATS)).then_some(start..end)
    }

    /// None: they don't lie in the field.
    fn blocks(self) -> Option<Range<u32>> {
        let ((field, size), (start, count)) = (self.field, self.blocks);
        let end = start.checked_add(count)?;
        let fits = count > 0 && start >= field && end - field <= size;
        fits.then_some(start..end)
    }
}

impl Cultivated {
    fn new(blocks: &Range<u32>, now: Moment) -> Self {
        Self {
            field: Arc::new(Field {
                wheel: Wheel::new((blocks.end - blocks.start) * BLOCK_SEATS, now),
                blocks: blocks.clone(),
            }),
            free: Ranges::new(blocks.clone()),
        }
    }

    fn take(&mut self, count: u32) -> Option<(Arc<Field>, Range<u32>)> {
        let blocks = self.free.take(count)?;
        Some((Arc::clone(&self.field), blocks))
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
mod tests {
    use super::*;
    use crate::{
        ids::TakingId,
        seat::{Outcome, Seats},
        tape::Entry,
    };

    const NOW: Moment = Moment::from_ticks(100);

    fn plots(venue: &Arc<Venue>, seats: &[u32]) -> Vec<Plot> {
        let plot = |seats: &u32| venue.plot(*seats, NOW).expect("room");
        seats.iter().map(plot).collect()
    }

    #[test]
    fn events_share_a_field_until_they_are_large() {
        let venue = Arc::new(Venue::new());
        let small = plots(&venue, &[1, 64, 65, 100]);
        let firsts: Vec<u32> = small.iter().map(|plot| plot.first().get()).collect();
        assert_eq!(firsts, [0, 64, 128, 256], "whole blocks");
        let large = venue.plot(limits::FIELD_SEATS, NOW).expect("room");
        assert_eq!(venue.ground().fields.len(), 2);
        drop(large);
        assert_eq!(venue.ground().fields.len(), 1, "its wheel went with it");
        drop(small);
        assert_eq!(venue.ground().fields.len(), 0);
    }

    #[test]
    fn plots_lie_again_where_they_lay() {
        let before = Arc::new(Venue::new());
        let sizes = [100, 64, limits::FIELD_SEATS, 300];
        let lots: Vec<Lot> = plots(&before, &sizes).iter().map(Plot::lot).collect();
        let after = Arc::new(Venue::after(Lsn::new(7)));
        assert_eq!(after.tape().next(), Lsn::new(8));
        // In another order than they were made in.
        let again: Vec<Plot> = [2, 0, 3, 1]
            .into_iter()
            .map(|place: usize| after.plot_at(lots[place], NOW).expect("it is free"))
            .collect();
        assert_eq!(again[1].lot(), lots[0]);
        assert_eq!(after.ground().fields.len(), 2);
        assert!(
            after.plot_at(lots[1], NOW).is_err(),
            "it lies there already"
        );
        let wrong = Lot {
            blocks: (lots[1].field.1, 2),
            ..lots[1]
        };
        assert!(
            after.plot_at(wrong, NOW).is_err(),
            "it is no part of its field"
        );
        let further = after.plot(64, NOW).expect("room");
        assert!(
            lots.iter()
                .all(|lot| lot.blocks.0 != further.lot().blocks.0)
        );
        drop((again, further));
        let blocks = limits::SEATS_MAX / BLOCK_SEATS;
        assert_eq!(after.ground().wild.count(), blocks, "all is free again");
    }

    #[test]
    fn there_is_room_for_as_many_seats_as_there_can_be() {
        let venue = Arc::new(Venue::new());
        let small = venue.plot(1, NOW).expect("room");
        assert!(matches!(venue.plot(limits::SEATS_MAX, NOW), Err(NoRoom)));
        drop(small);
        let blocks = limits::SEATS_MAX / BLOCK_SEATS;
        assert_eq!(venue.ground().wild.count(), blocks, "all is free again");
    }

    #[test]
    fn the_tape_and_the_wheel_number_seats_over_all_events() {
        let venue = Arc::new(Venue::new());
        let mut plots = plots(&venue, &[100, 100]);
        let second = plots.remove(1);
        assert_eq!(second.first(), SeatId::new(128));
        let seats = Seats::sharing(100, second, venue.descriptors()).expect("a valid count");
        let until = Tick::new(103);
        let held = seats.hold(SeatId::new(70), TakingId::FIRST, until, NOW.tick());
        assert!(matches!(held, Outcome::Done { .. }));
        let mut records = Vec::new();
        venue
            .tape()
            .reader()
            .expect("the first")
            .read(&mut records, 10);
        let Entry::Change(change) = records[0].entry else {
            panic!("a change");
        };
        assert_eq!(change.seat, SeatId::new(198));
        let mut visited = Vec::new();
        venue.sweep(Moment::from_ticks(103), |tick, first| {
            visited.push((tick, first))
        });
        assert_eq!(visited, [(103, SeatId::new(192))]);
    }
}
