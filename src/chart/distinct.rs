//! Whether a label was seen before.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::labels::Texts;

/// The labels of one row, for as long as it is read. Its memory is used again for the next row.
#[derive(Debug, Default)]
pub(super) struct Distinct {
    hasher: DefaultHashBuilder,
    texts: Texts,
    table: HashTable<usize>,
}

impl Distinct {
    /// Beyond this the table is dropped rather than cleared. To clear a table takes time for all its room, and a file
    /// with one endless row and many short ones would make each of these pay for the endless one.
    const ROOM_KEPT: usize = 1 << 12;

    /// Whether the text is new.
    pub(super) fn insert(&mut self, text: &str) -> bool {
        let Self {
            hasher,
            texts,
            table,
        } = self;
        let hash = |at: &usize| hasher.hash_one(texts.get(*at));
        let wanted = hasher.hash_one(Some(text));
        if table
            .find(wanted, |at| texts.get(*at) == Some(text))
            .is_some()
        {
            return false;
        }
        table.insert_unique(wanted, texts.len(), hash);
        texts.push(text);
        true
    }

    pub(super) fn clear(&mut self) {
        if self.table.capacity() > Self::ROOM_KEPT {
            self.table = HashTable::new();
        }
        self.table.clear();
        self.texts.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_new_once_in_each_row() {
        let mut labels = Distinct::default();
        for _row in 0..3 {
            for seat in 0..10_000 {
                assert!(labels.insert(&seat.to_string()), "{seat}");
            }
            for seat in 0..10_000 {
                assert!(!labels.insert(&seat.to_string()), "{seat}");
            }
            labels.clear();
        }
        assert!(labels.table.capacity() <= Distinct::ROOM_KEPT);
    }
}
