//! The word at every corner of every field.

use super::*;

/// Every power of two in a field, its neighbours, zero and the field's largest value.
fn corners(bits: u32) -> impl Iterator<Item = u64> + Clone {
    let max = (1_u64 << bits) - 1;
    (0..bits)
        .flat_map(move |bit| [(1_u64 << bit) - 1, 1 << bit, max - (1 << bit)])
        .chain([max])
}

fn taking(number: u64) -> Option<TakingId> {
    TakingId::new(u32::try_from(number).expect("30 bits"))
}

fn low(value: u64) -> u32 {
    u32::try_from(value & u64::from(u32::MAX)).expect("masked")
}

#[test]
fn what_goes_in_comes_out_at_every_corner_of_every_field() {
    for lsn in corners(62) {
        let lsn = Lsn::new(lsn);
        assert_eq!(
            SeatWord::available(lsn).view(),
            Seat::Available { freed_by: lsn }
        );
        assert_eq!(
            SeatWord::withheld(lsn).view(),
            Seat::Withheld {
                lsn_low: low(lsn.get())
            }
        );
    }
    for (number, tick) in corners(30).flat_map(|user| corners(32).map(move |tick| (user, tick))) {
        let Some(taking) = taking(number) else {
            continue;
        };
        let until = Tick::new(low(tick));
        assert_eq!(
            SeatWord::held(taking, until).view(),
            Seat::Held { taking, until }
        );
        let booked = SeatWord::booked(taking, Lsn::new(tick | 1 << 40));
        assert_eq!(
            booked.view(),
            Seat::Booked {
                taking,
                lsn_low: low(tick)
            }
        );
    }
}

#[test]
fn an_entry_ref_survives_the_word_for_every_slot_and_entry() {
    for slot in 0..1 << SLOT_BITS {
        for entry in 0..1 << ENTRY_BITS {
            for generation in [0, 1, 1 << 31, 1 << 32, GENERATION_MASK] {
                let at = EntryRef {
                    slot,
                    entry,
                    generation,
                };
                assert_eq!(SeatWord::in_change(at).view(), Seat::InChange(at));
            }
        }
    }
}

#[test]
fn the_fields_cover_the_word_and_do_not_overlap() {
    let status = 3_u64 << STATUS_SHIFT;
    let user = USER_MASK << USER_SHIFT;
    assert_eq!(status ^ user ^ TICK_MASK, u64::MAX);
    let slot = SLOT_MASK << SLOT_SHIFT;
    let entry = ENTRY_MASK << ENTRY_SHIFT;
    assert_eq!(status ^ slot ^ entry ^ GENERATION_MASK, u64::MAX);
}

#[test]
fn a_fresh_word_is_zero_and_status_numbers_are_stable() {
    assert_eq!(SeatWord::FRESH.bits(), 0);
    let numbers = [
        Status::Available,
        Status::Held,
        Status::Booked,
        Status::InChange,
    ]
    .map(|status| status as u8);
    assert_eq!(numbers, [0, 1, 2, 3]);
}

#[test]
fn no_bits_make_the_view_panic() {
    let mut bits = 0x9E37_79B9_7F4A_7C15_u64;
    for _ in 0..100_000 {
        bits = bits
            .rotate_left(7)
            .wrapping_mul(0xD6E8_FEB8_6659_FD93)
            .wrapping_add(1);
        let _ = SeatWord::from_bits(bits).view();
    }
    assert_eq!(
        SeatWord::from_bits(1 << STATUS_SHIFT | 5).view(),
        Seat::Withheld { lsn_low: 5 }
    );
}
