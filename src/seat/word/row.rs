//! The statuses of 32 seats in one machine word: two bits a seat, the first seat in the lowest bits.

use super::{SeatWord, Status};
use crate::tick::Tick;

const STATUS_BITS: u32 = super::STATUS_BITS;
const STATUS_MASK: u64 = (1 << STATUS_BITS) - 1;

/// The lower bit of each seat's two.
const LOW_BITS: u64 = u64::MAX / STATUS_MASK;

/// Seats whose bits are gathered in one go.
const OCTET: usize = 8;
const OCTET_BITS: u32 = 16;

/// 32 statuses, packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct StatusRow(u64);

impl StatusRow {
    /// Seats in a row.
    pub(crate) const SEATS: u32 = u64::BITS / STATUS_BITS;

    /// The row of the words that `word` gives for its places. An expired hold is Available in it; a seat in change
    /// still is.
    ///
    /// All deadlines are judged at once, at the end, and the two bits of each seat that this takes are gathered for
    /// eight seats at a time: eight short chains of shifts run side by side where one long one would wait for itself.
    #[inline(always)]
    pub(crate) fn of(now: Tick, word: impl Fn(usize) -> SeatWord) -> Self {
        let (mut statuses, mut reached) = (0_u64, 0_u64);
        for octet in (0..Self::SEATS as usize / OCTET).rev() {
            let (mut statuses_of_octet, mut reached_of_octet) = (0, 0);
            for place in (0..OCTET).rev() {
                let word = word(octet * OCTET + place);
                statuses_of_octet = statuses_of_octet << STATUS_BITS | word.status_bits();
                // The sign of `now - tick`, whatever the tick means in this word: not set when it has come.
                let before = now.since(word.tick()).cast_unsigned() >> (u32::BITS - 1);
                reached_of_octet = reached_of_octet << STATUS_BITS | before ^ 1;
            }
            statuses = statuses << OCTET_BITS | u64::from(statuses_of_octet);
            reached = reached << OCTET_BITS | u64::from(reached_of_octet);
        }
        let held = statuses & !(statuses >> 1) & LOW_BITS;
        Self(statuses & !(held & reached))
    }

    /// A row as it was stored by [`StatusRow::bits`].
    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The row as it is stored.
    pub(crate) const fn bits(self) -> u64 {
        self.0
    }

    /// The status of the seat at `place`.
    pub(crate) const fn status(self, place: u32) -> Status {
        Status::from_low_bits(self.0 >> (STATUS_BITS * place))
    }

    /// The row with another status at `place`.
    pub(crate) const fn with(self, place: u32, status: Status) -> Self {
        let shift = STATUS_BITS * place;
        Self(self.0 & !(STATUS_MASK << shift) | (status as u64) << shift)
    }

    /// Whether any seat is in change.
    pub(crate) const fn has_in_change(self) -> bool {
        // The only status with both bits set.
        self.0 & self.0 >> 1 & LOW_BITS != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::{Lsn, TakingId},
        seat::word::EntryRef,
    };

    const NOW: Tick = Tick::new(3);

    fn words() -> Vec<SeatWord> {
        let held = |tick| SeatWord::held(TakingId::FIRST, Tick::new(tick));
        let in_change = |generation| {
            SeatWord::in_change(EntryRef {
                slot: 1023,
                entry: 63,
                generation,
            })
        };
        (0..=6)
            .map(held)
            .chain([u32::MAX, 1 << 31, (1 << 31) + 3, (1 << 31) + 4].map(held))
            .chain((0..6).map(|lsn| SeatWord::available(Lsn::new(lsn))))
            .chain((0..6).map(|lsn| SeatWord::booked(TakingId::FIRST, Lsn::new(lsn))))
            .chain((0..6).map(|lsn| SeatWord::withheld(Lsn::new(lsn))))
            .chain((0..6).map(in_change))
            .collect()
    }

    fn shown(word: SeatWord) -> Status {
        if word.is_expired(NOW) {
            Status::Available
        } else {
            word.status()
        }
    }

    #[test]
    fn a_row_says_of_each_word_what_the_word_says_and_hides_expired_holds_only() {
        let words = words();
        for count in 0..=StatusRow::SEATS {
            for start in 0..words.len() {
                let part: Vec<SeatWord> = words
                    .iter()
                    .cycle()
                    .skip(start)
                    .take(count as usize)
                    .copied()
                    .collect();
                let row = StatusRow::of(NOW, |place| {
                    part.get(place).copied().unwrap_or(SeatWord::FRESH)
                });
                for (place, word) in (0..).zip(&part) {
                    assert_eq!(
                        row.status(place),
                        shown(*word),
                        "{word:?} at {place} of {count}"
                    );
                }
                let in_change = part.iter().any(|word| word.status() == Status::InChange);
                assert_eq!(row.has_in_change(), in_change);
                assert_eq!(
                    row.bits().checked_shr(2 * count).unwrap_or(0),
                    0,
                    "nothing past the last seat"
                );
            }
        }
    }

    #[test]
    fn a_status_can_be_replaced_without_touching_its_neighbours() {
        let row = StatusRow::from_bits(0xE4E4_E4E4_E4E4_E4E4);
        for place in 0..StatusRow::SEATS {
            for status in [Status::Available, Status::Held, Status::Booked] {
                let changed = row.with(place, status);
                for other in 0..StatusRow::SEATS {
                    let expected = if other == place {
                        status
                    } else {
                        row.status(other)
                    };
                    assert_eq!(changed.status(other), expected);
                }
            }
        }
    }
}
