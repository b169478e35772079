//! In which segment the last note of each key is.

use super::{Ordinal, Segments};
use crate::ledger::{Key, NoteRef, key_hash::ByKey, note::note_bytes};

/// A note: where it is, how many bytes it takes there, and whatever else is kept of it.
#[derive(Debug, Clone, Copy)]
struct Noted<V> {
    at: Ordinal,
    bytes: u32,
    value: V,
}

/// A segment for each key. A start keeps the notes' values in it until all is read, so that each key is looked up but once.
#[derive(Debug)]
pub(in super::super) struct Notes<V = ()> {
    noted: ByKey<Noted<V>>,
}

impl<V> Default for Notes<V> {
    fn default() -> Self {
        Self {
            noted: ByKey::default(),
        }
    }
}

impl<V> Notes<V> {
    /// The notes without the values, and the values.
    pub(super) fn part(self) -> (Notes, ByKey<V>) {
        // With the same hashing and as much room all keys come in the order in which they are to lie.
        let room = self.noted.capacity();
        let mut noted = ByKey::with_capacity_and_hasher(room, Default::default());
        let mut values = ByKey::with_capacity_and_hasher(room, Default::default());
        for (key, Noted { at, bytes, value }) in self.noted {
            values.insert(key, value);
            let value = ();
            noted.insert(key, Noted { at, bytes, value });
        }
        (Notes { noted }, values)
    }

    pub(super) fn is_in(&self, key: &Key, segment: Ordinal) -> bool {
        self.noted.get(key).is_some_and(|noted| noted.at == segment)
    }

    /// Takes a note down, which is in the last segment.
    pub(super) fn take(
        &mut self,
        note: &NoteRef<'_>,
        segments: &mut Segments,
        value: impl FnOnce(&[u8]) -> V,
    ) {
        let before = match note {
            NoteRef::Put(key, put) => {
                let noted = Noted {
                    at: segments.newest(),
                    // A frame is far shorter than 4 GiB.
                    bytes: u32::try_from(note_bytes(put.len())).unwrap_or(u32::MAX),
                    value: value(put),
                };
                segments.lives(noted.at, noted.bytes.into());
                self.noted.insert(*key, noted)
            }
            NoteRef::Forget(key) => self.noted.remove(key),
            // That is about words.
            NoteRef::Fresh(_) => None,
        };
        if let Some(noted) = before {
            segments.dies(noted.at, noted.bytes.into());
        }
    }
}
