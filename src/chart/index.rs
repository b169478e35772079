//! The way from a label back to its seat.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::labels::{self, Labels, Seating};
use crate::ids::SeatId;

/// From labels to seats: a table of rows where all rows count their seats, otherwise of seats. It holds numbers
/// alone; the texts that they stand for are looked up when they are compared.
#[derive(Debug, Clone)]
pub(super) struct Index {
    hasher: DefaultHashBuilder,
    table: HashTable<u32>,
}

impl Index {
    pub(super) fn of(seating: &Seating) -> Self {
        let hasher = DefaultHashBuilder::default();
        let entries = match &seating.labels {
            Labels::Counted(_) => seating.rows.len(),
            Labels::Written(texts) => texts.len(),
        };
        let entries = u32::try_from(entries).expect("seats are numbered by 32 bits");
        let hash = |entry: &u32| entry_hash(&hasher, seating, *entry);
        let mut table = HashTable::with_capacity(entries as usize);
        for entry in 0..entries {
            table.insert_unique(hash(&entry), entry, hash);
        }
        Self { hasher, table }
    }

    /// The seat with this full label.
    pub(super) fn find(&self, seating: &Seating, label: &str) -> Option<SeatId> {
        let (section, row, seat) = parts(label)?;
        match &seating.labels {
            Labels::Counted(from) => {
                let number = labels::number(seat)?;
                let hash = self.hasher.hash_one((section, row));
                let place = |at: usize| {
                    let place = number.checked_sub(from.get(at)?)?;
                    (place < seating.rows[at].seats).then_some(place)
                };
                let same = |at: usize| is_named(seating, at, (section, row));
                let found = self.table.find(hash, |at| {
                    same(*at as usize) && place(*at as usize).is_some()
                })?;
                let at = *found as usize;
                Some(SeatId::new(seating.rows[at].first.get() + place(at)?))
            }
            Labels::Written(texts) => {
                let hash = self.hasher.hash_one((section, row, seat));
                let same = |entry: &u32| {
                    let id = SeatId::new(*entry);
                    texts.get(id.index()) == Some(seat)
                        && seating
                            .row_of(id)
                            .is_some_and(|at| is_named(seating, at, (section, row)))
                };
                self.table.find(hash, same).copied().map(SeatId::new)
            }
        }
    }
}

/// Whether a row has this name.
///
/// The one row of a chart of plain numbers has an empty one, and an empty text may lie nowhere. C libraries that load all
/// bytes at once, and mask away those beyond the end, take a hundred nanoseconds to compare what lies there.
fn is_named(seating: &Seating, row: usize, name: (&str, &str)) -> bool {
    let is_same =
        |one: &str, other: &str| one.len() == other.len() && (one.is_empty() || one == other);
    let (section, label) = seating.row_name(row);
    is_same(section, name.0) && is_same(label, name.1)
}

fn entry_hash(hasher: &DefaultHashBuilder, seating: &Seating, entry: u32) -> u64 {
    match &seating.labels {
        Labels::Counted(_) => hasher.hash_one(seating.row_name(entry as usize)),
        Labels::Written(texts) => {
            let row = seating.row_of(SeatId::new(entry));
            let (section, row) = row.map_or(("", ""), |row| seating.row_name(row));
            hasher.hash_one((section, row, texts.get(entry as usize).unwrap_or_default()))
        }
    }
}

/// Section, row and seat. A label without them names a seat of the one nameless row of a chart of plain numbers.
fn parts(label: &str) -> Option<(&str, &str, &str)> {
    let Some((section, rest)) = label.split_once('/') else {
        return Some(("", "", label));
    };
    let (row, seat) = rest.split_once('/')?;
    (!section.is_empty() && !row.is_empty()).then_some((section, row, seat))
}
