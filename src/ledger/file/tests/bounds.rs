//! How large the folder gets, and what happens when there is no room for it.

use super::*;

/// The promise: 3 × live + budget + three segments.
fn bound(stats: &Stats, options: Options) -> u64 {
    3 * stats.bytes_live() + options.budget_bytes + 3 * options.segment_bytes_max
}

#[test]
fn the_folder_stays_within_its_bound() {
    let (shelf, mut author) = (Shelf::default(), Author::default());
    let (mut ledger, _) = opened(&shelf, SMALL);
    let stats = ledger.stats();
    let mut chance = 1_u64;
    for turn in 0..20_000_u32 {
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let random = u32::try_from(chance >> 40).expect("24 bits");
        let seats = if turn < 10_000 { 3_000 } else { 50 };
        for seat in 0..random % 5 {
            author.change((random / 5 + seat * 31) % seats, false);
        }
        author.put(u128::from(random % 40), &vec![3; (random % 100) as usize]);
        if turn % 9 == 0 {
            author.forget(u128::from(random % 40));
        }
        author.append(&mut ledger);
        assert!(
            shelf.bytes() <= bound(&stats, SMALL),
            "turn {turn}: {} bytes, {stats:?}",
            shelf.bytes()
        );
    }
    assert!(stats.segments_removed() > 100, "{stats:?}");
    drop(ledger);
    assert_same(&opened(&shelf, SMALL).1, &author.state);
}

#[test]
fn many_starts_leave_a_small_folder() {
    let (shelf, mut author) = (Shelf::default(), Author::default());
    let options = Options {
        own_thread: false,
        ..Options::default()
    };
    for start in 0..85 {
        let (mut ledger, state) = opened(&shelf, options);
        assert_same(&state, &author.state);
        // Also a server that sells nothing is started again and again.
        if start < 72 {
            (0..4).for_each(|seat| author.change(start * 4 + seat, false));
            author.append(&mut ledger);
        }
    }
    let segments = shelf.files().len();
    assert!(
        segments <= limits::LEDGER_SMALL_SEGMENTS_MAX + 6,
        "{segments}"
    );
}

#[test]
fn without_room_the_same_batch_is_appended_later() {
    let (shelf, mut author) = (Shelf::default(), Author::default());
    let (mut ledger, _) = opened(&shelf, SMALL);
    let mut refusals = 0;
    for turn in 0..300 {
        author.change(turn, false);
        author.put(u128::from(turn), &[1; 100]);
        shelf.make_room(shelf.bytes());
        while let Err(error) = author.try_append(&mut ledger) {
            assert!(matches!(error, AppendError::NoRoom(_)), "{error}");
            refusals += 1;
            assert_same(
                &inspect(&shelf, &mut |_| {}).expect("whole").state,
                &author.state,
            );
            shelf.make_room(u64::MAX);
        }
    }
    assert!(refusals > 5, "{refusals}");
    drop(ledger);
    assert_same(&opened(&shelf, SMALL).1, &author.state);
}

/// On a disk with a few MiB left the next segment, of 16 MiB by then, had no room, and nothing became durable any more
/// where thousands of batches still could.
#[test]
fn where_a_segment_of_the_usual_size_has_no_room_a_small_one_does() {
    let (shelf, mut author) = (Shelf::default(), Author::default());
    let options = Options {
        own_thread: false,
        ..Options::default()
    };
    let (mut ledger, _) = opened(&shelf, options);
    let stats = ledger.stats();
    let mut put = |author: &mut Author, turn: u32| {
        author.put(u128::from(turn % 50), &[7; 4_000]);
        author.try_append(&mut ledger)
    };
    let mut turn = 0;
    while shelf.bytes() < 8 << 20 {
        put(&mut author, turn).expect("there is room");
        turn += 1;
    }
    // There is never room for 16 MiB again, and none is needed: what is old dies.
    shelf.make_room(shelf.bytes() + (1 << 20));
    let before = stats.bytes_appended();
    while stats.bytes_appended() < before + (24 << 20) {
        put(&mut author, turn).expect("a small segment has room");
        turn += 1;
    }
    drop(ledger);
    assert_same(&opened(&shelf, options).1, &author.state);
}
