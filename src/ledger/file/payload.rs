//! What the frame of a batch says.

use std::ops::Range;

use crate::{
    ids::{Lsn, SeatId},
    ledger::{Batch, NoteList, NoteRef, note},
    limits,
    seat::{Change, SeatWord},
    tape::Record,
    tick::{Date, Moment},
};

/// Bytes of the fixed part.
const FIXED_BYTES: usize = 64;

/// Where `oldest` is.
const OLDEST_AT: usize = 56;

/// Bytes of a seat's word that is carried along.
pub(super) const WORD_BYTES: usize = 12;

/// Bytes of a change.
pub(super) const CHANGE_BYTES: usize = 24;

/// Bits of an LSN's distance from the first one of its batch.
const OFFSET_BITS: u32 = 24;

/// What is taken along from the oldest segment: it came before what the batch itself says.
#[derive(Debug, Default)]
pub(in crate::ledger) struct Carried {
    /// Words of seats.
    pub(in crate::ledger) words: Vec<(SeatId, SeatWord)>,
    /// Notes.
    pub(in crate::ledger) notes: NoteList,
}

impl Carried {
    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.words.len() * WORD_BYTES + self.notes.packed().len()
    }
}

/// What a batch says beside its lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ledger) struct Fixed {
    /// The engine's clock.
    pub(in crate::ledger) clock: Moment,
    /// The calendar.
    pub(in crate::ledger) date: Date,
    /// The last LSN that is answered for.
    pub(in crate::ledger) through: Lsn,
    /// How many takings were numbered.
    pub(in crate::ledger) takings: u64,
    /// The oldest segment that was needed: all older ones may be gone.
    pub(super) oldest: u32,
    /// What the distances of the changes' LSNs count from.
    first: Lsn,
}

/// The payload of a batch's frame. It was looked through once: its lists hold what they promise.
#[derive(Debug, Clone, Copy)]
pub(in crate::ledger) struct Payload<'b> {
    /// What stands in front.
    pub(in crate::ledger) fixed: Fixed,
    kept: &'b [u8],
    words: &'b [u8],
    notes: &'b [u8],
    changes: &'b [u8],
    /// Whether one of the notes makes seats fresh.
    freshens: bool,
}

/// Appends what a batch says. `None` if there is something that this format has no room for.
pub(in crate::ledger) fn write(
    batch: &Batch<'_>,
    carried: &Carried,
    oldest: u32,
    into: &mut Vec<u8>,
) -> Option<()> {
    let start = into.len();
    into.resize(start + FIXED_BYTES, 0);
    let kept = section(into, |into| {
        into.extend_from_slice(carried.notes.packed());
        Some(())
    })?;
    for (seat, word) in &carried.words {
        into.extend_from_slice(&seat.get().to_le_bytes());
        into.extend_from_slice(&word.bits().to_le_bytes());
    }
    let notes = section(into, |into| {
        into.extend_from_slice(batch.notes.packed());
        Some(())
    })?;
    let first = batch
        .records
        .first()
        .map_or(batch.through, |record| record.lsn);
    let changes = section(into, |into| {
        let mut records = batch.records.iter();
        records.try_for_each(|record| write_change(record, first, into))
    })?;
    let mut fixed = Vec::with_capacity(FIXED_BYTES);
    for number in [
        batch.clock.nanos(),
        batch.date.unix_nanos(),
        batch.through.get(),
        batch.takings,
        first.get(),
    ] {
        fixed.extend_from_slice(&number.to_le_bytes());
    }
    let words = u32::try_from(carried.words.len() * WORD_BYTES).ok()?;
    for number in [kept, words, notes, changes, oldest, 0] {
        fixed.extend_from_slice(&number.to_le_bytes());
    }
    into[start..start + FIXED_BYTES].copy_from_slice(&fixed);
    Some(())
}

/// Writes anew which segment is the oldest that is needed.
pub(super) fn set_oldest(payload: &mut [u8], oldest: u32) {
    if let Some(bytes) = payload.get_mut(OLDEST_AT..OLDEST_AT + 4) {
        bytes.copy_from_slice(&oldest.to_le_bytes());
    }
}

/// Appends a list, and says how many bytes it has.
fn section(into: &mut Vec<u8>, list: impl FnOnce(&mut Vec<u8>) -> Option<()>) -> Option<u32> {
    let start = into.len();
    list(into)?;
    u32::try_from(into.len() - start).ok()
}

/// A void leaves nothing.
fn write_change(record: &Record, first: Lsn, into: &mut Vec<u8>) -> Option<()> {
    let Some(change) = record.change() else {
        return Some(());
    };
    let offset = u32::try_from(record.lsn.get().checked_sub(first.get())?).ok()?;
    if offset >> OFFSET_BITS != 0 || change.seat.get() >= limits::SEATS_MAX {
        return None;
    }
    let place = offset | u32::from(change.rest) << OFFSET_BITS;
    into.extend_from_slice(&place.to_le_bytes());
    into.extend_from_slice(&change.seat.get().to_le_bytes());
    into.extend_from_slice(&change.before.bits().to_le_bytes());
    into.extend_from_slice(&change.after.bits().to_le_bytes());
    Some(())
}

impl<'b> Payload<'b> {
    /// Reads a payload whose checksum is right. `None` if it does not hold together all the same, which no version of
    /// this code has written.
    pub(in crate::ledger) fn read(bytes: &'b [u8]) -> Option<Self> {
        let mut rest = bytes;
        let fixed = rest.split_off(..FIXED_BYTES)?;
        let long = |at: usize| Some(u64::from_le_bytes(*fixed.get(at * 8..)?.first_chunk()?));
        let short = |at: usize| Some(u32::from_le_bytes(*fixed.get(at * 4..)?.first_chunk()?));
        let lsn = |at| {
            long(at)
                .filter(|lsn| lsn >> (Lsn::BITS - 1) == 0)
                .map(Lsn::new)
        };
        let mut list = |at| rest.split_off(..usize::try_from(short(at)?).ok()?);
        let (kept, words, notes, changes) = (list(10)?, list(11)?, list(12)?, list(13)?);
        note::looked_through(kept)?;
        let payload = Self {
            kept,
            words,
            notes,
            changes,
            freshens: note::looked_through(notes)?.freshens,
            fixed: Fixed {
                clock: Moment::from_nanos(long(0)?),
                date: Date::from_unix_nanos(long(1)?),
                through: lsn(2)?,
                takings: long(3)?,
                first: lsn(4)?,
                oldest: short(14)?,
            },
        };
        payload.holds_together().then_some(payload)
    }

    fn holds_together(&self) -> bool {
        let known = |seat: SeatId| seat.get() < limits::SEATS_MAX;
        self.words.len().is_multiple_of(WORD_BYTES)
            && self.changes.len().is_multiple_of(CHANGE_BYTES)
            && self.words().all(|(seat, _)| known(seat))
            && self.changes().all(|(_, change)| known(change.seat))
    }

    /// The notes that are carried along.
    pub(in crate::ledger) fn kept(&self) -> impl Iterator<Item = NoteRef<'b>> + use<'b> {
        note::notes(self.kept)
    }

    /// The words that are carried along.
    pub(in crate::ledger) fn words(&self) -> impl Iterator<Item = (SeatId, SeatWord)> + use<'b> {
        self.words.as_chunks::<WORD_BYTES>().0.iter().map(|bytes| {
            let (seat, word) = (
                quarter(bytes, 0),
                u64::from(quarter(bytes, 1)) | u64::from(quarter(bytes, 2)) << 32,
            );
            (SeatId::new(seat), SeatWord::from_bits(word))
        })
    }

    /// The batch's own notes.
    pub(in crate::ledger) fn notes(&self) -> impl Iterator<Item = NoteRef<'b>> + use<'b> {
        note::notes(self.notes)
    }

    /// The seats that its own notes make fresh.
    pub(super) fn fresh(&self) -> impl Iterator<Item = Range<SeatId>> + use<'b> {
        // Most batches have none, and then the notes need not be looked through again.
        let notes = if self.freshens { self.notes } else { &[] };
        note::notes(notes).filter_map(|note| match note {
            NoteRef::Fresh(seats) => Some(seats),
            NoteRef::Put(..) | NoteRef::Forget(_) => None,
        })
    }

    /// All notes, as packed lists: those that are carried along come first.
    pub(super) fn note_lists(&self) -> [&'b [u8]; 2] {
        [self.kept, self.notes]
    }

    /// The changes, with their numbers.
    pub(in crate::ledger) fn changes(&self) -> impl Iterator<Item = (Lsn, Change)> + use<'b> {
        let first = self.fixed.first;
        self.changes
            .as_chunks::<CHANGE_BYTES>()
            .0
            .iter()
            .map(move |bytes| {
                let word = |at| {
                    SeatWord::from_bits(
                        u64::from(quarter(bytes, at)) | u64::from(quarter(bytes, at + 1)) << 32,
                    )
                };
                let [offset @ .., rest] = quarter(bytes, 0).to_le_bytes();
                let [low, middle, high] = offset;
                let change = Change {
                    seat: SeatId::new(quarter(bytes, 1)),
                    before: word(2),
                    after: word(4),
                    rest,
                };
                (
                    first.plus(u32::from_le_bytes([low, middle, high, 0])),
                    change,
                )
            })
    }
}

/// The n-th 32 bits of an entry.
fn quarter<const N: usize>(bytes: &[u8; N], at: usize) -> u32 {
    u32::from_le_bytes(bytes.as_chunks().0[at])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{ledger::Key, tape::Entry};

    fn notes(count: usize) -> impl Strategy<Value = NoteList> {
        let note = (any::<u8>(), any::<u128>(), 0..40usize);
        proptest::collection::vec(note, 0..count).prop_map(|notes| {
            let mut list = NoteList::new();
            for (kind, id, len) in notes {
                list.put(Key { kind, id }, |fields| fields.plain(&[5; 40][..len]));
            }
            list
        })
    }

    fn record() -> impl Strategy<Value = Entry> {
        let change = (
            0..limits::SEATS_MAX,
            any::<u64>(),
            any::<u64>(),
            any::<u8>(),
        );
        let change = change.prop_map(|(seat, before, after, rest)| Change {
            seat: SeatId::new(seat),
            before: SeatWord::from_bits(before),
            after: SeatWord::from_bits(after),
            rest,
        });
        prop_oneof![Just(Entry::Void), change.prop_map(Entry::Change)]
    }

    proptest! {
        #[test]
        fn a_batch_is_read_back(
            notes in notes(8),
            entries in proptest::collection::vec(record(), 0..8),
            kept in notes(4),
            words in proptest::collection::vec((0..limits::SEATS_MAX, any::<u64>()), 0..4),
            (clock, takings, first, oldest) in any::<(u64, u64, u32, u32)>(),
        ) {
            let first = Lsn::new(u64::from(first));
            let numbered = (0..).zip(entries).map(|(at, entry)| Record { lsn: first.plus(at), entry });
            let records: Vec<_> = numbered.collect();
            let batch = Batch {
                clock: Moment::from_nanos(clock),
                date: Date::from_unix_nanos(clock / 2),
                through: first.plus(8),
                takings,
                notes: &notes,
                records: &records,
            };
            let carried = Carried {
                words: words.iter().map(|(seat, word)| (SeatId::new(*seat), SeatWord::from_bits(*word))).collect(),
                notes: kept,
            };
            let mut bytes = Vec::new();
            prop_assert!(write(&batch, &carried, oldest, &mut bytes).is_some());
            let read = Payload::read(&bytes).expect("it was written so");
            prop_assert_eq!((read.fixed.clock, read.fixed.date), (batch.clock, batch.date));
            prop_assert_eq!((read.fixed.through, read.fixed.takings), (batch.through, takings));
            prop_assert_eq!(read.fixed.oldest, oldest);
            prop_assert!(read.words().eq(carried.words));
            prop_assert!(read.notes().eq(notes.iter()));
            prop_assert!(read.kept().eq(carried.notes.iter()));
            let changes = records.iter().filter_map(|record| Some((record.lsn, record.change()?)));
            prop_assert!(read.changes().eq(changes));
            for len in 0..bytes.len() {
                prop_assert!(Payload::read(&bytes[..len]).is_none());
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(0..3u8, 0..300)) {
            let _ = Payload::read(&bytes).map(|payload| payload.notes().count());
        }
    }
}
