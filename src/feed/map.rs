//! All seats of an event as they are shown, so that a reader can have all of them at one instant.
//!
//! The rows are kept in chunks that are shared with snapshots. To take a snapshot is to count each chunk once more;
//! who writes to a chunk that a snapshot still has copies it first. So a snapshot of 100 million seats takes
//! microseconds under the writer's lock, and a snapshot that somebody keeps for long costs at most one map.

use std::sync::Arc;

use super::{
    position::{Life, Position},
    row::{Row, Shown},
};
use crate::{
    ids::{Lsn, SeatId},
    limits::{FEED_CHUNK_SEATS, PAGE_SEATS, SEATS_MAX},
};

const CHUNK_ROWS: usize = (FEED_CHUNK_SEATS / Row::SEATS) as usize;
const PAGE_ROWS: usize = (PAGE_SEATS / Row::SEATS) as usize;

const _: () = {
    assert!(
        FEED_CHUNK_SEATS.is_multiple_of(PAGE_SEATS),
        "no page lies in two chunks"
    );
    assert!(
        PAGE_SEATS.is_multiple_of(Row::SEATS),
        "no row lies on two pages"
    );
};

type Chunk = Arc<[Row]>;

/// How many seats there are of each status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts([u32; Shown::ALL.len()]);

/// The statuses of an event's seats.
#[derive(Debug)]
pub(super) struct Map {
    seats: u32,
    chunks: Box<[Chunk]>,
    counts: Counts,
}

/// All seats of an event after one change: its [`Snapshot::position`]. Cheap to clone; it holds what it shows, two bits
/// a seat, less what it shares with the feed and with other snapshots.
#[derive(Debug, Clone)]
pub struct Snapshot {
    position: Position,
    seats: u32,
    chunks: Arc<[Chunk]>,
    counts: Counts,
}

impl Counts {
    /// How many there are of this one.
    pub const fn of(self, shown: Shown) -> u32 {
        self.0[shown as usize]
    }

    /// How many there are of each, in the order of [`Shown::ALL`].
    pub const fn all(self) -> [u32; Shown::ALL.len()] {
        self.0
    }

    /// So many of each, in the order of [`Shown::ALL`].
    pub const fn from_all(counts: [u32; Shown::ALL.len()]) -> Self {
        Self(counts)
    }
}

impl Map {
    /// A map of free seats.
    pub(super) fn new(seats: u32) -> Self {
        assert!(seats <= SEATS_MAX, "a map has at most {SEATS_MAX} seats");
        let rows = seats.div_ceil(Row::SEATS) as usize;
        let chunk = |first: usize| vec![Row::default(); CHUNK_ROWS.min(rows - first)].into();
        let mut counts = Counts([0; Shown::ALL.len()]);
        counts.0[Shown::Available as usize] = seats;
        Self {
            seats,
            chunks: (0..rows).step_by(CHUNK_ROWS).map(chunk).collect(),
            counts,
        }
    }

    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    pub(super) fn shown(&self, seat: SeatId) -> Shown {
        shown(&self.chunks, seat)
    }

    /// Sets what a seat is; whether it was anything else.
    pub(super) fn set(&mut self, seat: SeatId, shown: Shown) -> bool {
        let before = self.shown(seat);
        if before == shown {
            return false;
        }
        let (chunk, row, place) = address(seat);
        let row = &mut Arc::make_mut(&mut self.chunks[chunk])[row];
        *row = row.with(place, shown);
        self.counts.0[before as usize] -= 1;
        self.counts.0[shown as usize] += 1;
        true
    }

    pub(super) fn snapshot(&self, life: Life, lsn: Lsn) -> Snapshot {
        Snapshot {
            position: Position { life, lsn },
            seats: self.seats,
            chunks: self.chunks.iter().map(Arc::clone).collect(),
            counts: self.counts,
        }
    }
}

impl Snapshot {
    /// The state that it shows.
    pub fn position(&self) -> Position {
        self.position
    }

    /// How many seats there are.
    pub fn seats(&self) -> u32 {
        self.seats
    }

    /// How many there are of each status.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// What a seat is, if there is such a seat.
    pub fn shown(&self, seat: SeatId) -> Option<Shown> {
        (seat.get() < self.seats).then(|| shown(&self.chunks, seat))
    }

    /// The rows, in pieces of [`PAGE_SEATS`] seats; the last may be shorter. What is past the last seat is zero.
    pub fn pages(&self) -> impl ExactSizeIterator<Item = &[Row]> {
        (0..self.seats.div_ceil(PAGE_SEATS) as usize).map(|page| self.page(page))
    }

    /// The rows of seats `page` × [`PAGE_SEATS`] and on.
    ///
    /// # Panics
    /// If there is no such page.
    pub fn page(&self, page: usize) -> &[Row] {
        let row = page * PAGE_ROWS;
        let rows = &self.chunks[row / CHUNK_ROWS][row % CHUNK_ROWS..];
        &rows[..PAGE_ROWS.min(rows.len())]
    }
}

fn address(seat: SeatId) -> (usize, usize, u32) {
    let row = (seat.get() / Row::SEATS) as usize;
    (row / CHUNK_ROWS, row % CHUNK_ROWS, seat.get() % Row::SEATS)
}

fn shown(chunks: &[Chunk], seat: SeatId) -> Shown {
    let (chunk, row, place) = address(seat);
    chunks[chunk][row].shown(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Life = Life::new(7);

    #[test]
    fn a_snapshot_stays_as_it_was() {
        let seats = FEED_CHUNK_SEATS + 33;
        let mut map = Map::new(seats);
        let last = SeatId::new(seats - 1);
        assert!(map.set(last, Shown::Held));
        assert!(!map.set(last, Shown::Held));
        let snapshot = map.snapshot(LIFE, Lsn::new(1));
        assert!(map.set(last, Shown::Booked));
        assert_eq!(snapshot.shown(last), Some(Shown::Held));
        assert_eq!(
            map.snapshot(LIFE, Lsn::new(2)).shown(last),
            Some(Shown::Booked)
        );
        assert_eq!(snapshot.shown(SeatId::new(seats)), None);
    }

    #[test]
    fn only_what_is_written_to_is_copied() {
        let mut map = Map::new(3 * FEED_CHUNK_SEATS);
        let before = map.snapshot(LIFE, Lsn::new(1));
        map.set(SeatId::new(FEED_CHUNK_SEATS), Shown::Held);
        let after = map.snapshot(LIFE, Lsn::new(2));
        let same: Vec<bool> = before
            .chunks
            .iter()
            .zip(&*after.chunks)
            .map(|(one, two)| Arc::ptr_eq(one, two))
            .collect();
        assert_eq!(same, [true, false, true]);
    }

    #[test]
    fn counts_follow_each_change() {
        let mut map = Map::new(10);
        map.set(SeatId::new(1), Shown::Held);
        map.set(SeatId::new(2), Shown::Held);
        map.set(SeatId::new(1), Shown::Booked);
        map.set(SeatId::new(3), Shown::Withheld);
        assert_eq!(Shown::ALL.map(|shown| map.counts().of(shown)), [7, 1, 1, 1]);
    }

    #[test]
    fn pages_are_the_whole_map_in_order() {
        for seats in [
            1,
            32,
            33,
            PAGE_SEATS,
            PAGE_SEATS + 1,
            FEED_CHUNK_SEATS,
            FEED_CHUNK_SEATS + PAGE_SEATS + 40,
        ] {
            let mut map = Map::new(seats);
            map.set(SeatId::new(seats - 1), Shown::Withheld);
            let snapshot = map.snapshot(LIFE, Lsn::NONE);
            let rows: Vec<Row> = snapshot.pages().flatten().copied().collect();
            assert_eq!(rows.len(), seats.div_ceil(Row::SEATS) as usize);
            let marked = rows.iter().position(|row| *row != Row::default());
            assert_eq!(marked, Some(rows.len() - 1), "{seats}");
        }
    }
}
