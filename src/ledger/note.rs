//! What is written down beside the changes of seats: keys, values, and lists of them as they lie in a ledger.
//!
//! A list is packed, so that a note costs whoever makes it no memory of its own and a ledger can write a whole list at
//! once.
//!
//! ```text
//! note    what 1, key's kind 1, 0 2, length 4, key's id 16, value    padded to a multiple of 8 bytes
//! ```

use std::{fmt, iter, mem, ops::Range};

use bytes::Bytes;

use super::Fields;
use crate::{ids::SeatId, limits};

/// What a note is found by. Ordered by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// What kind of thing it is.
    pub kind: u8,
    /// Which of them.
    pub id: u128,
}

/// A key under which something is written down, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// From now on this is what the key stands for.
    Put {
        /// The key.
        key: Key,
        /// What is written down.
        value: Bytes,
    },
    /// The key stands for nothing any more.
    Forget {
        /// The key.
        key: Key,
    },
    /// These seats are nobody's: whatever their words were, they are as if never taken.
    Fresh {
        /// The first, and the first that is not meant any more.
        seats: Range<SeatId>,
    },
}

/// A note within a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoteRef<'l> {
    /// See [`Note::Put`].
    Put(Key, &'l [u8]),
    /// See [`Note::Forget`].
    Forget(Key),
    /// See [`Note::Fresh`].
    Fresh(Range<SeatId>),
}

/// Notes, in the order in which they are to be taken down.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NoteList {
    packed: Vec<u8>,
}

/// Bytes of a note beside its value.
const HEAD_BYTES: usize = 24;

/// Where a head says how long the value is.
const LENGTH: Range<usize> = 4..8;

/// Notes begin at multiples of this.
const ALIGNMENT: usize = 8;

const PUT: u8 = 1;
const FORGET: u8 = 2;
const FRESH: u8 = 3;

impl NoteList {
    /// None yet.
    pub const fn new() -> Self {
        Self { packed: Vec::new() }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// Forgets all of them, and keeps the memory.
    pub fn clear(&mut self) {
        self.packed.clear();
    }

    /// Writes a value down under a key, field by field.
    ///
    /// # Panics
    /// If the value is longer than 4 GiB, of which no limit allows anything.
    pub fn put(&mut self, key: Key, value: impl FnOnce(Fields) -> Fields) {
        let start = self.begin(PUT, key);
        let fields = value(Fields::behind(mem::take(&mut self.packed)));
        self.packed = fields.into_bytes();
        self.end(start);
    }

    /// Adds a note.
    ///
    /// # Panics
    /// As [`NoteList::put`]; and if it names a seat that can't be.
    pub fn push(&mut self, note: &Note) {
        self.push_ref(&NoteRef::of(note));
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = NoteRef<'_>> {
        notes(&self.packed)
    }

    /// As they lie in a ledger.
    pub(super) fn packed(&self) -> &[u8] {
        &self.packed
    }

    /// See [`NoteList::push`].
    pub(super) fn push_ref(&mut self, note: &NoteRef<'_>) {
        let start = match note {
            NoteRef::Put(key, _) => self.begin(PUT, *key),
            NoteRef::Forget(key) => self.begin(FORGET, *key),
            NoteRef::Fresh(seats) => {
                assert!(
                    seats.end.get() <= limits::SEATS_MAX,
                    "there are no such seats"
                );
                let id = u128::from(seats.start.get()) | u128::from(seats.end.get()) << u32::BITS;
                self.begin(FRESH, Key { kind: 0, id })
            }
        };
        if let NoteRef::Put(_, value) = note {
            self.packed.extend_from_slice(value);
        }
        self.end(start);
    }

    fn begin(&mut self, what: u8, key: Key) -> usize {
        let start = self.packed.len();
        self.packed
            .extend_from_slice(&[what, key.kind, 0, 0, 0, 0, 0, 0]);
        self.packed.extend_from_slice(&key.id.to_le_bytes());
        start
    }

    fn end(&mut self, start: usize) {
        let len = self.packed.len() - start - HEAD_BYTES;
        let len = u32::try_from(len).expect("everything that is kept is far shorter");
        self.packed[start..][LENGTH].copy_from_slice(&len.to_le_bytes());
        let padded = self.packed.len().next_multiple_of(ALIGNMENT);
        self.packed.resize(padded, 0);
    }
}

/// The notes of a packed list, up to the first that is none.
pub(super) fn notes(packed: &[u8]) -> impl Iterator<Item = NoteRef<'_>> {
    let mut rest = packed;
    iter::from_fn(move || NoteRef::read(&mut rest))
}

/// What is to be known of a packed list before it is taken down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// Whether one of the notes makes seats fresh.
    pub(super) freshens: bool,
}

/// Looks a packed list through. `None` if not all of it is notes.
pub(super) fn looked_through(packed: &[u8]) -> Option<Look> {
    let (mut rest, mut freshens) = (packed, false);
    while let Some(note) = NoteRef::read(&mut rest) {
        freshens |= matches!(note, NoteRef::Fresh(_));
    }
    rest.is_empty().then_some(Look { freshens })
}

/// Bytes that a note takes.
pub(super) fn note_bytes(value: usize) -> usize {
    HEAD_BYTES + value.next_multiple_of(ALIGNMENT)
}

impl<'l> NoteRef<'l> {
    fn of(note: &'l Note) -> Self {
        match note {
            Note::Put { key, value } => Self::Put(*key, value),
            Note::Forget { key } => Self::Forget(*key),
            Note::Fresh { seats } => Self::Fresh(seats.clone()),
        }
    }

    /// The note with a value of its own.
    pub fn to_note(&self) -> Note {
        match self {
            Self::Put(key, value) => Note::Put {
                key: *key,
                value: Bytes::copy_from_slice(value),
            },
            Self::Forget(key) => Note::Forget { key: *key },
            Self::Fresh(seats) => Note::Fresh {
                seats: seats.clone(),
            },
        }
    }

    /// Takes the first note off a list.
    fn read(rest: &mut &'l [u8]) -> Option<Self> {
        let mut after = *rest;
        let head: &[u8; HEAD_BYTES] = after.split_off(..HEAD_BYTES)?.first_chunk()?;
        let number = |at: usize| Some(u32::from_le_bytes(*head.get(at..)?.first_chunk()?));
        let len = usize::try_from(number(LENGTH.start)?).ok()?;
        let value = after.split_off(..len.checked_next_multiple_of(ALIGNMENT)?)?;
        let key = Key {
            kind: head[1],
            id: u128::from_le_bytes(*head[8..].first_chunk()?),
        };
        let note = match head[0] {
            PUT => Self::Put(key, &value[..len]),
            FORGET => Self::Forget(key),
            FRESH => {
                let (start, end) = (number(8)?, number(12)?);
                (end <= limits::SEATS_MAX)
                    .then(|| Self::Fresh(SeatId::new(start)..SeatId::new(end)))?
            }
            _ => return None,
        };
        *rest = after;
        Some(note)
    }
}

impl<'n> FromIterator<&'n Note> for NoteList {
    fn from_iter<I: IntoIterator<Item = &'n Note>>(notes: I) -> Self {
        let mut list = Self::new();
        notes.into_iter().for_each(|note| list.push(note));
        list
    }
}

impl FromIterator<Note> for NoteList {
    fn from_iter<I: IntoIterator<Item = Note>>(notes: I) -> Self {
        let mut list = Self::new();
        notes.into_iter().for_each(|note| list.push(&note));
        list
    }
}

impl fmt::Debug for NoteList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn note() -> impl Strategy<Value = Note> {
        let key = (any::<u8>(), any::<u128>()).prop_map(|(kind, id)| Key { kind, id });
        let value = proptest::collection::vec(any::<u8>(), 0..40);
        prop_oneof![
            (key.clone(), value).prop_map(|(key, value)| Note::Put {
                key,
                value: value.into()
            }),
            key.prop_map(|key| Note::Forget { key }),
            (any::<u32>(), 0..=limits::SEATS_MAX).prop_map(|(start, end)| Note::Fresh {
                seats: SeatId::new(start)..SeatId::new(end)
            }),
        ]
    }

    #[test]
    #[should_panic(expected = "there are no such seats")]
    fn seats_that_can_not_be_are_in_no_list() {
        let seats = SeatId::new(0)..SeatId::new(limits::SEATS_MAX + 1);
        NoteList::new().push(&Note::Fresh { seats });
    }

    proptest! {
        #[test]
        fn a_list_is_read_back_and_no_part_of_a_note_is_one(notes in proptest::collection::vec(note(), 0..8)) {
            let list: NoteList = notes.iter().collect();
            prop_assert!(list.iter().map(|note| note.to_note()).eq(notes.iter().cloned()));
            let bytes = notes.iter().map(|note| match note {
                Note::Put { value, .. } => note_bytes(value.len()),
                Note::Forget { .. } | Note::Fresh { .. } => note_bytes(0),
            });
            let ends: Vec<usize> = bytes.scan(0, |end, bytes| { *end += bytes; Some(*end) }).collect();
            let freshens = notes.iter().any(|note| matches!(note, Note::Fresh { .. }));
            prop_assert_eq!(looked_through(&list.packed), Some(Look { freshens }));
            for len in 0..=list.packed.len() {
                prop_assert_eq!(looked_through(&list.packed[..len]).is_some(), len == 0 || ends.contains(&len));
            }
        }

        #[test]
        fn a_value_can_be_written_field_by_field(id: u128, number: u32, text in ".{0,9}") {
            let key = Key { kind: 3, id };
            let (mut list, mut other) = (NoteList::new(), NoteList::new());
            list.put(key, |fields| fields.byte(1).number(number).text(&text));
            let value = Fields::of_version(1).number(number).text(&text).end();
            other.push(&Note::Put { key, value });
            prop_assert_eq!(list, other);
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(0..4u8, 0..300)) {
            let _ = (looked_through(&bytes), notes(&bytes).count());
        }
    }
}
