//! What is known about the free seats of one stretch, as a value: 64 bits.
//!
//! ```text
//!   63 ........ 32 | 31 ... 20 | 19 ... 9 |    8     |   7   | 6 ..... 0
//!       until      |  version  |   open   | one less | whole |  longest
//! ```
//!
//! This file is the only one that shifts and masks these bits.

use crate::{limits, tick::Tick};

const LONGEST_BITS: u32 = 7;
const OPEN_BITS: u32 = 11;
const VERSION_BITS: u32 = 12;

const WHOLE: u64 = 1 << LONGEST_BITS;
const ONE_LESS: u64 = WHOLE << 1;
const OPEN_ONE: u64 = ONE_LESS << 1;
const OPEN_SHIFT: u32 = LONGEST_BITS + 2;
const VERSION_ONE: u64 = OPEN_ONE << OPEN_BITS;
const UNTIL_SHIFT: u32 = LONGEST_BITS + 2 + OPEN_BITS + VERSION_BITS;

const LONGEST_MASK: u64 = (1 << LONGEST_BITS) - 1;
const ROOM_MASK: u64 = OPEN_ONE - 1;
const OPEN_MASK: u64 = VERSION_ONE - OPEN_ONE;
const VERSION_MASK: u64 = (1 << UNTIL_SHIFT) - VERSION_ONE;

const _: () = {
    assert!(UNTIL_SHIFT + u32::BITS == u64::BITS);
    assert!(
        limits::THREADS_MAX < 1 << OPEN_BITS,
        "every thread may be freeing a seat of one stretch"
    );
};

/// Which parties a stretch of seats may have room for: an upper bound.
///
/// A party of `n` side by side needs a run of `n` free seats. To leave no orphan beside it, the run must be of
/// exactly `n`, or of `n + 2` at least; so beside the longest run there are only two sizes that have to be told
/// apart, its own and one less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room(u64);

impl Room {
    /// Nothing is known: there may be room for any party.
    pub const ANY: Self = Self(ROOM_MASK);

    /// There is room for nobody.
    pub const NONE: Self = Self(0);

    /// The longest run of free seats, and whether a party of that size, and one of one seat less, can sit down
    /// without leaving an orphan.
    pub fn new(longest: u32, whole: bool, one_less: bool) -> Self {
        let longest = u64::from(longest).min(LONGEST_MASK);
        let whole = if whole { WHOLE } else { 0 };
        let one_less = if one_less { ONE_LESS } else { 0 };
        Self(longest | whole | one_less)
    }

    /// A number of seats that need not be side by side.
    pub fn seats(count: u32) -> Self {
        Self::new(count, true, true)
    }

    /// Whether so many may sit side by side.
    #[inline]
    pub fn fits(self, party: u32) -> bool {
        self.longest() >= party
    }

    /// Whether so many may sit side by side and leave no orphan.
    #[inline]
    pub fn fits_cleanly(self, party: u32) -> bool {
        match self.longest().checked_sub(party) {
            None => false,
            Some(0) => self.0 & WHOLE != 0,
            Some(1) => self.0 & ONE_LESS != 0,
            Some(_) => true,
        }
    }

    /// The room in two places, for parties that sit in one or the other.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let longest = self.longest().max(other.longest());
        let fits = |party| party > 0 && (self.fits_cleanly(party) || other.fits_cleanly(party));
        Self::new(longest, fits(longest), fits(longest.saturating_sub(1)))
    }

    /// How many may sit side by side at most; 127 stands for more as well.
    #[inline]
    pub fn longest(self) -> u32 {
        u8::try_from(self.0 & LONGEST_MASK).map_or(0, u32::from)
    }
}

/// What is known about a stretch, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint(u64);

impl Hint {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self(ROOM_MASK);

    /// The hint as it is stored.
    pub(super) const fn bits(self) -> u64 {
        self.0
    }

    /// A hint as it was stored by [`Hint::bits`].
    pub(super) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// What there may be room for at `now`: anything while somebody is about to free a seat, and once a hold that
    /// counted as taken may have expired.
    #[inline]
    pub fn room(self, now: Tick) -> Room {
        if self.is_open() | self.until().reached_at(now) {
            Room::ANY
        } else {
            Room(self.0 & ROOM_MASK)
        }
    }

    /// How long it is good from `now` on, in ticks.
    pub(super) fn ticks_left(self, now: Tick) -> u32 {
        u32::try_from(self.until().since(now)).unwrap_or(0)
    }

    /// One more is about to free a seat.
    #[must_use]
    pub(super) fn opened(self) -> Self {
        Self(self.0 + OPEN_ONE)
    }

    /// One of those has done so.
    #[must_use]
    pub(super) fn closed(self) -> Self {
        Self(self.raised().0 - OPEN_ONE)
    }

    /// A seat has changed: nothing is known any more, and what is found by a look that began before is not to count.
    #[must_use]
    pub(super) fn raised(self) -> Self {
        let version = self.0.wrapping_add(VERSION_ONE) & VERSION_MASK;
        Self(version | self.0 & OPEN_MASK | ROOM_MASK)
    }

    /// What a look found that began after this hint was read; `None` while somebody is about to free a seat.
    pub(super) fn lowered(self, room: Room, until: Tick) -> Option<Self> {
        let kept = self.0 & VERSION_MASK;
        (!self.is_open()).then_some(Self(u64::from(until.get()) << UNTIL_SHIFT | kept | room.0))
    }

    const fn is_open(self) -> bool {
        self.0 & OPEN_MASK != 0
    }

    const fn until(self) -> Tick {
        Tick::of(self.0 >> UNTIL_SHIFT)
    }
}

/// How many steps from its nearest seat all seats of a stretch are taken, which is good for as long as its hint stays
/// what it is.
///
/// It has the hint in it, with the steps in the place of those who are about to free a seat: there is none then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ring(u64);

impl Ring {
    /// What a look found that wrote this hint down.
    pub(super) fn new(hint: Hint, steps: u32) -> Self {
        let steps = u64::from(steps) << OPEN_SHIFT & OPEN_MASK;
        Self(hint.0 & !OPEN_MASK | steps)
    }

    /// The steps, if they belong to this hint; zero if they don't.
    #[inline]
    pub(super) fn steps(self, hint: Hint) -> u32 {
        if self.0 & !OPEN_MASK == hint.0 {
            u32::try_from((self.0 & OPEN_MASK) >> OPEN_SHIFT).unwrap_or(0)
        } else {
            0
        }
    }

    /// The ring as it is stored.
    pub(super) const fn bits(self) -> u64 {
        self.0
    }

    /// A ring as it was stored by [`Ring::bits`].
    pub(super) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Tick = Tick::new(100);
    const LATER: Tick = Tick::new(200);

    #[test]
    fn a_run_has_room_for_its_own_size_and_for_two_less_without_an_orphan() {
        let room = Room::new(5, true, false);
        let clean: Vec<u32> = (1..=6).filter(|party| room.fits_cleanly(*party)).collect();
        assert_eq!(clean, [1, 2, 3, 5]);
        assert!(room.fits(4) && !room.fits(6));
    }

    #[test]
    fn two_places_have_room_for_whom_either_has_room() {
        let flags = [(false, false), (false, true), (true, false), (true, true)];
        let rooms = || {
            let lengths = (1..6).flat_map(|length| flags.map(|flags| (length, flags)));
            let rooms = lengths.map(|(length, (whole, less))| Room::new(length, whole, less));
            rooms.chain([Room::NONE])
        };
        for (one, other) in rooms().flat_map(|one| rooms().map(move |other| (one, other))) {
            let both = one.or(other);
            for party in 1..8 {
                assert_eq!(both.fits(party), one.fits(party) || other.fits(party));
                let either = one.fits_cleanly(party) || other.fits_cleanly(party);
                assert_eq!(
                    both.fits_cleanly(party),
                    either,
                    "{one:?} {other:?} {party}"
                );
            }
            assert_eq!(one.or(Room::ANY), Room::ANY);
        }
    }

    #[test]
    fn every_party_may_fit_where_nothing_is_known() {
        for party in 1..=limits::GROUP_SEATS_MAX {
            assert!(Room::ANY.fits_cleanly(party) && Room::new(1_000, false, false).fits(party));
            assert!(!Room::NONE.fits(party) && !Room::NONE.fits_cleanly(party));
        }
    }

    #[test]
    fn a_hint_is_good_until_its_tick() {
        let hint = Hint::UNKNOWN.raised().lowered(Room::NONE, LATER);
        let hint = hint.expect("nobody is freeing a seat");
        assert_eq!(hint.room(NOW), Room::NONE);
        assert_eq!(hint.room(LATER), Room::ANY);
        assert_eq!(hint.raised().room(NOW), Room::ANY);
    }

    #[test]
    fn while_anybody_is_freeing_a_seat_nothing_is_known_nor_can_be_learnt() {
        let known = Hint::UNKNOWN.lowered(Room::NONE, LATER).expect("not open");
        let twice = known.opened().opened();
        for open in [known.opened(), twice, twice.closed()] {
            assert_eq!(open.room(NOW), Room::ANY);
            assert_eq!(open.lowered(Room::NONE, LATER), None);
        }
        let closed = twice.closed().closed();
        assert_eq!(closed.room(NOW), Room::ANY);
        assert!(closed.lowered(Room::NONE, LATER).is_some());
    }

    #[test]
    fn a_ring_is_good_for_its_own_hint_alone() {
        let hint = Hint::UNKNOWN.raised().lowered(Room::NONE, LATER);
        let hint = hint.expect("nobody is freeing a seat");
        for steps in [0, 1, 128] {
            let ring = Ring::from_bits(Ring::new(hint, steps).bits());
            assert_eq!(ring.steps(hint), steps);
            for other in [hint.raised(), hint.opened(), hint.opened().closed()] {
                assert_eq!(ring.steps(other), 0, "{other:?}");
            }
        }
    }

    #[test]
    fn the_version_wraps_without_touching_its_neighbours() {
        let mut hint = Hint::UNKNOWN.opened();
        let first = hint.raised();
        for _ in 0..1 << VERSION_BITS {
            hint = hint.raised();
            assert_eq!(hint.room(NOW), Room::ANY);
            assert!(hint.is_open());
        }
        assert_eq!(hint.raised(), first);
    }
}
