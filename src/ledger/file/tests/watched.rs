//! A folder is looked at while a ledger writes to it.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

#[test]
fn what_is_whole_is_shown_while_a_ledger_writes() {
    let (shelf, mut author) = (Shelf::default(), Author::default());
    let (mut ledger, _) = opened(&shelf, SMALL);
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let looks = scope.spawn(|| {
            let (mut looks, mut last) = (0, None);
            while !is_done.load(Ordering::Relaxed) {
                let mut numbers = Vec::new();
                let summary = inspect(&shelf, &mut |entry| numbers.push(entry.number));
                let summary = summary.unwrap_or_else(|error| panic!("{error}"));
                assert!(
                    numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]),
                    "{numbers:?}"
                );
                assert!(summary.last >= last, "nothing is taken back");
                (looks, last) = (looks + 1, summary.last);
            }
            looks
        });
        for turn in 0..3_000 {
            author.change(turn % 200, false);
            author.put(u128::from(turn % 10), &[1; 60]);
            author.append(&mut ledger);
            if turn % 3 == 0 {
                ledger.idle().expect("the disk is sound");
            }
        }
        is_done.store(true, Ordering::Relaxed);
        assert!(looks.join().expect("it never fails") > 0);
    });
}

#[test]
fn nothing_is_changed_by_looking() {
    let (shelf, mut author) = (Shelf::default(), Author::default());
    let (mut ledger, _) = opened(&shelf, SMALL);
    for seat in 0..50 {
        author.change(seat, false);
        author.append(&mut ledger);
    }
    std::mem::forget(ledger);
    shelf.put("something else", b"hello".to_vec());
    shelf.put(&header::temporary_name(99), b"hello".to_vec());
    let before = shelf.files();
    let mut changes = 0;
    let summary = inspect(&shelf, &mut |entry| changes += entry.changes.len()).expect("whole");
    assert_eq!(summary.batches, 50);
    assert_eq!(changes, 50);
    assert_same(&summary.state, &author.state);
    assert_eq!(shelf.files(), before);
}
