//! Where plots lie: blocks, and the fields that they are divided into.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use super::ranges::Ranges;
use crate::{
    limits::{self, BLOCK_SEATS},
    tick::Moment,
    wheel::Wheel,
};

/// Where a plot lies: its field and its own blocks, each by the first block and how many there are. A plain value, so that
/// it can be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lot {
    /// The blocks that share its wheel.
    pub field: (u32, u32),
    /// Its own, which lie within.
    pub blocks: (u32, u32),
}

/// All blocks.
#[derive(Debug)]
pub(super) struct Ground {
    /// Blocks that are in no field.
    pub(super) wild: Ranges,
    /// First block -> the field that begins with it.
    pub(super) fields: BTreeMap<u32, Cultivated>,
}

#[derive(Debug)]
pub(super) struct Cultivated {
    field: Arc<Field>,
    free: Ranges,
}

/// Blocks that share a wheel.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) blocks: Range<u32>,
    pub(super) wheel: Wheel,
}

impl Ground {
    /// Nothing lies anywhere.
    pub(super) fn new() -> Self {
        Self {
            wild: Ranges::new(0..limits::SEATS_MAX.div_ceil(BLOCK_SEATS)),
            fields: BTreeMap::new(),
        }
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = Arc<Field>> {
        self.fields.values().map(|used| Arc::clone(&used.field))
    }

    /// So many blocks in a row, and their field.
    pub(super) fn take(&mut self, count: u32, now: Moment) -> Option<(Arc<Field>, Range<u32>)> {
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

    /// These blocks, in this field.
    pub(super) fn take_at(&mut self, lot: Lot, now: Moment) -> Option<(Arc<Field>, Range<u32>)> {
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

    pub(super) fn give_back(&mut self, field: &Arc<Field>, blocks: &Range<u32>) {
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
