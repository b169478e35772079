//! A frame: the bytes that are written at once, and how they are known for whole.

use std::ops::RangeInclusive;

use twox_hash::xxhash3_64::Hasher;

use crate::limits;

/// Bytes of a frame before its payload.
pub(super) const HEAD_BYTES: usize = 24;

/// Bytes of a mark, which is a head alone.
pub(super) const MARK_BYTES: u64 = HEAD_BYTES as u64;

/// Frames begin at multiples of this, and are as long as a multiple of it.
pub(super) const ALIGNMENT: usize = 8;

/// Bytes of the checksum, with which a frame begins. All that follows is summed.
const SUM_BYTES: usize = 8;

/// What the checksums of one segment are seeded with, so that no frame of another segment or of another ledger passes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seal(u64);

/// What a frame is for. 0 is none of them: it is what a segment is made of where nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A batch.
    Batch,
    /// The word that the batch of this number is durable.
    Mark,
}

/// A frame that is whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'b> {
    /// What it is for.
    pub(super) kind: Kind,
    /// The batch that it is, or that it speaks of.
    pub(super) number: u64,
    /// What it says.
    pub(super) payload: &'b [u8],
}

impl Seal {
    /// The seal of a segment.
    pub(super) fn new(ledger: [u8; 16], segment: u32) -> Self {
        Self(Hasher::oneshot_with_seed(u64::from(segment), &ledger))
    }

    fn sum(self, bytes: &[u8]) -> u64 {
        Hasher::oneshot_with_seed(self.0, bytes)
    }
}

impl Kind {
    fn code(self) -> u32 {
        match self {
            Self::Batch => 1,
            Self::Mark => 2,
        }
    }

    fn from_code(code: u32) -> Option<Self> {
        [Self::Batch, Self::Mark]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

impl<'b> Frame<'b> {
    /// Bytes from its beginning to the next one's.
    pub(super) fn len(&self) -> usize {
        HEAD_BYTES + self.payload.len()
    }

    /// The frame that `bytes` begin with, if it is whole.
    pub(super) fn read(bytes: &'b [u8], seal: Seal) -> Option<Self> {
        let (kind, number, len) = head(bytes)?;
        let summed = bytes.get(SUM_BYTES..HEAD_BYTES + len)?;
        let sum = bytes.first_chunk().copied().map(u64::from_le_bytes)?;
        (sum == seal.sum(summed)).then(|| Self {
            kind,
            number,
            payload: &bytes[HEAD_BYTES..HEAD_BYTES + len],
        })
    }

    /// The first whole frame at or behind an offset that has one of these numbers, and where it is.
    ///
    /// Each place is looked at, as no length can be trusted where something is broken. What is no head of a possible
    /// frame, which is nearly everything, is told by its first bytes.
    pub(super) fn find(
        bytes: &'b [u8],
        from: usize,
        numbers: RangeInclusive<u64>,
        seal: Seal,
    ) -> Option<(usize, Self)> {
        (from..bytes.len())
            .step_by(ALIGNMENT)
            .filter(|at| {
                head(&bytes[*at..]).is_some_and(|(_, number, _)| numbers.contains(&number))
            })
            .find_map(|at| Some((at, Self::read(&bytes[at..], seal)?)))
    }
}

/// Kind, number and the payload's length of what would be a frame.
fn head(bytes: &[u8]) -> Option<(Kind, u64, usize)> {
    let (_, rest) = bytes.split_first_chunk::<SUM_BYTES>()?;
    let (len, rest) = rest.split_first_chunk()?;
    let (kind, rest) = rest.split_first_chunk()?;
    let number = rest.first_chunk()?;
    let kind = Kind::from_code(u32::from_le_bytes(*kind))?;
    let len = usize::try_from(u32::from_le_bytes(*len)).ok()?;
    let possible = len.is_multiple_of(ALIGNMENT) && len <= bytes.len() - HEAD_BYTES;
    possible.then_some((kind, u64::from_le_bytes(*number), len))
}

/// Makes room for a frame's head; its payload is to be appended.
pub(super) fn begin(frame: &mut Vec<u8>) {
    frame.clear();
    frame.resize(HEAD_BYTES, 0);
}

/// Writes the head of a frame whose payload is there, and pads it. `None` if it is longer than any may be.
pub(super) fn end(frame: &mut Vec<u8>, kind: Kind, number: u64) -> Option<()> {
    frame.resize(frame.len().next_multiple_of(ALIGNMENT), 0);
    let len = u32::try_from(frame.len() - HEAD_BYTES).ok()?;
    if u64::from(len) > limits::LEDGER_FRAME_BYTES_MAX {
        return None;
    }
    frame[8..12].copy_from_slice(&len.to_le_bytes());
    frame[12..16].copy_from_slice(&kind.code().to_le_bytes());
    frame[16..24].copy_from_slice(&number.to_le_bytes());
    Some(())
}

/// Writes the checksum that a frame has in a segment; it can be sealed anew for another.
pub(super) fn seal(frame: &mut [u8], seal: Seal) {
    let sum = seal.sum(&frame[SUM_BYTES..]);
    frame[..SUM_BYTES].copy_from_slice(&sum.to_le_bytes());
}

/// The mark of a batch.
pub(super) fn mark(number: u64, with: Seal) -> Vec<u8> {
    let mut frame = Vec::new();
    begin(&mut frame);
    end(&mut frame, Kind::Mark, number).expect("a mark is short");
    seal(&mut frame, with);
    frame
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(payload: &[u8], number: u64, with: Seal) -> Vec<u8> {
        let mut frame = Vec::new();
        begin(&mut frame);
        frame.extend_from_slice(payload);
        end(&mut frame, Kind::Batch, number).expect("short");
        seal(&mut frame, with);
        frame
    }

    proptest! {
        #[test]
        fn a_frame_is_read_back_and_no_part_of_it(
            payload in proptest::collection::vec(any::<u8>(), 0..400), number: u64, segment: u32
        ) {
            let ours = Seal::new([7; 16], segment);
            let bytes = frame(&payload, number, ours);
            let read = Frame::read(&bytes, ours).expect("whole");
            prop_assert_eq!((read.kind, read.number, read.len()), (Kind::Batch, number, bytes.len()));
            prop_assert_eq!(&read.payload[..payload.len()], &payload[..]);
            for len in 0..bytes.len() {
                prop_assert!(Frame::read(&bytes[..len], ours).is_none());
            }
            prop_assert!(Frame::read(&bytes, Seal::new([7; 16], segment.wrapping_add(1))).is_none());
            prop_assert!(Frame::read(&bytes, Seal::new([8; 16], segment)).is_none());
        }

        #[test]
        fn a_frame_with_a_flipped_bit_is_none(payload in proptest::collection::vec(any::<u8>(), 0..64), number: u64) {
            let ours = Seal::new([7; 16], 1);
            let bytes = frame(&payload, number, ours);
            for bit in 0..bytes.len() * 8 {
                let mut flipped = bytes.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                prop_assert!(Frame::read(&flipped, ours).is_none());
            }
        }

        #[test]
        fn any_bytes_are_looked_at_without_a_panic(bytes in proptest::collection::vec(0..4u8, 0..600), from in 0..700usize) {
            prop_assert!(Frame::find(&bytes, from, 0..=u64::MAX, Seal::new([7; 16], 1)).is_none());
        }
    }

    #[test]
    fn a_frame_is_found_behind_whatever_is_broken() {
        let ours = Seal::new([7; 16], 1);
        let mut bytes = vec![1; 808];
        bytes.extend(frame(b"here", 12, ours));
        let (at, found) = Frame::find(&bytes, 16, 11..=20, ours).expect("it is there");
        assert_eq!((at, found.number), (808, 12));
        assert!(Frame::find(&bytes, 16, 13..=20, ours).is_none());
    }
}
