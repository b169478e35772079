//! Which segments there are, and how much in each is still live.

use std::{collections::VecDeque, mem};

/// A segment within an index: they are counted, as their numbers may have gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ordinal(u32);

impl Ordinal {
    /// The log that is left says nothing of the seat.
    pub(super) const UNKNOWN: Self = Self(0);

    /// The seat was made fresh by a note. Nothing has to be kept for it, see [`super::super`].
    pub(super) const FRESH: Self = Self(u32::MAX);
}

/// What is known of a segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Totals {
    /// Its number.
    pub(crate) number: u32,
    /// Bytes of its file.
    pub(crate) bytes: u64,
    /// The number of its first batch.
    pub(crate) first: u64,
    /// Bytes that it would take to carry along what is live in it.
    pub(crate) live: u64,
}

/// All segments that are needed, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Segments {
    totals: VecDeque<Totals>,
    /// Segments that have left at the front.
    gone: u32,
    live: u64,
    bytes: u64,
}

impl Segments {
    pub(super) fn totals(&self) -> &VecDeque<Totals> {
        &self.totals
    }

    pub(super) fn live(&self) -> u64 {
        self.live
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn oldest(&self) -> Ordinal {
        Ordinal(self.gone + 1)
    }

    pub(super) fn newest(&self) -> Ordinal {
        Ordinal(self.gone + u32::try_from(self.totals.len()).unwrap_or(u32::MAX))
    }

    pub(super) fn begin(&mut self, segment: Totals) {
        self.bytes += segment.bytes;
        self.totals.push_back(segment);
    }

    pub(super) fn replace_last(&mut self, next: Totals) -> Option<Totals> {
        let last = self.totals.back_mut()?;
        self.bytes = self.bytes - last.bytes + next.bytes;
        Some(mem::replace(last, next))
    }

    pub(super) fn drop_oldest_if_dead(&mut self) -> Option<Totals> {
        if self.totals.len() < 2 || self.totals.front()?.live > 0 {
            return None;
        }
        let segment = self.totals.pop_front()?;
        self.gone += 1;
        self.bytes -= segment.bytes;
        Some(segment)
    }

    /// So many bytes more are live in a segment.
    pub(super) fn lives(&mut self, at: Ordinal, bytes: u64) {
        self.live += bytes;
        if let Some(segment) = self.segment(at) {
            segment.live += bytes;
        }
    }

    /// So many bytes less are live in a segment, if it is still there.
    pub(super) fn dies(&mut self, at: Ordinal, bytes: u64) {
        if let Some(segment) = self.segment(at) {
            segment.live -= bytes;
            self.live -= bytes;
        }
    }

    /// What is live in the same segments by another count is live beside what is by this one.
    pub(super) fn add(&mut self, other: &Self) {
        self.live += other.live;
        for (segment, counted) in self.totals.iter_mut().zip(&other.totals) {
            segment.live += counted.live;
        }
    }

    fn segment(&mut self, at: Ordinal) -> Option<&mut Totals> {
        let place = at.0.checked_sub(self.gone + 1)?;
        self.totals.get_mut(place as usize)
    }
}
