//! Runs of free seats in a row, as bits: one for each seat, the row's first seat in the lowest.
//!
//! Everything here takes a few shifts for all seats at once, where a loop would take a step and a branch for each.

/// Some seats of a stretch.
pub(super) type Bits = u128;

/// The seats `from..to`.
pub(super) fn range(from: u32, to: u32) -> Bits {
    let below = |end: u32| match end {
        Bits::BITS.. => Bits::MAX,
        _ => (1 << end) - 1,
    };
    below(to) & !below(from)
}

/// The seats at which a run of `party` free seats starts. Doubles the length that is known at each step.
pub(super) fn starts(free: Bits, party: u32) -> Bits {
    let (mut starts, mut known) = (free, 1);
    while known < party {
        let step = known.min(party - known);
        starts &= starts >> step;
        known += step;
    }
    starts
}

/// Those of the starts of a `party` that leave no orphan: no seat that had a free neighbour and now has none. `open`
/// are all seats that are on sale and free, of whatever category.
pub(super) fn clean(starts: Bits, open: Bits, party: u32) -> Bits {
    // A run's first seat is left alone by a party that begins right after it, its last seat by one that ends
    // right before it.
    let firsts = open & !(open << 1);
    let lasts = open & !(open >> 1);
    starts & !(firsts << 1) & !lasts.checked_shr(party).unwrap_or(0)
}

/// The free seats without a free neighbour.
pub(super) fn lone(open: Bits) -> Bits {
    open & !(open << 1) & !(open >> 1)
}

/// The length of the longest run, 127 at most. Finds the runs of 1, 2, 4, .. seats and puts the longest together of these.
pub(super) fn longest(free: Bits) -> u32 {
    const POWERS: usize = 7;
    let mut starts_of = [free; POWERS];
    for power in 1..POWERS {
        let half = starts_of[power - 1];
        starts_of[power] = half & half >> (1_u32 << (power - 1));
    }
    let (mut length, mut starts) = (0, Bits::MAX);
    for power in (0..POWERS).rev() {
        let longer = starts & starts_of[power] >> length;
        if longer != 0 {
            starts = longer;
            length += 1 << power;
        }
    }
    length
}

/// How many steps it is from a place to the nearest of some seats; 128 if there are none.
pub(super) fn steps_to(seats: Bits, place: u32) -> u32 {
    let after = (seats >> place).trailing_zeros();
    let before = (seats << (Bits::BITS - 1 - place)).leading_zeros();
    after.min(before)
}

/// Those of the places that are within `from..to`, the last one before and the first one behind.
pub(super) fn around(places: Bits, from: u32, to: u32) -> Bits {
    let before = places & range(0, from);
    let last_before = Bits::from(before != 0) << (Bits::BITS - 1 - (before | 1).leading_zeros());
    let behind = places & !range(0, to);
    let first_behind = behind & behind.wrapping_neg();
    last_before | places & range(from, to) | first_behind
}

/// The places of the bits, in ascending order.
pub(super) fn places(bits: Bits) -> impl Iterator<Item = u32> {
    let mut left = bits;
    std::iter::from_fn(move || {
        let place = (left != 0).then(|| left.trailing_zeros())?;
        left &= left - 1;
        Some(place)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_set(bits: Bits, place: i32) -> bool {
        (0..128).contains(&place) && bits >> place & 1 == 1
    }

    /// Few long runs and many short ones.
    fn bits() -> impl Strategy<Value = Bits> {
        (any::<Bits>(), any::<Bits>(), 0..4_u8).prop_map(|(one, other, kind)| match kind {
            0 => one,
            1 => one | other,
            2 => one & other,
            _ => !(one & other & one.rotate_left(17) & other.rotate_left(40)),
        })
    }

    #[test]
    fn the_nearest_seat_is_found_on_either_side() {
        for place in [0, 5, 127] {
            assert_eq!(steps_to(0, place), 128);
            assert_eq!(steps_to(Bits::MAX, place), 0);
            assert_eq!(steps_to(1, place), place);
            assert_eq!(steps_to(1 << 127, place), 127 - place);
        }
        assert_eq!(steps_to(0b1000_0000_0100, 5), 3);
    }

    #[test]
    fn a_full_row_is_one_run() {
        assert_eq!(longest(Bits::MAX), 127);
        assert_eq!(longest(0), 0);
        assert_eq!(range(0, 128), Bits::MAX);
        assert_eq!(range(3, 5), 0b11000);
        assert_eq!(starts(Bits::MAX, 128), 1);
        assert_eq!(places(1 << 127 | 1).collect::<Vec<_>>(), [0, 127]);
    }

    #[test]
    fn around_some_places_are_they_and_one_on_either_side() {
        assert_eq!(around(0b1101_1011_0011, 4, 8), 0b1_1011_0010);
        assert_eq!(around(Bits::MAX, 0, 1), 0b11);
        assert_eq!(around(Bits::MAX, 127, 128), 0b11 << 126);
        assert_eq!(around(1 << 127 | 1, 60, 61), 1 << 127 | 1);
        assert_eq!(around(0, 3, 9), 0);
    }

    proptest! {
        #[test]
        fn bits_say_what_a_loop_over_the_seats_says(open in bits(), party in 1..=64_i32) {
            let size = party.unsigned_abs();
            let found = starts(open, size);
            let seated = clean(found, open, size);
            for start in 0..128 {
                let fits = (start..start + party).all(|place| is_set(open, place));
                prop_assert_eq!(is_set(found, start), fits);
                let left = is_set(open, start - 1) && !is_set(open, start - 2);
                let right = is_set(open, start + party) && !is_set(open, start + party + 1);
                prop_assert_eq!(is_set(seated, start), fits && !left && !right);
                let alone = is_set(open, start) && !is_set(open, start - 1) && !is_set(open, start + 1);
                prop_assert_eq!(is_set(lone(open), start), alone);
            }
            let length = longest(open);
            prop_assert!(starts(open, length.max(1)) != 0 || length == 0);
            prop_assert!(length == 127 || starts(open, length + 1) == 0);
        }
    }
}
