//! A batch in the slots of a log: one slot, or several if it is longer than a slot may be.
//!
//! Each slot says which part of a batch it has, as the records of LevelDB's log do. A batch is there once its last part is; it
//! is acknowledged no earlier. An owner who is deposed in between leaves a beginning without an end, and as the next owner's
//! batch begins anew, whoever reads the log passes over it.

use bytes::{BufMut, Bytes, BytesMut};

use crate::limits::SLOT_BYTES_MAX;

/// Bytes of a batch in one slot: one says which part it is.
const PART_BYTES_MAX: usize = SLOT_BYTES_MAX - 1;

const WHOLE: u8 = 1;
const FIRST: u8 = 2;
const MIDDLE: u8 = 3;
const LAST: u8 = 4;

/// Puts batches together again.
#[derive(Debug, Default)]
pub struct Gathering {
    begun: Option<Vec<u8>>,
}

/// A slot says nothing that follows from the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misplaced;

/// The values of the slots that a batch takes, in order.
pub fn cut(batch: &[u8]) -> impl ExactSizeIterator<Item = Bytes> {
    let count = batch.len().div_ceil(PART_BYTES_MAX).max(1);
    (0..count).map(move |at| {
        let kind = match (at == 0, at + 1 == count) {
            (true, true) => WHOLE,
            (true, false) => FIRST,
            (false, false) => MIDDLE,
            (false, true) => LAST,
        };
        let from = at * PART_BYTES_MAX;
        let part = &batch[from..batch.len().min(from + PART_BYTES_MAX)];
        let mut value = BytesMut::with_capacity(part.len() + 1);
        value.put_u8(kind);
        value.put_slice(part);
        value.freeze()
    })
}

impl Gathering {
    /// The next slot. A batch, if it ends there.
    ///
    /// # Errors
    /// [`Misplaced`].
    pub fn take(&mut self, slot: &Bytes) -> Result<Option<Bytes>, Misplaced> {
        let (kind, part) = slot.split_first().ok_or(Misplaced)?;
        let is_first = matches!(*kind, WHOLE | FIRST);
        let mut begun = if is_first {
            Vec::new()
        } else {
            self.begun.take().ok_or(Misplaced)?
        };
        match *kind {
            WHOLE => {
                self.begun = None;
                Ok(Some(slot.slice(1..)))
            }
            FIRST | MIDDLE => {
                begun.extend_from_slice(part);
                self.begun = Some(begun);
                Ok(None)
            }
            LAST => {
                begun.extend_from_slice(part);
                Ok(Some(begun.into()))
            }
            _ => Err(Misplaced),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(bytes: usize) -> Vec<u8> {
        let byte = |at: usize| u8::try_from(at % 251).unwrap_or_default();
        (0..bytes).map(byte).collect()
    }

    #[test]
    fn a_batch_of_any_length_is_put_together_again() {
        for (bytes, slots) in [
            (0, 1),
            (1, 1),
            (PART_BYTES_MAX, 1),
            (PART_BYTES_MAX + 1, 2),
            (3 * PART_BYTES_MAX, 3),
            (3 * PART_BYTES_MAX + 7, 4),
        ] {
            let batch = batch(bytes);
            let values: Vec<Bytes> = cut(&batch).collect();
            assert_eq!(values.len(), slots);
            let mut gathering = Gathering::default();
            for (at, value) in (1..).zip(&values) {
                assert!(value.len() <= SLOT_BYTES_MAX);
                let whole = gathering.take(value).expect("in order");
                assert_eq!(whole, (at == slots).then(|| batch.clone().into()));
            }
        }
    }

    #[test]
    fn a_beginning_without_an_end_is_passed_over() {
        let (long, other) = (batch(3 * PART_BYTES_MAX), batch(2 * PART_BYTES_MAX));
        let mut gathering = Gathering::default();
        for value in cut(&long).take(2).chain(cut(&other).take(1)) {
            assert_eq!(gathering.take(&value), Ok(None));
        }
        let short = cut(b"short").next().expect("one");
        let whole = gathering.take(&short);
        assert_eq!(whole, Ok(Some(Bytes::from_static(b"short"))));
        let end = cut(&other).last().expect("two");
        assert_eq!(gathering.take(&end), Err(Misplaced));
    }

    #[test]
    fn what_is_no_part_is_refused() {
        for value in ["", "\0", "\x03", "\x04", "\x05"] {
            let value = Bytes::from_static(value.as_bytes());
            assert_eq!(Gathering::default().take(&value), Err(Misplaced));
        }
    }
}
