//! The last deltas of an event, for all who follow it.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::{
    ids::Lsn,
    limits::{RING_BYTES_A_SEAT, RING_BYTES_MAX, RING_BYTES_MIN, RING_DELTAS_MAX},
};

/// What a delta takes beyond its text: its entry here, and the allocator's share.
const ENTRY_BYTES: usize = size_of::<Delta>() + 16;

/// A delta and the state that it leads to. It begins where the one before it ends.
#[derive(Debug)]
struct Delta {
    to: Lsn,
    text: Bytes,
}

/// Where a reader stands: the number of the next delta for it, of all that there ever were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cursor(u64);

/// What a reader finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The next delta.
    Delta(Bytes),
    /// Nothing yet.
    Nothing,
    /// The next delta is gone: the reader was too slow.
    Lost,
    /// Nothing, and nothing will come.
    End(Ending),
}

/// Why nothing will come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The event is closed.
    Closed,
    /// It goes on elsewhere.
    Cut,
}

/// Deltas without a gap, bounded in number and bytes. The oldest go first.
#[derive(Debug)]
pub(super) struct Ring {
    deltas: VecDeque<Delta>,
    /// The number of the oldest delta, or of the next if there is none.
    first: Cursor,
    /// The state that the oldest delta begins with.
    oldest: Lsn,
    /// The state that the newest delta leads to.
    newest: Lsn,
    bytes: usize,
    bytes_max: usize,
    ending: Option<Ending>,
}

impl Ring {
    /// For an event of `seats`, which begins at `origin`. Nothing is allocated until there is a delta.
    pub(super) fn new(seats: u32, origin: Lsn) -> Self {
        let bytes = RING_BYTES_A_SEAT.saturating_mul(seats as usize);
        Self {
            deltas: VecDeque::new(),
            first: Cursor(0),
            oldest: origin,
            newest: origin,
            bytes: 0,
            bytes_max: bytes.clamp(RING_BYTES_MIN, RING_BYTES_MAX),
            ending: None,
        }
    }

    /// The state that the newest delta leads to.
    pub(super) fn newest(&self) -> Lsn {
        self.newest
    }

    /// Adds a delta from [`Ring::newest`] to `to`.
    pub(super) fn push(&mut self, to: Lsn, text: Bytes) {
        self.bytes += ENTRY_BYTES + text.len();
        self.deltas.push_back(Delta { to, text });
        self.newest = to;
        while self.bytes > self.bytes_max || self.deltas.len() > RING_DELTAS_MAX {
            let Some(oldest) = self.deltas.pop_front() else {
                break;
            };
            self.bytes -= ENTRY_BYTES + oldest.text.len();
            self.oldest = oldest.to;
            self.first.0 += 1;
        }
    }

    /// Goes on to `to` without saying what changed: every reader has lost its place.
    pub(super) fn break_off(&mut self, to: Lsn) {
        self.first = Cursor(self.end().0 + 1);
        self.deltas = VecDeque::new();
        self.bytes = 0;
        (self.oldest, self.newest) = (to, to);
    }

    /// No more deltas will come. The first reason is the one that is told.
    pub(super) fn close(&mut self, ending: Ending) {
        self.ending.get_or_insert(ending);
    }

    /// There will be more after all, if it was only cut.
    pub(super) fn mend(&mut self) {
        self.ending.take_if(|ending| *ending == Ending::Cut);
    }

    /// Past the newest delta.
    pub(super) fn end(&self) -> Cursor {
        Cursor(self.first.0 + self.deltas.len() as u64)
    }

    /// The first delta that says more than `after`, unless one before it is gone.
    pub(super) fn resume(&self, after: Lsn) -> Option<Cursor> {
        let known = self.deltas.partition_point(|delta| delta.to <= after);
        (after >= self.oldest).then(|| Cursor(self.first.0 + known as u64))
    }

    /// What the kept deltas take.
    #[cfg(test)]
    pub(super) fn bytes_held(&self) -> usize {
        self.bytes + self.deltas.capacity() * size_of::<Delta>()
    }

    /// What there is at `cursor`, which is moved past it.
    pub(super) fn read(&self, cursor: &mut Cursor) -> Found {
        let Some(ahead) = cursor.0.checked_sub(self.first.0) else {
            return Found::Lost;
        };
        let delta = usize::try_from(ahead)
            .ok()
            .and_then(|ahead| self.deltas.get(ahead));
        match delta {
            Some(delta) => {
                cursor.0 += 1;
                Found::Delta(delta.text.clone())
            }
            None => self.ending.map_or(Found::Nothing, Found::End),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(ring: &mut Ring, to: u64, bytes: usize) {
        ring.push(Lsn::new(to), Bytes::from(vec![b'x'; bytes]));
    }

    #[test]
    fn a_reader_gets_each_delta_once_and_then_waits() {
        let mut ring = Ring::new(10, Lsn::new(5));
        let mut cursor = ring.end();
        assert_eq!(ring.read(&mut cursor), Found::Nothing);
        push(&mut ring, 7, 1);
        push(&mut ring, 9, 2);
        assert_eq!(ring.read(&mut cursor), Found::Delta("x".into()));
        assert_eq!(ring.read(&mut cursor), Found::Delta("xx".into()));
        assert_eq!(ring.read(&mut cursor), Found::Nothing);
        ring.close(Ending::Cut);
        ring.close(Ending::Closed);
        assert_eq!(ring.read(&mut cursor), Found::End(Ending::Cut));
    }

    #[test]
    fn old_deltas_go_by_bytes_and_by_number() {
        let mut ring = Ring::new(1, Lsn::NONE);
        let mut slow = ring.end();
        for to in 1..=100 {
            push(&mut ring, to, 100);
            assert!(ring.bytes <= RING_BYTES_MIN);
        }
        assert_eq!(ring.read(&mut slow), Found::Lost);
        let mut ring = Ring::new(1_000_000, Lsn::NONE);
        for to in 1..=5_000 {
            push(&mut ring, to, 0);
        }
        assert_eq!(ring.deltas.len(), RING_DELTAS_MAX);
        assert_eq!(ring.bytes, RING_DELTAS_MAX * ENTRY_BYTES);
    }

    #[test]
    fn a_delta_that_is_too_large_for_the_ring_is_lost_to_everybody() {
        let mut ring = Ring::new(1, Lsn::NONE);
        let mut cursor = ring.end();
        push(&mut ring, 1, RING_BYTES_MIN + 1);
        assert_eq!(ring.read(&mut cursor), Found::Lost);
        assert_eq!(ring.bytes, 0);
        assert_eq!((ring.oldest, ring.newest), (Lsn::new(1), Lsn::new(1)));
    }

    #[test]
    fn a_reader_resumes_at_the_first_delta_that_says_more() {
        let mut ring = Ring::new(10, Lsn::new(5));
        push(&mut ring, 7, 0);
        push(&mut ring, 9, 0);
        let resume = |after| ring.resume(Lsn::new(after)).map(|cursor| cursor.0);
        assert_eq!(
            [4, 5, 6, 7, 8, 9, 10].map(resume),
            [None, Some(0), Some(0), Some(1), Some(1), Some(2), Some(2)]
        );
    }

    #[test]
    fn a_break_loses_even_who_had_read_everything() {
        let mut ring = Ring::new(10, Lsn::NONE);
        push(&mut ring, 3, 0);
        let mut cursor = ring.end();
        ring.break_off(Lsn::new(8));
        assert_eq!(ring.read(&mut cursor), Found::Lost);
        assert_eq!(ring.resume(Lsn::new(7)), None);
        let mut cursor = ring.resume(Lsn::new(8)).expect("the present");
        push(&mut ring, 9, 1);
        assert_eq!(ring.read(&mut cursor), Found::Delta("x".into()));
    }
}
